package office_test

import (
	"errors"
	"testing"

	"doorlink"
	"doorlink/office"
)

// TestPeopleNeedTheirAbilities tries every change to people and units with all
// abilities but one that it needs: each is refused, and nothing is done.
func TestPeopleNeedTheirAbilities(t *testing.T) { onEach(t, peopleNeedAbilities) }

func peopleNeedAbilities(t *testing.T, h *house) {
	ctx, unit := t.Context(), h.plan.Units[0].ID
	hold := doorlink.Holder{Key: h.roof, Person: h.ada}
	for name, c := range map[string]struct {
		needs []doorlink.Ability
		do    func(d *office.Desk) error
	}{
		"invite": {[]doorlink.Ability{doorlink.EditPeople, doorlink.GrantKeys}, func(d *office.Desk) error {
			_, err := d.Invite(ctx, office.Invitation{Given: "x", Keys: []doorlink.Holder{{Key: h.key}}})
			return err
		}},
		"invite again": {[]doorlink.Ability{doorlink.EditPeople}, func(d *office.Desk) error { _, _, err := d.InviteAgain(ctx, h.ada); return err }},
		"edit": {[]doorlink.Ability{doorlink.EditPeople}, func(d *office.Desk) error {
			_, err := d.SetPerson(ctx, doorlink.Person{ID: h.ada, Given: "x"}, "")
			return err
		}},
		"show":       {[]doorlink.Ability{doorlink.EditPeople}, func(d *office.Desk) error { _, err := d.Show(ctx, h.ada, false); return err }},
		"assign":     {[]doorlink.Ability{doorlink.EditPeople}, func(d *office.Desk) error { _, err := d.Assign(ctx, h.bram, unit); return err }},
		"unassign":   {[]doorlink.Ability{doorlink.EditPeople}, func(d *office.Desk) error { _, err := d.Unassign(ctx, h.ada, unit); return err }},
		"give a key": {[]doorlink.Ability{doorlink.GrantKeys}, func(d *office.Desk) error { _, err := d.GiveKey(ctx, hold); return err }},
		"give it to many": {[]doorlink.Ability{doorlink.GrantKeys}, func(d *office.Desk) error {
			_, err := d.GiveTo(ctx, doorlink.Holder{Key: h.roof}, h.ada)
			return err
		}},
		"set dates": {[]doorlink.Ability{doorlink.GrantKeys}, func(d *office.Desk) error {
			_, err := d.SetHolding(ctx, doorlink.Holder{Key: h.key, Person: h.ada}, "")
			return err
		}},
		"renew a key": {[]doorlink.Ability{doorlink.GrantKeys}, func(d *office.Desk) error { _, err := d.RenewKey(ctx, h.ada, h.key); return err }},
		"end a key":   {[]doorlink.Ability{doorlink.GrantKeys}, func(d *office.Desk) error { _, err := d.EndKey(ctx, h.ada, h.key, ""); return err }},
		"move out":    {[]doorlink.Ability{doorlink.EditPeople, doorlink.GrantKeys}, func(d *office.Desk) error { _, err := d.MoveOut(ctx, h.ada); return err }},
		"revoke":      {[]doorlink.Ability{doorlink.EditPeople, doorlink.GrantKeys}, func(d *office.Desk) error { _, err := d.Revoke(ctx, h.ada); return err }},
		"delete":      {[]doorlink.Ability{doorlink.EditPeople, doorlink.GrantKeys}, func(d *office.Desk) error { _, err := d.Delete(ctx, h.ada, ""); return err }},
		"sign out":    {[]doorlink.Ability{doorlink.EditPeople}, func(d *office.Desk) error { _, err := d.SignOut(ctx, h.ada); return err }},
		"export":      {[]doorlink.Ability{doorlink.EditPeople, doorlink.SeeReports}, func(d *office.Desk) error { _, err := d.Export(ctx, h.ada); return err }},
		"erase":       {[]doorlink.Ability{doorlink.EditPeople, doorlink.SeeReports, doorlink.GrantKeys}, func(d *office.Desk) error { _, err := d.Erase(ctx, h.ada); return err }},
		"add a unit":  {[]doorlink.Ability{doorlink.EditPeople}, func(d *office.Desk) error { _, _, err := d.AddUnit(ctx, "9Z"); return err }},
		"rename a unit": {[]doorlink.Ability{doorlink.EditPeople}, func(d *office.Desk) error {
			_, err := d.SetUnit(ctx, doorlink.Unit{ID: unit, Name: "9Z"}, "")
			return err
		}},
		"move a unit": {[]doorlink.Ability{doorlink.EditPeople}, func(d *office.Desk) error { _, err := d.MoveUnit(ctx, unit, 0, 2); return err }},
		"order units": {[]doorlink.Ability{doorlink.EditPeople}, func(d *office.Desk) error { _, err := d.OrderByName(ctx); return err }},
		"hide a unit": {[]doorlink.Ability{doorlink.EditPeople}, func(d *office.Desk) error {
			_, err := d.HideUnit(ctx, doorlink.Hidden{Door: h.front.ID, Unit: unit}, true)
			return err
		}},
		"remove a unit": {[]doorlink.Ability{doorlink.EditPeople}, func(d *office.Desk) error { _, err := d.RemoveUnit(ctx, unit, ""); return err }},
		"add a Featured Entry": {[]doorlink.Ability{doorlink.EditPeople, doorlink.GrantKeys}, func(d *office.Desk) error {
			_, _, err := d.AddFeatured(ctx, "Office", office.Invitation{Given: "x", Keys: []doorlink.Holder{{Key: h.key}}})
			return err
		}},
	} {
		before := h.standing(t)
		for _, lacking := range c.needs {
			var may []doorlink.Ability
			for _, a := range doorlink.Abilities {
				if a != lacking {
					may = append(may, a)
				}
			}
			if err := c.do(h.within(t, may...)); !errors.Is(err, office.ErrMayNot) {
				t.Errorf("%s without %q: got %v, want %v", name, lacking, err, office.ErrMayNot)
			}
		}
		same(t, name+", refused", h.standing(t), before)
	}
}

// TestKeysOfOthersAreLeftAlone: Specific Key Management is for the keys listed.
func TestKeysOfOthersAreLeftAlone(t *testing.T) { onEach(t, specificKeys) }

func specificKeys(t *testing.T, h *house) {
	ctx, d := t.Context(), h.as(t, doorlink.Role{Scope: doorlink.SpecificKeys, Keys: []doorlink.KeyID{h.roof}})
	for name, try := range map[string]func() error{
		"giving":     func() error { _, err := d.GiveKey(ctx, doorlink.Holder{Key: h.key, Person: h.ada}); return err },
		"ending":     func() error { _, err := d.EndKey(ctx, h.ada, h.key, ""); return err },
		"moving out": func() error { _, err := d.MoveOut(ctx, h.ada); return err },
		"undoing": func() error {
			r := must(t)(h.desk(t).EndKey(ctx, h.bram, h.key, ""))
			_, err := d.Undo(ctx, r.Seq)
			return err
		},
	} {
		if err := try(); !errors.Is(err, office.ErrMayNot) {
			t.Errorf("%s: got %v, want %v", name, err, office.ErrMayNot)
		}
	}
	must(t)(d.GiveKey(ctx, doorlink.Holder{Key: h.roof, Person: h.ada}))
}

func TestTwoManagersDoNotOverwriteEachOther(t *testing.T) { onEach(t, twoManagers) }

func twoManagers(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	seen, err := d.Person(ctx, h.ada)
	if err != nil {
		t.Fatal(err)
	}
	one, other := seen.Person, seen.Person
	one.Given, other.Family = "Adaeze", "Obi"
	must(t)(d.SetPerson(ctx, one, seen.Tag))
	if _, err := d.SetPerson(ctx, other, seen.Tag); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("the second: got %v", err)
	}
	now, err := d.Person(ctx, h.ada)
	if err != nil || now.Given != "Adaeze" || now.Family != "Nwosu" {
		t.Errorf("got %+v, %v", now.Person, err)
	}
	held := now.Held[0]
	must(t)(d.EndKey(ctx, h.ada, h.key, held.Tag))
	must(t)(d.GiveKey(ctx, doorlink.Holder{Key: h.key, Person: h.ada, Resident: true}))
	if _, err := d.EndKey(ctx, h.ada, h.key, held.Tag); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("ending a key as it was: got %v", err)
	}
}
