package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"doorlink"
	"doorlink/store"
)

// may are values that each field of a patch may become, whatever the others are.
// Times, colons in IDs and the like come back as they are written here.
var may = map[string]map[string][]string{
	"changeProperty": {
		"name": {`"Ash House"`, `"Oak House"`}, "time_zone": {`"Europe/Lisbon"`, `"Europe/Berlin"`},
		"names": {`"unit"`, `"full"`}, "languages": {`["de","en"]`, `null`}, "notice": {`"Mind the step"`, `null`},
		"search_first": {`true`, `false`}, "counts_only": {`true`, `false`}, "webhook_names": {`true`, `false`},
		"doorcode_digits": {`8`, `7`}, "look_at_panels_days": {`0`, `14`}, "days_kept": {`{"calls":7}`, `{"doorcodes":9}`, `{"sign_ins":3}`},
		"quiet_hours": {`{"from":"22:00","to":"07:00"}`, `null`},
	},
	"changeDoor":    {"name": {`"Gate"`, `"Front"`}, "type": {`"communal"`, `"service"`}, "needs_may_share": {`true`, `false`}},
	"changeLink":    {"label": {`"N1"`, `"N2"`}},
	"changeKey":     {"name": {`"Cellar"`, `"Garage"`}, "may_share": {`true`, `false`}},
	"changeKeyDoor": {"hours": {`{"from":"08:00","to":"20:00","days":["mon","sun"]}`, `null`}, "provide_doorcodes": {`true`, `false`}},
	"changeManager": {
		"scope": {`"specific"`}, "portfolio": {`false`}, "devices": {`true`, `false`}, "keys": {`["ROOF"]`, `["HOME"]`},
	},
	"changePerson": {
		"first_name": {`"Ada"`, `"Bea"`}, "last_name": {`"Obi"`, `null`}, "email": {`"ada@example.org"`, `null`},
		"show_in_intercom": {`true`, `false`},
	},
	"changeHolding": {
		"from": {`"2020-01-01T00:00:00Z"`, `null`}, "to": {`"2099-01-01T00:00:00Z"`, `null`}, "resident": {`true`, `false`},
	},
	"changeUnit":    {"name": {`"1A"`, `"2A"`}},
	"changeWebhook": {"url": {`"https://example.org/a"`, `"https://example.org/b"`}, "events": {`["*"]`, `["call.placed"]`}},
}

// follows are fields that nobody sets: they follow from others, or from the clock.
var follows = []string{"etag", "listed", "at", "directories", "lack", "shown_as"}

// patch is a patch of one thing.
type patch struct {
	op, path string
	fields   map[string]string
}

func TestNoPatchTouchesWhatItDoesNotName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	paths := h.patched(t)
	words := strings.NewReplacer("ROOF", string(h.roof), "HOME", string(h.plan.Keys[0].ID))
	p := h.all(t)
	for _, op := range slices.Sorted(maps.Keys(may)) {
		for field, values := range may[op] {
			for _, v := range values {
				p.touches(t, words, patch{op, paths[op], map[string]string{field: v}})
			}
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		op := rapid.SampledFrom(slices.Sorted(maps.Keys(may))).Draw(r, "op")
		one := patch{op, paths[op], map[string]string{}}
		for _, field := range slices.Sorted(maps.Keys(may[op])) {
			if rapid.Bool().Draw(r, "names "+field) {
				one.fields[field] = rapid.SampledFrom(may[op][field]).Draw(r, field)
			}
		}
		h.all(t).touches(t, words, one)
	})
}

// patched makes one thing for every patch there is, and returns where it is. It
// fails if a patch, or a field of one, is not in the table.
func (h *house) patched(t *testing.T) map[string]string {
	t.Helper()
	h.role(t, doorlink.Role{Scope: doorlink.SpecificKeys, Keys: []doorlink.KeyID{h.roof}})
	p := h.all(t)
	hook := last(p.asks(t, "POST", "webhooks", `{"url":"https://example.org/a","events":["*"]}`).is(t, 201))
	filled := strings.NewReplacer("{door}", string(h.plan.Doors[0].ID), "{key}", string(h.plan.Keys[0].ID), "{person}", string(h.ada),
		"{unit}", string(h.plan.Units[0].ID), "{manager}", string(h.lin.ID), "{webhook}", hook)
	paths, d := map[string]string{}, h.described(t)
	for path, methods := range d.Paths {
		o, ok := methods["patch"]
		if !ok {
			continue
		}
		for field := range d.fields(o) {
			if len(may[o.OperationID][field]) == 0 {
				t.Errorf("%s: no values for %s", o.OperationID, field)
			}
		}
		paths[o.OperationID] = filled.Replace(strings.TrimPrefix(strings.TrimPrefix(path, "/properties/{property}"), "/"))
	}
	if len(paths) != len(may) {
		t.Errorf("got %d patches in the description, %d in the table", len(paths), len(may))
	}
	return paths
}

// touches sends a patch and compares everything with how it was.
func (p program) touches(t *testing.T, words *strings.Replacer, one patch) {
	t.Helper()
	var named []string
	for field, v := range one.fields {
		named = append(named, fmt.Sprintf("%q:%s", field, v))
	}
	body := words.Replace("{" + strings.Join(named, ",") + "}")
	var want, got map[string]any
	p.asks(t, "GET", one.path, "").is(t, http.StatusOK).read(t, &want)
	p.asks(t, "PATCH", one.path, body, "If-Match", "*").is(t, http.StatusOK)
	p.asks(t, "GET", one.path, "").is(t, http.StatusOK).read(t, &got)
	var merged map[string]any
	if err := json.Unmarshal([]byte(body), &merged); err != nil {
		t.Fatal(err)
	}
	merge(want, merged)
	for _, field := range follows {
		delete(want, field)
		delete(got, field)
	}
	if diff := cmp.Diff(trimmed(want), trimmed(got)); diff != "" {
		t.Errorf("%s %s (-want +got):\n%s", one.op, body, diff)
	}
}

// merge is RFC 7396.
func merge(into, patch map[string]any) {
	for field, v := range patch {
		was, both := into[field].(map[string]any)
		if part, ok := v.(map[string]any); ok && both && field == "days_kept" {
			merge(was, part)
			continue
		}
		if into[field] = v; v == nil {
			delete(into, field)
		}
	}
}

// trimmed is an answer without what is empty, since nothing is written for that.
func trimmed(all map[string]any) map[string]any {
	maps.DeleteFunc(all, func(_ string, v any) bool {
		list, ok := v.([]any)
		return v == nil || v == "" || v == false || ok && len(list) == 0
	})
	return all
}

// operation is one of the description.
type operation struct {
	OperationID string
	Responses   map[string]any
	Parameters  []struct{ Name string }
	RequestBody struct {
		Content map[string]struct {
			Schema struct {
				Ref string `json:"$ref"`
			}
		}
	}
}

// description is as much of the description as these tests read.
type description struct {
	Paths      map[string]map[string]operation
	Components struct {
		Schemas map[string]struct{ Properties map[string]any }
	}
}

func (h *house) described(t *testing.T) (d description) {
	t.Helper()
	program{api: h.api}.asks(t, "GET", "/api/v1/openapi.json", "").is(t, http.StatusOK).read(t, &d)
	return d
}

// fields are what the body of a request may name.
func (d description) fields(o operation) map[string]any {
	for _, c := range o.RequestBody.Content {
		return d.Components.Schemas[c.Schema.Ref[strings.LastIndex(c.Schema.Ref, "/")+1:]].Properties
	}
	return nil
}

func (o operation) takes(header string) bool {
	return slices.ContainsFunc(o.Parameters, func(p struct{ Name string }) bool { return p.Name == header })
}

// last is the ID of what was made.
func last(a answer) string {
	at := a.Header.Get("Location")
	return at[strings.LastIndex(at, "/")+1:]
}

// deeds counts the entries of the audit, here and everywhere.
func (h *house) deeds(t *testing.T) (n int) {
	t.Helper()
	for _, at := range []doorlink.PropertyID{"", h.plan.Property.ID} {
		all, err := h.db.Deeds(t.Context(), store.DeedQuery{Property: at, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		n += len(all)
	}
	return n
}

func TestEveryAnswerComesWithoutTheZone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lost := h.plan.Property
	lost.Zone = "Europe/Atlantis"
	h.write(t, func(ctx context.Context, tx *store.Tx) error { return tx.SetProperty(ctx, lost) })
	p := h.all(t)
	filled := strings.NewReplacer("{property}", string(h.plan.Property.ID), "{door}", string(h.plan.Doors[0].ID), "{key}", string(h.plan.Keys[0].ID),
		"{person}", string(h.ada), "{unit}", string(h.plan.Units[0].ID), "{manager}", string(h.lin.ID))
	for path, methods := range h.described(t).Paths {
		if _, ok := methods["get"]; !ok {
			continue
		}
		got := p.asks(t, "GET", "/api/v1"+filled.Replace(path), "")
		if got.StatusCode >= 400 && got.StatusCode != http.StatusNotFound || strings.Contains(got.text, "property.zone") {
			t.Errorf("%s: got %d %s", path, got.StatusCode, got.text)
		}
	}
	p.asks(t, "PATCH", "", `{"name":"Ash House"}`, "If-Match", "*").is(t, http.StatusUnprocessableEntity)
	p.asks(t, "PATCH", "", `{"name":"Ash House","time_zone":"Europe/Lisbon"}`, "If-Match", "*").is(t, http.StatusOK)
}

// creates are requests that make something, each of which can be made again with
// the same words. HOME is the residents' key.
var creates = map[string]string{
	"addProperty":   `{"name":"Ash House","time_zone":"Europe/Berlin","languages":["en"]}`,
	"addDoor":       `{"name":"Gate","type":"communal"}`,
	"addLink":       `{"label":"N1"}`,
	"addFeatured":   `{"name":"Office","staff":{"first_name":"Olu"}}`,
	"addKey":        `{"name":"Cellar"}`,
	"addList":       `{"text":"E-mail,First name\neve@example.org,Eve\n"}`,
	"inviteManager": `{"name":"Max","email":"max@example.org","scope":"limited"}`,
	"linkManager":   ``,
	"invite":        `{"first_name":"Bo"}`,
	"inviteAgain":   ``,
	"giveKey":       `{"key":"ROOF"}`,
	"addToken":      `{"name":"Reader","may":["see"],"ends":"SOON"}`,
	"addUnit":       `{"name":"9Z"}`,
	"addWebhook":    `{"url":"https://example.org/b","events":["*"]}`,
}

func TestWhateverIsMadeIsMadeOnceByOneKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.role(t, doorlink.Role{Scope: doorlink.LimitedKeys})
	p := h.all(t)
	bare := last(p.asks(t, "POST", "doors", `{"name":"Side door","type":"communal"}`).is(t, 201))
	filled := strings.NewReplacer("{property}", string(h.plan.Property.ID), "{door}", bare, "{person}", string(h.ada), "{manager}", string(h.lin.ID))
	words := strings.NewReplacer("ROOF", string(h.roof), "SOON", time.Now().Add(time.Minute).UTC().Format(time.RFC3339))
	for path, methods := range h.described(t).Paths {
		o, ok := methods["post"]
		if !ok {
			continue
		}
		if o.OperationID != "exportPerson" && !o.takes("Idempotency-Key") {
			t.Errorf("%s does not take a key", o.OperationID)
		}
		if _, made := o.Responses["201"]; !made {
			continue
		}
		body, known := creates[o.OperationID]
		if !known {
			t.Errorf("%s has no request in the table", o.OperationID)
		}
		ask := func() answer {
			return p.asks(t, "POST", "/api/v1"+filled.Replace(path), words.Replace(body), "Idempotency-Key", "once "+o.OperationID)
		}
		before := h.deeds(t)
		first, again := ask().is(t, 201), ask().is(t, 201)
		if again.text != first.text || again.Header.Get("Location") != first.Header.Get("Location") || again.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s: got %s, then %s", o.OperationID, first.text, again.text)
		}
		if n := h.deeds(t) - before; n > 1 {
			t.Errorf("%s: did %d things", o.OperationID, n)
		}
	}
}
