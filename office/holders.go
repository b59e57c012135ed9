package office

import (
	"cmp"
	"context"
	"time"

	"doorlink"
)

// HeldBy is somebody who holds a key, whatever its dates.
type HeldBy struct {
	doorlink.Holder
	Tag    string // of the holder's row
	Person doorlink.Person
	Units  []doorlink.Unit
	Now    bool // the dates include now
}

// Holders lists who holds a key, whatever the dates, by family name. Query.Sort
// knows "name", "unit" and "to"; Query.Find looks in names, addresses and units.
// It fails with ErrKeyGone. Needs See.
func (d *Desk) Holders(ctx context.Context, id doorlink.KeyID, q Query) (Page[HeldBy], error) {
	roll, _, err := d.key(ctx, id)
	if err != nil {
		return Page[HeldBy]{}, err
	}
	type held struct {
		placed
		doorlink.Holder
	}
	at := roll.places()
	var found []held
	for _, h := range roll.holders[id] {
		if p := roll.people[h.Person]; q.Find == "" || roll.personFinds(q.Find, &p) {
			found = append(found, held{roll.placed(at, &p), h})
		}
	}
	part, err := page(found, q, order[held]{
		by: map[string]func(a, b held) int{
			"":     func(a, b held) int { return byName(a.placed, b.placed) },
			"unit": func(a, b held) int { return byUnit(a.placed, b.placed) },
			"to":   func(a, b held) int { return cmp.Or(compareEnds(a.To, b.To), byName(a.placed, b.placed)) },
		},
		id: func(h held) string { return string(h.Holder.Person) },
	})
	now := time.Now()
	lines := Page[HeldBy]{Total: part.Total, Next: part.Next}
	for _, h := range part.Rows {
		lines.Rows = append(lines.Rows, roll.heldBy(h.Holder, now))
	}
	return lines, err
}

// compareEnds puts the end that comes first before; none comes last.
func compareEnds(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}

// WithoutKey lists the people who do not hold a key, whatever the dates, by
// family name. Query.Sort knows "name" and "unit"; Query.Find looks in names,
// addresses and units. It fails with ErrKeyGone. Needs See.
func (d *Desk) WithoutKey(ctx context.Context, id doorlink.KeyID, q Query) (Page[PersonLine], error) {
	roll, _, err := d.key(ctx, id)
	if err != nil {
		return Page[PersonLine]{}, err
	}
	holding := index(roll.holders[id], func(h doorlink.Holder) doorlink.PersonID { return h.Person })
	return roll.pageOfPeople(q, time.Now().In(d.Location()), func(p *doorlink.Person) bool { return holding[p.ID].Person == "" })
}

// Holder finds how a person holds a key. It fails with ErrKeyGone, and with
// ErrNotHeld if they do not. Needs See.
func (d *Desk) Holder(ctx context.Context, k doorlink.KeyID, p doorlink.PersonID) (HeldBy, error) {
	roll, _, err := d.key(ctx, k)
	if err != nil {
		return HeldBy{}, err
	}
	for _, h := range roll.held[p] {
		if h.Key == k {
			return roll.heldBy(h, time.Now()), nil
		}
	}
	return HeldBy{}, ErrNotHeld
}

func (r *Roll) heldBy(h doorlink.Holder, now time.Time) HeldBy {
	return HeldBy{h, doorlink.Row{Holder: &h}.Tag(), r.people[h.Person], r.unitsIn(h.Person), holds(h, now)}
}
