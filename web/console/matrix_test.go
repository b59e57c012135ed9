package console

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

// Who may use a route that is at no property.
const (
	anybody  doorlink.Ability = "anybody"
	signedIn doorlink.Ability = "signed in"
)

// needs says of every route which ability it takes; a route that is not here
// fails TestEveryRouteSaysWhoMay.
var needs = map[string]doorlink.Ability{
	"GET /a/{hash}/console/":     anybody,
	"GET /console/{$}":           anybody,
	"GET /console/in/by/{link}":  anybody,
	"POST /console/in/by/{link}": anybody,
	"POST /console/in":           anybody,
	"POST /console/passkey/ask":  anybody,
	"GET /console/sso/begin":     anybody,
	"GET /console/sso":           anybody,
	"POST /console/passkey":      anybody,

	"GET /console/properties":           signedIn,
	"GET /console/properties/new":       doorlink.Govern,
	"POST /console/properties/new":      doorlink.Govern,
	"GET /console/audit":                doorlink.Govern,
	"GET /console/account":              signedIn,
	"POST /console/account/end":         signedIn,
	"POST /console/out":                 signedIn,
	"/console/":                         signedIn,
	"POST /console/account/passkey/ask": signedIn,
	"POST /console/account/passkey":     signedIn,
	"POST /console/account/passkey/end": signedIn,

	"GET /console/{property}/{$}":      doorlink.See,
	"POST /console/{property}/undo":    doorlink.See,
	"GET /console/{property}/audit":    doorlink.SeeReports,
	"GET /console/{property}/overview": doorlink.See,
	"GET /console/{property}/live":     doorlink.See,

	"GET /console/{property}/doors":                     doorlink.See,
	"POST /console/{property}/doors":                    doorlink.Devices,
	"GET /console/{property}/doors/{door}":              doorlink.See,
	"POST /console/{property}/doors/{door}":             doorlink.Devices,
	"POST /console/{property}/doors/{door}/remove":      doorlink.Devices,
	"GET /console/{property}/doors/{door}/lock":         doorlink.Devices,
	"POST /console/{property}/doors/{door}/lock":        doorlink.Devices,
	"GET /console/{property}/doors/{door}/directory":    doorlink.See,
	"GET /console/{property}/doors/{door}/link":         doorlink.See,
	"POST /console/{property}/doors/{door}/link":        doorlink.Devices,
	"GET /console/{property}/doors/{door}/link/live":    doorlink.See,
	"GET /console/{property}/doors/{door}/link/change":  doorlink.Devices,
	"POST /console/{property}/doors/{door}/link/change": doorlink.Devices,
	"POST /console/{property}/doors/{door}/link/label":  doorlink.Devices,
	"POST /console/{property}/doors/{door}/link/looked": doorlink.Devices,
	"POST /console/{property}/doors/{door}/link/retire": doorlink.Devices,
	"GET /console/{property}/doors/{door}/link/print":   doorlink.Devices,
	"POST /console/{property}/doors/{door}/link/print":  doorlink.Devices,

	"GET /console/{property}/keys":                             doorlink.See,
	"POST /console/{property}/keys":                            doorlink.EditKeys,
	"GET /console/{property}/keys/{key}":                       doorlink.See,
	"POST /console/{property}/keys/{key}":                      doorlink.EditKeys,
	"POST /console/{property}/keys/{key}/remove":               doorlink.EditKeys,
	"GET /console/{property}/keys/{key}/doors":                 doorlink.EditKeys,
	"POST /console/{property}/keys/{key}/doors":                doorlink.EditKeys,
	"GET /console/{property}/keys/{key}/doors/{door}":          doorlink.EditKeys,
	"POST /console/{property}/keys/{key}/doors/{door}":         doorlink.EditKeys,
	"POST /console/{property}/keys/{key}/doors/{door}/off":     doorlink.EditKeys,
	"GET /console/{property}/keys/{key}/holders":               doorlink.See,
	"GET /console/{property}/keys/{key}/give":                  doorlink.GrantKeys,
	"POST /console/{property}/keys/{key}/give":                 doorlink.GrantKeys,
	"GET /console/{property}/keys/{key}/holders/{person}":      doorlink.GrantKeys,
	"POST /console/{property}/keys/{key}/holders/{person}":     doorlink.GrantKeys,
	"POST /console/{property}/keys/{key}/holders/{person}/end": doorlink.GrantKeys,

	"GET /console/{property}/people":                      doorlink.See,
	"GET /console/{property}/people/unreached":            doorlink.See,
	"POST /console/{property}/people/links":               doorlink.EditPeople,
	"GET /console/{property}/people/invite":               doorlink.EditPeople,
	"POST /console/{property}/people/invite":              doorlink.EditPeople,
	"GET /console/{property}/people/{person}":             doorlink.See,
	"POST /console/{property}/people/{person}":            doorlink.EditPeople,
	"GET /console/{property}/people/{person}/link":        doorlink.See,
	"POST /console/{property}/people/{person}/link":       doorlink.EditPeople,
	"POST /console/{property}/people/{person}/show":       doorlink.EditPeople,
	"POST /console/{property}/people/{person}/units":      doorlink.EditPeople,
	"POST /console/{property}/people/{person}/units/end":  doorlink.EditPeople,
	"POST /console/{property}/people/{person}/keys":       doorlink.GrantKeys,
	"POST /console/{property}/people/{person}/keys/dates": doorlink.GrantKeys,
	"POST /console/{property}/people/{person}/keys/renew": doorlink.GrantKeys,
	"POST /console/{property}/people/{person}/keys/share": doorlink.EditKeys,
	"POST /console/{property}/people/{person}/keys/end":   doorlink.GrantKeys,
	"POST /console/{property}/people/{person}/out":        doorlink.EditPeople,
	"POST /console/{property}/people/{person}/revoke":     doorlink.EditPeople,
	"POST /console/{property}/people/{person}/sign-out":   doorlink.EditPeople,
	"POST /console/{property}/people/{person}/delete":     doorlink.EditPeople,
	"POST /console/{property}/people/{person}/export":     doorlink.SeeReports,
	"POST /console/{property}/people/{person}/erase":      doorlink.SeeReports,

	"GET /console/{property}/units":                doorlink.See,
	"POST /console/{property}/units":               doorlink.EditPeople,
	"POST /console/{property}/units/by-name":       doorlink.EditPeople,
	"GET /console/{property}/units/featured":       doorlink.EditPeople,
	"POST /console/{property}/units/featured":      doorlink.EditPeople,
	"GET /console/{property}/units/{unit}":         doorlink.See,
	"POST /console/{property}/units/{unit}":        doorlink.EditPeople,
	"POST /console/{property}/units/{unit}/move":   doorlink.EditPeople,
	"POST /console/{property}/units/{unit}/hidden": doorlink.EditPeople,
	"POST /console/{property}/units/{unit}/remove": doorlink.EditPeople,

	"GET /console/{property}/history":      doorlink.SeeHistory,
	"GET /console/{property}/history/csv":  doorlink.SeeReports,
	"GET /console/{property}/history/json": doorlink.SeeReports,

	"GET /console/{property}/import":                                doorlink.EditPeople,
	"POST /console/{property}/import":                               doorlink.EditPeople,
	"GET /console/{property}/import/people.csv":                     doorlink.EditPeople,
	"GET /console/{property}/import/{list}":                         doorlink.EditPeople,
	"GET /console/{property}/import/{list}/skipped.csv":             doorlink.EditPeople,
	"POST /console/{property}/import/{list}/choose":                 doorlink.EditPeople,
	"POST /console/{property}/import/{list}/decide":                 doorlink.EditPeople,
	"POST /console/{property}/import/{list}/apply":                  doorlink.EditPeople,
	"POST /console/{property}/import/{list}/invite":                 doorlink.EditPeople,
	"POST /console/{property}/import/{list}/remove":                 doorlink.EditPeople,
	"GET /console/{property}/import/sync":                           doorlink.Connect,
	"POST /console/{property}/import/sync":                          doorlink.Connect,
	"POST /console/{property}/import/sync/now":                      doorlink.Connect,
	"POST /console/{property}/import/sync/answers":                  doorlink.Connect,
	"GET /console/{property}/import/sync/lists":                     doorlink.Connect,
	"GET /console/{property}/import/sync/lists/{taken}/skipped.csv": doorlink.Connect,
	"GET /console/{property}/export/people.csv":                     doorlink.SeeReports,
	"GET /console/{property}/export/everything.json":                doorlink.SeeReports,
	"GET /console/{property}/locks":                                 doorlink.See,
	"GET /console/{property}/reports":                               doorlink.SeeReports,
	"GET /console/{property}/reports/{report}":                      doorlink.SeeReports,
	"GET /console/{property}/reports/{report}/csv":                  doorlink.SeeReports,

	"GET /console/{property}/managers":                 doorlink.Govern,
	"GET /console/{property}/managers/new":             doorlink.Govern,
	"POST /console/{property}/managers/new":            doorlink.Govern,
	"GET /console/{property}/managers/{manager}":       doorlink.Govern,
	"POST /console/{property}/managers/{manager}":      doorlink.Govern,
	"GET /console/{property}/managers/{manager}/link":  doorlink.Govern,
	"POST /console/{property}/managers/{manager}/link": doorlink.Govern,
	"POST /console/{property}/managers/{manager}/end":  doorlink.Govern,

	"GET /console/{property}/tokens":                                        doorlink.Connect,
	"GET /console/{property}/tokens/new":                                    doorlink.Connect,
	"POST /console/{property}/tokens/new":                                   doorlink.Connect,
	"GET /console/{property}/tokens/{token}":                                doorlink.Connect,
	"POST /console/{property}/tokens/{token}/end":                           doorlink.Connect,
	"GET /console/{property}/webhooks":                                      doorlink.Connect,
	"POST /console/{property}/webhooks":                                     doorlink.Connect,
	"GET /console/{property}/webhooks/new":                                  doorlink.Connect,
	"GET /console/{property}/webhooks/{hook}":                               doorlink.Connect,
	"GET /console/{property}/webhooks/{hook}/change":                        doorlink.Connect,
	"POST /console/{property}/webhooks/{hook}/change":                       doorlink.Connect,
	"POST /console/{property}/webhooks/{hook}/pause":                        doorlink.Connect,
	"POST /console/{property}/webhooks/{hook}/test":                         doorlink.Connect,
	"GET /console/{property}/webhooks/{hook}/secret":                        doorlink.Connect,
	"POST /console/{property}/webhooks/{hook}/secret":                       doorlink.Connect,
	"POST /console/{property}/webhooks/{hook}/remove":                       doorlink.Connect,
	"POST /console/{property}/webhooks/{hook}/replay":                       doorlink.Connect,
	"GET /console/{property}/webhooks/{hook}/deliveries/{delivery}":         doorlink.Connect,
	"POST /console/{property}/webhooks/{hook}/deliveries/{delivery}/replay": doorlink.Connect,

	"GET /console/{property}/settings":  doorlink.Settings,
	"POST /console/{property}/settings": doorlink.Settings,
}

// patterns are all routes of the console.
func patterns(s *Server) []string {
	var all []string
	s.routes(func(pattern string, _ http.Handler) { all = append(all, pattern) })
	return all
}

func TestEveryRouteSaysWhoMay(t *testing.T) {
	t.Parallel()
	all := patterns(&Server{})
	for _, pattern := range all {
		if needs[pattern] == "" {
			t.Errorf("%s: say in needs who may", pattern)
		}
	}
	for pattern := range needs {
		if !slices.Contains(all, pattern) {
			t.Errorf("%s is no route any more", pattern)
		}
	}
}

// readable is a form that every page can read, so that who may is what decides.
var readable = url.Values{"when": {"now"}, "day": {"1"}, "access": {"limited"}}

// ask is a request to a route at a property, in which everything else that is
// named is of Linden Court.
func (h *house) ask(pattern string, at doorlink.PropertyID) *http.Request {
	method, path, found := strings.Cut(pattern, " ")
	if !found {
		method, path = http.MethodGet, pattern+"nothing/at/all"
	}
	path = strings.NewReplacer(
		"{$}", "", "{property}", string(at), "{door}", string(h.plan.Doors[0].ID), "{key}", string(h.plan.Keys[0].ID),
		"{person}", string(h.plan.People[0].ID), "{unit}", string(h.plan.Units[0].ID), "{manager}", string(h.linda.ID),
	).Replace(path)
	form := maps.Clone(readable)
	if strings.HasSuffix(path, "/move") {
		form.Set("to", "1")
	}
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("User-Agent", "Firefox")
	return r
}

// session lets a request come from somebody who has just signed in.
func (h *house) session(t *testing.T, r *http.Request, m doorlink.Manager) {
	t.Helper()
	secret := doorlink.NewSecret()
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddDesk(ctx, store.DeskSession{
			Hash: secret.Hash(), Manager: m.ID, Browser: browser(r), Way: byLink, Added: time.Now(), Used: time.Now(),
		})
	})
	r.AddCookie(&http.Cookie{Name: cookie, Value: secret.Reveal()})
}

// served is the console's answer.
func (h *house) served(t *testing.T, r *http.Request) (status int, body string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r.WithContext(t.Context()))
	text, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(text)
}

func TestNobodyDoesMoreThanTheirRole(t *testing.T) {
	t.Parallel()
	for _, scope := range []doorlink.KeyScope{portfolio, doorlink.FullKeys, doorlink.LimitedKeys, doorlink.SpecificKeys} {
		for _, devices := range []bool{false, true} {
			t.Run(string(scope)+map[bool]string{true: " and devices"}[devices], func(t *testing.T) {
				t.Parallel()
				h := newHouse(t, nil)
				role := doorlink.Role{
					Manager: h.linda.ID, Property: h.plan.Property.ID, Scope: scope, Devices: devices, Keys: []doorlink.KeyID{h.plan.Keys[0].ID},
				}
				who, may := h.linda, role.May
				if scope == portfolio {
					who, may = h.rut, func(doorlink.Ability) bool { return true }
				} else {
					h.write(t, func(ctx context.Context, tx *store.Tx) error { return tx.SetRole(ctx, role) })
				}
				for _, pattern := range slices.Sorted(maps.Keys(needs)) {
					h.holds(t, pattern, who, may)
				}
			})
		}
	}
}

// holds fails unless a route refuses a manager if and only if they may not.
func (h *house) holds(t *testing.T, pattern string, who doorlink.Manager, may func(doorlink.Ability) bool) {
	t.Helper()
	needed := needs[pattern]
	if needed == anybody {
		return
	}
	r := h.ask(pattern, h.plan.Property.ID)
	h.session(t, r, who)
	status, _ := h.served(t, r)
	if refused := status == http.StatusForbidden; refused != (needed != signedIn && !may(needed)) || status >= 500 {
		t.Errorf("%s: got status %d", pattern, status)
	}
	if who.Portfolio || !strings.Contains(pattern, "{property}") {
		return
	}
	r = h.ask(pattern, h.elm.Property.ID)
	h.session(t, r, who)
	if status, body := h.served(t, r); status != http.StatusNotFound || strings.Contains(body, "Elm") {
		t.Errorf("%s elsewhere: got status %d", pattern, status)
	}
}

// furnished is Elm House with one of everything that an address can name.
func (h *house) furnished(t *testing.T) *strings.Replacer {
	t.Helper()
	p := h.elm.Property.ID
	eve := h.elm.AddPerson("Eve", "Elm")
	unit := doorlink.Unit{ID: doorlink.NewID[doorlink.UnitID]("unit"), Property: p, Name: "E1"}
	hook := doorlink.Hook{ID: doorlink.NewID[doorlink.HookID]("hook"), Property: p, URL: "https://example.org/", Events: []doorlink.EventKind{doorlink.CallPlaced}}
	token := doorlink.Token{ID: doorlink.NewID[doorlink.TokenID]("tok"), Property: p, Name: "T", Manager: h.rut.ID, Made: time.Now(), Ends: time.Now().Add(time.Hour)}
	list := store.Draft{ID: doorlink.NewID[doorlink.DraftID]("draft"), Property: p, Manager: h.rut.ID, Made: time.Now()}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(tx.AddUnit(ctx, unit), tx.AddPerson(ctx, h.elm.People[0]), tx.AddHook(ctx, hook, "whsec_x"),
			tx.AddToken(ctx, token, "hash"), tx.AddDraft(ctx, list))
	})
	return strings.NewReplacer("{door}", string(h.elm.Doors[0].ID), "{key}", string(h.elm.Keys[0].ID), "{person}", string(eve),
		"{unit}", string(unit.ID), "{hook}", string(hook.ID), "{token}", string(token.ID), "{list}", string(list.ID))
}

func TestIDsOfElsewhereAreNowhereAndTheGuessIsAudited(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	elms := h.furnished(t)
	role := doorlink.Role{Manager: h.linda.ID, Property: h.plan.Property.ID, Scope: doorlink.FullKeys, Devices: true}
	h.write(t, func(ctx context.Context, tx *store.Tx) error { return tx.SetRole(ctx, role) })
	for _, pattern := range patterns(h.console) {
		path := elms.Replace(strings.Replace(pattern, "{property}", string(h.plan.Property.ID), 1))
		if path == strings.Replace(pattern, "{property}", string(h.plan.Property.ID), 1) || needs[pattern] == doorlink.Govern {
			continue
		}
		before := h.deeds(t, "property.refused")
		r := h.ask(strings.ReplaceAll(path, "{delivery}", "dlv_none"), h.plan.Property.ID)
		h.session(t, r, h.linda)
		status, body := h.served(t, r)
		if status != http.StatusNotFound || strings.Contains(body, "Elm") || strings.Contains(body, "Eve") {
			t.Errorf("%s: got status %d", pattern, status)
		}
		if n := h.deeds(t, "property.refused") - before; n != 1 {
			t.Errorf("%s: the guess has %d entries in the audit", pattern, n)
		}
	}
}

func TestStrangersOtherSitesAndThievesGetNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	for _, pattern := range patterns(h.console) {
		if needs[pattern] == anybody {
			continue
		}
		r := h.ask(pattern, h.plan.Property.ID)
		if status, body := h.served(t, r); status != http.StatusForbidden || strings.Contains(body, "Linden") {
			t.Errorf("%s, not signed in: got status %d", pattern, status)
		}
		if strings.HasPrefix(pattern, "POST ") {
			r = h.ask(pattern, h.plan.Property.ID)
			h.session(t, r, h.rut)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			if status, _ := h.served(t, r); status != http.StatusForbidden {
				t.Errorf("%s, from another site: got status %d", pattern, status)
			}
		}
		r = h.ask(pattern, h.plan.Property.ID)
		h.session(t, r, h.linda)
		r.Header.Set("User-Agent", "curl")
		status, body := h.served(t, r)
		left, err := h.db.Desks(t.Context(), h.linda.ID)
		if status != http.StatusForbidden || strings.Contains(body, "Linden") || err != nil || len(left) > 0 {
			t.Errorf("%s, with a stolen session: got status %d, %d sessions, %v", pattern, status, len(left), err)
		}
	}
}

func TestPagesOpenWithoutTheirZone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	lost := h.plan.Property
	lost.Zone = "Europe/Atlantis"
	h.write(t, func(ctx context.Context, tx *store.Tx) error { return tx.SetProperty(ctx, lost) })
	for _, pattern := range patterns(h.console) {
		if !strings.HasPrefix(pattern, "GET ") || !strings.Contains(pattern, "{property}") {
			continue
		}
		r := h.ask(pattern, h.plan.Property.ID)
		h.session(t, r, h.rut)
		if got, body := h.served(t, r); got >= 400 && got != http.StatusNotFound || strings.Contains(body, "property.zone") {
			t.Errorf("%s: got status %d", pattern, got)
		}
	}
	r := h.ask("GET /console/{property}/overview", h.plan.Property.ID)
	h.session(t, r, h.rut)
	if _, body := h.served(t, r); !strings.Contains(body, "no time zone Europe/Atlantis any more") {
		t.Error("the overview does not say that the zone is lost")
	}
}

func TestAFormIsShortAndAListLong(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	lists := 0
	h.console.routes(func(pattern string, guard http.Handler) {
		_, list := guard.(withList)
		if list {
			lists++
		}
		if !strings.HasPrefix(pattern, "POST ") {
			return
		}
		r := h.ask(pattern, h.plan.Property.ID)
		text := "name="
		if list {
			text = "--x\r\nContent-Disposition: form-data; name=\"list\"; filename=\"list.csv\"\r\n\r\n"
			r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		}
		body := &counted{Reader: strings.NewReader(text + strings.Repeat("x", 2*longestForm))}
		r.Body = io.NopCloser(body)
		h.session(t, r, h.rut)
		status, _ := h.served(t, r)
		if list != (body.read > longestForm+1) || status < 400 || status >= 500 {
			t.Errorf("%s: got status %d after %d bytes", pattern, status, body.read)
		}
	})
	if lists != 1 {
		t.Errorf("got %d routes that read a list", lists)
	}
	r := h.ask("POST /console/{property}/import", h.plan.Property.ID) // by nobody, and no list
	body := &counted{Reader: strings.NewReader("name=" + strings.Repeat("x", 2*longestForm))}
	r.Body = io.NopCloser(body)
	if status, _ := h.served(t, r); status < 400 || body.read > longestForm+1 {
		t.Errorf("a form where a list is read: got status %d after %d bytes", status, body.read)
	}
}

// counted counts what is read.
type counted struct {
	io.Reader
	read int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += n
	return n, err
}
