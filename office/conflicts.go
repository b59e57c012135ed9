package office

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/roster"
	"doorlink/store"
)

// Conflict is something in a list from outside that a manager decides. Nothing of
// it is done before.
type Conflict struct {
	ID     doorlink.ConflictID
	Kind   ConflictKind
	Row    int // in the file; 0: not in it
	Name   string
	Email  string
	Person doorlink.PersonID // who is meant, or may be
	Was    string            // of a Who: the e-mail that person has here
	Units  []roster.Item
	Keys   []roster.Item
	Made   time.Time
	Answer Verdict // empty: not decided yet
}

// ConflictKind is what is to be decided.
type ConflictKind string

// The kinds.
const (
	Leaver ConflictKind = "leave" // somebody is missing from the list, or their lease is past
	Loss   ConflictKind = "loss"  // somebody would lose a unit, a key or some of its days
	Who    ConflictKind = "who"   // somebody of that name is in the unit with another e-mail, or none
	Staff  ConflictKind = "staff" // a past lease of somebody who answers at a Featured Entry
	Double ConflictKind = "twice" // two rows have one e-mail and contradict each other
)

// Verdict is what was decided about a conflict.
type Verdict string

// Accept does what the list says, and of a Who says that it is the same person;
// Newcomer, of a Who alone, that it is somebody else; Decline leaves everything
// as it is for as long as the list says the same.
const (
	Accept   Verdict = "yes"
	Newcomer Verdict = "new"
	Decline  Verdict = "no"
)

// Verdicts are those that a conflict can have.
func (k ConflictKind) Verdicts() []Verdict {
	switch k {
	case Leaver, Loss:
		return []Verdict{Accept, Decline}
	case Who:
		return []Verdict{Accept, Newcomer, Decline}
	}
	return []Verdict{Decline}
}

// kindOf is what is to be decided about a line; empty: nothing.
func kindOf(l roster.Line) ConflictKind {
	switch {
	case l.What == roster.Leave:
		return Leaver
	case l.What == roster.Change && loses(l):
		return Loss
	case l.Err == nil:
		return ""
	case errors.Is(l.Err, roster.ErrPartial):
		return Who
	case errors.Is(l.Err, roster.ErrStaff):
		return Staff
	case errors.Is(l.Err, roster.ErrTwice):
		return Double
	}
	return ""
}

// loses reports whether a line takes anything away: a unit, a key, or some of the
// time for which a key is held.
func loses(l roster.Line) bool {
	for _, c := range l.Changes {
		if c.After == nil {
			return true
		}
		if c.Before != nil && c.Before.Holder != nil && shorter(*c.Before.Holder, *c.After.Holder) {
			return true
		}
	}
	return false
}

// shorter reports whether some time before is none after.
func shorter(before, after doorlink.Holder) bool {
	later := after.From.After(before.From)
	sooner := !after.To.IsZero() && (before.To.IsZero() || after.To.Before(before.To))
	return later || sooner
}

// conflictOf is a line to be decided.
func conflictOf(k ConflictKind, l roster.Line, now time.Time) Conflict {
	c := Conflict{
		ID: doorlink.NewID[doorlink.ConflictID]("conf"), Kind: k, Row: l.Row, Made: now,
		Name: l.Person.As(doorlink.FullName, ""), Email: l.Person.Email, Person: l.Was.ID, Units: l.Units, Keys: l.Keys,
	}
	if k == Who {
		c.Was = l.Was.Email
	}
	return c
}

// subject is a digest of what a conflict is about, so that an answer is good for
// just that.
func (c Conflict) subject() string {
	c.ID, c.Row, c.Made, c.Answer = "", 0, time.Time{}, ""
	return doorlink.Digest(c.write())
}

// row is the conflict as it is kept.
func (c Conflict) row() store.Conflict {
	return store.Conflict{ID: c.ID, Subject: c.subject(), Detail: c.write(), Made: c.Made}
}

func (c Conflict) write() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // conflicts are plain values
	}
	return string(b)
}

// decidedBy says whom addresses belong to by the answers to conflicts.
func decidedBy(known []Conflict) map[string]doorlink.PersonID {
	decided := map[string]doorlink.PersonID{}
	for _, c := range known {
		switch {
		case c.Kind == Who && c.Answer == Accept:
			decided[c.Email] = c.Person
		case c.Kind == Who && c.Answer == Newcomer:
			decided[c.Email] = ""
		}
	}
	return decided
}

// conflicts reads all of the property.
func (d *Desk) conflicts(ctx context.Context) ([]Conflict, error) {
	kept, err := d.db.Conflicts(ctx, d.Property.ID)
	all := make([]Conflict, len(kept))
	for i, k := range kept {
		if err := json.Unmarshal([]byte(k.Detail), &all[i]); err != nil {
			return nil, fmt.Errorf("reading conflict %s: %w", k.ID, err)
		}
		all[i].ID, all[i].Made, all[i].Answer = k.ID, k.Made, Verdict(k.Answer)
	}
	return all, err
}

// withhold keeps back the lines that are to be decided, but for those that were
// answered with Accept, and the units that nobody else needs. It returns what is to
// be decided, answered or not. An answer to who somebody is stays for as long as
// their line waits for another one.
func (p *Proposal) withhold(known []Conflict, now time.Time) (all []Conflict) {
	answers, waits := map[string]Verdict{}, map[string]bool{}
	for _, c := range known {
		answers[c.subject()] = c.Answer
	}
	var goes []roster.Line
	needed, spared := map[doorlink.UnitID]bool{}, map[doorlink.UnitID]bool{}
	for _, l := range p.Lines {
		kind := kindOf(l)
		if kind == "" {
			goes = append(goes, l)
			joins(l, needed)
			continue
		}
		c := conflictOf(kind, l, now)
		c.Answer = answers[c.subject()]
		all = append(all, c)
		if c.Answer == Accept {
			goes = append(goes, l)
			joins(l, needed)
		} else {
			waits[c.Email] = true
			joins(l, spared)
		}
	}
	for _, c := range known {
		if c.Kind == Who && c.Answer != "" && waits[c.Email] {
			all = append(all, c)
		}
	}
	p.Lines = goes
	p.Units = slices.DeleteFunc(p.Units, func(u roster.NewUnit) bool { return spared[u.Unit.ID] && !needed[u.Unit.ID] })
	return all
}

// joins notes the units into which a line brings somebody.
func joins(l roster.Line, units map[doorlink.UnitID]bool) {
	for _, c := range l.Changes {
		if c.After != nil && c.After.Membership != nil {
			units[c.After.Membership.Unit] = true
		}
	}
}

// Conflicts lists what is to be decided, what was decided last. Columns to sort by
// are answer, name and made; Only "show" chooses "open". Needs Connect, EditPeople
// and GrantKeys.
func (d *Desk) Conflicts(ctx context.Context, q Query) (Page[Conflict], error) {
	if err := d.mayFeed(); err != nil {
		return Page[Conflict]{}, err
	}
	known, err := d.conflicts(ctx)
	if err != nil {
		return Page[Conflict]{}, err
	}
	var found []Conflict
	for _, c := range known {
		if (q.Only["show"] != "open" || c.Answer == "") && (q.Find == "" || finds(q.Find, c.Name, c.Email, c.Was)) {
			found = append(found, c)
		}
	}
	return page(found, q, conflictOrder)
}

var conflictOrder = order[Conflict]{
	by: map[string]func(a, b Conflict) int{
		"": conflictsByAnswer, "answer": conflictsByAnswer, "name": conflictsByName,
		"made": func(a, b Conflict) int { return cmp.Or(a.Made.Compare(b.Made), conflictsByName(a, b)) },
	},
	id: func(c Conflict) string { return string(c.ID) },
}

// conflictsByAnswer puts what is still to be decided first.
func conflictsByAnswer(a, b Conflict) int {
	return cmp.Or(strings.Compare(string(a.Answer), string(b.Answer)), conflictsByName(a, b))
}

func conflictsByName(a, b Conflict) int {
	return directory.CompareNames(cmp.Or(a.Name, a.Email), cmp.Or(b.Name, b.Email))
}

// AnswerConflicts keeps answers, and does at once what they allow, by another
// look at the last list. An empty answer asks again. A conflict that is none any
// more is passed over. It fails with ErrAnswer, and as SyncNow does. Needs
// Connect, EditPeople and GrantKeys.
func (d *Desk) AnswerConflicts(ctx context.Context, answers map[doorlink.ConflictID]Verdict) (Receipt, error) {
	if err := d.mayFeed(); err != nil {
		return Receipt{}, err
	}
	known, err := d.conflicts(ctx)
	if err != nil {
		return Receipt{}, err
	}
	var given []Conflict
	for _, c := range known {
		a, ok := answers[c.ID]
		if !ok || a == c.Answer {
			continue
		}
		if a != "" && !slices.Contains(c.Kind.Verdicts(), a) {
			return Receipt{}, ErrAnswer
		}
		c.Answer = a
		given = append(given, c)
	}
	if len(given) == 0 {
		return Receipt{}, nil
	}
	_, err = d.do(ctx, act{
		action: "feed.decide", subject: string(d.Property.ID), facts: map[string]string{"answers": strconv.Itoa(len(given))},
		also: func(ctx context.Context, tx *store.Tx) error {
			for _, c := range given {
				if err := tx.AnswerConflict(ctx, d.Property.ID, c.ID, string(c.Answer), time.Now()); err != nil {
					return err
				}
			}
			return nil
		},
	})
	if err != nil {
		return Receipt{}, err
	}
	return d.SyncNow(ctx)
}
