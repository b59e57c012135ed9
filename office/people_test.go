package office_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"doorlink"
	"doorlink/building"
	"doorlink/directory"
	"doorlink/office"
	"doorlink/store"
)

func TestPeopleAreFoundSortedAndChosen(t *testing.T) { onEach(t, peopleAreFound) }

func peopleAreFound(t *testing.T, h *house) {
	d := h.desk(t)
	for _, tt := range []struct {
		name string
		q    office.Query
		want string
	}{
		{"by family name", office.Query{}, "Ada Chidi Bram"},
		{"the other way", office.Query{Sort: "-name"}, "Bram Chidi Ada"},
		{"by unit", office.Query{Sort: "unit"}, "Ada Chidi Bram"},
		{"a name in any case", office.Query{Find: "NWOSU ch"}, "Chidi"},
		{"an address", office.Query{Find: "bram@"}, "Bram"},
		{"a unit", office.Query{Find: "1b"}, "Bram"},
		{"nobody", office.Query{Find: "zoe"}, ""},
		{"listed at a door", office.Query{Only: map[string]string{"door": string(h.front.ID)}}, "Ada"},
		{"who hold a key", office.Query{Only: map[string]string{"key": string(h.key)}}, "Ada Chidi Bram"},
		{"who hold another", office.Query{Only: map[string]string{"key": string(h.roof)}}, ""},
		{"not listed anywhere", office.Query{Only: map[string]string{"show": office.Unlisted}}, "Chidi Bram"},
		{"cannot be reached", office.Query{Only: map[string]string{"show": office.Unreached}}, "Chidi Bram"},
		{"not joined", office.Query{Only: map[string]string{"show": office.NotJoined}}, "Chidi Bram"},
		{"joined", office.Query{Only: map[string]string{"show": office.Joined}}, "Ada"},
		{"access has ended", office.Query{Only: map[string]string{"show": office.Ended}}, ""},
		{"of a unit", office.Query{Only: map[string]string{"unit": string(h.plan.Units[1].ID)}}, "Bram"},
		{"not listed at a door", office.Query{Only: map[string]string{"door": string(h.front.ID), "show": office.Unlisted}}, "Chidi Bram"},
		{"joined and listed at a door", office.Query{Only: map[string]string{"door": string(h.front.ID), "show": office.Joined}}, "Ada"},
	} {
		page, err := d.People(t.Context(), tt.q)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		var got []string
		for _, l := range page.Rows {
			got = append(got, l.Given)
		}
		if diff := cmp.Diff(strings.Join(got, " "), tt.want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", tt.name, diff)
		}
	}
	for _, only := range []map[string]string{
		{"unit": string(h.elsewhere.Units[0].ID)}, {"door": string(h.elsewhere.Doors[0].ID)}, {"key": string(h.elsewhere.Keys[0].ID)},
	} {
		if _, err := d.People(t.Context(), office.Query{Only: only}); !errors.Is(err, store.ErrMissing) {
			t.Errorf("%v of another property: got %v", only, err)
		}
	}
}

func TestALineSaysHowSomebodyStands(t *testing.T) { onEach(t, aLineSays) }

func aLineSays(t *testing.T, h *house) {
	d := h.desk(t)
	page, err := d.People(t.Context(), office.Query{})
	if err != nil {
		t.Fatal(err)
	}
	ada, chidi := page.Rows[0], page.Rows[1]
	if ada.ShownAs != "Ada N." || ada.Listed != 2 || ada.Doors != 2 || ada.Ring.State != office.Reached || ada.Keys[0].ID != h.key {
		t.Errorf("Ada: got %+v", ada)
	}
	if chidi.Listed != 0 || chidi.Lack != "active.no" || chidi.Ring.State != office.NoDevice {
		t.Errorf("Chidi: got %+v", chidi)
	}
	counts, err := d.CountPeople(t.Context())
	if err != nil || counts != (office.PeopleCounts{People: 3, NotJoined: 2, Unreached: 1, Residents: 3, Reached: 1}) {
		t.Errorf("got %+v, %v", counts, err)
	}
	units, err := d.Unreached(t.Context(), office.Query{})
	if err != nil || len(units.Rows) != 2 || units.Rows[0].Name != "1A" || units.Rows[0].Unreached != 1 || units.Rows[0].Residents != 2 {
		t.Errorf("got %+v, %v", units, err)
	}
	silent, err := d.Unreached(t.Context(), office.Query{Only: map[string]string{"show": office.SilentUnits}, Find: "1"})
	if err != nil || len(silent.Rows) != 1 || silent.Rows[0].Name != "1B" {
		t.Errorf("where nothing rings at all: got %+v, %v", silent, err)
	}
}

func TestAccessEndsWithTheLastKey(t *testing.T) { onEach(t, accessEnds) }

func accessEnds(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	for name, holder := range map[string]doorlink.Holder{
		"later": {Key: h.key, Person: h.ada, From: time.Now().Add(time.Hour)},
		"over":  {Key: h.key, Person: h.bram, To: time.Now().Add(-time.Hour)},
	} {
		if _, err := d.SetHolding(ctx, holder, ""); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	must(t)(d.Revoke(ctx, h.chidi))
	page, err := d.People(ctx, office.Query{Only: map[string]string{"show": office.Ended}})
	if err != nil || page.Total != 2 || page.Rows[0].ID != h.chidi || page.Rows[1].ID != h.bram {
		t.Errorf("got %+v, %v", page, err)
	}
}

func TestWhatOneSeesOfAPersonIsWhatAVisitorGets(t *testing.T) { onEach(t, whyIsWhatHolds) }

func whyIsWhatHolds(t *testing.T, h *house) {
	d := h.desk(t)
	for _, who := range []doorlink.PersonID{h.ada, h.chidi, h.bram} {
		v, err := d.Person(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range v.At {
			facts, err := h.db.Directory(t.Context(), at.Door.ID)
			if err != nil {
				t.Fatal(err)
			}
			listed := false
			for _, e := range directory.Project(h.plan.Property, facts, time.Now()) {
				listed = listed || e.Person == who
			}
			if at.Listings[0].Listed != listed {
				t.Errorf("%s at %s: the console says %v, the directory %v", v.Given, at.Door.Name, at.Listings[0].Listed, listed)
			}
		}
	}
}

func TestEachConditionHasItsRemedy(t *testing.T) { onEach(t, remediesMend) }

func remediesMend(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	in, err := d.Invite(ctx, office.Invitation{Given: "Yuki", Family: "Tanaka", Email: "Yuki@Example.org"})
	if err != nil {
		t.Fatal(err)
	}
	who := in.Person.ID
	lacks := func(want ...office.Remedy) {
		t.Helper()
		v, err := d.Person(ctx, who)
		if err != nil {
			t.Fatal(err)
		}
		got := []office.Remedy{}
		for _, w := range v.At[0].Listings[0].Why {
			if !w.Met {
				got = append(got, w.Remedy)
			}
		}
		if diff := cmp.Diff(got, append([]office.Remedy{}, want...)); diff != "" {
			t.Fatalf("(-got +want):\n%s", diff)
		}
	}
	lacks(office.AssignNow, office.GiveKeyNow, office.InviteAgain, office.InviteAgain)
	unit := h.plan.Units[1].ID
	must(t)(d.Assign(ctx, who, unit))
	must(t)(d.GiveKey(ctx, doorlink.Holder{Key: h.key, Person: who, To: time.Now().Add(time.Hour)}))
	lacks(office.InviteAgain, office.InviteAgain)
	must(t)(d.Show(ctx, who, false))
	must(t)(d.HideUnit(ctx, doorlink.Hidden{Door: h.front.ID, Unit: unit}, true))
	lacks(office.UnhideNow, office.ShowNow, office.InviteAgain, office.InviteAgain)
	must(t)(d.HideUnit(ctx, doorlink.Hidden{Door: h.front.ID, Unit: unit}, false))
	must(t)(d.Show(ctx, who, true))
	if _, err := h.db.UseLink(ctx, in.Link.Secret.Hash(), "session", doorlink.Handset{Name: "x"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	lacks()
	later := time.Now().Add(time.Hour)
	must(t)(d.SetHolding(ctx, doorlink.Holder{Key: h.key, Person: who, From: later}, ""))
	lacks(office.RenewKey)
	must(t)(d.RenewKey(ctx, who, h.key))
	lacks()
}

func TestWhoMayNotMendIsOfferedNothing(t *testing.T) { onEach(t, noRemedyWithoutAbility) }

func noRemedyWithoutAbility(t *testing.T, h *house) {
	v, err := h.within(t).Person(t.Context(), h.chidi)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range v.At {
		for _, w := range append(at.Listings[0].Why, at.Give...) {
			if w.Remedy != "" {
				t.Errorf("offered to %s for %s", w.Remedy, w.Fact)
			}
		}
	}
}

func TestAnotherPropertysPeopleAreNotThere(t *testing.T) { onEach(t, foreignPeople) }

func foreignPeople(t *testing.T, h *house) {
	ctx, d, eve := t.Context(), h.desk(t), h.elsewhere.People[0].ID
	for name, try := range map[string]func() error{
		"seeing":       func() error { _, err := d.Person(ctx, eve); return err },
		"editing":      func() error { _, err := d.SetPerson(ctx, doorlink.Person{ID: eve, Given: "x"}, ""); return err },
		"moving out":   func() error { _, err := d.MoveOut(ctx, eve); return err },
		"inviting":     func() error { _, _, err := d.InviteAgain(ctx, eve); return err },
		"exporting":    func() error { _, err := d.Export(ctx, eve); return err },
		"erasing":      func() error { _, err := d.Erase(ctx, eve); return err },
		"signing out":  func() error { _, err := d.SignOut(ctx, eve); return err },
		"giving a key": func() error { _, err := d.GiveKey(ctx, doorlink.Holder{Key: h.key, Person: eve}); return err },
		"their unit":   func() error { _, err := d.Assign(ctx, h.ada, h.elsewhere.Units[0].ID); return err },
		"their key": func() error {
			_, err := d.GiveKey(ctx, doorlink.Holder{Key: h.elsewhere.Keys[0].ID, Person: h.ada})
			return err
		},
		"hiding theirs": func() error {
			_, err := d.HideUnit(ctx, doorlink.Hidden{Door: h.front.ID, Unit: h.elsewhere.Units[0].ID}, true)
			return err
		},
		"moving theirs": func() error { _, err := d.MoveUnit(ctx, h.elsewhere.Units[0].ID, 0, 1); return err },
		"inviting there": func() error {
			_, err := d.Invite(ctx, office.Invitation{Given: "x", Units: []doorlink.UnitID{h.elsewhere.Units[0].ID}})
			return err
		},
	} {
		if err := try(); !errors.Is(err, store.ErrMissing) {
			t.Errorf("%s: got %v, want %v", name, err, store.ErrMissing)
		}
	}
}

// must fails the test unless a change was made.
func must(tb testing.TB) func(office.Receipt, error) office.Receipt {
	tb.Helper()
	return func(r office.Receipt, err error) office.Receipt {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return r
	}
}

// standing is the house as it stands, in a form that can be compared.
func (h *house) standing(tb testing.TB) *store.Standing {
	tb.Helper()
	s, err := h.db.Standing(context.WithoutCancel(tb.Context()), h.plan.Property.ID)
	if err != nil {
		tb.Fatal(err)
	}
	s.Revision = 0
	return s
}

// same compares a house with what it was before.
func same(tb testing.TB, when string, got, want *store.Standing) {
	tb.Helper()
	// A plan's unexported fields only help to draw it up.
	if diff := cmp.Diff(got, want, cmpopts.IgnoreUnexported(building.Plan{}), cmpopts.EquateEmpty()); diff != "" {
		tb.Errorf("%s (-got +want):\n%s", when, diff)
	}
}
