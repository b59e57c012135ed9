package office

import (
	"context"
	"strconv"
	"time"

	"doorlink"
	"doorlink/store"
)

// HandsetsFact is the fact of a deed that tells how many handsets it signed out.
const HandsetsFact = "handsets"

// MoveOut ends everything a person has here in one act: they leave their units,
// lose their keys, are signed out everywhere, their links end and the codes they
// gave today are called back. The record of them stays. A call in progress goes
// on, but no code is given in it any more. Undo brings units and keys back as
// they were; handsets sign in again. Needs EditPeople, and GrantKeys for every
// key they hold.
func (d *Desk) MoveOut(ctx context.Context, id doorlink.PersonID) (Receipt, error) {
	roll, p, err := d.leaver(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	return d.leave(ctx, roll, p, act{
		action: "person.move_out", changes: append(roll.takeMemberships(id), roll.takeKeys(id)...),
	})
}

// Revoke ends a person's access and keeps their place: they lose their keys, are
// signed out everywhere, their links end and the codes they gave today are called
// back. Needs what MoveOut does.
func (d *Desk) Revoke(ctx context.Context, id doorlink.PersonID) (Receipt, error) {
	roll, p, err := d.leaver(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	return d.leave(ctx, roll, p, act{action: "person.revoke", changes: roll.takeKeys(id)})
}

// Delete is MoveOut with the record itself; what happened stays on record by
// ID. Needs what MoveOut does.
func (d *Desk) Delete(ctx context.Context, id doorlink.PersonID, tag string) (Receipt, error) {
	roll, p, err := d.leaver(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	row := doorlink.Row{Person: &p}
	if err := seen(row, tag); err != nil {
		return Receipt{}, err
	}
	changes := append(roll.takeMemberships(id), roll.takeKeys(id)...)
	return d.leave(ctx, roll, p, act{
		action: "person.delete", changes: append(changes, doorlink.Remove(row)),
	})
}

// SignOut signs a person out on every handset, and ends links they have not
// used. Pages that are open close. Needs EditPeople.
func (d *Desk) SignOut(ctx context.Context, id doorlink.PersonID) (Receipt, error) {
	roll, _, err := begin(ctx, d, doorlink.EditPeople, (*Roll).Person, id)
	if err != nil {
		return Receipt{}, err
	}
	handsets, err := d.db.Handsets(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	r, err := d.do(ctx, act{action: "person.sign_out", subject: string(id), also: endsAccess(id),
		facts: map[string]string{HandsetsFact: strconv.Itoa(roll.Reach[id].Handsets)}})
	if err == nil {
		d.closeLines(handsets)
	}
	return r, err
}

// leaver finds somebody who is about to leave, for a manager who may take away
// all that they hold.
func (d *Desk) leaver(ctx context.Context, id doorlink.PersonID) (*Roll, doorlink.Person, error) {
	roll, p, err := begin(ctx, d, doorlink.EditPeople, (*Roll).Person, id)
	if err != nil {
		return nil, p, err
	}
	for _, h := range roll.held[id] {
		if err := d.may(doorlink.GrantKeys); err != nil {
			return nil, p, err
		}
		if err := d.decides(roll, h.Key); err != nil {
			return nil, p, err
		}
	}
	return roll, p, nil
}

// leave does the act and what ends with access. Open pages close at once unless
// somebody is talking there.
func (d *Desk) leave(ctx context.Context, roll *Roll, p doorlink.Person, a act) (Receipt, error) {
	now := time.Now()
	handsets, err := d.db.Handsets(ctx, p.ID)
	if err != nil {
		return Receipt{}, err
	}
	facts, cancel := d.cancelling(p.ID, nil, now)
	if n := roll.Reach[p.ID].Handsets; n > 0 {
		facts[HandsetsFact] = strconv.Itoa(n)
	}
	ends := endsAccess(p.ID)
	a.subject, a.facts = string(p.ID), facts
	a.also = func(ctx context.Context, tx *store.Tx) error {
		if err := ends(ctx, tx); err != nil {
			return err
		}
		return cancel(ctx, tx)
	}
	r, err := d.do(ctx, a)
	if err != nil {
		return r, err
	}
	calls, err := d.db.PersonCalls(ctx, p.ID, now)
	if err != nil {
		d.log.Warn("open pages of somebody who left stay open", "person", p.ID, "cause", err)
		return r, nil
	}
	for _, c := range calls {
		if !c.State.Over() {
			return r, nil
		}
	}
	d.closeLines(handsets)
	return r, nil
}

// endsAccess signs a person out and ends their links.
func endsAccess(id doorlink.PersonID) func(context.Context, *store.Tx) error {
	return func(ctx context.Context, tx *store.Tx) error {
		if err := tx.EndLinks(ctx, id, time.Now()); err != nil {
			return err
		}
		return tx.EndHandsets(ctx, id)
	}
}

// closeLines closes the open pages of handsets that were signed out.
func (d *Desk) closeLines(all []doorlink.Handset) {
	if d.ways.SignOut == nil {
		return
	}
	for _, h := range all {
		d.ways.SignOut(h)
	}
}

func (r *Roll) takeMemberships(p doorlink.PersonID) (changes []doorlink.Change) {
	for _, m := range r.of[p] {
		changes = append(changes, doorlink.Remove(doorlink.Row{Membership: &m}))
	}
	return changes
}

func (r *Roll) takeKeys(p doorlink.PersonID) (changes []doorlink.Change) {
	for _, h := range r.held[p] {
		changes = append(changes, doorlink.Remove(doorlink.Row{Holder: &h}))
	}
	return changes
}
