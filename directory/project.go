package directory

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"doorlink"
)

// Entry is one line of a directory: what a visitor reads, and whom it stands
// for. Name equals the unit's name where the property shows units only.
type Entry struct {
	ID     doorlink.EntryID
	Person doorlink.PersonID
	Unit   doorlink.UnitID
	Name   string
	Place  string // the unit's name
	// Featured lines stand on top, under the unit's name: the office, the
	// concierge.
	Featured bool

	// Known are folded names by which somebody who knows the resident may find
	// them, if typed whole. They are never shown, so a guess is at most
	// confirmed. There are none where the property shows units only.
	Known []string
}

// Project lists everybody who may be called, as the property shows them:
// Featured Entries first, then units by their rank and in house order (2B before
// 10A), people of a unit by name.
func Project(p doorlink.Property, all []Facts, now time.Time) []Entry {
	entries := make([]Entry, 0, len(all))
	units := map[doorlink.UnitID]doorlink.Unit{}
	for _, f := range all {
		units[f.Unit.ID] = f.Unit
		if f.Listed(now) {
			entries = append(entries, f.entry(p.Names))
		}
	}
	place, names := places(units), collate.New(language.Und)
	slices.SortFunc(entries, func(a, b Entry) int {
		if c := place[a.Unit] - place[b.Unit]; c != 0 {
			return c
		}
		return cmp.Or(names.CompareString(a.Name, b.Name), strings.Compare(string(a.ID), string(b.ID)))
	})
	return entries
}

// places numbers units in the order in which directories have them, so that each
// pair of them is compared once and not for every two people.
func places(units map[doorlink.UnitID]doorlink.Unit) map[doorlink.UnitID]int {
	place := make(map[doorlink.UnitID]int, len(units))
	for i, u := range slices.SortedFunc(maps.Values(units), CompareUnits) {
		place[u.ID] = i
	}
	return place
}

// CompareUnits orders units as directories do: Featured ones, then by rank,
// those without one last, then in house order.
func CompareUnits(a, b doorlink.Unit) int {
	if c := cmp.Or(cmp.Compare(level(a), level(b)), cmp.Compare(a.Rank, b.Rank)); c != 0 {
		return c
	}
	return cmp.Or(CompareNames(a.Name, b.Name), strings.Compare(string(a.ID), string(b.ID)))
}

func level(u doorlink.Unit) int {
	switch {
	case u.Featured:
		return 0
	case u.Rank != 0:
		return 1
	}
	return 2
}

func (f Facts) entry(format doorlink.NameFormat) Entry {
	if f.Unit.Featured {
		format = doorlink.UnitOnly
	}
	e := Entry{
		ID: f.Entry, Person: f.Person.ID, Unit: f.Unit.ID,
		Name: f.Person.As(format, f.Unit.Name), Place: f.Unit.Name, Featured: f.Unit.Featured,
	}
	given, family := Fold(f.Person.Given), Fold(f.Person.Family)
	if format != doorlink.UnitOnly && family != "" {
		e.Known = []string{family, given + family, family + given}
	}
	return e
}

// Find picks one line, and the other lines of the same unit, out of the facts
// of that unit. ok is false if the person is not listed at now.
func Find(p doorlink.Property, unit []Facts, id doorlink.EntryID, now time.Time) (found Entry, others []Entry, ok bool) {
	for _, e := range Project(p, unit, now) {
		if e.ID == id {
			found, ok = e, true
		} else {
			others = append(others, e)
		}
	}
	return found, others, ok
}

// CompareNames compares names as people order them, of units and of whatever else
// stands in lists: runs of figures by their value, everything else by its
// characters, without regard to case and accents.
func CompareNames(a, b string) int {
	a, b = Plain(a), Plain(b)
	for a != "" && b != "" {
		x, y := run(a), run(b)
		if c := compareRuns(x, y); c != 0 {
			return c
		}
		a, b = a[len(x):], b[len(y):]
	}
	return cmp.Compare(len(a), len(b))
}

func compareRuns(x, y string) int {
	if digit(x[0]) && digit(y[0]) {
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y))
	}
	return strings.Compare(x, y)
}

// run is the longest prefix that is all figures or has none.
func run(s string) string {
	for i := 1; i < len(s); i++ {
		if digit(s[i]) != digit(s[0]) {
			return s[:i]
		}
	}
	return s
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
