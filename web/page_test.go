package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"doorlink"
	"doorlink/building"
	"doorlink/store"
	"doorlink/store/storetest"
	"doorlink/web/page"
)

// site is the pages over a real database, without the network.
type site struct {
	*Server
	plan *building.Plan
}

func newSite(t testing.TB, base string, residents int) site {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db := storetest.Open(t, storetest.SQLite(t))
	plan := storetest.Plan(t, "Linden Court", doorlink.BuildingEntrance, "North gate")
	for i := range residents {
		who := plan.AddResident(fmt.Sprintf("%d%c", 1+i/6, 'A'+i%6), fmt.Sprintf("Ada%c", 'a'+i%26), fmt.Sprintf("%cwosu", 'A'+i%26))
		plan.AddHandset(who, "Phone")
	}
	storetest.Build(t, db, plan)
	s, err := New(Config{Base: base}, db, nil, log)
	if err != nil {
		t.Fatal(err)
	}
	return site{s, plan}
}

func (s site) get(t testing.TB, path string, cookies ...*http.Cookie) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w.Result()
}

func (s site) door() string { return "/p/" + s.plan.Stickers[0].Token.Reveal() }

func text(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAPageIsRenderedAgainOnlyWhenItsDirectoryChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t, "http://127.0.0.1", 3)
	made, err := s.look()
	if err != nil {
		t.Fatal(err)
	}
	key := shelfKey{views: made.Views, panel: s.plan.Panels[0].ID, lang: "en"}
	shelved := func() *shelfPage {
		at, err := s.db.Scan(t.Context(), s.plan.Stickers[0].Token, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return s.shelf.find(key, at.Revision, time.Now())
	}
	first := text(t, s.get(t, s.door()+"?lang=en"))
	kept := shelved()
	if kept == nil || string(kept.plain) != first {
		t.Fatal("the page is not on the shelf")
	}
	s.get(t, s.door()+"?lang=en")
	if shelved() != kept {
		t.Fatal("an unchanged page was rendered again")
	}
	if err := s.db.SetShown(t.Context(), s.plan.People[0].ID, false); err != nil {
		t.Fatal(err)
	}
	if shelved() != nil {
		t.Fatal("a page is served after its directory changed")
	}
	if again := text(t, s.get(t, s.door()+"?lang=en")); strings.Contains(again, string(s.plan.Memberships[0].Entry)) {
		t.Fatal("somebody who does not show themselves is listed")
	}
}

func TestAPageIsRenderedAgainWhenADatePasses(t *testing.T) {
	t.Parallel()
	s := newShelf()
	now := time.Now()
	s.put(shelfKey{lang: "en"}, &shelfPage{revision: 1, until: now.Add(time.Hour)})
	if s.find(shelfKey{lang: "en"}, 1, now) == nil {
		t.Error("the page is gone too early")
	}
	if s.find(shelfKey{lang: "en"}, 1, now.Add(time.Hour)) != nil {
		t.Error("the page outlived the date")
	}
}

func TestCookiesAreKeptFromScriptsAndFromPlainHTTP(t *testing.T) {
	t.Parallel()
	for base, secure := range map[string]bool{"https://door.example": true, "http://127.0.0.1:8080": false} {
		s := newSite(t, base, 1)
		cookies := s.get(t, s.door()).Cookies()
		if len(cookies) != 1 {
			t.Fatalf("got %d cookies, want the visit's alone", len(cookies))
		}
		c := cookies[0]
		if c.Name != visitCookie || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure || c.Path != "/p/" {
			t.Errorf("at %s: got %s", base, c)
		}
	}
}

// TestNeitherAudienceOpensTheOthersDoors sends each secret to every guarded
// route of the other.
func TestNeitherAudienceOpensTheOthersDoors(t *testing.T) {
	t.Parallel()
	s := newSite(t, "http://127.0.0.1", 1)
	visit := s.get(t, s.door()).Cookies()[0]
	session := signIn(t, s)
	asSession := &http.Cookie{Name: sessionCookie, Value: visit.Value}
	for _, path := range []string{"/r/", "/r/line"} {
		for _, c := range []*http.Cookie{visit, asSession} {
			if got := s.get(t, path, c).StatusCode; got != http.StatusForbidden {
				t.Errorf("a visitor's cookie as %s at %s: got %d, want 403", c.Name, path, got)
			}
		}
	}
	if got := s.get(t, "/r/", session).StatusCode; got != http.StatusOK {
		t.Fatalf("a resident at home: got %d", got)
	}
	for _, path := range []string{"/p/" + session.Value, "/p/" + session.Value + "/line", "/setup/" + session.Value} {
		if got := s.get(t, path, session).StatusCode; got != http.StatusNotFound && got != http.StatusGone {
			t.Errorf("a resident's secret at %s…: got %d", path[:7], got)
		}
	}
}

func signIn(t testing.TB, s site) *http.Cookie {
	t.Helper()
	link := doorlink.NewSecret()
	if err := s.db.AddLink(context.Background(), s.plan.People[0].ID, link.Hash(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	r := s.get(t, "/r/in/"+link.Reveal())
	if r.StatusCode != http.StatusSeeOther || len(r.Cookies()) != 1 {
		t.Fatalf("signing in: got %s", r.Status)
	}
	return r.Cookies()[0]
}

func TestALinkSurvivesAPreview(t *testing.T) {
	t.Parallel()
	s := newSite(t, "http://127.0.0.1", 1)
	link := doorlink.NewSecret()
	if err := s.db.AddLink(t.Context(), s.plan.People[0].ID, link.Hash(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct{ method, header, value string }{
		{"HEAD", "Accept", "*/*"},
		{"GET", "Sec-Purpose", "prefetch;prerender"},
		{"GET", "Sec-Fetch-Dest", "image"}, // on somebody else's page
		{"GET", "User-Agent", "WhatsApp/2.23.20.0"},
		{"GET", "User-Agent", "TelegramBot (like TwitterBot)"},
	} {
		r, w := httptest.NewRequest(one.method, "/r/in/"+link.Reveal(), nil), httptest.NewRecorder()
		r.Header.Set(one.header, one.value)
		s.Handler().ServeHTTP(w, r)
		if len(w.Result().Cookies()) > 0 {
			t.Fatalf("a %s with %s %q signed somebody in", one.method, one.header, one.value)
		}
	}
	if got := s.get(t, "/r/in/"+link.Reveal()).StatusCode; got != http.StatusSeeOther {
		t.Fatalf("the link was used up: got %d", got)
	}
	again := s.get(t, "/r/in/"+link.Reveal())
	if again.StatusCode != http.StatusGone || !strings.Contains(text(t, again), "used") {
		t.Fatalf("the link worked twice: got %s", again.Status)
	}
}

func TestAnotherSitePostsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, "http://127.0.0.1", 1)
	session := signIn(t, s)
	for site, want := range map[string]int{"cross-site": http.StatusForbidden, "same-site": http.StatusForbidden, "same-origin": http.StatusSeeOther} {
		r := httptest.NewRequest("POST", "/r/shown", strings.NewReader("shown="))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
		r.AddCookie(session)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: got %d, want %d", site, w.Code, want)
		}
	}
}

func TestAStickersPageTellsNothingOnceItEnded(t *testing.T) {
	t.Parallel()
	s := newSite(t, "http://127.0.0.1", 2)
	old := s.plan.Stickers[0]
	storetest.Write(t, s.db, func(ctx context.Context, tx *store.Tx) error {
		return tx.EndSticker(ctx, old.ID, time.Now().Add(-time.Second))
	})
	for path, want := range map[string]int{
		"/p/" + old.Token.Reveal():       http.StatusGone,
		"/" + old.Short:                  http.StatusGone,
		"/p/" + flip(old.Token.Reveal()): http.StatusNotFound,
		"/" + flip(old.Short):            http.StatusNotFound,
	} {
		r := s.get(t, path)
		body := text(t, r)
		if r.StatusCode != want {
			t.Errorf("got %d, want %d", r.StatusCode, want)
		}
		for _, secret := range []string{"Linden", "North", "N1", "Ada", "1A"} {
			if strings.Contains(body, secret) {
				t.Errorf("a page with status %d tells of %s", want, secret)
			}
		}
		if len(r.Cookies()) > 0 {
			t.Errorf("a page with status %d sets a cookie", want)
		}
	}
}

// flip makes one character wrong.
func flip(s string) string {
	if s[0] == '0' {
		return "1" + s[1:]
	}
	return "0" + s[1:]
}

func TestPagesOpenWithoutTheirZone(t *testing.T) {
	t.Parallel()
	s := newSite(t, "https://door.example", 1)
	who, link := s.plan.People[0].ID, doorlink.NewSecret()
	if err := s.db.AddLink(t.Context(), who, link.Hash(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	lost := s.plan.Property
	lost.Zone = "Europe/Atlantis"
	storetest.Write(t, s.db, func(ctx context.Context, tx *store.Tx) error { return tx.SetProperty(ctx, lost) })
	if got := s.get(t, s.door()); got.StatusCode != http.StatusOK || !strings.Contains(text(t, got), "North gate") {
		t.Errorf("a visitor's: got status %d", got.StatusCode)
	}
	if got := s.get(t, "/r/", s.get(t, "/r/in/"+link.Reveal()).Cookies()...); got.StatusCode != http.StatusOK {
		t.Errorf("a resident's: got status %d", got.StatusCode)
	}
}

func TestASetUpLinkEndsAfterADayAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, "http://localhost", 1)
		path := func() string { return strings.TrimPrefix(s.OfferSetup(), "http://localhost") }
		link := path()
		time.Sleep(SetupTime - time.Second)
		if got := s.get(t, link); got.StatusCode != http.StatusOK {
			t.Errorf("a second before: got status %d", got.StatusCode)
		}
		time.Sleep(time.Second)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", link, nil))
		for name, got := range map[string]*http.Response{"the form": s.get(t, link), "what it sends": w.Result()} {
			page := text(t, got)
			if got.StatusCode != http.StatusGone || !strings.Contains(page, "has ended") || !strings.Contains(page, "prints a new one when it starts") {
				t.Errorf("%s: got status %d: %s", name, got.StatusCode, page)
			}
		}
		if got := s.get(t, path()); got.StatusCode != http.StatusOK {
			t.Errorf("a new link: got status %d", got.StatusCode)
		}
	})
}

func TestGuessingIsSlow(t *testing.T) {
	t.Parallel()
	s := newSite(t, "http://127.0.0.1", 1)
	s.limits.guesses = page.NewLimiter(page.Budget{Every: time.Hour, Burst: 3}) // none comes back while it runs
	for range 3 {
		if got := s.get(t, "/p/"+doorlink.NewSecret().Reveal()).StatusCode; got != http.StatusNotFound {
			t.Fatalf("got %d", got)
		}
	}
	r := s.get(t, "/p/"+doorlink.NewSecret().Reveal())
	if r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") == "" {
		t.Fatalf("got %s", r.Status)
	}
	if got := s.get(t, s.door()).StatusCode; got != http.StatusOK {
		t.Fatalf("a good sticker from the same address: got %d", got)
	}
}

// TestAShortCodeIsNotFoundByTryingAll types wrong codes until the address has to
// wait, and then the right one.
func TestAShortCodeIsNotFoundByTryingAll(t *testing.T) {
	t.Parallel()
	s := newSite(t, "http://127.0.0.1", 1)
	s.limits.guesses = page.NewLimiter(page.Budget{Every: time.Hour, Burst: 3}) // none comes back while it runs
	right := "/" + s.plan.Stickers[0].Short
	if got := s.get(t, right).StatusCode; got != http.StatusSeeOther {
		t.Fatalf("the right code: got %d", got)
	}
	for range 2 {
		if got := s.get(t, "/"+doorlink.NewShortCode()).StatusCode; got != http.StatusNotFound {
			t.Fatalf("a wrong code: got %d", got)
		}
	}
	for _, path := range []string{"/" + doorlink.NewShortCode(), right} {
		if got := s.get(t, path); got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "" {
			t.Errorf("a code after too many: got %s", got.Status)
		}
	}
}

func TestTheSetUpFormTakesNamesThatPagesCanShow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, doors, residents string
		want                   error
	}{
		{"Linden Court", "Front door", "1A, Ada, Nwosu\n1B, Bram", nil},
		{"Linden\u202eCourt", "Front door", "", errNoName},
		{"Linden Court", "Front\x07door", "", errLine},
		{"Linden Court", "Front door", "1A, Ada\u202e, Nwosu", errLine},
		{"Linden Court", "Front door", "1A, Ada, Nwosu\u202e", errLine},
		{"Linden Court", "Front door", "1A, Ada, " + strings.Repeat("x", maxName+1), errLine},
	} {
		_, err := setupView{Name: tt.name, Zone: "UTC", Doors: tt.doors, Residents: tt.residents}.plan()
		if !errors.Is(err, tt.want) {
			t.Errorf("%q, %q, %q: got %v, want %v", tt.name, tt.doors, tt.residents, err, tt.want)
		}
	}
}

func TestEveryPageAllowsItsOwnAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, "http://127.0.0.1", 1)
	for _, path := range []string{"/", s.door(), "/p/none", "/r/", "/setup/none", "/nothing/here", "/robots.txt"} {
		h := s.get(t, path).Header
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: got policy %q", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: got %v", path, h)
		}
	}
}

func BenchmarkDirectoryPage200(b *testing.B) {
	s := newSite(b, "http://127.0.0.1", 200)
	h := s.Handler()
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("GET", s.door(), nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
}

func BenchmarkSearchAmong5000(b *testing.B) {
	s := newSite(b, "http://127.0.0.1", 5000)
	made, err := s.look()
	if err != nil {
		b.Fatal(err)
	}
	v := visitor{lang: s.words.Match("", "en")}
	if v.at, err = s.db.Scan(b.Context(), s.plan.Stickers[0].Token, time.Now()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		list, err := s.listed(b.Context(), v, time.Now())
		if err != nil {
			b.Fatal(err)
		}
		made.directory(v.lang, v.at.Property, v.at.Door, v.at.Panel, list.entries, "adaz")
	}
}
