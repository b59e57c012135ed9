package console

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

func TestEveryLogIsSortedByWhen(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	hook := v.hookAt(h)
	v.post(hook+"/test", nil)
	h.happen(t, 1)
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddTaken(ctx, store.Taken{ID: "take_1", Property: h.plan.Property.ID, At: time.Now(), File: "May.csv", Result: "{}"})
	})
	for _, log := range []string{
		h.path("history"), h.path("audit"), "/console/audit", hook, h.path("import/sync/lists"), h.path("reports/actions"),
	} {
		head := func(now, next string) string { return `aria-sort="` + now + `"><a href="` + log + next + `">When</a>` }
		for ask, want := range map[string]string{
			"":           head("descending", "?sort=when"),
			"?sort=when": head("ascending", "?sort=-when"), "?sort=-when": head("descending", "?sort=when"),
		} {
			if got := v.get(log + ask); got.status != http.StatusOK || !strings.Contains(got.body, want) {
				t.Errorf("%s%s: got status %d, want it to say %s", log, ask, got.status, want)
			}
		}
		if got := v.get(log + "?sort=when"); !strings.Contains(got.body, `<input type="hidden" name="sort" value="when">`) {
			t.Errorf("%s: a search sorts it anew", log)
		}
	}
}

func TestAHistoryIsReadFromItsStart(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.happen(t, 60)
	v := h.signedIn(t, h.rut)
	moments := func(body string) (all []string) {
		for _, row := range strings.Split(body, `<tr><th scope="row">`)[1:] {
			when, _, _ := strings.Cut(row, "<")
			all = append(all, when)
		}
		return all
	}
	latest := moments(v.get(h.path("history")).body)
	first := v.get(h.path("history") + "?sort=when")
	_, rest, _ := strings.Cut(first.body, `class="pages"><a class="button" href="`)
	next, rest, _ := strings.Cut(rest, `"`)
	if !strings.HasPrefix(rest, ">Later") {
		t.Error("the next page is not said to be later")
	}
	oldest := append(moments(first.body), moments(v.get(html.UnescapeString(next)).body)...)
	slices.Reverse(oldest)
	if len(oldest) != 60 || !slices.Equal(oldest[:office.PageSize], latest) {
		t.Errorf("got %v, want %v at its end", oldest, latest)
	}
	if !strings.Contains(first.body, `/history/json?sort=when"`) {
		t.Error("the export is not as the page is sorted")
	}
	var all []office.Happened
	if err := json.Unmarshal([]byte(v.get(h.path("history/json")+"?sort=when").body), &all); err != nil || len(all) != 60 {
		t.Fatalf("got %d lines, %v", len(all), err)
	}
	if !slices.IsSortedFunc(all, func(a, b office.Happened) int { return a.At.Compare(b.At) }) {
		t.Error("the export comes in another order")
	}
}

func TestAnAuditIsSearchedOnItsPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	for i := range 21 {
		v.post(h.path("units"), url.Values{"name": {fmt.Sprintf("<Annex> %d", i)}})
	}
	got := v.get(h.path("audit")+"?q=annex%3E+20").tells(t, "&lt;Annex&gt; 20", "About “annex&gt; 20”", `name="q" value="annex&gt; 20"`)
	if strings.Contains(got.body, "&lt;Annex&gt; 19") {
		t.Error("it is about something else, too")
	}
	v.get(h.path("audit")+"?q=nobody").tells(t, "No entry is like that", "name they have now", "Show everything")
	for _, path := range []string{"audit", "reports/actions"} {
		got := v.get(h.path(path) + "?q=annex")
		if got.status != http.StatusBadRequest || !strings.Contains(got.body, "More than 20 things") || !strings.Contains(got.body, `name="q" value="annex"`) {
			t.Errorf("%s: got status %d, want what was typed and a sentence", path, got.status)
		}
	}
	v.get(h.path("reports/actions")+"?q=annex%3E+7").tells(t, "&lt;Annex&gt; 7")
	v.get("/console/audit?q=nobody").tells(t, "No entry is like that")
	v.get("/console/audit?q=rut").tells(t, "Signed in to the console")
}

func TestADeliveryIsFoundByItsID(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	at := v.hookAt(h)
	for range 2 {
		v.post(at+"/test", nil)
	}
	all, _, err := h.db.Deliveries(t.Context(), store.DeliveryQuery{Hook: doorlink.HookID(at[strings.LastIndex(at, "/")+1:]), Limit: 2})
	if err != nil || len(all) != 2 {
		t.Fatalf("got %v, %v", all, err)
	}
	one, other := string(all[0].ID), string(all[1].ID)
	for _, q := range []string{one, "+" + one + "+"} {
		if got := v.get(at+"?q="+q).tells(t, one, "1 delivery"); strings.Contains(got.body, other) {
			t.Errorf("%s: found another one, too", q)
		}
	}
	v.get(at+"?q=dlv_none").tells(t, "No such delivery", "Show all")
}
