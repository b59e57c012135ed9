package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/store"
)

// show is a demonstration that runs as a program.
type show struct {
	scene
	t      testing.TB
	cmd    *exec.Cmd
	out    *bufio.Reader
	said   bytes.Buffer // to standard error
	roots  *x509.CertPool
	killed bool
}

// demonstrate starts the program and waits until it is ready. Ports are free
// ones unless the arguments say otherwise.
func demonstrate(t testing.TB, args ...string) *show {
	t.Helper()
	args = append([]string{"demo", "--json", "--listen", "127.0.0.1:0", "--keypad-listen", "127.0.0.1:0"}, args...)
	s := &show{t: t, cmd: exec.Command("doorlink", args...)}
	s.cmd.Stderr = &s.said
	s.cmd.WaitDelay = 10 * time.Second // not for ever, if a lock goes on and holds the pipe
	s.cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	s.out = bufio.NewReader(out)
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("the demo said nothing: %v", err)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&s.scene); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	return s
}

// stop ends the demonstration as Ctrl+C does, once.
func (s *show) stop() {
	if s.killed {
		return
	}
	s.killed = true
	s.cmd.Process.Signal(os.Interrupt)
	rest, err := io.ReadAll(s.out)
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("the demo ended with %v", err)
	}
	if err != nil || len(rest) > 0 {
		s.t.Errorf("the demo went on to print %q, %v, want one line", rest, err)
	}
	if s.t.Failed() {
		s.t.Logf("the demo said:\n%s", &s.said)
	}
}

// browser keeps cookies, and no connections.
func (s *show) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &http.Client{Jar: jar, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: s.roots},
	}}
}

// open loads a page, following redirects.
func (s *show) open(b *http.Client, url string) string {
	s.t.Helper()
	resp, err := b.Get(url)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("got status %d, %v, want a page", resp.StatusCode, err)
	}
	return string(body)
}

// keypadsEnd waits until no lock answers any more.
func (s *show) keypadsEnd() {
	s.t.Helper()
	for _, d := range s.Doors {
		gone := eventually(func() bool {
			resp, err := s.browser().Get(d.Keypad)
			if err == nil {
				resp.Body.Close()
			}
			return err != nil
		})
		if !gone {
			s.t.Errorf("the lock of the %s goes on without the demo", d.Name)
		}
	}
}

func TestTheDemoShowsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	s := demonstrate(t)
	var names []string
	for _, d := range s.Doors {
		names = append(names, d.Name)
		if page := s.open(s.browser(), d.Keypad); !strings.Contains(page, "<html") {
			t.Errorf("the lock of the %s has no page", d.Name)
		}
		s.open(s.browser(), d.Visitor)
	}
	if got := strings.Join(names, ", "); got != "Front door, Package room, Gym" {
		t.Errorf("got the doors %s, want all three, the front door first", got)
	}
	page := s.open(s.browser(), s.Visitor)
	if len(s.Residents) != 2 {
		t.Fatalf("got %d residents to sign in as, want 2", len(s.Residents))
	}
	for _, r := range s.Residents {
		if !strings.Contains(page, r.Name) || !strings.Contains(page, r.Unit) {
			t.Errorf("%s in unit %s is not listed at the front door", r.Name, r.Unit)
		}
		s.open(s.browser(), r.URL)
	}
	base, err := url.Parse(s.Visitor)
	if err != nil {
		t.Fatal(err)
	}
	if typed := s.open(s.browser(), "http://"+base.Host+"/"+s.Short); !strings.Contains(typed, s.Residents[0].Name) {
		t.Error("the short code does not lead to the page of the sticker")
	}
	temporary := s.cmd.Env[len(s.cmd.Env)-1][len("TMPDIR="):]
	s.stop()
	s.keypadsEnd()
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("the demo left %v behind, %v", left, err)
	}
	if strings.Contains(s.said.String(), "ERROR") || strings.Contains(s.said.String(), "setup/") {
		t.Errorf("the demo complained:\n%s", &s.said)
	}
}

func TestLocksEndWithADemoThatIsKilled(t *testing.T) {
	t.Parallel()
	s := demonstrate(t, "--data", t.TempDir())
	s.killed = true
	if err := s.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.cmd.Wait() // that it was killed is no news
	s.keypadsEnd()
}

func TestADemoWithAFolderGoesOnWithItsBuilding(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "demo")
	first := demonstrate(t, "--data", dir)
	first.stop()
	// As if the first run had been cut short before it provisioned the last door.
	locks, err := filepath.Glob(filepath.Join(dir, "lock-door_*"))
	if err != nil || len(locks) != 3 {
		t.Fatalf("got the locks %v, %v, want three", locks, err)
	}
	if err := os.RemoveAll(locks[2]); err != nil {
		t.Fatal(err)
	}

	second := demonstrate(t, "--data", dir)
	if second.Short != first.Short {
		t.Errorf("got the short code %s, want that of the first run", second.Short)
	}
	path := func(address string) string {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return u.Path
	}
	for i, d := range second.Doors {
		if d.Name != first.Doors[i].Name || path(d.Visitor) != path(first.Doors[i].Visitor) {
			t.Errorf("got the %s, want the %s with its sticker", d.Name, first.Doors[i].Name)
		}
		second.open(second.browser(), d.Keypad)
	}
	for i, r := range second.Residents {
		if r.Name != first.Residents[i].Name || path(r.URL) == path(first.Residents[i].URL) {
			t.Errorf("got %s with the link of the first run or another name, want a new link", r.Name)
		}
		second.open(second.browser(), r.URL)
	}
}

func TestTwoDemosRunBesideEachOther(t *testing.T) {
	t.Parallel()
	first := demonstrate(t, "--listen", "127.0.0.1:8080", "--keypad-listen", "127.0.0.1:8090")
	second := demonstrate(t, "--listen", "127.0.0.1:8080", "--keypad-listen", "127.0.0.1:8090")
	if first.Visitor == second.Visitor || first.Doors[0].Keypad == second.Doors[0].Keypad {
		t.Errorf("both are at %s", second.Doors[0].Keypad)
	}
	second.open(second.browser(), second.Visitor)
	second.open(second.browser(), second.Doors[2].Keypad)
}

func TestADemoForPhonesHasHTTPS(t *testing.T) {
	t.Parallel()
	own := ownAddress()
	if own.IsLoopback() {
		t.Skip("this machine has no network")
	}
	dir := filepath.Join(t.TempDir(), "demo")
	s := demonstrate(t, "--data", dir, "--listen", "0.0.0.0:0")
	if want := "https://" + own.String() + ":"; !strings.HasPrefix(s.Visitor, want) || !strings.HasPrefix(s.Residents[0].URL, want) {
		t.Fatalf("got the address %s, want %s", s.Visitor, want)
	}
	pem, err := os.ReadFile(filepath.Join(dir, "demo.crt"))
	if err != nil {
		t.Fatal(err)
	}
	s.roots = x509.NewCertPool()
	s.roots.AppendCertsFromPEM(pem)
	s.open(s.browser(), s.Visitor)
	if info, err := os.Stat(filepath.Join(dir, "demo.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got the key %v, %v, want mode 0600", info, err)
	}
}

func TestTheDemoListsAsManyAsAreAskedFor(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, n := range []int{1, 2, 3, 200, maxDemo} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			entries := frontDoor(t, n, now)
			if len(entries) != n {
				t.Errorf("got %d people at the front door, want %d", len(entries), n)
			}
			units := map[doorlink.UnitID]int{}
			for _, e := range entries {
				if units[e.Unit]++; units[e.Unit] > 2 || e.Name == "" {
					t.Errorf("%q is not one of two people in unit %s", e.Name, e.Place)
				}
			}
		})
	}
	t.Run("five if nobody asks", func(t *testing.T) {
		t.Parallel()
		var got []string
		for _, e := range frontDoor(t, 0, now) {
			got = append(got, e.Place+" "+e.Name)
		}
		if want := "1A Ada N., 1A Chidi N., 1B Bram V., 2A Chiara R., 2B نور حداد"; strings.Join(got, ", ") != want {
			t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
		}
	})
}

// frontDoor is the directory that a visitor of the demonstration's front door
// has.
func frontDoor(t testing.TB, listed int, now time.Time) []directory.Entry {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "demo.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	plan, err := demoPlan(listed, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Build(t.Context(), plan, now); err != nil {
		t.Fatal(err)
	}
	facts, err := db.Directory(t.Context(), plan.Doors[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return directory.Project(plan.Property, facts, now)
}

func TestNoDemoIsTooLarge(t *testing.T) {
	t.Parallel()
	for _, n := range []string{"-1", "5001"} {
		out, err := exec.Command("doorlink", "demo", "--residents="+n).CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("between 1 and 5000")) {
			t.Errorf("got %v and %s for %s residents, want the limits", err, out, n)
		}
	}
}

// BenchmarkDemo is from nothing to the line that says that all is ready: a
// building, its locks and their programs.
func BenchmarkDemo(b *testing.B) {
	for _, n := range []string{"0", "5000"} {
		b.Run("residents="+n, func(b *testing.B) {
			for b.Loop() {
				s := demonstrate(b, "--residents", n)
				b.StopTimer()
				s.stop()
				b.StartTimer()
			}
		})
	}
}

// told is what a demonstration tells people before it is ended.
func told(t *testing.T, listen string) string {
	t.Helper()
	cmd := exec.Command("doorlink", "demo", "--listen", listen, "--keypad-listen", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for lines := bufio.NewScanner(out); !strings.Contains(said.String(), "Ctrl+C") && lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
	}
	if err := errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()); err != nil {
		t.Error(err)
	}
	return said.String()
}

func TestTheDemoTellsPeopleWhereToGo(t *testing.T) {
	t.Parallel()
	plain := told(t, "127.0.0.1:0")
	for what, want := range map[string]string{
		"the QR code":         "██",
		"the sticker":         `sticker at the Front door.*\n  http://\S+/p/[0-9a-z]{32}\n  or type the code [0-9A-Z]{4}-[0-9A-Z]{4} `,
		"the first resident":  `Ada N\. in unit 1A .*\n  http://\S+/r/in/[0-9a-z]{32}\n`,
		"the second resident": `Bram V\. in unit 1B .*\n  http://\S+/r/in/[0-9a-z]{32}\n`,
		"a lock":              `lock of the Gym\n  http://127\.0\.0\.1:\d+/\n`,
	} {
		if !regexp.MustCompile(want).MatchString(plain) {
			t.Errorf("the demo does not tell of %s:\n%s", what, plain)
		}
	}
	const warning = "Browsers warn of the certificate"
	if strings.Contains(plain, warning) {
		t.Error("the demo tells of a certificate that it does not have")
	}
	if phones := told(t, "0.0.0.0:0"); strings.Contains(phones, "https://") && !strings.Contains(phones, warning) {
		t.Errorf("the demo does not tell of the certificate:\n%s", phones)
	}
}
