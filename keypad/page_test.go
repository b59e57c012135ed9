package keypad

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func post(k *Keypad, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	k.Handler().ServeHTTP(w, r)
	return w
}

func TestAKeyIsAnAsciiDigitAndNothingElse(t *testing.T) {
	t.Parallel()
	k := newHouse(t, time.Now()).open(t, t.TempDir())
	k.Wake()
	for _, c := range []struct {
		name, path, body string
		status           int
		says             string
	}{
		{"an Arabic-Indic digit", "/key", `{"key":"٣"}`, 400, "A key is one of the figures 0 to 9"},
		{"a full-width digit", "/key", `{"key":"３"}`, 400, "A key is one of the figures 0 to 9"},
		{"two digits", "/key", `{"key":"12"}`, 400, "A key is one of the figures 0 to 9"},
		{"a letter", "/key", `{"key":"a"}`, 400, "A key is one of the figures 0 to 9"},
		{"nothing", "/key", `{}`, 400, "A key is one of the figures 0 to 9"},
		{"a number", "/key", `{"key":3}`, 400, "The lock does not understand this"},
		{"no JSON", "/key", `3`, 400, "The lock does not understand this"},
		{"an empty body", "/key", ``, 400, "The lock does not understand this"},
		{"a field nobody knows", "/key", `{"key":"3","open":true}`, 400, "The lock does not understand this"},
		{"two objects", "/key", `{"key":"3"}{"key":"4"}`, 400, "The lock does not understand this"},
		{"far too much", "/key", `{"key":"` + strings.Repeat("3", maxBody) + `"}`, 413, "This is too long for a lock"},
		{"far too much space", "/key", `{"key":"3"}` + strings.Repeat(" ", maxBody), 400, "The lock does not understand this"},
		{"too much for waking", "/wake", strings.Repeat(" ", maxBody+1) + `{}`, 413, "This is too long for a lock"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := post(k, c.path, c.body)
			var got struct{ Error string }
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if w.Code != c.status || got.Error != c.says {
				t.Errorf("%d %q, want %d %q", w.Code, got.Error, c.status, c.says)
			}
			if v, _ := k.Look(); v.Lights != 0 {
				t.Errorf("it typed %d digits", v.Lights)
			}
		})
	}
}

func TestAnotherSiteTypesNothing(t *testing.T) {
	t.Parallel()
	k := newHouse(t, time.Now()).open(t, t.TempDir())
	for _, path := range []string{"/wake", "/key", "/clear", "/bolt"} {
		for _, headers := range [][]string{
			{"Sec-Fetch-Site", "cross-site"},
			{"Origin", "https://elsewhere.example"},
		} {
			if w := post(k, path, `{"key":"3"}`, headers...); w.Code != http.StatusForbidden {
				t.Errorf("%s with %s: status %d, want 403", path, headers[0], w.Code)
			}
		}
	}
	wantState(t, k, Asleep)
}

func TestATouchIsAnsweredWithWhatTheLockShows(t *testing.T) {
	t.Parallel()
	k := newHouse(t, time.Now()).open(t, t.TempDir())
	for _, c := range []struct {
		path, body string
		state      State
		lights     int
	}{
		{"/key", `{"key":"4"}`, Awake, 0},
		{"/key", `{"key":"4"}`, Typing, 1},
		{"/wake", `{}`, Typing, 1},
		{"/key", `{"key":"0"}`, Typing, 2},
		{"/clear", `{}`, Awake, 0},
		{"/bolt", `{"thrown":true}`, Awake, 0},
	} {
		w := post(k, c.path, c.body, "Sec-Fetch-Site", "same-origin")
		var v View
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if w.Code != http.StatusOK || v.State != c.state || v.Lights != c.lights {
			t.Errorf("%s %s: %d, %s, %d lights, want %s, %d lights", c.path, c.body, w.Code, v.State, v.Lights, c.state, c.lights)
		}
	}
}

func TestThePageLoadsOnlyWhatTheLockServes(t *testing.T) {
	t.Parallel()
	k := newHouse(t, time.Now()).open(t, t.TempDir())
	w := httptest.NewRecorder()
	k.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	page := w.Body.String()
	if got := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; script-src 'self';") {
		t.Errorf("the policy is %q", got)
	}
	for _, part := range []string{
		`<main data-state="asleep">`, `data-lock="asleep"`, `aria-label="Keypad of North gate, N2"`,
		`data-key="0">0</button>`, `>Touch to wake</button>`, `<dd>M2, offline, 7 digits</dd>`,
	} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	for _, path := range []string{"/keypad.css", "/keypad.js", "/sound.js", "/icon.svg"} {
		w := httptest.NewRecorder()
		k.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK || bytes.Contains(w.Body.Bytes(), []byte("https://")) {
			t.Errorf("%s: status %d, or it asks for something from elsewhere", path, w.Code)
		}
	}
}

func TestTwoPagesShowTheSameLock(t *testing.T) {
	t.Parallel()
	k := newHouse(t, time.Now()).open(t, t.TempDir())
	s := httptest.NewServer(k.Handler())
	t.Cleanup(s.Close)
	first, second := watch(t, s), watch(t, s)
	for _, page := range []func(func(View) bool) View{first, second} {
		page(func(v View) bool { return v.State == Asleep })
	}
	k.Wake()
	k.Press('5')
	a := first(func(v View) bool { return v.State == Typing })
	b := second(func(v View) bool { return v.State == Typing })
	a.Clock, b.Clock = "", ""
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("one page and the other:\n%s", diff)
	}
}

// watch opens the stream of a page. What it returns reads on to the first view
// that will do.
func watch(t testing.TB, s *httptest.Server) func(func(View) bool) View {
	t.Helper()
	answer, err := s.Client().Get(s.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	lines := bufio.NewScanner(answer.Body)
	return func(want func(View) bool) View {
		for lines.Scan() {
			text, ok := strings.CutPrefix(lines.Text(), "data: ")
			var v View
			if ok && json.Unmarshal([]byte(text), &v) == nil && want(v) {
				return v
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return View{}
	}
}

func TestOnePageTooManyIsTurnedAway(t *testing.T) {
	t.Parallel()
	k := newHouse(t, time.Now()).open(t, t.TempDir())
	s := httptest.NewServer(k.Handler())
	t.Cleanup(s.Close)
	for range maxStreams {
		watch(t, s)
	}
	answer, err := s.Client().Get(s.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", answer.StatusCode)
	}
}

func TestTheLightsStandLikeTheHours(t *testing.T) {
	t.Parallel()
	want := []light{{"0", "-90", true}, {"45", "-78", true}, {"78", "-45", false}, {"90", "0", false}}
	if diff := cmp.Diff(ring(2)[:4], want); diff != "" {
		t.Errorf("the first four lights (-got +want):\n%s", diff)
	}
}

func FuzzTouch(f *testing.F) {
	for _, body := range []string{`{"key":"3"}`, `{"key":"٣"}`, `{`, `{"key":"3"}x`, `{"thrown":true}`, "\x00", `{"key":"10"}`} {
		f.Add(body)
	}
	h := newHouse(f, time.Now())
	k := h.open(f, f.TempDir())
	f.Fuzz(func(t *testing.T, body string) {
		k.Clear()
		k.Wake()
		w := post(k, "/key", body)
		v, _ := k.Look()
		if typed := w.Code == http.StatusOK; typed != (v.Lights == 1) {
			t.Errorf("status %d with %d digits typed", w.Code, v.Lights)
		}
	})
}
