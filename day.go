package doorlink

import (
	"fmt"
	"time"
)

// Day is a calendar date at a property, counted in days from 1970-01-01 in the
// proleptic Gregorian calendar. It has no time zone of its own and never
// travels as an instant.
type Day uint32

// DayIn is the date on the wall calendar in zone at instant t. Instants before
// 1970 are not supported.
func DayIn(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return Date(y, m, d)
}

// Date is the Day of a calendar date.
func Date(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Start is the first instant of the day in zone. Where clocks skip midnight,
// that is the instant of the change; where it happens twice, the first.
func (d Day) Start(zone *time.Location) time.Time {
	y, m, dd := d.utc().Date()
	t := time.Date(y, m, dd, 0, 0, 0, 0, zone)
	if DayIn(t, zone) == d {
		// time.Date may choose the later of two midnights.
		for _, back := range []time.Duration{time.Hour, 30 * time.Minute} {
			if e := t.Add(-back); DayIn(e, zone) == d {
				t = e
			}
		}
		return t
	}
	// Midnight was skipped and time.Date landed on the day before: the change
	// lies within the next hours. Zones change on whole minutes.
	for DayIn(t, zone) < d {
		t = t.Add(time.Minute)
	}
	return t
}

// End is the first instant after the day in zone: the midnight at which a
// doorcode of that day ends.
func (d Day) End(zone *time.Location) time.Time { return (d + 1).Start(zone) }

// String shows the date as 2006-01-02.
func (d Day) String() string {
	y, m, dd := d.utc().Date()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, dd)
}

func (d Day) utc() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }
