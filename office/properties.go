package office

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"doorlink"
	"doorlink/building"
	"doorlink/directory"
	"doorlink/store"
)

// Properties are those at which an actor has a desk, by name.
func (o *Office) Properties(ctx context.Context, who Actor) ([]doorlink.Property, error) {
	all, err := o.db.Properties(ctx)
	if err != nil {
		return nil, err
	}
	roles, err := o.db.Roles(ctx, who.Manager.ID)
	if err != nil {
		return nil, err
	}
	theirs := all[:0]
	for _, p := range all {
		d := Desk{Actor: who, Property: p}
		for _, r := range roles {
			if r.Property == p.ID {
				d.Role = r
			}
		}
		if d.May(doorlink.See) {
			theirs = append(theirs, p)
		}
	}
	return theirs, nil
}

// FindProperties lists those of Properties. Query.Sort knows "name" and "zone";
// Query.Find looks in both.
func (o *Office) FindProperties(ctx context.Context, who Actor, q Query) (Page[doorlink.Property], error) {
	theirs, err := o.Properties(ctx, who)
	if err != nil {
		return Page[doorlink.Property]{}, err
	}
	found := slices.DeleteFunc(theirs, func(p doorlink.Property) bool { return !finds(q.Find, p.Name, p.Zone) })
	byName := func(a, b doorlink.Property) int { return directory.CompareNames(a.Name, b.Name) }
	return page(found, q, order[doorlink.Property]{
		by: map[string]func(a, b doorlink.Property) int{
			"": byName, "name": byName,
			"zone": func(a, b doorlink.Property) int { return cmp.Or(strings.Compare(a.Zone, b.Zone), byName(a, b)) },
		},
		id: func(p doorlink.Property) string { return string(p.ID) },
	})
}

// Governs reports whether the actor decides about what belongs to no single
// property: a Portfolio Manager, or a token of one that works everywhere and has
// doorlink.Govern.
func (a Actor) Governs() bool { return a.Manager.Portfolio && a.limitedTo("", doorlink.Govern) }

// AddProperty adds a property with a name, a zone and languages, and a key for
// its residents, which opens nothing yet. It fails with ErrName, ErrLanguages
// and as doorlink.Property.Location does. Needs Govern, for every property.
func (o *Office) AddProperty(ctx context.Context, who Actor, wish doorlink.Property) (doorlink.Property, Receipt, error) {
	if !who.Governs() {
		return doorlink.Property{}, Receipt{}, ErrMayNot.With("ability", string(doorlink.Govern))
	}
	plan, err := building.New(wish.Name, wish.Zone)
	if err != nil {
		return doorlink.Property{}, Receipt{}, err
	}
	plan.Property.Languages = wish.Languages
	p, err := cleanProperty(plan.Property)
	if err != nil {
		return doorlink.Property{}, Receipt{}, err
	}
	var r Receipt
	err = o.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddProperty(ctx, p); err != nil {
			return err
		}
		if err := tx.AddKey(ctx, plan.Keys[0]); err != nil {
			return err
		}
		// For its own audit, and for that of the portfolio.
		for _, chain := range []doorlink.PropertyID{"", p.ID} {
			r.Seq, err = tx.Audit(ctx, doorlink.Deed{
				Property: chain, At: time.Now(), Manager: who.Manager.ID, Via: who.via(), Action: "property.add", Subject: string(p.ID),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return p, r, err
}
