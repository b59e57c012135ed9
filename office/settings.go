package office

import (
	"context"
	"regexp"
	"slices"
	"time"

	"doorlink"
	"doorlink/doorcode"
)

var (
	// ErrNames refuses a way to show names that there is not.
	ErrNames = doorlink.Fail(doorlink.Invalid, "settings.names")
	// ErrNotice refuses a notice that is longer than its arg "max", or has
	// characters that hide or turn text around.
	ErrNotice = doorlink.Fail(doorlink.Invalid, "settings.notice", "max", maxNotice)
	// ErrLanguages refuses what are no languages, the same one twice, or more
	// than its arg "max".
	ErrLanguages = doorlink.Fail(doorlink.Invalid, "settings.languages", "max", maxLanguages)
	// ErrDigits refuses a length that doorcodes cannot have; args "from" and "to"
	// are those they can.
	ErrDigits = doorlink.Fail(doorlink.Invalid, "settings.digits", "from", doorcode.MinDigits, "to", doorcode.MaxDigits)
	// ErrQuiet refuses hours that no clock shows.
	ErrQuiet = doorlink.Fail(doorlink.Invalid, "settings.quiet")
	// ErrLook refuses to be reminded of panels after other than 1 to arg "max"
	// days, or never.
	ErrLook = doorlink.Fail(doorlink.Invalid, "settings.look", "max", doorlink.MaxLook)
	// ErrKept refuses to keep records for less than a day or for longer than its
	// arg "max" days.
	ErrKept = doorlink.Fail(doorlink.Invalid, "settings.kept", "max", doorlink.MaxKept)
)

const (
	maxNotice    = 200 // characters
	maxLanguages = 6
)

// NameFormats are all ways to show names, the most telling first.
var NameFormats = []doorlink.NameFormat{doorlink.FullName, doorlink.FirstAndInitial, doorlink.Initials, doorlink.UnitOnly}

// languageTag is a BCP 47 tag as far as doorlink tells languages apart.
var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$`)

// Tag is of the property's row as the desk found it.
func (d *Desk) Tag() string { return doorlink.Row{Property: &d.Property}.Tag() }

// SetProperty changes the settings of the property, which the asker saw with a tag:
// see edit. It fails with ErrName, ErrNames, ErrNotice, ErrLanguages, ErrDigits,
// ErrQuiet, ErrLook or ErrKept, and as doorlink.Property.Location does. Needs
// Settings.
func (d *Desk) SetProperty(ctx context.Context, p doorlink.Property, tag string) (Receipt, error) {
	if err := d.may(doorlink.Settings); err != nil {
		return Receipt{}, err
	}
	was, err := d.db.Property(ctx, d.Property.ID)
	if err != nil {
		return Receipt{}, err
	}
	p.ID = was.ID
	if p, err = cleanProperty(p); err != nil {
		return Receipt{}, err
	}
	c, err := edit(doorlink.Row{Property: &was}, doorlink.Row{Property: &p}, tag)
	if err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, act{action: "property.set", subject: string(p.ID), changes: []doorlink.Change{c}})
}

// cleanProperty trims what people wrote and refuses what cannot be meant. What
// is left empty, or is as usual, is as it is kept.
func cleanProperty(p doorlink.Property) (doorlink.Property, error) {
	var err error
	if p.Name, err = cleanName(p.Name); err != nil {
		return p, err
	}
	if _, err := p.Location(); err != nil {
		return p, err
	}
	if p.Notice != "" {
		if p.Notice, err = cleanText(p.Notice, maxNotice); err != nil {
			return p, ErrNotice
		}
	}
	if len(p.Languages) == 0 {
		p.Languages = nil
	}
	if p.Digits == doorlink.DefaultDigits {
		p.Digits = 0
	}
	if p.Look == doorlink.DefaultLook {
		p.Look = 0
	}
	p.Quiet.Days = 0
	if err := checkChoices(p); err != nil {
		return p, err
	}
	p.Kept = unusual(p.Kept)
	return p, nil
}

// unusual are the days for which records are kept other than usual.
func unusual(kept map[doorlink.RecordKind]int) map[doorlink.RecordKind]int {
	var other map[doorlink.RecordKind]int
	for kind, days := range kept {
		if time.Duration(days)*24*time.Hour == kind.Retention() {
			continue
		}
		if other == nil {
			other = map[doorlink.RecordKind]int{}
		}
		other[kind] = days
	}
	return other
}

func checkChoices(p doorlink.Property) error {
	switch {
	case !slices.Contains(NameFormats, p.Names):
		return ErrNames
	case !goodLanguages(p.Languages):
		return ErrLanguages
	case p.Digits != 0 && (p.Digits < doorcode.MinDigits || p.Digits > doorcode.MaxDigits):
		return ErrDigits
	case !onClock(p.Quiet.From), !onClock(p.Quiet.To):
		return ErrQuiet
	case p.Look < doorlink.NoLook, p.Look > doorlink.MaxLook:
		return ErrLook
	}
	for kind, days := range p.Kept {
		if !slices.Contains(doorlink.RecordKinds, kind) || days < 1 || days > doorlink.MaxKept {
			return ErrKept
		}
	}
	return nil
}

func onClock(m doorlink.Minute) bool { return m >= 0 && m < 24*60 }

func goodLanguages(all []string) bool {
	for i, tag := range all {
		if !languageTag.MatchString(tag) || slices.Contains(all[:i], tag) {
			return false
		}
	}
	return len(all) <= maxLanguages
}
