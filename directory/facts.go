// Package directory decides who a visitor may call at a door, and explains why
// somebody is missing. It is pure: facts in, answers out; it never reads a
// clock or a database.
//
// A person is listed at a door when all of these hold (the fourth is implied
// by the product: without the app there is nothing to call):
//
//  1. they belong to a unit of the property that is not hidden at the door,
//  2. a key they hold opens the door, and its dates include now,
//  3. they show themselves in the intercom,
//  4. their account is activated and has at least one handset.
//
// Hours on a key do not hide anybody: they decide when a doorcode may be given.
package directory

import (
	"time"

	"doorlink"
)

// Facts is all that matters about one person at one door: one value for each
// unit they belong to, or a single one with a zero Unit if there is none.
type Facts struct {
	Person   doorlink.Person
	Entry    doorlink.EntryID
	Unit     doorlink.Unit
	Grants   []Grant // every key the person holds that has the door on it
	Handsets int
	Hidden   bool // a manager leaves the unit out at this door
}

// Grant is what one key gives at the door. A zero From has always begun, a
// zero To never ends.
type Grant struct {
	From  time.Time
	To    time.Time
	Hours doorlink.Hours
}

// Valid reports whether the dates include now.
func (g Grant) Valid(now time.Time) bool {
	return !now.Before(g.From) && (g.To.IsZero() || now.Before(g.To))
}

// Condition names one of the things that must hold to be listed.
type Condition string

const (
	InUnit    Condition = "unit"    // belongs to a unit of the property
	HasKey    Condition = "key"     // holds a key to the door, within its dates
	IsShown   Condition = "shown"   // Show in intercom is on
	IsActive  Condition = "active"  // has signed in
	HasDevice Condition = "handset" // has at least one handset
)

// Check is one condition, whether it is met, and the fact behind it: the key
// of a sentence, with a moment where one belongs to it.
type Check struct {
	Condition Condition
	Met       bool
	Fact      string
	When      time.Time
}

// Explain goes through the conditions in the order a person would mend them.
func (f Facts) Explain(now time.Time) []Check {
	return []Check{
		f.explainUnit(),
		f.explainKey(now),
		check(IsShown, f.Person.Shown, "shown.yes", "shown.no"),
		check(IsActive, f.Person.Activated, "active.yes", "active.no"),
		check(HasDevice, f.Handsets > 0, "handset.yes", "handset.no"),
	}
}

func check(c Condition, met bool, yes, no string) Check {
	if met {
		return Check{Condition: c, Met: true, Fact: yes}
	}
	return Check{Condition: c, Fact: no}
}

func (f Facts) explainUnit() Check {
	if f.Hidden {
		return Check{Condition: InUnit, Fact: "unit.hidden"}
	}
	return check(InUnit, f.Unit.ID != "", "unit.yes", "unit.no")
}

// explainKey prefers the best news: a valid key, then one that will begin, then
// one that has ended.
func (f Facts) explainKey(now time.Time) Check {
	best := Check{Condition: HasKey, Fact: "key.no"}
	for _, g := range f.Grants {
		switch {
		case g.Valid(now):
			return Check{Condition: HasKey, Met: true, Fact: "key.yes"}
		case now.Before(g.From) && (best.Fact != "key.later" || g.From.Before(best.When)):
			best = Check{Condition: HasKey, Fact: "key.later", When: g.From}
		case best.Fact == "key.no" || best.Fact == "key.ended" && g.To.After(best.When):
			best = Check{Condition: HasKey, Fact: "key.ended", When: g.To}
		}
	}
	return best
}

// Listed reports whether every condition is met.
func (f Facts) Listed(now time.Time) bool {
	for _, c := range f.Explain(now) {
		if !c.Met {
			return false
		}
	}
	return true
}

// ErrNoAccess refuses a doorcode to somebody whose access to the door has ended
// since the call began.
var ErrNoAccess = doorlink.Fail(doorlink.Denied, "grant.no_access")

// ErrHours is the refusal outside a key's hours; args "from" and "to" are each
// a doorlink.Minute, "now" the time.Time in the property's zone.
var ErrHours = doorlink.Fail(doorlink.Denied, "grant.hours")

// MayGive decides whether somebody with these grants may give a doorcode for the
// door at now, which must be in the property's zone: a valid key and within its
// hours. It returns ErrNoAccess or ErrHours with the hours of a key that would
// do.
func MayGive(grants []Grant, now time.Time) error {
	err := ErrNoAccess
	for _, g := range grants {
		if !g.Valid(now) {
			continue
		}
		if g.Hours.Contain(now) {
			return nil
		}
		err = ErrHours.With("from", g.Hours.From, "to", g.Hours.To, "now", now)
	}
	return err
}

// NextChange is the next moment after now at which dates alone change who is
// listed; zero if there is none.
func NextChange(all []Facts, now time.Time) time.Time {
	var next time.Time
	for _, f := range all {
		for _, g := range f.Grants {
			for _, t := range [2]time.Time{g.From, g.To} {
				if t.After(now) && (next.IsZero() || t.Before(next)) {
					next = t
				}
			}
		}
	}
	return next
}
