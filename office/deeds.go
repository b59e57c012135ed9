package office

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorlink"
	"doorlink/directory"
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

// ErrSubjectsMany refuses to look for entries about so many things at once; its
// arg "max" is how many it may be.
var ErrSubjectsMany = doorlink.Fail(doorlink.Invalid, "audit.many", "max", maxSought)

// Deeds lists the audit of the property, the latest entry first unless Query.Sort
// is When. Query.Find is for what entries are about, by the name that the audit
// has for it now, or by its whole ID. Query.Only chooses by "who", the ID of a
// manager or token or store.Itself, by "what", an action or what stands before its
// dot, and by "from" and "to", days in the property's zone of which both are in.
// Page.Total stays 0: nobody counts the audit. It fails with ErrDays, ErrCursor and
// ErrSubjectsMany. Needs SeeReports.
func (d *Desk) Deeds(ctx context.Context, q Query) (Page[DeedLine], error) {
	if err := d.may(doorlink.SeeReports); err != nil {
		return Page[DeedLine]{}, err
	}
	return d.deeds(ctx, q)
}

// deedQuery reads what is asked of the audit. It asks for one entry too many,
// which tells whether a page follows.
func (d *Desk) deedQuery(q Query) (of store.DeedQuery, err error) {
	of = store.DeedQuery{
		Property: d.Property.ID, By: q.Only["who"], Action: q.Only["what"], Oldest: q.oldest(), Limit: q.rows() + 1,
	}
	if q.After != "" {
		if of.After, err = strconv.ParseInt(q.After, 10, 64); err != nil || of.After < 1 {
			return of, ErrCursor
		}
	}
	of.From, of.To, err = readDays(q, d.Location())
	return of, err
}

// deeds lists what is asked of the audit, whoever asks.
func (d *Desk) deeds(ctx context.Context, q Query) (Page[DeedLine], error) {
	of, err := d.deedQuery(q)
	if err != nil {
		return Page[DeedLine]{}, err
	}
	n, err := d.register(ctx)
	if err != nil {
		return Page[DeedLine]{}, err
	}
	if find := strings.TrimSpace(q.Find); find != "" {
		if of.Subjects, err = d.sought(ctx, n, find); err != nil || len(of.Subjects) == 0 {
			return Page[DeedLine]{}, err
		}
	}
	deeds, err := d.db.Deeds(ctx, of)
	if err != nil {
		return Page[DeedLine]{}, err
	}
	var p Page[DeedLine]
	deeds, p.Next = cut(deeds, q, func(deed doorlink.Deed) string { return strconv.FormatInt(deed.Seq, 10) })
	for _, deed := range deeds {
		line := d.line(deed, time.Now())
		line.By, line.Program, line.About = n.managers[deed.Manager], n.tokens[deed.Via], n.about(deed)
		p.Rows = append(p.Rows, line)
	}
	return p, nil
}

// sought are the subjects of the audit that are looked for. Names of what no entry
// is about are not looked at, so that a search tells nothing that the list does not.
func (d *Desk) sought(ctx context.Context, n register, find string) (found []string, err error) {
	subjects, err := d.db.DeedSubjects(ctx, d.Property.ID)
	for _, s := range subjects {
		if s == find || finds(find, n.now(s)) {
			found = append(found, s)
		}
	}
	if len(found) > maxSought {
		return nil, ErrSubjectsMany
	}
	return found, err
}

// PortfolioDeeds lists the audit of what belongs to no single property: managers,
// sign-ins, new properties, tokens for all of them. It is asked as Deeds is, with
// days in UTC; nothing in it is Undoable. Needs Govern, for every property.
func (o *Office) PortfolioDeeds(ctx context.Context, who Actor, q Query) (Page[DeedLine], error) {
	d, err := o.nowhere(who)
	if err != nil {
		return Page[DeedLine]{}, err
	}
	return d.deeds(ctx, q)
}

// nowhere is a desk for what belongs to no single property: its register knows
// nobody's people. It needs Govern, for every property.
func (o *Office) nowhere(who Actor) (*Desk, error) {
	if !who.Governs() {
		return nil, ErrMayNot.With("ability", string(doorlink.Govern))
	}
	return &Desk{Office: o, Actor: who}, nil
}

// DeedChoices are what Deeds can choose by and find something: nobody and nothing
// is in them that is not in the audit.
type DeedChoices struct {
	Itself   bool // doorlink did something by itself
	Managers []Named
	Programs []Named
	Actions  []string
}

// Named is the ID of somebody or something with its name; empty: it is gone.
type Named struct{ ID, Name string }

// DeedChoices reads what there is to choose in the property's audit, managers and
// programs by name. Needs SeeReports.
func (d *Desk) DeedChoices(ctx context.Context) (DeedChoices, error) {
	if err := d.may(doorlink.SeeReports); err != nil {
		return DeedChoices{}, err
	}
	return d.deedChoices(ctx)
}

// PortfolioDeedChoices is DeedChoices for PortfolioDeeds, and needs what that does.
func (o *Office) PortfolioDeedChoices(ctx context.Context, who Actor) (DeedChoices, error) {
	d, err := o.nowhere(who)
	if err != nil {
		return DeedChoices{}, err
	}
	return d.deedChoices(ctx)
}

func (d *Desk) deedChoices(ctx context.Context) (c DeedChoices, err error) {
	did, err := d.db.Doers(ctx, d.Property.ID)
	if err != nil {
		return c, err
	}
	called, err := d.doers(ctx)
	for _, by := range did {
		c.Itself = c.Itself || by.Manager == ""
		if by.Manager != "" {
			c.Managers = append(c.Managers, Named{string(by.Manager), called.managers[by.Manager]})
		}
		if by.Via != "" {
			c.Programs = append(c.Programs, Named{string(by.Via), called.tokens[by.Via]})
		}
		c.Actions = append(c.Actions, by.Action)
	}
	c.Managers, c.Programs = sorted(c.Managers), sorted(c.Programs)
	slices.Sort(c.Actions)
	c.Actions = slices.Compact(c.Actions)
	return c, err
}

// sorted sorts by name, each once, those without one at the end.
func sorted(all []Named) []Named {
	slices.SortFunc(all, func(a, b Named) int {
		if (a.Name == "") != (b.Name == "") {
			return strings.Compare(b.Name, a.Name)
		}
		return cmp.Or(directory.CompareNames(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return slices.Compact(all)
}

// doers tells what those are called who do something.
type doers struct {
	managers map[doorlink.ManagerID]string
	tokens   map[doorlink.TokenID]string
}

func (d *Desk) doers(ctx context.Context) (doers, error) {
	n := doers{map[doorlink.ManagerID]string{}, map[doorlink.TokenID]string{}}
	managers, err := d.db.Managers(ctx)
	if err != nil {
		return n, err
	}
	for _, m := range managers {
		n.managers[m.ID] = m.Name
	}
	tokens, err := d.db.Tokens(ctx, d.Property.ID)
	for _, t := range tokens {
		n.tokens[t.ID] = t.Name
	}
	return n, err
}

// register tells what the IDs in the audit are called.
type register struct {
	doers
	roll       *Roll
	properties map[string]string
	hooks      map[doorlink.HookID]string
}

func (d *Desk) register(ctx context.Context) (register, error) {
	n := register{roll: &Roll{}, properties: map[string]string{}, hooks: map[doorlink.HookID]string{}}
	all, err := []doorlink.Property{d.Property}, error(nil)
	if d.Property.ID != "" {
		n.roll, err = d.Roll(ctx)
	} else {
		all, err = d.db.Properties(ctx)
	}
	if err != nil {
		return register{}, err
	}
	for _, p := range all {
		n.properties[string(p.ID)] = p.Name
	}
	if n.doers, err = d.doers(ctx); err != nil {
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

// now is what a thing of the property, or the property itself, is called at
// present.
func (n register) now(id string) string {
	if name := n.properties[id]; name != "" {
		return name
	}
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
