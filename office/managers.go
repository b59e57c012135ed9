package office

import (
	"cmp"
	"context"
	"slices"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/store"
)

var (
	// ErrManagerKnown refuses to invite somebody who manages here already; arg
	// "name" is who they are.
	ErrManagerKnown = doorlink.Fail(doorlink.Conflict, "manager.known")
	// ErrScope refuses a scope that there is not, or Specific Key Management
	// without keys.
	ErrScope = doorlink.Fail(doorlink.Invalid, "manager.scope")
)

// KeyScopes are all scopes, in the order in which people choose them.
var KeyScopes = []doorlink.KeyScope{doorlink.FullKeys, doorlink.LimitedKeys, doorlink.SpecificKeys}

// Access is what a manager is to do at a property.
type Access struct {
	Portfolio bool // everything, at every property; the rest does not matter then
	Scope     doorlink.KeyScope
	Keys      []doorlink.KeyID // with doorlink.SpecificKeys
	Devices   bool             // Device Management
}

// ManagerLine is somebody who manages a property.
type ManagerLine struct {
	doorlink.Manager
	Role doorlink.Role // here; means nothing for a Portfolio Manager
	Tag  string        // of what they may do here
	Used time.Time     // when they were last in the console, to ten minutes; zero: they are signed in nowhere
}

func (l ManagerLine) row() doorlink.Row { return doorlink.Row{Role: &l.Role} }

// rank sorts by how much somebody may.
func (l ManagerLine) rank() int {
	if l.Portfolio {
		return -1
	}
	return slices.Index(KeyScopes, l.Role.Scope)
}

// Managers lists who manages the property: those with a role here, and every
// Portfolio Manager. Query.Sort knows "name", "access" and "used"; Query.Find
// looks in names and addresses. Needs Govern.
func (d *Desk) Managers(ctx context.Context, q Query) (Page[ManagerLine], error) {
	all, err := d.managers(ctx)
	if err != nil {
		return Page[ManagerLine]{}, err
	}
	found := slices.DeleteFunc(all, func(l ManagerLine) bool { return !finds(q.Find, l.Name, l.Email) })
	byName := func(a, b ManagerLine) int { return directory.CompareNames(a.Name, b.Name) }
	return page(found, q, order[ManagerLine]{
		by: map[string]func(a, b ManagerLine) int{
			"": byName, "name": byName,
			"access": func(a, b ManagerLine) int { return cmp.Or(a.rank()-b.rank(), byName(a, b)) },
			"used":   func(a, b ManagerLine) int { return cmp.Or(a.Used.Compare(b.Used), byName(a, b)) },
		},
		id: func(l ManagerLine) string { return string(l.ID) },
	})
}

func (d *Desk) managers(ctx context.Context) ([]ManagerLine, error) {
	if err := d.may(doorlink.Govern); err != nil {
		return nil, err
	}
	managers, err := d.db.Managers(ctx)
	if err != nil {
		return nil, err
	}
	roles, err := d.db.RolesAt(ctx, d.Property.ID)
	if err != nil {
		return nil, err
	}
	used, err := d.db.LastUses(ctx)
	if err != nil {
		return nil, err
	}
	here := index(roles, func(r doorlink.Role) doorlink.ManagerID { return r.Manager })
	var all []ManagerLine
	for _, m := range managers {
		role, ok := here[m.ID]
		if !ok && !m.Portfolio {
			continue
		}
		l := ManagerLine{Manager: m, Role: role, Used: used[m.ID]}
		l.Tag = l.row().Tag()
		if m.Portfolio {
			l.Tag = "p" + l.Tag // no hexadecimal digit: another tag than of the same role without it
		}
		all = append(all, l)
	}
	return all, nil
}

// OneManager finds somebody who manages the property, or fails with
// store.ErrNoManager. Needs Govern.
func (d *Desk) OneManager(ctx context.Context, id doorlink.ManagerID) (ManagerLine, error) {
	all, err := d.managers(ctx)
	if err != nil {
		return ManagerLine{}, err
	}
	i := slices.IndexFunc(all, func(l ManagerLine) bool { return l.ID == id })
	if i < 0 {
		return ManagerLine{}, store.ErrNoManager
	}
	return all[i], nil
}

// roleFor is the role that an access comes to, with its keys in one order. It fails
// with ErrScope, with ErrKeyGone for a key of elsewhere, and with ErrMayNot
// for a Portfolio Manager, unless the actor decides about the portfolio.
func (d *Desk) roleFor(ctx context.Context, m doorlink.ManagerID, a Access) (doorlink.Role, error) {
	if a.Portfolio {
		return doorlink.Role{}, d.mayGovern()
	}
	r := doorlink.Role{Manager: m, Property: d.Property.ID, Scope: a.Scope, Devices: a.Devices}
	if !slices.Contains(KeyScopes, a.Scope) || a.Scope == doorlink.SpecificKeys && len(a.Keys) == 0 {
		return r, ErrScope
	}
	if a.Scope != doorlink.SpecificKeys {
		return r, nil
	}
	roll, err := d.Roll(ctx)
	if err != nil {
		return r, err
	}
	for _, k := range a.Keys {
		if _, ok := roll.Key(k); !ok {
			return r, ErrKeyGone
		}
	}
	r.Keys = slices.Compact(slices.Sorted(slices.Values(a.Keys)))
	return r, nil
}

// mayGovern fails for a program whose token is held to one property.
func (d *Desk) mayGovern() error {
	if d.Governs() {
		return nil
	}
	return ErrMayNot.With("ability", string(doorlink.Govern))
}

// SetAccess changes what a manager may do, as the asker saw it with a tag;
// another tag is doorlink.ErrChanged. It fails with ErrScope, store.ErrNoManager,
// ErrKeyGone for a key of elsewhere, and store.ErrLastManager. Making a
// Portfolio Manager, and the reverse, cannot be undone. Needs Govern.
func (d *Desk) SetAccess(ctx context.Context, id doorlink.ManagerID, a Access, tag string) (Receipt, error) {
	l, err := d.OneManager(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	if tag != "" && tag != l.Tag {
		return Receipt{}, doorlink.ErrChanged
	}
	role, err := d.roleFor(ctx, id, a)
	switch {
	case err != nil:
		return Receipt{}, err
	case a.Portfolio && l.Portfolio:
		return Receipt{}, nil
	case a.Portfolio:
		return d.promote(ctx, l.Manager, nothing)
	case l.Portfolio:
		return d.demote(ctx, l, role)
	}
	return d.do(ctx, act{
		action: "role.set", subject: string(id),
		changes: []doorlink.Change{doorlink.Edit(l.row(), doorlink.Row{Role: &role})},
	})
}

// promote makes a Portfolio Manager, and does something beside. The roles they
// have stay, and count again if that is taken back.
func (d *Desk) promote(ctx context.Context, m doorlink.Manager, beside func(context.Context, *store.Tx) error) (Receipt, error) {
	return d.do(ctx, act{
		action: "manager.promote", subject: string(m.ID), everywhere: true,
		also: func(ctx context.Context, tx *store.Tx) error {
			if err := setPortfolio(ctx, tx, m, true); err != nil {
				return err
			}
			return beside(ctx, tx)
		},
	})
}

// demote makes a Portfolio Manager one with a role here.
func (d *Desk) demote(ctx context.Context, l ManagerLine, role doorlink.Role) (Receipt, error) {
	if err := d.mayGovern(); err != nil {
		return Receipt{}, err
	}
	c := doorlink.Add(doorlink.Row{Role: &role})
	if l.Role.Manager != "" {
		c = doorlink.Edit(l.row(), *c.After)
	}
	return d.do(ctx, act{
		action: "manager.demote", subject: string(l.ID), everywhere: true,
		facts: map[string]string{"property": string(d.Property.ID), "scope": string(role.Scope)},
		also: func(ctx context.Context, tx *store.Tx) error {
			if err := setPortfolio(ctx, tx, l.Manager, false); err != nil {
				return err
			}
			return tx.Arrange(ctx, d.Property.ID, []doorlink.Change{c}) // not as a change of the deed: taking that back would leave them with nothing
		},
	})
}

// setPortfolio makes somebody a Portfolio Manager, or no longer, unless somebody
// else was faster.
func setPortfolio(ctx context.Context, tx *store.Tx, m doorlink.Manager, yes bool) error {
	now, err := tx.Manager(ctx, m.ID)
	if err != nil {
		return err
	}
	if now != m {
		return doorlink.ErrChanged
	}
	m.Portfolio = yes
	return tx.SetManager(ctx, m)
}

// EndAccess ends what a manager may do, as the asker saw it with a tag: see
// SetAccess. Whoever has a role elsewhere keeps that; all others are signed out
// at once, and their tokens stop. A Portfolio Manager is removed altogether,
// which cannot be undone; the last one is not: store.ErrLastManager. Needs
// Govern.
func (d *Desk) EndAccess(ctx context.Context, id doorlink.ManagerID, tag string) (Receipt, error) {
	l, err := d.OneManager(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	if tag != "" && tag != l.Tag {
		return Receipt{}, doorlink.ErrChanged
	}
	if l.Portfolio {
		if err := d.mayGovern(); err != nil {
			return Receipt{}, err
		}
		return d.do(ctx, act{
			action: "manager.end", subject: string(id), everywhere: true,
			also: func(ctx context.Context, tx *store.Tx) error { return tx.RemoveManager(ctx, id) },
		})
	}
	roles, err := d.db.Roles(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	a := act{action: "role.end", subject: string(id), changes: []doorlink.Change{doorlink.Remove(l.row())}}
	if len(roles) < 2 {
		a.also = func(ctx context.Context, tx *store.Tx) error { return tx.EndDesks(ctx, id, time.Now()) }
	}
	return d.do(ctx, a)
}
