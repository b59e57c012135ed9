package office_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

// records puts something on record.
func (h *house) records(tb testing.TB, all ...doorlink.Record) {
	tb.Helper()
	h.write(tb, func(ctx context.Context, tx *store.Tx) error {
		for _, r := range all {
			r.Property = h.plan.Property.ID
			if err := tx.AddRecord(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// home adds Ada's own door, which the residents' key opens.
func (h *house) home(tb testing.TB) doorlink.Door {
	tb.Helper()
	home := doorlink.Door{ID: doorlink.NewID[doorlink.DoorID]("door"), Property: h.plan.Property.ID, Name: "1A", Type: doorlink.Residence}
	h.write(tb, func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(tx.AddDoor(ctx, home), tx.AddKeyDoor(ctx, doorlink.KeyDoor{Key: h.key, Door: home.ID}))
	})
	return home
}

// everything is all that a manager can read of what happened, sorted one way, and
// what is counted of it, page by page.
func everything(tb testing.TB, d *office.Desk, ada doorlink.PersonID, sort string) string {
	tb.Helper()
	ctx := tb.Context()
	var all []any
	see := func(v any, err error) {
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, v)
	}
	for _, q := range []office.Query{{Sort: sort}, {Sort: sort, Find: "nwosu"}} {
		for q.Limit = 50; ; {
			p, err := d.History(ctx, q)
			see(p, err)
			if q.After = p.Next; q.After == "" {
				break
			}
		}
	}
	see(d.HistoryDoors(ctx))
	see(d.Doors(ctx, office.Query{}))
	see(d.People(ctx, office.Query{}))
	see(d.CountPeople(ctx))
	see(d.Unreached(ctx, office.Query{}))
	see(d.Person(ctx, ada))
	if d.May(doorlink.SeeReports) {
		lines, err := d.AllHistory(ctx, office.Query{Sort: sort})
		see(nil, err)
		for l, err := range lines {
			see(l, err)
		}
		s, err := d.Export(ctx, ada)
		s.At, s.Deeds = time.Time{}, nil // the reading itself
		see(s, err)
		see(d.ExportAll(ctx))
		see(d.AssignedAccess(ctx, office.Query{}))
		see(d.Purges(ctx))
	}
	text, err := json.Marshal(all)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

func TestWhatResidentsDoAtTheirOwnDoorsLeavesNoTrace(t *testing.T) { onEach(t, noTrace) }

// noTrace compares all that managers can read before and after residents came
// home: not a line, not a count and not a page's beginning differs.
func noTrace(t *testing.T, h *house) {
	home := h.home(t)
	desks := []*office.Desk{
		h.desk(t), h.within(t, doorlink.SeeHistory),
		h.as(t, doorlink.Role{Scope: doorlink.SpecificKeys, Keys: []doorlink.KeyID{h.key}}),
	}
	rapid.Check(t, func(r *rapid.T) {
		draw := func(door doorlink.DoorID, own bool) doorlink.Record {
			return doorlink.Record{
				Kind: rapid.SampledFrom(doorlink.RecordKinds[:2]).Draw(r, "kind"), Door: door, Own: own,
				Person: rapid.SampledFrom([]doorlink.PersonID{h.ada, h.bram}).Draw(r, "person"),
				At:     time.Now().Add(-time.Duration(rapid.IntRange(0, 1e6).Draw(r, "ago")) * time.Second),
			}
		}
		var seen, own []doorlink.Record
		for range rapid.IntRange(0, 3).Draw(r, "visible") {
			door := rapid.SampledFrom([]doorlink.DoorID{h.front.ID, home.ID}).Draw(r, "door")
			seen = append(seen, draw(door, door == h.front.ID && rapid.Bool().Draw(r, "own")))
		}
		for range rapid.IntRange(1, 20).Draw(r, "own") {
			own = append(own, draw(home.ID, true))
		}
		h.records(t, seen...)
		d := rapid.SampledFrom(desks).Draw(r, "desk")
		sort := rapid.SampledFrom([]string{"", office.When}).Draw(r, "sort")
		before := everything(t, d, h.ada, sort)
		h.records(t, own...)
		if diff := cmp.Diff(before, everything(t, d, h.ada, sort)); diff != "" {
			r.Fatalf("somebody can tell: %s", diff)
		}
	})
}

func TestLogScopeFollowsKeys(t *testing.T) { onEach(t, logScope) }

func logScope(t *testing.T, h *house) {
	ctx := t.Context()
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddKeyDoor(ctx, doorlink.KeyDoor{Key: h.roof, Door: h.gym.ID})
	})
	at := time.Now().Add(-time.Hour)
	h.records(t,
		doorlink.Record{Kind: doorlink.CallRecord, Door: h.front.ID, Person: h.ada, State: doorlink.Missed, At: at},
		doorlink.Record{Kind: doorlink.CodeRecord, Door: h.gym.ID, Person: h.ada, At: at},
		doorlink.Record{Kind: doorlink.CodeRecord, Door: "door_gone", Person: h.ada, At: at})
	for _, of := range []struct {
		name string
		desk *office.Desk
		want []doorlink.DoorID
	}{
		{"the portfolio", h.desk(t), []doorlink.DoorID{h.front.ID, h.gym.ID}},
		{"the roof key", h.as(t, doorlink.Role{Scope: doorlink.SpecificKeys, Keys: []doorlink.KeyID{h.roof}}), []doorlink.DoorID{h.gym.ID}},
		{"no key", h.as(t, doorlink.Role{Scope: doorlink.SpecificKeys}), nil},
		{"limited keys", h.as(t, doorlink.Role{Scope: doorlink.LimitedKeys}), []doorlink.DoorID{h.front.ID, h.gym.ID}},
	} {
		p, err := of.desk.History(ctx, office.Query{})
		if err != nil {
			t.Fatal(err)
		}
		var got []doorlink.DoorID
		for _, l := range p.Rows {
			got = append(got, l.Door)
		}
		slices.Sort(got)
		slices.Sort(of.want)
		if !slices.Equal(got, of.want) {
			t.Errorf("%s: got %v, want %v", of.name, got, of.want)
		}
	}
	roof := h.as(t, doorlink.Role{Scope: doorlink.SpecificKeys, Keys: []doorlink.KeyID{h.roof}})
	if p, err := roof.History(ctx, office.Query{Only: map[string]string{"door": string(h.front.ID)}}); err != nil || len(p.Rows) > 0 {
		t.Errorf("a door on others' keys: got %v, %v", p.Rows, err)
	}
	if s, err := roof.Export(ctx, h.ada); err != nil || len(s.Records) != 1 || s.Records[0].Door != "Gym" {
		t.Errorf("what is kept about Ada: got %v, %v", s.Records, err)
	}
	if s, err := h.desk(t).Export(ctx, h.ada); err != nil || len(s.Records) != 3 {
		t.Errorf("what the portfolio reads about Ada: got %v, %v", s.Records, err)
	}
	if _, err := h.within(t, doorlink.SeeReports).History(ctx, office.Query{}); !errors.Is(err, office.ErrMayNot) {
		t.Errorf("without the ability: got %v", err)
	}
	if _, err := h.within(t, doorlink.SeeHistory).AllHistory(ctx, office.Query{}); !errors.Is(err, office.ErrMayNot) {
		t.Errorf("an export without reports: got %v", err)
	}
}

func TestAHistoryIsChosenFrom(t *testing.T) { onEach(t, chosenHistory) }

func chosenHistory(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	day := func(n, hour int) time.Time { return time.Date(2026, 5, n, hour, 0, 0, 0, d.Location()) }
	h.records(t,
		doorlink.Record{Kind: doorlink.CallRecord, Door: h.front.ID, Person: h.ada, State: doorlink.Ended, At: day(13, 23)},
		doorlink.Record{Kind: doorlink.CallRecord, Door: h.front.ID, Person: h.bram, State: doorlink.Missed, At: day(14, 0)},
		doorlink.Record{Kind: doorlink.CodeRecord, Door: h.gym.ID, Person: h.ada, At: day(14, 23)},
		doorlink.Record{Kind: doorlink.CallRecord, Door: h.gym.ID, Person: "pers_gone", State: doorlink.Declined, At: day(15, 0)})
	for _, of := range []struct {
		name string
		q    office.Query
		want []office.Outcome
	}{
		{"all", office.Query{}, []office.Outcome{"declined", "given", "missed", "ended"}},
		{"a day", office.Query{Only: map[string]string{"from": "2026-05-14", "to": "2026-05-14"}}, []office.Outcome{"given", "missed"}},
		{"since", office.Query{Only: map[string]string{"from": "2026-05-15"}}, []office.Outcome{"declined"}},
		{"until", office.Query{Only: map[string]string{"to": "2026-05-13"}}, []office.Outcome{"ended"}},
		{"calls", office.Query{Only: map[string]string{"kind": office.Calls}}, []office.Outcome{"declined", "missed", "ended"}},
		{"unanswered", office.Query{Only: map[string]string{"kind": office.Unanswered}}, []office.Outcome{"declined", "missed"}},
		{"codes", office.Query{Only: map[string]string{"kind": office.Codes}}, []office.Outcome{"given"}},
		{"a door", office.Query{Only: map[string]string{"door": string(h.gym.ID)}}, []office.Outcome{"declined", "given"}},
		{"a name", office.Query{Find: "ada"}, []office.Outcome{"given", "ended"}},
		{"a unit at a door", office.Query{Find: "1a", Only: map[string]string{"door": string(h.gym.ID)}}, []office.Outcome{"given"}},
		{"a former resident", office.Query{Only: map[string]string{"person": "pers_gone"}}, []office.Outcome{"declined"}},
		{"nobody", office.Query{Find: "zoe"}, nil},
	} {
		p, err := d.History(ctx, of.q)
		if err != nil {
			t.Fatalf("%s: %v", of.name, err)
		}
		var got []office.Outcome
		for _, l := range p.Rows {
			got = append(got, l.Outcome)
		}
		if !slices.Equal(got, of.want) {
			t.Errorf("%s: got %v, want %v", of.name, got, of.want)
		}
		slices.Reverse(of.want)
		if got := oneByOne(t, d, of.q); !slices.Equal(got, of.want) {
			t.Errorf("%s, the oldest first: got %v, want %v", of.name, got, of.want)
		}
	}
	for want, q := range map[error]office.Query{
		office.ErrDays: {Only: map[string]string{"from": "14.5."}}, office.ErrHappening: {Only: map[string]string{"kind": "sign"}},
		office.ErrCursor: {After: "!"}, store.ErrMissing: {Only: map[string]string{"door": "door_none"}},
	} {
		if _, err := d.History(ctx, q); !errors.Is(err, want) {
			t.Errorf("%+v: got %v, want %v", q, err, want)
		}
	}
	if _, err := d.History(ctx, office.Query{Only: map[string]string{"from": "2026-05-15", "to": "2026-05-14"}}); !errors.Is(err, office.ErrDays) {
		t.Errorf("an end before the beginning: got %v", err)
	}
}

// oneByOne reads a history from its start, a page for each line, and the whole of
// it at once, which must be the same.
func oneByOne(t *testing.T, d *office.Desk, q office.Query) (got []office.Outcome) {
	t.Helper()
	q.Sort, q.Limit = office.When, 1
	var ids, whole []doorlink.RecordID
	for {
		p, err := d.History(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range p.Rows {
			got, ids = append(got, l.Outcome), append(ids, l.ID)
		}
		if q.After = p.Next; q.After == "" {
			break
		}
	}
	lines, err := d.AllHistory(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for l, err := range lines {
		if err != nil {
			t.Fatal(err)
		}
		whole = append(whole, l.ID)
	}
	if !slices.Equal(ids, whole) {
		t.Errorf("a line at a time: got %v, at once %v", ids, whole)
	}
	return got
}

func TestWhereOnlyCountsAreShownNobodyIsNamed(t *testing.T) { onEach(t, countsOnly) }

func countsOnly(t *testing.T, h *house) {
	ctx := t.Context()
	h.talk(t)
	p := h.plan.Property
	p.CountsOnly = true
	must(t)(h.desk(t).SetProperty(ctx, p, ""))
	d := h.desk(t)
	got, err := d.History(ctx, office.Query{})
	if err != nil || len(got.Rows) != 2 {
		t.Fatalf("got %v, %v", got.Rows, err)
	}
	for _, l := range got.Rows {
		if l.Person != "" || l.Name != "" || l.Unit != "" || l.DoorName != "Front door" || l.Said != doorlink.Delivery {
			t.Errorf("got %+v", l)
		}
	}
	for _, q := range []office.Query{{Find: "ada"}, {Only: map[string]string{"person": string(h.ada)}}} {
		if _, err := d.History(ctx, q); !errors.Is(err, office.ErrCountsOnly) {
			t.Errorf("looking for somebody: got %v", err)
		}
	}
}
