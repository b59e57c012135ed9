package doorcode

import (
	"errors"
	"time"

	"doorlink"
)

// MaxChanges is how many changes of the clocks a calendar holds; eight reach
// two and a half years or more in every zone.
const MaxChanges = 8

const secondsPerDay = 86400

// Calendar is the part of a time zone's rules that a lock carries: DDC-1
// section 4.5. The issuer uses the calendar the lock has, not the newest rules,
// so that the two never disagree about the day. After the last change its
// offset goes on for ever.
type Calendar struct {
	Initial int      `json:"initial"` // seconds east of Greenwich before the first change
	Changes []Change `json:"changes,omitempty"`
}

// Change is an instant at which the clocks change, and what they change to.
type Change struct {
	At     int64 `json:"at"`     // Unix seconds
	Offset int   `json:"offset"` // seconds east of Greenwich from then on
}

// CalendarFor reads the rules of zone from an instant on. Before that instant
// the calendar pretends that its offset has always held.
func CalendarFor(zone *time.Location, from time.Time) Calendar {
	t := from.In(zone)
	_, offset := t.Zone()
	c := Calendar{Initial: offset}
	for len(c.Changes) < MaxChanges {
		_, t = t.ZoneBounds()
		if t.IsZero() { // no change ever after
			break
		}
		if _, now := t.Zone(); now != offset { // a new name alone is no change
			c.Changes = append(c.Changes, Change{At: t.Unix(), Offset: now})
			offset = now
		}
	}
	return c
}

var errCalendar = errors.New("the calendar is out of order")

// Check refuses a calendar that no zone could have.
func (c Calendar) Check() error {
	if len(c.Changes) > MaxChanges || !offsetOK(c.Initial) {
		return errCalendar
	}
	for i, change := range c.Changes {
		if !offsetOK(change.Offset) || change.At < 0 || i > 0 && change.At <= c.Changes[i-1].At {
			return errCalendar
		}
	}
	return nil
}

func offsetOK(seconds int) bool { return -secondsPerDay < seconds && seconds < secondsPerDay }

// Offset is how many seconds east of Greenwich the clocks at the door are at t.
func (c Calendar) Offset(t time.Time) int {
	offset := c.Initial
	for _, change := range c.Changes {
		if t.Unix() < change.At {
			break
		}
		offset = change.Offset
	}
	return offset
}

// Clock is t as the clock at the door shows it. It needs no tz database, and is
// the lock's time even where that has changed since.
func (c Calendar) Clock(t time.Time) time.Time { return t.In(time.FixedZone("", c.Offset(t))) }

// Raw is the date that a clock on the wall shows at t. Where clocks go back
// across midnight it falls; Day does not.
func (c Calendar) Raw(t time.Time) doorlink.Day { return dayAt(t.Unix(), c.Offset(t)) }

// Day is day(t) of section 4.5: the latest date that the clock on the wall has
// shown by t. It never falls as t rises.
func (c Calendar) Day(t time.Time) doorlink.Day {
	day, offset := c.Raw(t), c.Initial
	for _, change := range c.Changes {
		if t.Unix() < change.At {
			break
		}
		day = max(day, dayAt(change.At-1, offset))
		offset = change.Offset
	}
	return day
}

// Start is the first instant of a day: its midnight, or the change of the
// clocks that skipped it.
func (c Calendar) Start(d doorlink.Day) time.Time {
	midnight, offset, since := int64(d)*secondsPerDay, c.Initial, int64(0)
	for _, change := range c.Changes {
		if at := max(since, midnight-int64(offset)); at < change.At {
			return time.Unix(at, 0).UTC()
		}
		offset, since = change.Offset, change.At
	}
	return time.Unix(max(since, midnight-int64(offset)), 0).UTC()
}

// End is the first instant after a day: the midnight that ends its codes.
func (c Calendar) End(d doorlink.Day) time.Time { return c.Start(d + 1) }

// dayAt clips what lies before 1970, where days do not reach.
func dayAt(unix int64, offset int) doorlink.Day {
	return doorlink.Day(max(0, unix+int64(offset)) / secondsPerDay)
}

// Agrees reports whether the calendar has the same time as the zone from one
// instant to another.
func (c Calendar) Agrees(zone *time.Location, from, to time.Time) bool {
	for t := from.In(zone); ; {
		if _, offset := t.Zone(); offset != c.Offset(t) {
			return false
		}
		_, next := t.ZoneBounds()
		if next.IsZero() || next.After(to) {
			break
		}
		t = next
	}
	for _, change := range c.Changes {
		at := time.Unix(change.At, 0).In(zone)
		if _, offset := at.Zone(); at.After(from) && !at.After(to) && offset != change.Offset {
			return false
		}
	}
	return true
}
