package office_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"doorlink"
	"doorlink/directory"
	"doorlink/office"
	"doorlink/store"
)

// inOrder are the units' names as lists have them.
func inOrder(t *testing.T, d *office.Desk) string {
	t.Helper()
	page, err := d.Units(t.Context(), office.Query{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, u := range page.Rows {
		names = append(names, u.Name)
	}
	return strings.Join(names, " ")
}

func TestUnitsStandWhereTheyArePut(t *testing.T) { onEach(t, unitsArePut) }

func unitsArePut(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	ids := map[string]doorlink.UnitID{"1A": h.plan.Units[0].ID, "1B": h.plan.Units[1].ID}
	for _, name := range []string{"2A", "10A"} {
		u, _, err := d.AddUnit(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = u.ID
	}
	before := h.standing(t)
	for _, tt := range []struct {
		unit     string
		from, to int
		want     string
	}{
		{"10A", 4, 1, "10A 1A 1B 2A"},
		{"10A", 1, 3, "1A 1B 10A 2A"},
		{"2A", 0, 1, "2A 1A 1B 10A"},
		{"2A", 0, 99, "1A 1B 10A 2A"},
		{"2A", 0, -5, "2A 1A 1B 10A"},
	} {
		r := must(t)(d.MoveUnit(ctx, ids[tt.unit], tt.from, tt.to))
		if got := inOrder(t, d); got != tt.want || r.Seq == 0 {
			t.Fatalf("%s to %d: got %s, want %s", tt.unit, tt.to, got, tt.want)
		}
	}
	if _, err := d.MoveUnit(ctx, ids["2A"], 3, 1); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("from a place where it is not: got %v", err)
	}
	r := must(t)(d.OrderByName(ctx))
	same(t, "by name again", h.standing(t), before)
	must(t)(d.Undo(ctx, r.Seq))
	if got := inOrder(t, d); got != "2A 1A 1B 10A" {
		t.Errorf("after undoing: got %s", got)
	}
}

func TestAnyMovePutsOneUnitAndLeavesTheOthersInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		units := make([]doorlink.Unit, rapid.IntRange(1, 8).Draw(t, "units"))
		for i := range units {
			units[i] = doorlink.Unit{ID: doorlink.UnitID(fmt.Sprint("unit_", i)), Name: fmt.Sprint(i), Rank: rapid.SampledFrom([]int{0, 0, 2, 5}).Draw(t, "rank")}
		}
		for range 4 {
			slices.SortFunc(units, directory.CompareUnits)
			from := rapid.IntRange(0, len(units)-1).Draw(t, "from")
			to := rapid.IntRange(0, len(units)-1).Draw(t, "to")
			want := slices.Insert(slices.Delete(slices.Clone(units), from, from+1), to, units[from])
			for _, c := range office.Reorder(units, from, to) {
				i := slices.IndexFunc(units, func(u doorlink.Unit) bool { return u == *c.Before.Unit })
				units[i] = *c.After.Unit
			}
			slices.SortFunc(units, directory.CompareUnits)
			for i := range units {
				if units[i].ID != want[i].ID {
					t.Fatalf("from %d to %d: got %v, want %v", from, to, units, want)
				}
			}
		}
	})
}

func TestFeaturedEntriesStandOnTop(t *testing.T) { onEach(t, featuredOnTop) }

func featuredOnTop(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	staff := office.Invitation{Given: "Olu", Family: "Bello", Keys: []doorlink.Holder{{Key: h.key}}}
	var last office.Invited
	for i, name := range []string{"Leasing office", "Concierge", "Post room"} {
		unit, in, err := d.AddFeatured(ctx, name, staff)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Assign(ctx, h.bram, unit.ID); !errors.Is(err, office.ErrStaffed) {
			t.Errorf("a second person at %s: got %v", name, err)
		}
		if i == 2 {
			last = in
		}
	}
	if got := inOrder(t, d); got != "Concierge Leasing office Post room 1A 1B" {
		t.Errorf("got %s", got)
	}
	if _, _, err := d.AddFeatured(ctx, "Gym desk", staff); !errors.Is(err, office.ErrFeatured) {
		t.Errorf("a fourth: got %v", err)
	}
	if _, _, err := d.AddFeatured(ctx, "1A", staff); !errors.Is(err, store.ErrExists) {
		t.Errorf("a name that is taken: got %v", err)
	}
	v, err := d.Person(ctx, last.Person.ID)
	if err != nil || v.ShownAs != "Post room" {
		t.Errorf("shown as %q, %v", v.ShownAs, err)
	}
	must(t)(d.Undo(ctx, last.Seq))
	if got := inOrder(t, d); got != "Concierge Leasing office 1A 1B" {
		t.Errorf("after undoing: got %s", got)
	}
}

func TestAHiddenUnitIsMissingAtOneDoor(t *testing.T) { onEach(t, hiddenUnit) }

func hiddenUnit(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	at := doorlink.Hidden{Door: h.front.ID, Unit: h.plan.Units[0].ID}
	must(t)(d.HideUnit(ctx, at, true))
	if r := must(t)(d.HideUnit(ctx, at, true)); r.Seq != 0 {
		t.Error("hiding what is hidden was a change")
	}
	for door, want := range map[doorlink.DoorID]int{h.front.ID: 0, h.gym.ID: 1} {
		page, err := d.People(ctx, office.Query{Only: map[string]string{"door": string(door)}})
		if err != nil || page.Total != want {
			t.Errorf("got %d listed, %v; want %d", page.Total, err, want)
		}
	}
	must(t)(d.RemoveUnit(ctx, at.Unit, ""))
}
