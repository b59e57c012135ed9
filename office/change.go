package office

import (
	"context"
	"time"

	"doorlink"
	"doorlink/store"
)

// UndoTime is how long a change can be taken back.
const UndoTime = 24 * time.Hour

// Receipt is what a change leaves: its entry in the audit, by which it can be
// undone if Undoable.
type Receipt struct {
	Seq        int64
	Undoable   bool
	Everywhere bool // the entry stands in the audit of the portfolio
}

// act is one change as the audit will tell it.
type act struct {
	action  string // a key of the audit's sentences: "unit.add"
	subject string // the ID of what is changed
	changes []doorlink.Change
	facts   map[string]string
	// everywhere is set of what concerns no single property. It has no changes.
	everywhere bool
	// also does, in the same transaction, what is no change of a row; it may be
	// nil. What it does cannot be undone, and it may run more than once.
	also func(context.Context, *store.Tx) error
	// tells are the events of the change, beside those that follow from its
	// changes: see moves.
	tells []doorlink.Event
}

// do makes a change and its entry in the audit, or neither. Nothing at all is
// written when there is nothing to change.
func (d *Desk) do(ctx context.Context, a act) (Receipt, error) {
	changes := a.changes[:0:0]
	for _, c := range a.changes {
		if !c.Empty() {
			changes = append(changes, c)
		}
	}
	if len(changes) == 0 && a.also == nil {
		return Receipt{}, nil
	}
	r, chain := Receipt{Undoable: len(changes) > 0, Everywhere: a.everywhere}, d.Property.ID
	if a.everywhere {
		chain = ""
	}
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		if err := tx.Arrange(ctx, d.Property.ID, changes); err != nil {
			return err
		}
		if err := d.fewFeatured(ctx, tx, changes); err != nil {
			return err
		}
		if err := d.fewHooks(ctx, tx, changes); err != nil {
			return err
		}
		if err := d.ownNames(ctx, tx, changes); err != nil {
			return err
		}
		if a.also != nil {
			if err := a.also(ctx, tx); err != nil {
				return err
			}
		}
		if err := d.tell(ctx, tx, a, changes); err != nil {
			return err
		}
		if err := d.drift(ctx, tx, time.Now()); err != nil {
			return err
		}
		r.Seq, err = tx.Audit(ctx, doorlink.Deed{
			Property: chain, At: time.Now(), Manager: d.Manager.ID, Via: d.via(),
			Action: a.action, Subject: a.subject, Detail: doorlink.Detail{Changes: changes, Facts: a.facts},
		})
		return err
	})
	if err != nil {
		return Receipt{}, err
	}
	return r, nil
}

// undoing are the abilities that taking back a deed needs, by what its changes
// are of.
func undoing(c doorlink.Change) doorlink.Ability {
	r := c.Before
	if r == nil {
		r = c.After
	}
	switch {
	case r.Property != nil:
		return doorlink.Settings
	case r.Role != nil:
		return doorlink.Govern
	case r.Door != nil, r.Panel != nil:
		return doorlink.Devices
	case r.Key != nil, r.KeyDoor != nil:
		return doorlink.EditKeys
	case r.Holder != nil:
		return doorlink.GrantKeys
	case r.Hook != nil:
		return doorlink.Connect
	}
	return doorlink.EditPeople
}

// mayUndo fails unless the manager could have made the change, and decides about
// a key that it gave or took.
func (d *Desk) mayUndo(c doorlink.Change) error {
	for _, r := range []*doorlink.Row{c.Before, c.After} {
		if r != nil && r.Holder != nil && !d.Manages(r.Holder.Key) {
			return ErrMayNot.With("ability", string(doorlink.GrantKeys))
		}
	}
	return d.may(undoing(c))
}

// Undo takes back a change of the last UndoTime, by its number in the audit.
// It needs the abilities that the change needed. It returns doorlink.ErrChanged
// if what was changed has been changed again since, and ErrNotUndone for what
// is too old, was erased or has no changes. What a change did beside
// (handsets signed out, codes cancelled) stays done. It takes a minute at most.
func (d *Desk) Undo(ctx context.Context, seq int64) (Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, importTime)
	defer cancel()
	deed, err := d.db.Deed(ctx, d.Property.ID, seq)
	if err != nil {
		return Receipt{}, err
	}
	if err := d.undoable(deed, time.Now()); err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, act{
		action: "undo", subject: deed.Subject, changes: doorlink.Inverse(deed.Detail.Changes),
		facts: map[string]string{doorlink.Undone: deed.Action},
	})
}

// seen is doorlink.ErrChanged unless a row is as the asker saw it: with this tag.
// An empty tag takes the row as it is.
func seen(row doorlink.Row, tag string) error {
	if tag != "" && tag != row.Tag() {
		return doorlink.ErrChanged
	}
	return nil
}

// edit is a change of a row that the asker saw with a tag: see seen.
func edit(before, after doorlink.Row, tag string) (doorlink.Change, error) {
	return doorlink.Edit(before, after), seen(before, tag)
}
