package console

import (
	"context"
	"strconv"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
)

// report is a list to read on pages and to take away as a file. Its sentences
// begin with "console.report." and its name.
type report struct {
	name    string // in addresses
	needs   doorlink.Ability
	columns []string
	sorts   []string // columns by which it can be sorted, its own order first
	choices []string // further choices in the address
	lines   func(context.Context, reader, office.Query) (office.Page[[]string], error)
}

// reader is whom a report is worded for: moments stand otherwise in files than
// on pages.
type reader struct {
	*desk
	at func(time.Time) string
}

// stamp is a moment as spreadsheets understand it, on the doors' clock.
func (d *desk) stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(d.Location()).Format(time.DateTime)
}

// reports are all there are, in the order in which people are told of them.
var reports = []report{
	{
		"access", doorlink.SeeReports, []string{"person", "unit", "door", "hours", "key", "from", "to", "standing"},
		[]string{"person", "key", "from", "to"}, []string{"door", "when"}, accessLines,
	},
	{
		"people-keys", doorlink.SeeReports, []string{"person", "unit", "key", "doors", "from", "to", "status", "standing"},
		[]string{"person", "key", "from", "to"}, []string{"when"}, peopleKeysLines,
	},
	{"keys", doorlink.SeeReports, []string{"key", "doors", "holders", "share"}, []string{"key", "doors", "holders"}, nil, keysLines},
	{"unreached", doorlink.SeeReports, []string{"unit", "residents", "unreached"}, []string{"unit", "unreached"}, nil, unreachedLines},
	{"actions", doorlink.Govern, []string{"when", "manager", "action", "about"}, []string{"-" + office.When}, []string{"manager"}, actionLines},
}

// worded puts the rows of a page into words.
func worded[T any](p office.Page[T], err error, word func(T) []string) (office.Page[[]string], error) {
	w := office.Page[[]string]{Total: p.Total, Next: p.Next}
	for _, row := range p.Rows {
		w.Rows = append(w.Rows, word(row))
	}
	return w, err
}

func accessLines(ctx context.Context, d reader, q office.Query) (office.Page[[]string], error) {
	p, err := d.AssignedAccess(ctx, q)
	return worded(p, err, func(l office.AccessLine) []string {
		return []string{
			nameOf(l.Person), unitNames(l.Units), doorNames(l.Doors), d.hours(l.Hours), l.Key.Name,
			d.at(l.From), d.at(l.To), d.lang.Say("console.report.standing." + string(l.Standing)),
		}
	})
}

func peopleKeysLines(ctx context.Context, d reader, q office.Query) (office.Page[[]string], error) {
	p, err := d.PeopleKeys(ctx, q)
	return worded(p, err, func(l office.AccessLine) []string {
		status := "console.report.status.other"
		if l.Resident {
			status = "console.report.status.resident"
		}
		return []string{
			nameOf(l.Person), unitNames(l.Units), l.Key.Name, doorNames(l.Doors),
			d.at(l.From), d.at(l.To), d.lang.Say(status), d.lang.Say("console.report.standing." + string(l.Standing)),
		}
	})
}

func keysLines(ctx context.Context, d reader, q office.Query) (office.Page[[]string], error) {
	p, err := d.Keys(ctx, q)
	return worded(p, err, func(l office.KeyLine) []string {
		share := "console.no"
		if l.MayShare {
			share = "console.yes"
		}
		return []string{l.Name, doorNames(l.Doors), strconv.Itoa(l.Holders), d.lang.Say(share)}
	})
}

func unreachedLines(ctx context.Context, d reader, q office.Query) (office.Page[[]string], error) {
	p, err := d.Unreached(ctx, q)
	return worded(p, err, func(u office.UnitReach) []string {
		return []string{u.Name, strconv.Itoa(u.Residents), strconv.Itoa(u.Unreached)}
	})
}

func actionLines(ctx context.Context, d reader, q office.Query) (office.Page[[]string], error) {
	p, err := d.AdminActions(ctx, q)
	return worded(p, err, func(l office.DeedLine) []string {
		return []string{d.at(l.At), d.by(l), d.what(l), l.About}
	})
}

func doorNames(doors []doorlink.Door) string {
	names := make([]string, len(doors))
	for i, door := range doors {
		names[i] = door.Name
	}
	return strings.Join(names, ", ")
}
