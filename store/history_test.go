package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"doorlink"
	"doorlink/store"
)

// TestALogIsReadInTheOrderOfItsIndex finds no way of reading one, the latest or
// the oldest first, that sorts first, or reads what it was not asked for.
func TestALogIsReadInTheOrderOfItsIndex(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	for name, index := range map[string]string{
		"history": "records_by_time", "history of a door": "records_by_door", "history of a person": "records_by_person",
		"audit": "sqlite_autoindex_audit_1", "audit of a subject": "audit_by_subject", "lists": "taken_by_time",
		"deliveries": "deliveries_by_hook", "dead deliveries": "deliveries_dead",
	} {
		for oldest, texts := range store.LogTexts() {
			steps := strings.Join(plan(t, db, texts[name]), "; ")
			if !strings.Contains(steps, "USING INDEX "+index+" ") || strings.Contains(steps, "TEMP B-TREE") {
				t.Errorf("%s, the oldest first %v: %s", name, oldest, steps)
			}
		}
	}
}

// historyIsWhatAViewerMaySee puts random records into two houses and asks
// random questions: what is told is what doorlink.Record.VisibleTo says, no less
// and no more, however it was read.
func historyIsWhatAViewerMaySee(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h, other := newHouse(t, db), newHouse(t, db)
	home := doorlink.Door{ID: id[doorlink.DoorID]("door"), Property: h.property.ID, Name: "1A", Type: doorlink.Residence}
	write(t, db, func(tx *store.Tx) error { return tx.AddDoor(ctx, home) })
	doors := []doorlink.DoorID{h.front.ID, h.gate.ID, home.ID}
	people := []doorlink.PersonID{h.ada.ID, h.ben.ID, "gone_1"}
	states := map[doorlink.RecordKind][]doorlink.State{
		doorlink.CallRecord: {doorlink.Ended, doorlink.Missed}, doorlink.CodeRecord: {""}, doorlink.SignRecord: {""},
	}
	rapid.Check(t, func(t *rapid.T) {
		err := db.Write(ctx, func(tx *store.Tx) error {
			if err := tx.Exec(ctx, `DELETE FROM records`); err != nil {
				return err
			}
			for range rapid.IntRange(0, 80).Draw(t, "records") {
				r := doorlink.Record{
					Kind:     rapid.SampledFrom(doorlink.RecordKinds).Draw(t, "kind"),
					Property: rapid.SampledFrom([]doorlink.PropertyID{h.property.ID, h.property.ID, other.property.ID}).Draw(t, "property"),
					Door:     rapid.SampledFrom(doors).Draw(t, "door"), Person: rapid.SampledFrom(people).Draw(t, "person"),
					Own: rapid.Bool().Draw(t, "own"), At: noon.Add(time.Duration(rapid.IntRange(-9, 9).Draw(t, "at")) * time.Minute),
				}
				r.State = rapid.SampledFrom(states[r.Kind]).Draw(t, "state")
				if err := tx.AddRecord(ctx, r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		v := doorlink.Viewer{Property: h.property.ID, Doors: rapid.SliceOfDistinct(rapid.SampledFrom(doors), rapid.ID).Draw(t, "viewer")}
		if rapid.Bool().Draw(t, "many doors") && len(v.Doors) > 0 {
			for i := range 50 {
				v.Doors = append(v.Doors, doorlink.DoorID(fmt.Sprint("door_", i)))
			}
		}
		q := store.HistoryQuery{
			Kind:       rapid.SampledFrom([]doorlink.RecordKind{"", doorlink.CallRecord, doorlink.CodeRecord}).Draw(t, "of kind"),
			Door:       rapid.SampledFrom(append(doors, "", "")).Draw(t, "of door"),
			People:     rapid.SampledFrom([][]doorlink.PersonID{nil, nil, {h.ada.ID}, {h.ada.ID, "gone_1"}}).Draw(t, "of people"),
			From:       rapid.SampledFrom([]time.Time{{}, noon}).Draw(t, "from"),
			To:         rapid.SampledFrom([]time.Time{{}, noon.Add(3 * time.Minute)}).Draw(t, "to"),
			Unanswered: rapid.Bool().Draw(t, "unanswered"),
			Oldest:     rapid.Bool().Draw(t, "oldest first"),
		}
		var want []doorlink.Record
		for _, r := range must(db.Records(ctx, h.property.ID)) {
			if r.VisibleTo(v) && r.Kind != doorlink.SignRecord && chosen(r, q) {
				want = append(want, r)
			}
		}
		if q.Oldest {
			slices.Reverse(want)
		}
		for _, page := range []int{1000, 3} {
			if diff := cmp.Diff(want, whole(t, db, v, q, page)); diff != "" {
				t.Fatalf("the history, %d at a time (-want +got):\n%s", page, diff)
			}
		}
	})
}

// chosen is what a query means.
func chosen(r doorlink.Record, q store.HistoryQuery) bool {
	return (q.Kind == "" || r.Kind == q.Kind) && (q.Door == "" || r.Door == q.Door) &&
		(q.People == nil || slices.Contains(q.People, r.Person)) && !r.At.Before(q.From) && (q.To.IsZero() || r.At.Before(q.To)) &&
		(!q.Unanswered || r.Kind == doorlink.CallRecord && r.State != doorlink.Ended)
}

// whole reads a history to its end, a page at a time.
func whole(t *rapid.T, db *store.DB, v doorlink.Viewer, q store.HistoryQuery, page int) (all []doorlink.Record) {
	for {
		n := 0
		for h, err := range db.History(t.Context(), v, q) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, h.Record)
			q.After = store.Position{At: h.At, ID: string(h.ID)}
			if n++; n == page {
				break
			}
		}
		if n < page {
			return all
		}
	}
}

// historyTellsOfCallAndCode has one call in which a code was given that the
// visitor says has opened.
func historyTellsOfCallAndCode(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	c := place(t, db, h.call(h.visit(), noon))
	move(t, db, c.ID, func(c doorlink.Call) (doorlink.Call, error) { return c.Answer(h.handset.ID, noon.Add(time.Second)) })
	must(db.ChangeSlot(ctx, h.front.ID, 1, today, 5, h.ada.ID, ask(c.ID, 1)))
	if err := db.MarkCode(ctx, c.ID, 1, true, "yes", noon); err != nil {
		t.Fatal(err)
	}
	move(t, db, c.ID, func(c doorlink.Call) (doorlink.Call, error) {
		return c.HangUp(doorlink.Visitor, noon.Add(73*time.Second)), nil
	})
	v := doorlink.Viewer{Property: h.property.ID, Doors: []doorlink.DoorID{h.front.ID}}
	found := map[doorlink.RecordKind]store.Happening{}
	for r, err := range db.History(ctx, v, store.HistoryQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		found[r.Kind] = r
	}
	call, code := found[doorlink.CallRecord], found[doorlink.CodeRecord]
	same(t, "the call", []any{call.Unit, call.Said, call.Talked, call.Codes, call.Opened},
		[]any{h.unit1A.ID, doorlink.Delivery, 72 * time.Second, 1, ""})
	same(t, "the code", []any{code.Unit, code.Said, code.Talked, code.Opened},
		[]any{h.unit1A.ID, doorlink.Delivery, time.Duration(0), "yes"})
}

// BenchmarkHistory reads first pages of half a million records.
func BenchmarkHistory(b *testing.B) {
	db := openSQLite(b)
	h := newHouse(b, db)
	crowded(b, db, h, 10_000)
	people := must(db.Texts(b.Context(), `SELECT id FROM people WHERE property = $1`, h.property.ID))
	busy(b, db, h, people, 500_000)
	all := doorlink.Viewer{Property: h.property.ID, Doors: []doorlink.DoorID{h.front.ID, h.gate.ID}}
	one := doorlink.Viewer{Property: h.property.ID, Doors: []doorlink.DoorID{h.gate.ID}}
	for _, of := range []struct {
		name string
		by   doorlink.Viewer
		q    store.HistoryQuery
	}{
		{"all", all, store.HistoryQuery{}},
		{"a quiet door", one, store.HistoryQuery{}},
		{"a person", all, store.HistoryQuery{People: []doorlink.PersonID{h.ada.ID}}},
		{"codes, of which there are none", all, store.HistoryQuery{Kind: doorlink.CodeRecord}},
		{"unanswered", all, store.HistoryQuery{Unanswered: true}},
		{"the oldest first", all, store.HistoryQuery{Oldest: true}},
		{"a person, the oldest first", all, store.HistoryQuery{People: []doorlink.PersonID{h.ada.ID}, Oldest: true}},
		{"long ago", all, store.HistoryQuery{To: noon.Add(-80 * 24 * time.Hour)}},
	} {
		b.Run(of.name, func(b *testing.B) {
			for b.Loop() {
				n := 0
				for _, err := range db.History(b.Context(), of.by, of.q) {
					if err != nil {
						b.Fatal(err)
					}
					if n++; n > 50 {
						break
					}
				}
			}
		})
	}
}

// busy lets calls happen at the front door for ninety days, one in a hundred of
// which nobody answers, and twenty at the gate.
func busy(b *testing.B, db *store.DB, h house, people []string, n int) {
	b.Helper()
	for from := 0; from < n; from += 10_000 {
		write(b, db, func(tx *store.Tx) error {
			for i := from; i < from+10_000; i++ {
				r := doorlink.Record{
					Kind: doorlink.CallRecord, Property: h.property.ID, Door: h.front.ID, Person: doorlink.PersonID(people[i%len(people)]),
					State: doorlink.Ended, At: noon.Add(-time.Duration(i) * 15 * time.Second),
				}
				if i%100 == 0 {
					r.State = doorlink.Missed
				}
				if i%25_000 == 0 {
					r.Door = h.gate.ID
				}
				if err := tx.AddRecord(b.Context(), r); err != nil {
					return err
				}
			}
			return nil
		})
	}
}
