package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/api"
	"doorlink/office"
)

// uploads sends a list.
func (p program) uploads(t *testing.T, text string) (l api.List) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"name": "May.csv", "text": text})
	if err != nil {
		t.Fatal(err)
	}
	a := p.asks(t, "POST", "lists", string(body)).is(t, 201)
	a.read(t, &l)
	if want := p.home + "/lists/" + string(l.ID); a.Header.Get("Location") != want {
		t.Errorf("got %s, want %s", a.Header.Get("Location"), want)
	}
	return l
}

func TestAProgramAppliesAListAndTakesItBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	l := p.uploads(t, "Unit,Name,E-mail,Rent,Keys\n1A,Ada Nwosu,ada@example.org,1,\n2B,Bo Berg,BO@example.org,1,Roof\n2C,Cy,,1,\n3D,,,,\n")
	at := "lists/" + string(l.ID)
	if diff := cmp.Diff(l.Counts, api.ListCounts{Units: 2, New: 1, Undecided: 1, Skipped: 1}); diff != "" || l.Ignored[0] != "Rent" {
		t.Fatalf("counts (-got +want):\n%s", diff)
	}
	var lines api.Page[api.ListLine]
	p.asks(t, "GET", at+"/lines?what=undecided", "").is(t, 200).read(t, &lines)
	if lines.Total != 1 || lines.Items[0].Other != h.ada || lines.Items[0].Type != "roster.partial" || lines.Items[0].Detail == "" {
		t.Fatalf("got %+v", lines)
	}
	if got := p.asks(t, "GET", at+"/skipped", "").is(t, 200).text; !strings.Contains(got, "2C,Cy,,1,,The row has no e-mail.") {
		t.Errorf("skipped rows: %s", got)
	}
	answer, err := json.Marshal(map[string]string{"email": "ada@example.org", "person": string(h.ada)})
	if err != nil {
		t.Fatal(err)
	}
	seal := func() string { return `{"seal":"` + l.Seal + `"}` }
	old := seal()
	p.asks(t, "PUT", at+"/decision", string(answer)).is(t, 200).read(t, &l)
	if p.asks(t, "POST", at+"/apply", old).is(t, 409).key(t) != "change.stale" {
		t.Error("what was not looked at is applied")
	}
	p.asks(t, "PUT", at+"/choices", `{"take_keys":true}`).is(t, 200).read(t, &l)
	applied := p.asks(t, "POST", at+"/apply", seal(), "Idempotency-Key", "may").is(t, 200)
	deed, undoable := strings.CutSuffix(applied.Header.Get("Doorlink-Deed"), ";undoable")
	if !undoable {
		t.Errorf("got %q", applied.Header.Get("Doorlink-Deed"))
	}
	if again := p.asks(t, "POST", at+"/apply", seal(), "Idempotency-Key", "may").is(t, 200); again.text != applied.text {
		t.Error("the same request again has another answer")
	}
	if p.asks(t, "POST", at+"/apply", seal()).is(t, 409).key(t) != "draft.done" {
		t.Error("a list is applied twice")
	}
	var all office.Everything
	p.asks(t, "GET", "export", "").is(t, 200).read(t, &all)
	if len(all.People) != 2 || len(all.Units) != 3 {
		t.Errorf("got %+v", all)
	}
	p.asks(t, "POST", "deeds/"+deed+"/undo", "").is(t, 204)
	if got := p.asks(t, "GET", "export.csv", "").is(t, 200).text; !strings.Contains(got, "1A,Ada,Nwosu,,") || strings.Contains(got, "Berg") {
		t.Errorf("got %s", got)
	}
	p.asks(t, "DELETE", at, "").is(t, 204)
	p.asks(t, "GET", at, "").is(t, 404)
}

func TestAListOfAnotherPropertyIsNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	l := p.uploads(t, "Unit\n9A\n")
	p.home = strings.Replace(p.home, string(h.plan.Property.ID), string(h.elsewhere.Property.ID), 1)
	p.asks(t, "GET", "lists/"+string(l.ID), "").is(t, 404)
}

func TestOnlyAListMayBeLong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	long := strings.Repeat("9A\\n", 400_000)
	if got := p.asks(t, "POST", "lists", `{"text":"Unit\n`+long+`"}`).is(t, 422).key(t); got != "roster.rows" {
		t.Errorf("got %s", got)
	}
	p.asks(t, "POST", "lists", `{"text":"`+strings.Repeat("x", 13<<20)+`"}`).is(t, 413)
	p.asks(t, "POST", "units", `{"name":"`+long+`"}`).is(t, 413)
	if got := h.token(t, h.rut, time.Now().Add(time.Hour), doorlink.See, doorlink.EditPeople).asks(t, "POST", "lists", `{"text":"Unit"}`).is(t, 403); got.key(t) != "office.may_not" {
		t.Error("half of what it needs is enough")
	}
}
