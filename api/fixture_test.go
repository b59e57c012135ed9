package api_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"doorlink"
	"doorlink/api"
	"doorlink/building"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/store"
	"doorlink/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is a building with an API. Ada lives in 1A, holds the residents' key and
// has a handset; the roof key is held by nobody. Rut manages the portfolio, of
// which elsewhere is a part; Lin has a role that a test gives them.
type house struct {
	db              *store.DB
	office          *office.Office
	api             *api.Server
	plan, elsewhere *building.Plan
	ada             doorlink.PersonID
	roof            doorlink.KeyID
	rut, lin        doorlink.Manager
}

func newHouse(tb testing.TB) *house {
	tb.Helper()
	log := slog.New(slog.DiscardHandler)
	db := storetest.Open(tb, storetest.SQLite(tb))
	h := &house{
		db:        db,
		plan:      storetest.Plan(tb, "Linden Court", doorlink.Communal, "Front door"),
		elsewhere: storetest.Plan(tb, "Elm House", doorlink.Communal, "Front door"),
		rut:       storetest.PortfolioManager("Rut"), lin: storetest.Manager("Lin"),
	}
	h.ada = h.plan.AddResident("1A", "Ada", "Nwosu")
	h.plan.AddHandset(h.ada, "Firefox")
	h.roof = h.plan.AddKey("Roof")
	h.elsewhere.AddResident("1A", "Eve", "Elm")
	storetest.Build(tb, db, h.plan, h.elsewhere)
	storetest.Appoint(tb, db, h.rut, h.lin)
	h.office = office.New(db, log)
	h.office.Use(office.Ways{Locks: doorcode.Master{Key: doorcode.Key{1, 2, 3}}})
	var err error
	if h.api, err = api.New(api.Config{Base: "https://door.example"}, h.office, log); err != nil {
		tb.Fatal(err)
	}
	return h
}

func (h *house) write(tb testing.TB, f func(context.Context, *store.Tx) error) {
	tb.Helper()
	storetest.Write(tb, h.db, f)
}

// token makes a token of a manager that works where they do.
func (h *house) token(tb testing.TB, of doorlink.Manager, ends time.Time, may ...doorlink.Ability) program {
	tb.Helper()
	secret := doorlink.Secret(office.TokenPrefix + doorlink.NewSecret().Reveal())
	t := doorlink.Token{
		ID: doorlink.NewID[doorlink.TokenID]("tok"), Name: "Test", Manager: of.ID, May: may, Made: time.Now(), Ends: ends,
	}
	h.write(tb, func(ctx context.Context, tx *store.Tx) error { return tx.AddToken(ctx, t, secret.Hash()) })
	return program{h.api, secret.Reveal(), "/api/v1/properties/" + string(h.plan.Property.ID)}
}

// all is a program that may do everything.
func (h *house) all(tb testing.TB) program {
	tb.Helper()
	return h.token(tb, h.rut, time.Now().Add(time.Hour), doorlink.Abilities...)
}

// program asks as programs do.
type program struct {
	api    http.Handler
	secret string
	home   string // the path of its property
}

// answer is what a program was told.
type answer struct {
	*http.Response
	text string
}

// asks sends a request; a path that begins with a letter is within the property.
// more are names and values of headers.
func (p program) asks(tb testing.TB, method, path, body string, more ...string) answer {
	tb.Helper()
	if !strings.HasPrefix(path, "/") {
		path = strings.TrimSuffix(p.home+"/"+path, "/")
	}
	r := httptest.NewRequestWithContext(tb.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if p.secret != "" {
		r.Header.Set("Authorization", "Bearer "+p.secret)
	}
	for i := 0; i < len(more); i += 2 {
		r.Header.Set(more[i], more[i+1])
	}
	w := httptest.NewRecorder()
	p.api.ServeHTTP(w, r)
	a := answer{Response: w.Result()}
	text, err := io.ReadAll(a.Body)
	if err != nil {
		tb.Fatal(err)
	}
	a.text = string(text)
	if a.StatusCode >= 400 {
		a.isProblem(tb, method+" "+path)
	}
	return a
}

// isProblem checks what every refusal is.
func (a answer) isProblem(tb testing.TB, of string) {
	tb.Helper()
	var p api.Problem
	a.read(tb, &p)
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		tb.Errorf("%s: a refusal of type %q", of, got)
	}
	if p.Status != a.StatusCode || !strings.HasPrefix(p.Type, "urn:doorlink:error:") || p.Title == "" || p.Detail == "" {
		tb.Errorf("%s: no whole problem: %s", of, a.text)
	}
	if strings.Contains(p.Detail, "error.") || strings.Contains(p.Detail, "{") {
		tb.Errorf("%s: no sentence: %s", of, p.Detail)
	}
}

func (a answer) read(tb testing.TB, into any) {
	tb.Helper()
	if err := json.Unmarshal([]byte(a.text), into); err != nil {
		tb.Fatalf("%v in %s", err, a.text)
	}
}

// is fails unless the status is the one wanted.
func (a answer) is(tb testing.TB, status int) answer {
	tb.Helper()
	if a.StatusCode != status {
		tb.Fatalf("got %d, want %d: %s", a.StatusCode, status, a.text)
	}
	return a
}

// key is the key of a refusal.
func (a answer) key(tb testing.TB) string {
	tb.Helper()
	var p api.Problem
	a.read(tb, &p)
	return strings.TrimPrefix(p.Type, "urn:doorlink:error:")
}
