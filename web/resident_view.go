package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/store"
	"doorlink/web/locale"
)

// homeView is resident/home.html: where a resident sees whether they can be
// reached and where they are listed, and where calls appear.
type homeView struct {
	*locale.Language

	Title     string // of the browser's tab
	Heading   string // the resident's units, or the building if they have none
	Building  string // empty if it is the heading
	Doors     []doorRow
	Shown     bool   // Show in intercom is on
	ShownHint string // what visitors find because of it
	KnownAs   string // how visitors read the resident's name; may be empty
}

// doorRow is one door with a panel, and whether visitors find the resident
// there.
type doorRow struct {
	Name, Label string
	Listed      bool
	Status      string // "Listed", or what is missing first
	Why         string // the words that open Checks
	Checks      []checkRow
}

// checkRow is one thing that must hold to be listed: met or not, the fact
// behind it, and what mends it.
type checkRow struct {
	Met  bool
	Text string
}

// home shows a resident their page. now must be in the property's zone.
func (v views) home(l *locale.Language, person doorlink.Person, p doorlink.Property, doors []store.DoorFacts, now time.Time) homeView {
	view := homeView{Language: l, Heading: p.Name, Shown: person.Shown}
	units := unitsOf(doors)
	if len(units) > 0 {
		view.Heading, view.Building = unitsHeading(l, units), p.Name
		view.KnownAs = knownAs(l, person, p.Names, units)
	}
	view.Title = l.Say("resident.title", "place", view.Heading)
	listed := 0
	for _, d := range doors {
		row := newDoorRow(l, d, now)
		if row.Listed {
			listed++
		}
		view.Doors = append(view.Doors, row)
	}
	view.ShownHint = l.Say("resident.shown.off")
	if view.Shown {
		view.ShownHint = l.Say("resident.shown.at", "n", listed)
	}
	return view
}

// unitsOf names the resident's units. They are the same at every door.
func unitsOf(doors []store.DoorFacts) []string {
	var units []string
	for _, d := range doors {
		for _, f := range d.Facts {
			if name := f.Unit.Name; name != "" && !slices.Contains(units, name) {
				units = append(units, name)
			}
		}
	}
	return units
}

func unitsHeading(l *locale.Language, units []string) string {
	if len(units) == 1 {
		return l.Say("resident.unit", "unit", units[0])
	}
	return l.Say("resident.units", "units", strings.Join(units, ", "))
}

// knownAs is the resident's name as visitors read it; where the property shows
// units only, the units stand for it.
func knownAs(l *locale.Language, person doorlink.Person, format doorlink.NameFormat, units []string) string {
	if name := person.As(format, units[0]); name != units[0] {
		return name
	}
	return unitsHeading(l, units)
}

// newDoorRow explains one door. Somebody with several units is listed if one of
// them is.
func newDoorRow(l *locale.Language, d store.DoorFacts, now time.Time) doorRow {
	row := doorRow{Name: d.Door.Name, Label: d.Panel.Label, Why: l.Say("resident.doors.why")}
	if slices.ContainsFunc(d.Facts, func(f directory.Facts) bool { return f.Listed(now) }) {
		row.Listed, row.Status = true, l.Say("resident.doors.listed")
		return row
	}
	for _, f := range d.Facts[:min(1, len(d.Facts))] {
		for _, c := range f.Explain(now) {
			row.Checks = append(row.Checks, newCheckRow(l, c, now.Location()))
			if !c.Met && row.Status == "" {
				row.Status = l.Say("resident.doors.not_listed", "reason", l.Say("resident.doors."+c.Fact+".short"))
			}
		}
	}
	return row
}

func newCheckRow(l *locale.Language, c directory.Check, zone *time.Location) checkRow {
	when := ""
	if !c.When.IsZero() {
		when = date(l, c.When.In(zone))
	}
	return checkRow{Met: c.Met, Text: l.Say("resident.doors."+c.Fact, "when", when)}
}

// date says a moment with its day, in t's own zone: "3 May 2026, 00:00".
func date(l *locale.Language, t time.Time) string {
	month := l.Say("resident.month." + t.Format("1"))
	return l.Say("resident.date", "day", t.Day(), "month", month, "year", strconv.Itoa(t.Year()), "time", t)
}

// problemView is resident/problem.html: why a device is not signed in, and the
// way back. It names no building, because whoever reads it has proved nothing.
type problemView struct {
	*locale.Language

	Title   string
	Problem string // the key of the problem
	Text    string
	Next    string // what to do
	Home    string // the words of a link to the resident's page; empty without
}

// problem explains why somebody sees no resident's page. key is that of the
// Error (session.none, link.used, link.expired, link.unknown), or "out" after
// signing out.
func (v views) problem(l *locale.Language, key string) problemView {
	at := "resident.problem." + key
	view := problemView{
		Language: l, Title: l.Say(at + ".title"), Problem: key,
		Text: l.Say(at + ".text"), Next: l.Say(at + ".next"),
	}
	if key == store.ErrLinkUsed.Key {
		view.Home = l.Say(at + ".home")
	}
	return view
}
