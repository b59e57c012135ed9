package office

import (
	"context"
	"errors"

	"doorlink"
	"doorlink/store"
)

// ErrStaffed refuses a second person at a Featured Entry: its line stands under
// its own name, and two alike would say nothing.
var ErrStaffed = doorlink.Fail(doorlink.Conflict, "units.staffed")

// SetPerson changes a person's names, address and Show in intercom, as the asker
// saw them with a tag: see edit. It fails as Invite does. Needs EditPeople.
func (d *Desk) SetPerson(ctx context.Context, p doorlink.Person, tag string) (Receipt, error) {
	roll, was, err := begin(ctx, d, doorlink.EditPeople, (*Roll).Person, p.ID)
	if err != nil {
		return Receipt{}, err
	}
	p.Property, p.Activated = was.Property, was.Activated
	if p, err = d.cleanPerson(roll, p); err != nil {
		return Receipt{}, err
	}
	c, err := edit(doorlink.Row{Person: &was}, doorlink.Row{Person: &p}, tag)
	if err != nil {
		return Receipt{}, err
	}
	r, err := d.do(ctx, act{action: "person.set", subject: string(p.ID), changes: []doorlink.Change{c}})
	if errors.Is(err, store.ErrExists) {
		err = d.known(ctx, p, err)
	}
	return r, err
}

// Show turns a person's Show in intercom on or off. Needs EditPeople.
func (d *Desk) Show(ctx context.Context, id doorlink.PersonID, shown bool) (Receipt, error) {
	_, was, err := begin(ctx, d, doorlink.EditPeople, (*Roll).Person, id)
	if err != nil {
		return Receipt{}, err
	}
	p := was
	p.Shown = shown
	action := "person.hide"
	if shown {
		action = "person.show"
	}
	return d.do(ctx, act{action: action, subject: string(id),
		changes: []doorlink.Change{doorlink.Edit(doorlink.Row{Person: &was}, doorlink.Row{Person: &p})}})
}

// Assign puts a person into a unit. It fails with store.ErrExists if they are in
// it, and with ErrStaffed. Needs EditPeople.
func (d *Desk) Assign(ctx context.Context, id doorlink.PersonID, u doorlink.UnitID) (Receipt, error) {
	roll, _, err := begin(ctx, d, doorlink.EditPeople, (*Roll).Person, id)
	if err != nil {
		return Receipt{}, err
	}
	c, err := roll.joins(id, u)
	if err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, act{action: "person.assign", subject: string(id), changes: []doorlink.Change{c}})
}

// joins is the change that puts a person, who may be new, into a unit.
func (r *Roll) joins(p doorlink.PersonID, u doorlink.UnitID) (doorlink.Change, error) {
	unit, ok := r.Unit(u)
	if !ok {
		return doorlink.Change{}, ErrUnitGone
	}
	for _, m := range r.inUnit[u] {
		if m.Person == p {
			return doorlink.Change{}, store.ErrExists
		}
		if unit.Featured {
			return doorlink.Change{}, ErrStaffed
		}
	}
	return doorlink.Add(doorlink.Row{Membership: &doorlink.Membership{
		ID: doorlink.NewID[doorlink.MembershipID]("memb"), Entry: doorlink.NewEntryID(), Person: p, Unit: u,
	}}), nil
}

// Unassign takes a person out of a unit, or fails with ErrElsewhere if they
// are not in it. Their keys stay. Needs EditPeople.
func (d *Desk) Unassign(ctx context.Context, id doorlink.PersonID, u doorlink.UnitID) (Receipt, error) {
	roll, _, err := begin(ctx, d, doorlink.EditPeople, (*Roll).Person, id)
	if err != nil {
		return Receipt{}, err
	}
	for _, m := range roll.of[id] {
		if m.Unit == u {
			return d.do(ctx, act{action: "person.unassign", subject: string(id),
				changes: []doorlink.Change{doorlink.Remove(doorlink.Row{Membership: &m})}})
		}
	}
	return Receipt{}, ErrElsewhere
}
