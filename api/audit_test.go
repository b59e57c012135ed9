package api_test

import (
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/api"
)

func TestProgramsReadTheAudit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	for _, name := range []string{"9X", "9Y", "9Z"} {
		p.asks(t, "POST", "units", `{"name":"`+name+`"}`).is(t, 201)
	}
	var first, second api.Stretch[api.Action]
	got := p.asks(t, "GET", "audit?what=unit&who="+string(h.rut.ID)+"&limit=2", "").is(t, 200)
	got.read(t, &first)
	if len(first.Items) != 2 || first.Items[0].About != "9Z" || first.Items[0].Action != "unit.add" || first.Items[0].Token == "" {
		t.Fatalf("got %s", got.text)
	}
	link, _, _ := strings.Cut(strings.TrimPrefix(got.Header.Get("Link"), "<"), ">")
	p.asks(t, "GET", link, "").is(t, 200).read(t, &second)
	if len(second.Items) != 1 || second.Next != "" || second.Items[0].About != "9X" {
		t.Errorf("the second page: got %v", second)
	}
	var oldest, found api.Stretch[api.Action]
	p.asks(t, "GET", "audit?what=unit&sort=when&limit=2", "").is(t, 200).read(t, &oldest)
	if len(oldest.Items) != 2 || oldest.Items[0].About != "9X" || oldest.Items[1].About != "9Y" {
		t.Errorf("the oldest first: got %v", oldest)
	}
	for _, find := range []string{"9y", first.Items[1].Subject} {
		p.asks(t, "GET", "audit?find="+find, "").is(t, 200).read(t, &found)
		if len(found.Items) != 1 || found.Items[0].About != "9Y" {
			t.Errorf("about %s: got %v", find, found)
		}
	}
	for path, status := range map[string]int{
		"audit?who=" + string(first.Items[0].Token): 200, "audit?to=2020-01-01": 200, "audit?from=x": 422, "audit?sort=who": 422, "audit?after=x": 422,
	} {
		p.asks(t, "GET", path, "").is(t, status)
	}
}

func TestProgramsReadTheAuditOfThePortfolio(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.role(t, doorlink.Role{Scope: doorlink.FullKeys})
	lin := h.token(t, h.lin, time.Now().Add(time.Hour), doorlink.Abilities...)
	lin.asks(t, "GET", "/api/v1/properties/"+string(h.elsewhere.Property.ID)+"/audit", "").is(t, 404)
	lin.asks(t, "GET", "/api/v1/audit", "").is(t, 403)
	var found api.Stretch[api.Action]
	got := h.all(t).asks(t, "GET", "/api/v1/audit?what=property.refused", "").is(t, 200)
	got.read(t, &found)
	h.all(t).asks(t, "GET", "/api/v1/audit?find=nobody&sort=when", "").is(t, 200)
	if len(found.Items) != 1 || found.Items[0].Name != h.lin.Name || found.Items[0].At.Location() != time.UTC {
		t.Errorf("got %s", got.text)
	}
}
