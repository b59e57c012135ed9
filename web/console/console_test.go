package console

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/building"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/store"
	"doorlink/store/storetest"
)

// house is a building with its console. Rut manages the portfolio, Lin the
// building with Limited Key Management; Lin has no role at Elm House.
type house struct {
	db         *store.DB
	console    *Server
	handler    http.Handler // of the console
	base       string
	plan, elm  *building.Plan
	rut, linda doorlink.Manager
}

func newHouse(t testing.TB, post Post) *house {
	t.Helper()
	h := &house{
		plan: newPlan(t, "Linden Court"), elm: newPlan(t, "Elm House"),
		rut: storetest.PortfolioManager("Rut"), linda: storetest.Manager("Linda"),
	}
	h.plan.AddResident("1A", "Ada", "Nwosu")
	h.open(t, post)
	storetest.Build(t, h.db, h.plan, h.elm)
	storetest.Appoint(t, h.db, h.rut, h.linda)
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.SetRole(ctx, doorlink.Role{Manager: h.linda.ID, Property: h.plan.Property.ID, Scope: doorlink.LimitedKeys})
	})
	return h
}

// open gives the house an empty database, and a console that is served.
func (h *house) open(t testing.TB, post Post) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	h.db = storetest.Open(t, storetest.SQLite(t))
	desks := office.New(h.db, log)
	desks.Use(office.Ways{Locks: doorcode.Master{Key: doorcode.Key{1, 2, 3}}})
	var err error
	if h.console, err = New(Config{Base: "http://localhost", Post: post}, h.db, desks, log); err != nil {
		t.Fatal(err)
	}
	h.handler = h.console.Handler()
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	h.base = site.URL
}

func newPlan(t testing.TB, name string) *building.Plan {
	t.Helper()
	return storetest.Plan(t, name, doorlink.BuildingEntrance, "Front door")
}

func (h *house) write(t testing.TB, f func(context.Context, *store.Tx) error) {
	t.Helper()
	storetest.Write(t, h.db, f)
}

// link makes a one-time link for a manager that is good for so long.
func (h *house) link(t testing.TB, m doorlink.Manager, good time.Duration) string {
	t.Helper()
	secret := doorlink.NewSecret()
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddDeskLink(ctx, m.ID, secret.Hash(), time.Now().Add(good))
	})
	return "/console/in/by/" + secret.Reveal()
}

// path is a page of Linden Court.
func (h *house) path(page string) string { return root + string(h.plan.Property.ID) + "/" + page }

// visit is a browser with cookies of its own.
type visit struct {
	t      testing.TB
	h      *house
	client *http.Client
	agent  string
}

func (h *house) browser(t testing.TB) *visit {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visit{t, h, &http.Client{Jar: jar}, "Firefox on Linux"}
}

// signedIn is a browser in which a manager has followed a link.
func (h *house) signedIn(t testing.TB, m doorlink.Manager) *visit {
	t.Helper()
	v := h.browser(t)
	if got := v.post(h.link(t, m, time.Minute), nil); got.status != http.StatusOK {
		t.Fatalf("signing in: status %d", got.status)
	}
	return v
}

type answer struct {
	status int
	path   string // where redirects ended
	body   string
	header http.Header
}

func (v *visit) get(path string) answer {
	v.t.Helper()
	return v.do("GET", path, nil, nil)
}

func (v *visit) post(path string, form url.Values) answer {
	v.t.Helper()
	return v.do("POST", path, form, http.Header{"Sec-Fetch-Site": {"same-origin"}})
}

func (v *visit) do(method, path string, form url.Values, header http.Header) answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.h.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	maps.Copy(r.Header, header)
	r.Header.Set("User-Agent", v.agent)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	got, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{got.StatusCode, got.Request.URL.RequestURI(), string(body), got.Header}
}

// deeds counts the entries of the audit, of no property, with an action.
func (h *house) deeds(t testing.TB, action string) int {
	t.Helper()
	all, err := h.db.Deeds(t.Context(), store.DeedQuery{Action: action, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestALinkSignsInOnceAndNotByLookingAtIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	link := h.link(t, h.linda, time.Minute)
	v := h.browser(t)
	for range 2 {
		if got := v.get(link); got.status != http.StatusOK || len(got.header["Set-Cookie"]) > 0 {
			t.Fatalf("looking: status %d, cookies %v", got.status, got.header["Set-Cookie"])
		}
	}
	if got := v.post(link, nil); got.status != http.StatusOK || got.path != h.path("overview") {
		t.Fatalf("got %d at %s, want the property's first page", got.status, got.path)
	}
	if n := h.deeds(t, "session.start"); n != 1 {
		t.Errorf("got %d entries of the audit, want 1", n)
	}
	for name, bad := range map[string]string{
		"used": link, "expired": h.link(t, h.linda, -time.Minute), "unknown": "/console/in/by/" + doorlink.NewSecret().Reveal(),
	} {
		if got := h.browser(t).post(bad, nil); got.status < 400 || !strings.Contains(got.body, `role="alert"`) {
			t.Errorf("%s: got %d, want to be refused with a sentence", name, got.status)
		}
	}
}

func TestTheCookieStaysInTheConsole(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.browser(t)
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	got := v.post(h.link(t, h.linda, time.Minute), nil).header.Get("Set-Cookie")
	for _, want := range []string{"dl_desk=", "; Path=/console/;", "; HttpOnly", "; SameSite=Strict"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", regexp.MustCompile(`=\w{32}`).ReplaceAllString(got, "=…"), want)
		}
	}
}

func TestNobodySeesTheConsoleWithoutASession(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	for _, path := range []string{h.path("overview"), h.path(""), "/console/account", "/console/nowhere"} {
		got := h.browser(t).get(path)
		if got.status != http.StatusForbidden || strings.Contains(got.body, "Linden") {
			t.Errorf("%s: got status %d, want the page to sign in with", path, got.status)
		}
	}
	if got := h.browser(t).get("/console/"); got.status != http.StatusOK || strings.Contains(got.body, "Linden") {
		t.Errorf("got status %d, want the page to sign in with", got.status)
	}
}

func TestAStolenSessionEndsForTheThiefAndTheOwner(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.linda)
	thief := &visit{t, h, v.client, "curl"}
	if got := thief.get(h.path("overview")); got.status != http.StatusForbidden {
		t.Fatalf("got status %d, want to be refused", got.status)
	}
	if n := h.deeds(t, "session.refused"); n != 1 {
		t.Errorf("got %d entries of the audit, want 1", n)
	}
	if sessions, err := h.db.Desks(t.Context(), h.linda.ID); err != nil || len(sessions) > 0 {
		t.Errorf("got %d sessions and %v, want none", len(sessions), err)
	}
}

func TestAForeignPropertyIsNotThereAndLookingIsAudited(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.linda)
	foreign := v.get(root + string(h.elm.Property.ID) + "/overview")
	missing := v.get(root + "prop_none/overview")
	if foreign.status != http.StatusNotFound || foreign.body != missing.body {
		t.Errorf("got status %d, want the answer for what does not exist", foreign.status)
	}
	if n := h.deeds(t, "property.refused"); n != 1 {
		t.Errorf("got %d entries of the audit, want 1", n)
	}
}

func TestAnotherSiteCannotPost(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	for _, path := range []string{"/console/out", "/console/account/end", h.path("undo")} {
		got := v.do("POST", path, url.Values{}, http.Header{"Sec-Fetch-Site": {"cross-site"}})
		if got.status != http.StatusForbidden {
			t.Errorf("%s: got status %d, want it refused", path, got.status)
		}
	}
	if got := v.get(h.path("overview")); got.status != http.StatusOK {
		t.Errorf("got status %d, want to be signed in still", got.status)
	}
}

func TestSigningOutEndsTheSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.linda)
	if got := v.post("/console/out", nil); got.path != root {
		t.Fatalf("got to %s, want the page to sign in with", got.path)
	}
	if sessions, err := h.db.Desks(t.Context(), h.linda.ID); err != nil || len(sessions) > 0 {
		t.Errorf("got %d sessions and %v, want none", len(sessions), err)
	}
}

func TestSessionsAreListedAndEndedByTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v, other := h.signedIn(t, h.linda), h.signedIn(t, h.linda)
	session := regexp.MustCompile(`name="session" value="(\w+)"`)
	found := session.FindAllStringSubmatch(v.get("/console/account").body, -1)
	if len(found) != 1 {
		t.Fatalf("got %d sessions to end, want the other one", len(found))
	}
	h.signedIn(t, h.rut).post("/console/account/end", url.Values{"session": {found[0][1]}})
	if got := other.get(h.path("overview")); got.status != http.StatusOK {
		t.Errorf("got status %d after somebody else tried to end the session", got.status)
	}
	v.post("/console/account/end", url.Values{"session": {found[0][1]}})
	if got := other.get(h.path("overview")); got.status != http.StatusForbidden {
		t.Errorf("got status %d after the session was ended", got.status)
	}
}

func TestWhatWasDoneIsSaidAndUndone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	d, err := h.console.office.At(t.Context(), office.Actor{Manager: h.linda}, h.plan.Property.ID)
	if err != nil {
		t.Fatal(err)
	}
	ada := h.plan.People[0].ID
	did, err := d.Show(t.Context(), ada, false)
	if err != nil {
		t.Fatal(err)
	}
	v := h.signedIn(t, h.linda)
	page := h.path("overview") + "?done=1"
	if did.Seq != 1 {
		t.Fatalf("got number %d, want the first", did.Seq)
	}
	if got := v.get(page); !strings.Contains(got.body, `name="seq" value="1"`) {
		t.Fatal("the page does not offer to undo it")
	}
	if got := h.signedIn(t, h.rut).get(page); strings.Contains(got.body, `name="seq"`) {
		t.Error("somebody else is told that they did it")
	}
	got := v.post(h.path("undo"), url.Values{"seq": {"1"}, "back": {h.path("overview")}})
	if got.path != h.path("overview")+"?done=2" {
		t.Errorf("got to %s, want back where it was offered", got.path)
	}
	if who, err := h.db.Person(t.Context(), ada); err != nil || !who.Shown {
		t.Errorf("got shown %v and %v, want it taken back", who.Shown, err)
	}
	if got := v.post(h.path("undo"), url.Values{"seq": {"1"}, "back": {"//evil.example/"}}); got.status != http.StatusConflict {
		t.Errorf("got status %d for undoing it again, want a conflict", got.status)
	}
	if got := v.post(h.path("undo"), url.Values{"seq": {"2"}, "back": {"//evil.example/"}}); !strings.HasPrefix(got.path, h.path("")) {
		t.Errorf("got to %s, want to stay in the console", got.path)
	}
}

func TestTheAuditIsForWhoSeesReports(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	d, err := h.console.office.At(t.Context(), office.Actor{Manager: h.linda}, h.plan.Property.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Show(t.Context(), h.plan.People[0].ID, false); err != nil {
		t.Fatal(err)
	}
	rut, linda := h.signedIn(t, h.rut), h.signedIn(t, h.linda)
	got := rut.get(h.path("audit"))
	for _, want := range []string{"Ada Nwosu", ">Linda<", `name="seq" value="1"`} {
		if got.status != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("got status %d and no %s", got.status, want)
		}
	}
	if got := rut.get(h.path("audit") + "?after=x"); got.status != http.StatusBadRequest {
		t.Errorf("got status %d for a page that is none", got.status)
	}
	for ask, want := range map[string]string{
		"?what=person":    `href="` + h.path("audit") + `"><bdi>People: all</bdi>`,
		"?who=man_nobody": "By man_nobody",
		"?what=unit":      "No entry is like that",
		"?who=" + string(h.linda.ID) + "&what=unit": `href="` + h.path("audit") + `?what=unit"><bdi>By Linda</bdi>`,
		"?from=tomorrow":    "Choose days of the calendar",
		"?from=2020-01-01":  "Ada Nwosu",
		"?to=2020-01-01":    "To 2020-01-01",
		"?what=person.hide": `<option value="person.hide" selected>`,
	} {
		if got := rut.get(h.path("audit") + ask); !strings.Contains(got.body, want) {
			t.Errorf("%s: got status %d, want it to say %s", ask, got.status, want)
		}
	}
	if got := rut.get(h.path("audit") + "?who=" + string(h.rut.ID)); strings.Contains(got.body, `value="`+string(h.rut.ID)) {
		t.Error("somebody is offered who did nothing here")
	}
	if got := linda.get(h.path("audit")); got.status != http.StatusForbidden {
		t.Errorf("got status %d, want Limited Key Management to be refused", got.status)
	}
	if got := linda.get(h.path("overview")); strings.Contains(got.body, "/audit") {
		t.Error("the rail shows a page that the reader may not open")
	}
}

func TestTheOverviewNamesNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	got := h.signedIn(t, h.rut).get(h.path("overview"))
	if got.status != http.StatusOK || strings.Contains(got.body, "Ada") || strings.Contains(got.body, "Nwosu") {
		t.Errorf("got status %d, want counts without names", got.status)
	}
}

func TestAPasskeyThatIsNoneIsRefusedAndTheCeremonyIsOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.browser(t)
	asked := v.post("/console/passkey/ask", nil)
	if asked.status != http.StatusOK || !strings.Contains(asked.body, `"challenge"`) {
		t.Fatalf("got status %d, want options for the browser", asked.status)
	}
	if got := v.post("/console/passkey", url.Values{"answer": {"{}"}}); got.status != http.StatusForbidden {
		t.Errorf("got status %d, want to be refused", got.status)
	}
	if got := v.post("/console/passkey", url.Values{"answer": {"{}"}}); got.status != http.StatusGone {
		t.Errorf("got status %d for a second answer, want that it is too late", got.status)
	}
	for _, path := range []string{"/console/account/passkey/ask", "/console/account/passkey", "/console/account/passkey/end"} {
		if got := v.post(path, nil); got.status != http.StatusForbidden {
			t.Errorf("%s: got status %d from somebody who is not signed in", path, got.status)
		}
	}
}

// post keeps what is sent.
type letters chan [2]string

func (l letters) Send(_ context.Context, to, _, text string) error {
	l <- [2]string{to, text}
	return nil
}

func TestALetterIsSentToManagersAloneAndTheAnswerIsTheSame(t *testing.T) {
	t.Parallel()
	sent := make(letters, 10)
	h := newHouse(t, sent)
	known := h.browser(t).post("/console/in", url.Values{"email": {" Linda@example.org"}})
	unknown := h.browser(t).post("/console/in", url.Values{"email": {"nobody@example.org"}})
	h.console.letters.Wait()
	if known.status != http.StatusOK || known.body != unknown.body {
		t.Errorf("got status %d and another answer for an unknown address", known.status)
	}
	if len(sent) != 1 {
		t.Fatalf("got %d letters, want 1", len(sent))
	}
	letter := <-sent
	if letter[0] != "linda@example.org" {
		t.Error("the letter went to another address")
	}
	link := regexp.MustCompile(`http://localhost(/console/in/by/\w{32})\n`).FindStringSubmatch(letter[1])
	if link == nil {
		t.Fatal("the letter has no link")
	}
	if got := h.browser(t).post(link[1], nil); got.path != h.path("overview") {
		t.Errorf("got to %s with the link, want to be signed in", got.path)
	}
}

func TestWhoAsksTooOftenWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t, make(letters, 10))
	for range linksPerEmail.Burst {
		h.browser(t).post("/console/in", url.Values{"email": {"linda@example.org"}})
	}
	got := h.browser(t).post("/console/in", url.Values{"email": {"linda@example.org"}})
	if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
		t.Errorf("got status %d, want to wait", got.status)
	}
	h.console.letters.Wait()
	for range attemptsPerAddress.Burst {
		got = h.browser(t).post("/console/in/by/"+doorlink.NewSecret().Reveal(), nil)
	}
	if got.status != http.StatusTooManyRequests {
		t.Errorf("got status %d for guessing links, want to wait", got.status)
	}
	for _, way := range []string{"/console/passkey/ask", "/console/passkey", "/console/in"} {
		if got := h.browser(t).post(way, nil); got.status != http.StatusTooManyRequests {
			t.Errorf("got status %d at %s, want to wait as well", got.status, way)
		}
	}
}
