package api_test

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/api"
	"doorlink/store"
)

// role gives Lin a role at the house.
func (h *house) role(tb testing.TB, r doorlink.Role) {
	tb.Helper()
	r.Manager, r.Property = h.lin.ID, h.plan.Property.ID
	h.write(tb, func(ctx context.Context, tx *store.Tx) error { return tx.SetRole(ctx, r) })
}

// route is one line of the table that the description is made from.
type route struct {
	method, path string
	needs        []doorlink.Ability
	body         string
}

var (
	needs = regexp.MustCompile(`^Needs the abilit(?:y|ies) ([\w ]+)\.$`)
	place = regexp.MustCompile(`\{\w+\}`)
)

// bodies are requests that can be read, so that who may is what decides.
var bodies = map[string]string{
	"addUnit": `{"name":"Z"}`, "changeUnit": `{}`, "moveUnit": `{"to":1}`, "addFeatured": `{"name":"Z","staff":{}}`,
	"invite": `{}`, "changePerson": `{}`, "giveKey": `{"key":"key_1"}`, "changeHolding": `{}`,
	"changeProperty": `{}`, "addDoor": `{"name":"Z","type":"communal"}`, "changeDoor": `{}`,
	"activateLock": `{}`, "addLink": `{"label":"Z"}`, "changeLink": `{}`, "changeQR": `{"old_stops":"now"}`,
	"addKey": `{"name":"Z"}`, "changeKey": `{}`, "putDoors": `{"doors":["door_1"]}`, "changeKeyDoor": `{}`, "giveTo": `{"people":["pers_1"]}`,
	"addList": `{"text":""}`, "chooseList": `{}`, "decideList": `{"email":"z@"}`, "applyList": `{"seal":""}`,
	"setFeed": `{"minutes":60}`, "answerConflict": `{"answer":"no"}`,
	"inviteManager": `{"name":"Z","email":"z@","scope":"limited"}`, "changeManager": `{}`,
	"addProperty": `{"name":"Z","time_zone":"Nowhere"}`,
	"addWebhook":  `{"url":"ftp://example.org","events":["*"]}`, "changeWebhook": `{}`,
	"addToken": `{"name":"Z","may":["see"],"ends":"2020-01-01T00:00:00Z"}`,
}

// routes are all that the description has at a property.
func (h *house) routes(tb testing.TB) []route {
	tb.Helper()
	var described struct {
		Paths map[string]map[string]struct {
			OperationID, Description string
			RequestBody              any
		}
	}
	text := program{api: h.api}.asks(tb, "GET", "/api/v1/openapi.json", "").text
	if err := json.Unmarshal([]byte(text), &described); err != nil {
		tb.Fatal(err)
	}
	var all []route
	for path, methods := range described.Paths {
		for method, o := range methods {
			ability := needs.FindStringSubmatch(o.Description)
			if ability == nil {
				tb.Errorf("%s %s does not say what it needs", method, path)
				continue
			}
			body := bodies[o.OperationID]
			if (body == "") != (o.RequestBody == nil) {
				tb.Errorf("%s has no body in this test, or one too many", o.OperationID)
			}
			r := route{method: strings.ToUpper(method), path: path, body: body}
			for name := range strings.SplitSeq(ability[1], " and ") {
				r.needs = append(r.needs, doorlink.Ability(name))
			}
			all = append(all, r)
		}
	}
	return all
}

// allows reports whether somebody has all abilities that the route needs.
func (r route) allows(may func(doorlink.Ability) bool) bool {
	return !slices.ContainsFunc(r.needs, func(a doorlink.Ability) bool { return !may(a) })
}

// at is the path at a property, where everything else named is not there.
func (r route) at(p doorlink.PropertyID) string {
	path := api.Base + strings.Replace(r.path, "{property}", string(p), 1)
	return place.ReplaceAllString(strings.Replace(path, "{deed}", "999", 1), "none_1")
}

func TestNobodyDoesMoreThanTheirRoleAndTokenSay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	type asker struct {
		name string
		may  func(doorlink.Ability) bool
		role *doorlink.Role
		by   doorlink.Manager
		only []doorlink.Ability
	}
	askers := []asker{{"a Portfolio Manager", func(doorlink.Ability) bool { return true }, nil, h.rut, doorlink.Abilities}}
	for _, a := range doorlink.Abilities {
		only := func(b doorlink.Ability) bool { return b == doorlink.See || b == a }
		askers = append(askers, asker{"a token that may " + string(a), only, nil, h.rut, []doorlink.Ability{doorlink.See, a}})
	}
	for _, scope := range []doorlink.KeyScope{doorlink.FullKeys, doorlink.LimitedKeys, doorlink.SpecificKeys} {
		for _, devices := range []bool{false, true} {
			r := doorlink.Role{Scope: scope, Devices: devices}
			askers = append(askers, asker{string(scope), r.May, &r, h.lin, doorlink.Abilities})
		}
	}
	routes := h.routes(t)
	if len(routes) < 30 {
		t.Fatalf("got %d routes: the table is not read", len(routes))
	}
	for _, a := range askers {
		if a.role != nil {
			h.role(t, *a.role)
		}
		p := h.token(t, a.by, time.Now().Add(time.Hour), a.only...)
		for _, r := range routes {
			refused := p.asks(t, r.method, r.at(h.plan.Property.ID), r.body, "If-Match", "*").StatusCode == 403
			if refused == r.allows(a.may) {
				t.Errorf("%s, %s %s: refused %v", a.name, r.method, r.path, refused)
			}
			if a.role == nil || !strings.Contains(r.path, "{property}") {
				continue
			}
			if got := p.asks(t, r.method, r.at(h.elsewhere.Property.ID), r.body, "If-Match", "*"); got.StatusCode != 404 || got.key(t) != "property.unknown" {
				t.Errorf("%s, %s %s elsewhere: got %d %s", a.name, r.method, r.path, got.StatusCode, got.text)
			}
		}
	}
}

func TestWithoutATokenNothingIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, r := range h.routes(t)[:25] { // an address may guess 30 times
		program{api: h.api}.asks(t, r.method, r.at(h.plan.Property.ID), r.body).is(t, 401)
	}
}
