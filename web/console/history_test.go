package console

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

// happen puts calls to Ada at the front door on record, one a minute before
// now, and as many homecomings at her own door.
func (h *house) happen(t *testing.T, n int) {
	t.Helper()
	home := doorlink.Door{ID: doorlink.NewID[doorlink.DoorID]("door"), Property: h.plan.Property.ID, Name: "Adas Wohnung", Type: doorlink.Residence}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		if err := errors.Join(tx.AddDoor(ctx, home), tx.AddKeyDoor(ctx, doorlink.KeyDoor{Key: h.plan.Keys[0].ID, Door: home.ID})); err != nil {
			return err
		}
		for i := range n {
			r := doorlink.Record{
				Kind: doorlink.CallRecord, Property: h.plan.Property.ID, Door: h.plan.Doors[0].ID, Person: h.plan.People[0].ID,
				State: doorlink.Missed, At: time.Now().Add(-time.Duration(i) * time.Minute),
			}
			if err := tx.AddRecord(ctx, r); err != nil {
				return err
			}
			r.Door, r.Own, r.Kind = home.ID, true, doorlink.CodeRecord
			if err := tx.AddRecord(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestTheHistoryIsReadPageByPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.happen(t, 60)
	v := h.signedIn(t, h.linda)
	first := v.get(h.path("history"))
	if first.status != http.StatusOK || strings.Count(first.body, "Nobody answered") != office.PageSize {
		t.Fatalf("got status %d with %d lines", first.status, strings.Count(first.body, "Nobody answered"))
	}
	if !strings.Contains(first.body, h.path("people/"+string(h.plan.People[0].ID))) {
		t.Error("nobody is led to the person")
	}
	if strings.Contains(first.body, "/history/csv") {
		t.Error("somebody without reports is offered an export")
	}
	_, rest, _ := strings.Cut(first.body, `class="pages"><a class="button" href="`)
	next, _, _ := strings.Cut(rest, `"`)
	if got := v.get(strings.ReplaceAll(next, "&amp;", "&")); strings.Count(got.body, "Nobody answered") != 10 || strings.Contains(got.body, `class="pages"`) {
		t.Errorf("the second page: %d lines", strings.Count(got.body, "Nobody answered"))
	}
	for path, want := range map[string]string{
		"?kind=codes":         "Nothing like that happened",
		"?from=tomorrow":      "Choose days of the calendar",
		"?q=ada":              "“ada”",
		"?door=door_1":        "not there",
		"?q=ada&kind=calls":   `href="` + h.path("history") + `?q=ada"`,
		"?from=2020-01-01":    "From 2020-01-01",
		"?person=pers_nobody": "Nothing like that happened",
	} {
		if got := v.get(h.path("history") + path); !strings.Contains(got.body, want) {
			t.Errorf("%s: got status %d, want it to say %s", path, got.status, want)
		}
	}
	if got := v.get(h.path("history/csv")); got.status != http.StatusForbidden {
		t.Errorf("an export: got status %d, want it refused", got.status)
	}
}

func TestAnExportHasWhatThePageShows(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	formula := "=HYPERLINK(\"evil\")"
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		p := h.plan.People[0]
		p.Given = formula
		return tx.Arrange(ctx, h.plan.Property.ID, []doorlink.Change{
			doorlink.Edit(doorlink.Row{Person: &h.plan.People[0]}, doorlink.Row{Person: &p}),
		})
	})
	h.happen(t, 3)
	v := h.signedIn(t, h.rut)
	got := v.get(h.path("history/csv") + "?kind=calls")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 4 || rows[1][2] != "Front door" || rows[1][5] != "'"+formula+" Nwosu" || rows[1][8] != "Nobody answered" {
		t.Errorf("got %v, %v", rows, err)
	}
	if want := fmt.Sprintf("attachment; filename=\"history-%s.csv\"", time.Now().In(must(h.plan.Property.Location())).Format(time.DateOnly)); got.header.Get("Content-Disposition") != want {
		t.Errorf("got %s, want %s", got.header.Get("Content-Disposition"), want)
	}
	var all []office.Happened
	if err := json.Unmarshal([]byte(v.get(h.path("history/json")).body), &all); err != nil || len(all) != 3 || all[0].Outcome != "missed" {
		t.Errorf("got %v, %v", all, err)
	}
	if got := v.get(h.path("history/json") + "?kind=codes").body; strings.TrimSpace(got) != "[]" {
		t.Errorf("got %s, want nothing", got)
	}
	if got := v.get(h.path("audit")); strings.Count(got.body, `scope="row">Exported the history`) != 3 {
		t.Error("the exports are not in the audit")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
