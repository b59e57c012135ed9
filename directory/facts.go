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
	From       time.Time
	To         time.Time
	Hours      doorlink.Hours
	MayShare   bool // the key is one with May Share Key
	NeedsShare bool // the door takes doorcodes from holders of such keys alone
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
	all := f.checks(now)
	return all[:]
}

func (f Facts) checks(now time.Time) [5]Check {
	return [...]Check{
		f.explainUnit(),
		explainKey(f.Grants, now),
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
func explainKey(grants []Grant, now time.Time) Check {
	best := Check{Condition: HasKey, Fact: "key.no"}
	for _, g := range grants {
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
	for _, c := range f.checks(now) {
		if !c.Met {
			return false
		}
	}
	return true
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
