package office

import (
	"context"
	"time"

	"doorlink"
	"doorlink/store"
)

// tell puts events into the queue of each webhook that wants them, in the
// transaction of what happened: those of an act, and those that follow from its
// changes.
func (d *Desk) tell(ctx context.Context, tx *store.Tx, a act, changes []doorlink.Change) error {
	moves, err := d.moves(ctx, tx, changes)
	if err != nil {
		return err
	}
	for _, e := range append(moves, a.tells...) {
		if err := tx.Tell(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// moves are the events of people who come and go by changes that were made:
// whose row is new or gone, or who has their first or no longer any unit or key.
// So whatever is taken back tells the opposite.
func (d *Desk) moves(ctx context.Context, tx *store.Tx, changes []doorlink.Change) ([]doorlink.Event, error) {
	m := movesIn(changes)
	if len(m.order) == 0 {
		return nil, nil
	}
	heard := false
	for _, k := range []doorlink.EventKind{doorlink.PersonAdded, doorlink.PersonRemoved} {
		listens, err := tx.Listens(ctx, d.Property.ID, k)
		if err != nil {
			return nil, err
		}
		heard = heard || listens
	}
	if !heard {
		return nil, nil
	}
	var all []doorlink.Event
	for _, p := range m.order {
		e, err := d.move(ctx, tx, m, p)
		if err != nil {
			return nil, err
		}
		all = append(all, e...)
	}
	return all, nil
}

// moved is what changes mean to people, in the order of the changes.
type moved struct {
	order      []doorlink.PersonID
	ties       map[doorlink.PersonID]int // how many units and keys they have more than before
	came, went map[doorlink.PersonID]*doorlink.Person
}

func movesIn(changes []doorlink.Change) moved {
	m := moved{nil, map[doorlink.PersonID]int{}, map[doorlink.PersonID]*doorlink.Person{}, map[doorlink.PersonID]*doorlink.Person{}}
	for _, c := range changes {
		for _, side := range []struct {
			row *doorlink.Row
			n   int
		}{{c.Before, -1}, {c.After, +1}} {
			m.tie(tiedIn(side.row), side.n)
		}
		switch before, after := personIn(c.Before), personIn(c.After); {
		case before == nil && after != nil:
			m.tie(after.ID, 0)
			m.came[after.ID] = after
		case before != nil && after == nil:
			m.tie(before.ID, 0)
			m.went[before.ID] = before
		}
	}
	return m
}

// tie notes that somebody has n units and keys more.
func (m *moved) tie(p doorlink.PersonID, n int) {
	if p == "" {
		return
	}
	if _, seen := m.ties[p]; !seen {
		m.order = append(m.order, p)
	}
	m.ties[p] += n
}

// move is the event of one of those who moved, if they came or went by it.
func (d *Desk) move(ctx context.Context, tx *store.Tx, m moved, p doorlink.PersonID) ([]doorlink.Event, error) {
	switch came, went := m.came[p], m.went[p]; {
	case came != nil && went != nil:
		return nil, nil
	case came != nil:
		return []doorlink.Event{d.about(doorlink.PersonAdded, *came)}, nil
	case went != nil:
		return []doorlink.Event{d.about(doorlink.PersonRemoved, *went)}, nil
	case m.ties[p] == 0:
		return nil, nil
	}
	now, err := tx.Ties(ctx, p)
	if err != nil || now != 0 && now != m.ties[p] {
		return nil, err
	}
	kind := doorlink.PersonAdded
	if now == 0 {
		kind = doorlink.PersonRemoved
	}
	row, err := tx.Row(ctx, doorlink.Row{Person: &doorlink.Person{ID: p}})
	if err != nil || row == nil {
		return nil, err
	}
	return []doorlink.Event{d.about(kind, *row.Person)}, nil
}

func personIn(r *doorlink.Row) *doorlink.Person {
	if r == nil {
		return nil
	}
	return r.Person
}

// tiedIn is whom a row ties to the property: by a unit or a key.
func tiedIn(r *doorlink.Row) doorlink.PersonID {
	switch {
	case r == nil:
		return ""
	case r.Membership != nil:
		return r.Membership.Person
	case r.Holder != nil:
		return r.Holder.Person
	}
	return ""
}

// about is an event that concerns a person. Names go along only where the
// property lets webhooks have them.
func (d *Desk) about(kind doorlink.EventKind, p doorlink.Person) doorlink.Event {
	e := d.event(kind, map[string]string{"person": string(p.ID)})
	if name := p.As(doorlink.FullName, ""); d.Property.HookNames && name != "" {
		e.Data["name"] = name
	}
	return e
}

// event is something that happens at the property now.
func (d *Desk) event(kind doorlink.EventKind, data map[string]string) doorlink.Event {
	return doorlink.Event{Kind: kind, Property: d.Property.ID, At: time.Now(), Data: data}
}
