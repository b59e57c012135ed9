package office

import (
	"context"

	"doorlink"
	"doorlink/store"
)

// ErrFeatured refuses more Featured Entries than a directory can have on top;
// arg "max" is how many that is.
var ErrFeatured = doorlink.Fail(doorlink.Conflict, "units.featured", "max", doorlink.MaxFeatured)

// AddFeatured adds a Featured Entry, the leasing office or the concierge, with
// the one person who answers there in the same app as residents. It stands on
// top, under its own name, at every door that their keys open. An existing unit
// does not become one. It fails as Invite does, with ErrFeatured, and with
// store.ErrExists for a name that is taken. Needs EditPeople, and GrantKeys for
// keys.
func (d *Desk) AddFeatured(ctx context.Context, name string, staff Invitation) (doorlink.Unit, Invited, error) {
	u := doorlink.Unit{ID: doorlink.NewID[doorlink.UnitID]("unit"), Property: d.Property.ID, Featured: true}
	roll, err := d.rollFor(ctx, doorlink.EditPeople)
	if err != nil {
		return u, Invited{}, err
	}
	if u.Name, err = cleanName(name); err != nil {
		return u, Invited{}, err
	}
	if roll.taken(u.Name) {
		return u, Invited{}, store.ErrExists
	}
	p := doorlink.Person{
		ID: doorlink.NewID[doorlink.PersonID]("pers"), Property: d.Property.ID,
		Given: staff.Given, Family: staff.Family, Email: staff.Email, Shown: true,
	}
	if p, err = d.cleanPerson(roll, p); err != nil {
		return u, Invited{}, err
	}
	staff.Units = nil
	changes, err := d.welcome(roll, p, staff)
	if err != nil {
		return u, Invited{}, err
	}
	changes = append(changes, doorlink.Add(doorlink.Row{Unit: &u}), doorlink.Add(doorlink.Row{Membership: &doorlink.Membership{
		ID: doorlink.NewID[doorlink.MembershipID]("memb"), Entry: doorlink.NewEntryID(), Person: p.ID, Unit: u.ID,
	}}))
	in, err := d.bringIn(ctx, "unit.feature", p, changes)
	return u, in, err
}

// taken reports whether a unit has this name.
func (r *Roll) taken(name string) bool {
	for _, u := range r.Units {
		if u.Name == name {
			return true
		}
	}
	return false
}

// fewFeatured fails with ErrFeatured if changes bring a Featured Entry too many.
// It looks after they were made, when nobody else can make one.
func (d *Desk) fewFeatured(ctx context.Context, tx *store.Tx, changes []doorlink.Change) error {
	for _, c := range changes {
		if c.Before != nil || c.After.Unit == nil || !c.After.Unit.Featured {
			continue
		}
		n, err := tx.Featured(ctx, d.Property.ID)
		if err == nil && n > doorlink.MaxFeatured {
			err = ErrFeatured
		}
		return err
	}
	return nil
}
