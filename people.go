package doorlink

import (
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"
)

// Unit is a flat, an office, a suite. It groups people in the directory and
// grants access to nothing.
type Unit struct {
	ID       UnitID
	Property PropertyID
	Name     string // "1A", "PH-1204"
	// Rank is the place in the directory that a manager chose; units of rank 0
	// come after the ranked ones, by name.
	Rank int
	// Featured puts the unit on top of every directory and lets it stand there
	// under its own name: the leasing office, the concierge. See MaxFeatured.
	Featured bool
}

// MaxFeatured is how many Featured Entries a property has at most.
const MaxFeatured = 3

// Hidden leaves a unit out of the directory of one door.
type Hidden struct {
	Door DoorID
	Unit UnitID
}

// Person is a resident, known to one property. The e-mail address is for
// sign-in alone and never leaves the server.
type Person struct {
	ID        PersonID
	Property  PropertyID
	Given     string
	Family    string // may be empty
	Email     string // lower case; may be empty
	Shown     bool   // Show in intercom, the resident's own switch
	Activated bool   // has signed in at least once
}

// Membership puts a person into a unit. Each one is a line of the directory of
// every door the person's keys open.
type Membership struct {
	ID     MembershipID
	Entry  EntryID
	Person PersonID
	Unit   UnitID
}

// Key is a named bundle of doors; its name is for managers only.
type Key struct {
	ID       KeyID
	Property PropertyID
	Name     string
	MayShare bool // May Share Key: holders may let guests in at doors that ask for it
}

// KeyDoor puts a door on a key, with the hours in which holders may use it.
type KeyDoor struct {
	Key   KeyID
	Door  DoorID
	Hours Hours
	Own   bool // Provide Doorcodes: holders have a code of their own here
}

// Holder gives a key to a person for a time. A zero From has always begun, a
// zero To never ends.
type Holder struct {
	Key    KeyID
	Person PersonID
	From   time.Time
	To     time.Time
	// Resident is the holder's status on this key. It is for privacy alone: a
	// resident's own entries at Residence doors are invisible to managers.
	Resident bool
}

// Hours is a daily span of wall-clock time at the property, [From, To), on
// some days of the week. The zero value is always; a span with To before From
// runs over midnight and belongs to the day on which it begins.
type Hours struct {
	From Minute
	To   Minute
	Days Weekdays
}

// Weekdays is a set of days of the week, bit 0 for Sunday as in time.Weekday.
// The zero value is every day.
type Weekdays uint8

// Has reports whether the set contains the day.
func (w Weekdays) Has(d time.Weekday) bool { return w == 0 || w>>d&1 == 1 }

// Minute is a time of day on the wall clock, in minutes after midnight.
type Minute int

func (m Minute) String() string { return fmt.Sprintf("%d:%02d", m/60, m%60) }

// Clock is the time of day as forms and programs write it: 07:00.
func (m Minute) Clock() string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }

// ReadMinute reads what Clock writes; false for what is no time of day.
func ReadMinute(clock string) (Minute, bool) {
	t, err := time.Parse("15:04", clock)
	return Minute(t.Hour()*60 + t.Minute()), err == nil
}

// Always reports whether the hours leave nothing out.
func (h Hours) Always() bool { return h.From == h.To && (h.Days == 0 || h.Days == everyDay) }

const everyDay Weekdays = 1<<7 - 1

// Contain reports whether t, in the property's zone, falls within the hours.
func (h Hours) Contain(t time.Time) bool {
	at, today := Minute(t.Hour()*60+t.Minute()), t.Weekday()
	switch {
	case h.From == h.To:
		return h.Days.Has(today)
	case h.From < h.To:
		return h.Days.Has(today) && h.From <= at && at < h.To
	case h.From <= at:
		return h.Days.Has(today)
	default: // the span that began yesterday
		return at < h.To && h.Days.Has((today+6)%7)
	}
}

// Handset is a browser in which a resident signed in. It rings when it is
// open.
type Handset struct {
	ID     HandsetID
	Person PersonID
	Name   string // "Firefox on Android": for the resident's own list
}

// As is the person's name in the given format, for the line of unit. It never
// returns an empty string: without a name the unit stands for the person.
func (p Person) As(format NameFormat, unit string) string {
	if format == "" {
		format = DefaultNames
	}
	switch format {
	case FullName:
		if p.Family != "" && p.Given != "" {
			return p.Given + " " + p.Family
		}
	case FirstAndInitial:
		if p.Family != "" && p.Given != "" {
			return p.Given + " " + initial(p.Family)
		}
	case Initials:
		if p.Given != "" && p.Family != "" {
			return initial(p.Given) + " " + initial(p.Family)
		}
		if p.Given+p.Family != "" {
			return initial(p.Given + p.Family)
		}
		return unit
	case UnitOnly:
		return unit
	}
	if p.Given+p.Family != "" {
		return p.Given + p.Family
	}
	return unit
}

// initial is the first letter of a name with a full stop; scripts without
// capitals (Arabic, Han, Thai) keep the whole name, since one character of it
// is no initial there.
func initial(name string) string {
	r, size := utf8.DecodeRuneInString(name)
	if !unicode.IsUpper(r) && !unicode.IsLower(r) {
		return name
	}
	for size < len(name) { // keep combining marks with their letter
		m, n := utf8.DecodeRuneInString(name[size:])
		if !unicode.Is(unicode.Mn, m) {
			break
		}
		size += n
	}
	return string(unicode.ToUpper(r)) + name[utf8.RuneLen(r):size] + "."
}
