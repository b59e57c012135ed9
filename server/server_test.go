package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"doorlink"
	"doorlink/store"
)

func TestReadyMeansThatTheDatabaseAnswers(t *testing.T) {
	t.Parallel()
	s, _ := start(t, Config{}, quiet)
	base, client := "http://"+s.at(), &http.Client{}
	for _, path := range []string{"/healthz", "/readyz"} {
		if got := get(t, client, base+path); got.StatusCode != http.StatusOK || got.body != "ok\n" {
			t.Errorf("%s: got %d %q, want 200 and ok", path, got.StatusCode, got.body)
		}
	}
	if err := s.DB.Close(); err != nil {
		t.Fatal(err)
	}
	if got := get(t, client, base+"/healthz"); got.StatusCode != http.StatusOK {
		t.Errorf("got status %d without a database, want that the process is healthy", got.StatusCode)
	}
	if got := get(t, client, base+"/readyz"); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got status %d without a database, want %d", got.StatusCode, http.StatusServiceUnavailable)
	}
}

func TestFiguresHaveAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	client := &http.Client{}
	without, _ := start(t, Config{}, quiet)
	at := freeAddress(t)
	with, _ := start(t, Config{Metrics: at}, quiet)
	for _, s := range []*Server{without, with} {
		if got := get(t, client, "http://"+s.at()+"/metrics"); got.StatusCode != http.StatusNotFound {
			t.Errorf("got status %d at the pages' address, want %d", got.StatusCode, http.StatusNotFound)
		}
	}
	figures := get(t, client, "http://"+at+"/metrics")
	for _, want := range []string{
		"doorlink_pages_open 0", "doorlink_bus_nodes 1", "doorlink_bus_dropped_total 0", "doorlink_relay_allocations 0",
		"go_goroutines ", "process_resident_memory_bytes ",
	} {
		if !strings.Contains(figures.body, "\n"+want) {
			t.Errorf("the figures lack %q", want)
		}
	}
	if got := get(t, client, "http://"+at+"/"); got.StatusCode != http.StatusNotFound {
		t.Errorf("got status %d for a page at the figures' address, want %d", got.StatusCode, http.StatusNotFound)
	}
}

func TestAStartThatFailsClosesWhatItOpened(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	dir := t.TempDir()
	missing := filepath.Join(dir, "none")
	for name, c := range map[string]Config{
		"at the database":    {Database: "sqlite:" + filepath.Join(missing, "none.db")},
		"at the bus":         {BusListen: "nowhere"},
		"at the relay":       {RelayPorts: "none"},
		"at the pages":       {Base: "https://%"},
		"at the roots":       {Domain: []string{"door.example"}, HTTP: "127.0.0.1:0", ACMECA: missing},
		"at the challenge":   {Domain: []string{"door.example"}, HTTP: taken.Addr().String()},
		"at the figures":     {Metrics: taken.Addr().String()},
		"after the domain's": {Domain: []string{"door.example"}, HTTP: "127.0.0.1:0", Metrics: taken.Addr().String()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.Data, c.RelayListen = t.TempDir(), "127.0.0.1:0"
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			if s, err := On(t.Context(), c, l, quiet); err == nil || s != nil {
				t.Fatalf("got %v, %v, want an error and no server", s, err)
			}
			if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("got %v from the listener, want that it is closed", err)
			}
		})
	}
}

func TestNoLogAndNoMistakeShowsASecretOfTheStart(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	s, stop := start(t, Config{}, slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug})))
	link := s.pages.OfferSetup()
	get(t, &http.Client{}, link)
	stop()
	for _, secret := range []string{s.Keys.Doorcodes.Reveal(), s.Keys.Server.Reveal(), link[strings.LastIndex(link, "/")+1:]} {
		if strings.Contains(said.String(), secret[:12]) {
			t.Errorf("the log shows a secret: %s", &said)
		}
	}
	if !strings.Contains(said.String(), "made new keys") {
		t.Errorf("the log does not say that keys were made: %s", &said)
	}
}

func post(t testing.TB, to string, form url.Values) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(t, &http.Client{}, r)
}

func TestTheSetUpLinkBuildsOneBuilding(t *testing.T) {
	t.Parallel()
	s, err := New(t.Context(), Config{Listen: "127.0.0.1:0", Data: t.TempDir(), RelayListen: "127.0.0.1:0"}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	// Not run, for that would print a link of its own.
	pages := &http.Server{Handler: s.handler()}
	go pages.Serve(s.listener)
	t.Cleanup(func() { pages.Close() })
	older := s.pages.OfferSetup()
	link := s.pages.OfferSetup()
	if got := get(t, &http.Client{}, older); got.StatusCode != http.StatusGone {
		t.Errorf("got status %d for an older link, want %d", got.StatusCode, http.StatusGone)
	}
	form := url.Values{
		"name": {"Quay <7>"}, "zone": {"Europe/Nowhere"},
		"doors": {"Front door\nGarage"}, "residents": {"1A, Ada, Nwosu\n1B, Bram"},
		"manager": {"Rut"}, "email": {"rut@example.org"},
	}
	wrong := post(t, link, form)
	if wrong.StatusCode != http.StatusBadRequest {
		t.Errorf("got status %d for a zone that is none, want %d", wrong.StatusCode, http.StatusBadRequest)
	}
	for _, typed := range []string{"Quay &lt;7&gt;", "Europe/Nowhere", "Front door\nGarage", "1A, Ada, Nwosu\n1B, Bram"} {
		if !strings.Contains(wrong.body, typed) {
			t.Errorf("the form came back without %q", typed)
		}
	}

	form.Set("zone", "Europe/Lisbon")
	done := post(t, link, form)
	addresses := func(path string) []string {
		all := regexp.MustCompile(regexp.QuoteMeta(s.Base()+path)+`[0-9a-z]{32}`).FindAllString(done.body, -1)
		slices.Sort(all)
		return slices.Compact(all)
	}
	stickers, links := addresses("/p/"), addresses("/r/in/")
	if done.StatusCode != http.StatusOK || len(stickers) != 2 || len(links) != 2 {
		t.Fatalf("got status %d, %d stickers and %d links, want 200, 2 and 2", done.StatusCode, len(stickers), len(links))
	}
	session := regexp.MustCompile(`dl_desk=\w{32}`).FindString(done.Header.Get("Set-Cookie"))
	console, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Base()+"/console/", nil)
	if err != nil {
		t.Fatal(err)
	}
	console.Header.Set("Cookie", session)
	if got := do(t, &http.Client{}, console); !strings.HasPrefix(got.Header.Get("Location"), "/console/prop_") {
		t.Errorf("got status %d from the console, want that whoever set the building up is signed in", got.StatusCode)
	}
	for _, sticker := range stickers {
		if got := get(t, &http.Client{}, sticker); got.StatusCode != http.StatusOK {
			t.Errorf("got status %d at a sticker, want its door's page", got.StatusCode)
		}
	}

	for what, again := range map[string]answer{"the form": get(t, &http.Client{}, link), "a second use": post(t, link, form)} {
		if again.StatusCode != http.StatusGone {
			t.Errorf("%s: got status %d after the link was used, want %d", what, again.StatusCode, http.StatusGone)
		}
	}
	if all, err := s.DB.Properties(t.Context()); err != nil || len(all) != 1 || all[0].Name != "Quay <7>" {
		t.Errorf("got buildings %v, %v, want one", all, err)
	}
}

// silent is a listener that nobody ever reaches.
type silent chan struct{}

func (s silent) Accept() (net.Conn, error) { <-s; return nil, net.ErrClosed }
func (s silent) Addr() net.Addr            { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
func (s silent) Close() error {
	select {
	case <-s:
	default:
		close(s)
	}
	return nil
}

func TestOldRecordsGoAtTheStartAndDaily(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(23*time.Hour + 30*time.Minute) // before anything runs that would tick through a day
		c := Config{Data: t.TempDir(), RelayURLs: []string{"turn:relay.invalid:3478"}, RelaySecret: "of nobody"}
		s, err := On(t.Context(), c, make(silent), quiet)
		if err != nil {
			t.Fatal(err)
		}
		ada := build(t, s.DB).People[0].ID
		kept := doorlink.SignRecord.Retention()
		add := func(ago time.Duration) doorlink.Secret {
			link := doorlink.NewSecret()
			if err := s.DB.AddLink(t.Context(), ada, link.Hash(), time.Now().Add(-kept-ago)); err != nil {
				t.Fatal(err)
			}
			return link
		}
		is := func(link doorlink.Secret) error {
			_, err := s.DB.UseLink(t.Context(), link.Hash(), "session", doorlink.Handset{}, time.Now())
			return err
		}
		old, young := add(time.Hour), add(-30*time.Minute)

		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		time.Sleep(time.Second)
		if got := is(old); !errors.Is(got, store.ErrLinkUnknown) {
			t.Errorf("got %v for a link past its time, want that it went at the start", got)
		}
		if got := is(young); !errors.Is(got, store.ErrLinkExpired) {
			t.Errorf("got %v for a link within its time, want that it is still told apart", got)
		}
		time.Sleep(time.Hour)
		if got := is(young); !errors.Is(got, store.ErrLinkUnknown) {
			t.Errorf("got %v on the next day, want that the link went", got)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// BenchmarkStart is from nothing to a node that is ready for calls: new keys, a
// new database, pages bundled, and the answer of /readyz.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := New(b.Context(), Config{Listen: "127.0.0.1:0", Data: b.TempDir(), RelayListen: "127.0.0.1:0"}, quiet)
		if err != nil {
			b.Fatal(err)
		}
		ctx, stop := context.WithCancel(b.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		resp, err := http.Get("http://" + s.at() + "/readyz")
		if err != nil || resp.StatusCode != http.StatusOK {
			b.Fatal(resp, err)
		}
		b.StopTimer()
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		http.DefaultClient.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
