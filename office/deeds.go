package office

import (
	"context"
	"strconv"
	"time"

	"doorlink"
	"doorlink/store"
)

// DeedLine is an entry of the audit as managers read it.
type DeedLine struct {
	doorlink.Deed
	By       string // the manager's name; empty: doorlink itself, or somebody who was removed since
	Program  string // the token's name, if it was a program and the token is still there
	About    string // what the subject is called, or was; empty: nobody knows any more
	Undoable bool   // by this manager, now, unless it was changed since
}

// Deeds lists the audit of the property, the latest entry first, on pages that
// begin after a cursor; empty begins with the latest. Page.Total stays 0: nobody
// counts the audit. It fails with ErrCursor. Needs SeeReports.
func (d *Desk) Deeds(ctx context.Context, after string) (Page[DeedLine], error) {
	if err := d.may(doorlink.SeeReports); err != nil {
		return Page[DeedLine]{}, err
	}
	return d.deeds(ctx, Query{After: after})
}

// deeds lists those entries of the audit that a manager made, or all.
func (d *Desk) deeds(ctx context.Context, q Query) (Page[DeedLine], error) {
	of := store.DeedQuery{Property: d.Property.ID, Manager: doorlink.ManagerID(q.Only["manager"]), Limit: q.rows()}
	if q.After != "" {
		var err error
		if of.Before, err = strconv.ParseInt(q.After, 10, 64); err != nil || of.Before < 1 {
			return Page[DeedLine]{}, ErrCursor
		}
	}
	deeds, err := d.db.Deeds(ctx, of)
	if err != nil {
		return Page[DeedLine]{}, err
	}
	n, err := d.register(ctx)
	if err != nil {
		return Page[DeedLine]{}, err
	}
	var p Page[DeedLine]
	for _, deed := range deeds {
		line := d.line(deed, time.Now())
		line.By, line.Program, line.About = n.managers[deed.Manager], n.tokens[deed.Via], n.about(deed)
		p.Rows = append(p.Rows, line)
	}
	if last := len(deeds) - 1; last+1 == of.Limit && deeds[last].Seq > 1 {
		p.Next = strconv.FormatInt(deeds[last].Seq, 10)
	}
	return p, nil
}

// PortfolioDeeds lists the audit of what belongs to no single property: managers,
// sign-ins, new properties, tokens for all of them. Its pages are as those of
// Deeds; nothing in it is Undoable. Needs Govern, for every property.
func (o *Office) PortfolioDeeds(ctx context.Context, who Actor, after string) (Page[DeedLine], error) {
	if !who.Governs() {
		return Page[DeedLine]{}, ErrMayNot.With("ability", string(doorlink.Govern))
	}
	properties, err := o.db.Properties(ctx)
	if err != nil {
		return Page[DeedLine]{}, err
	}
	d := &Desk{Office: o, Actor: who} // at no property: its register knows nobody's people
	p, err := d.deeds(ctx, Query{After: after})
	for i, line := range p.Rows {
		for _, at := range properties {
			if string(at.ID) == line.Subject {
				p.Rows[i].About = at.Name
			}
		}
	}
	return p, err
}

// register tells what the IDs in the audit are called.
type register struct {
	roll     *Roll
	managers map[doorlink.ManagerID]string
	tokens   map[doorlink.TokenID]string
	hooks    map[doorlink.HookID]string
}

func (d *Desk) register(ctx context.Context) (register, error) {
	n := register{managers: map[doorlink.ManagerID]string{}, tokens: map[doorlink.TokenID]string{}, hooks: map[doorlink.HookID]string{}}
	n.roll = newRoll(&store.Standing{})
	var err error
	if d.Property.ID != "" {
		if n.roll, err = d.Roll(ctx); err != nil {
			return register{}, err
		}
	}
	managers, err := d.db.Managers(ctx)
	if err != nil {
		return register{}, err
	}
	for _, m := range managers {
		n.managers[m.ID] = m.Name
	}
	tokens, err := d.db.Tokens(ctx, d.Property.ID)
	for _, t := range tokens {
		n.tokens[t.ID] = t.Name
	}
	if err != nil {
		return register{}, err
	}
	hooks, err := d.db.Hooks(ctx, d.Property.ID)
	for _, h := range hooks {
		n.hooks[h.ID] = host(h.URL)
	}
	return n, err
}

// about is what the subject of a deed is called: now, or else when it was
// changed.
func (n register) about(deed doorlink.Deed) string {
	if name := n.now(deed.Subject); name != "" {
		return name
	}
	for _, c := range deed.Detail.Changes {
		for _, r := range []*doorlink.Row{c.After, c.Before} {
			if id, name := called(r); id == deed.Subject && name != "" {
				return name
			}
		}
	}
	return deed.Detail.Facts[hostFact]
}

// now is what a thing of the property is called at present.
func (n register) now(id string) string {
	if p, ok := n.roll.Person(doorlink.PersonID(id)); ok {
		_, name := called(&doorlink.Row{Person: &p})
		return name
	}
	if u, ok := n.roll.Unit(doorlink.UnitID(id)); ok {
		return u.Name
	}
	if k, ok := n.roll.Key(doorlink.KeyID(id)); ok {
		return k.Name
	}
	if door, ok := n.roll.Door(doorlink.DoorID(id)); ok {
		return door.Name
	}
	if host := n.hooks[doorlink.HookID(id)]; host != "" {
		return host
	}
	if name, ok := n.managers[doorlink.ManagerID(id)]; ok {
		return name
	}
	return n.tokens[doorlink.TokenID(id)]
}

// called is the ID and the name of what a row is about, if it has one.
func called(r *doorlink.Row) (id, name string) {
	switch {
	case r == nil:
		return "", ""
	case r.Property != nil:
		return string(r.Property.ID), r.Property.Name
	case r.Door != nil:
		return string(r.Door.ID), r.Door.Name
	case r.Unit != nil:
		return string(r.Unit.ID), r.Unit.Name
	case r.Key != nil:
		return string(r.Key.ID), r.Key.Name
	case r.Person != nil:
		return string(r.Person.ID), r.Person.As(doorlink.FullName, r.Person.Email)
	case r.Hook != nil:
		return string(r.Hook.ID), host(r.Hook.URL)
	}
	return "", ""
}

// ownTime is for how long somebody is told what they did.
const ownTime = 10 * time.Minute

// Did finds what the actor did themselves within the last minutes, by its number
// in the audit here or everywhere, or fails with store.ErrNoDeed.
func (d *Desk) Did(ctx context.Context, seq int64, everywhere bool) (DeedLine, error) {
	chain := d.Property.ID
	if everywhere {
		chain = ""
	}
	deed, err := d.db.Deed(ctx, chain, seq)
	if err != nil {
		return DeedLine{}, err
	}
	now := time.Now()
	if deed.Manager != d.Manager.ID || deed.Via != d.via() || now.Sub(deed.At) >= ownTime {
		return DeedLine{}, store.ErrNoDeed
	}
	return d.line(deed, now), nil
}

func (d *Desk) line(deed doorlink.Deed, now time.Time) DeedLine {
	return DeedLine{Deed: deed, Undoable: d.undoable(deed, now) == nil}
}

// undoable is nil if the actor may take a deed back at now; else why not.
func (d *Desk) undoable(deed doorlink.Deed, now time.Time) error {
	if len(deed.Detail.Changes) == 0 || now.Sub(deed.At) >= UndoTime {
		return ErrNotUndone
	}
	for _, c := range deed.Detail.Changes {
		if err := d.mayUndo(c); err != nil {
			return err
		}
	}
	return nil
}
