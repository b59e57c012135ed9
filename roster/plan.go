package roster

import (
	"time"

	"doorlink"
)

// Plan is what would change, for somebody to look at, approve and apply.
type Plan struct {
	Units []NewUnit
	Lines []Line // in the order of the list; who is not in it comes last
}

// NewUnit is a unit that the list names first in a row.
type NewUnit struct {
	Row  int
	Unit doorlink.Unit
}

// What happens to somebody.
type What string

// Undecided is a question for a manager, whose answer is Options.Decided;
// Skipped is a row that cannot be used. Neither changes anything.
const (
	New       What = "new"
	Change    What = "change"
	Leave     What = "leave"
	Same      What = "same"
	Skipped   What = "skipped"
	Undecided What = "undecided"
)

// Line is one person of a plan.
type Line struct {
	Row     int   // in the file, the first of several; 0: not in it
	More    []int // the others
	What    What
	Was     doorlink.Person // zero if New or Skipped
	Person  doorlink.Person // as they would be; of Skipped, what could be read
	Units   []Item
	Keys    []Item
	Err     *doorlink.Error   // why the row is Skipped or Undecided
	Other   doorlink.PersonID // who an Undecided row may be
	Changes []doorlink.Change // in an order in which they can be applied
}

// Item is a unit or key of a person, by name.
type Item struct {
	Name string
	Move Move
	Was  Span // of keys: the dates so far
	Will Span // of keys: the dates then
}

// Move is what happens to an Item.
type Move int

// The moves. Dated keeps a key with other dates.
const (
	Kept Move = iota
	Added
	Removed
	Dated
)

// Span is the time for which a key is held, as in doorlink.Holder.
type Span struct{ From, To time.Time }

// Changes are all changes of the plan in an order in which they can be applied.
// They can be applied in pieces, too: the units first, then line by line. All of
// them can be taken back with doorlink.Inverse. What ending somebody's access
// does beside cannot: handsets that were signed out and live codes that were
// cancelled stay so.
func (p Plan) Changes() []doorlink.Change {
	var all []doorlink.Change
	for _, u := range p.Units {
		all = append(all, doorlink.Add(doorlink.Row{Unit: &u.Unit}))
	}
	for _, l := range p.Lines {
		all = append(all, l.Changes...)
	}
	return all
}

// Counts are how many lines of each sort a plan has.
type Counts struct {
	Units, New, Change, Leave, Same, Skipped, Undecided int
}

// Counts counts the plan's new units and its lines.
func (p Plan) Counts() Counts {
	c := Counts{Units: len(p.Units)}
	of := map[What]*int{
		New: &c.New, Change: &c.Change, Leave: &c.Leave, Same: &c.Same, Skipped: &c.Skipped, Undecided: &c.Undecided,
	}
	for _, l := range p.Lines {
		*of[l.What]++
	}
	return c
}

// Options are a manager's choices about a list.
type Options struct {
	// Leavers lets residents with an e-mail address who are missing from the
	// list leave. Staff of Featured Entries stay, and so does everybody whom a
	// row that could not be used may mean.
	Leavers bool
	// TakeKeys takes away keys that the list does not name for somebody for
	// whom it names others. Without it a list only gives keys: those of communal
	// doors are often given by hand.
	TakeKeys bool
	// Keys are given to people who are new, or come back, if their rows name
	// none.
	Keys []doorlink.KeyID
	// Decided says of e-mail addresses that were Undecided whom they belong to.
	// An empty ID is somebody new.
	Decided map[string]doorlink.PersonID
}

// Reasons why a row that could be read cannot be used.
var (
	ErrNameless = doorlink.Fail(doorlink.Invalid, "roster.nameless")  // somebody new without a name
	ErrKey      = doorlink.Fail(doorlink.Invalid, "roster.key")       // no key is called arg "name"
	ErrAlike    = doorlink.Fail(doorlink.Invalid, "roster.alike")     // several are called arg "name"
	ErrKeyDates = doorlink.Fail(doorlink.Invalid, "roster.key_dates") // dates, and no key to put them on
	ErrFeatured = doorlink.Fail(doorlink.Invalid, "roster.featured")  // nobody gets into the Featured Entry arg "name" by a list
	ErrTwice    = doorlink.Fail(doorlink.Invalid, "roster.twice")     // the address stands in arg "line" and says something else
	ErrUnknown  = doorlink.Fail(doorlink.Invalid, "roster.past")      // a past lease of nobody
	ErrNoStart  = doorlink.Fail(doorlink.Invalid, "roster.no_start")  // a future lease that begins on no day
)

// Questions that only a manager can answer.
var (
	// ErrPartial is somebody of the same name in the same unit under another
	// address, or none: Line.Other. Arg "name" is their name.
	ErrPartial = doorlink.Fail(doorlink.Conflict, "roster.partial")
	// ErrStaff is a past lease of somebody who answers at a Featured Entry.
	ErrStaff = doorlink.Fail(doorlink.Conflict, "roster.staff")
)
