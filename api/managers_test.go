package api_test

import (
	"strings"
	"testing"

	"doorlink/api"
)

func TestAProgramNamesManagers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	var made api.ManagerInvited
	got := p.asks(t, "POST", "managers", `{"name":"Maya","email":"maya@example.org","scope":"specific","keys":["`+string(h.roof)+`"]}`).is(t, 201)
	got.read(t, &made)
	if made.Link == nil || !strings.HasPrefix(made.Link.URL, "https://door.example/console/in/by/") || made.Mailed {
		t.Fatalf("got %s", got.text)
	}
	at := got.Header.Get("Location")
	maya := p.asks(t, "GET", at, "").is(t, 200)
	p.asks(t, "PATCH", at, `{"devices":true}`).is(t, 428)
	changed := p.asks(t, "PATCH", at, `{"devices":true}`, "If-Match", maya.Header.Get("ETag")).is(t, 200)
	var m api.Manager
	changed.read(t, &m)
	if !m.Devices || m.Scope != "specific" || len(m.Keys) != 1 || !strings.HasSuffix(changed.Header.Get("Doorlink-Deed"), ";undoable") {
		t.Errorf("a patch changed what it does not name: %s", changed.text)
	}
	p.asks(t, "PATCH", at, `{"scope":"limited"}`, "If-Match", maya.Header.Get("ETag")).is(t, 412)
	up := p.asks(t, "PATCH", at, `{"portfolio":true}`, "If-Match", "*").is(t, 200)
	if !strings.HasSuffix(up.Header.Get("Doorlink-Deed"), ";everywhere") {
		t.Errorf("got deed %q", up.Header.Get("Doorlink-Deed"))
	}
	p.asks(t, "POST", at+"/link", "").is(t, 201)
	p.asks(t, "DELETE", at, "", "If-Match", "*").is(t, 204)
	p.asks(t, "GET", at, "").is(t, 404)
	list := p.asks(t, "GET", "managers?find=rut", "").is(t, 200)
	if !strings.Contains(list.text, `"portfolio":true`) || strings.Contains(list.text, "maya") {
		t.Errorf("got %s", list.text)
	}
	last := p.asks(t, "DELETE", "managers/"+string(h.rut.ID), "", "If-Match", "*").is(t, 409)
	if last.key(t) != "manager.last" {
		t.Errorf("got %s", last.text)
	}
}
