package office

import (
	"context"
	"time"

	"doorlink"
	"doorlink/store"
)

// UseDays is how many days of a DOOR Link's use are shown, and watched.
const UseDays = 30

// DayUse is how often a DOOR Link was used on a day of the property.
type DayUse struct {
	Day          doorlink.Day
	Scans, Calls int
}

// SilentDoor is a door whose panel people usually scan, and nobody does.
type SilentDoor struct {
	DoorLine
	doorlink.Silence
}

// byDay spreads the counts of one panel over the last UseDays, of which today is
// the last.
func byDay(uses []store.Use, today doorlink.Day) []DayUse {
	all := make([]DayUse, UseDays)
	first := today + 1 - UseDays
	for i := range all {
		all[i].Day = first + doorlink.Day(i)
	}
	for _, u := range uses {
		if u.Day >= first && u.Day <= today {
			day := &all[u.Day-first]
			day.Scans, day.Calls = day.Scans+int(u.Scans), day.Calls+int(u.Calls)
		}
	}
	return all
}

// covered asks the overlay watch about the days before today.
func (d *Desk) covered(days []DayUse, looked time.Time) (doorlink.Silence, bool) {
	before := days[:len(days)-1]
	scans := make([]int, len(before))
	for i, day := range before {
		scans[i] = day.Scans
	}
	var on doorlink.Day
	if !looked.IsZero() {
		on = doorlink.DayIn(looked, d.Location())
	}
	return doorlink.Covered(scans, before[len(before)-1].Day, on)
}

// today is the day at the property.
func (d *Desk) today() doorlink.Day { return doorlink.DayIn(time.Now(), d.Location()) }

// Uses is how often the DOOR Link of a door was used on each of the last UseDays,
// today last. It fails with ErrNoLink for a door without one. Needs See.
func (d *Desk) Uses(ctx context.Context, id doorlink.DoorID) ([]DayUse, error) {
	line, err := d.Door(ctx, id)
	if err == nil && line.Panel.ID == "" {
		err = ErrNoLink
	}
	if err != nil {
		return nil, err
	}
	return d.usesOf(ctx, line.Panel.ID)
}

// Today is what goes on at a property. It is counts and knows of no visit.
type Today struct {
	Day          doorlink.Day
	Scans, Calls int
	Now          int // calls that go on
}

// Today counts what goes on at the property. Scans and calls follow within ten
// seconds. Needs See.
func (d *Desk) Today(ctx context.Context) (Today, error) {
	if err := d.may(doorlink.See); err != nil {
		return Today{}, err
	}
	t := Today{Day: d.today()}
	uses, err := d.db.UsesAt(ctx, d.Property.ID, t.Day)
	if err != nil {
		return t, err
	}
	for _, u := range uses {
		if u.Day == t.Day {
			t.Scans, t.Calls = t.Scans+int(u.Scans), t.Calls+int(u.Calls)
		}
	}
	live, err := d.db.LiveCalls(ctx, d.Property.ID)
	for _, at := range live {
		t.Now += at.N
	}
	return t, err
}

// callsAt is how many calls go on at a door.
func (d *Desk) callsAt(ctx context.Context, id doorlink.DoorID) (int, error) {
	live, err := d.db.LiveCalls(ctx, d.Property.ID)
	for _, at := range live {
		if at.Door == id {
			return at.N, err
		}
	}
	return 0, err
}

func (d *Desk) usesOf(ctx context.Context, p doorlink.PanelID) ([]DayUse, error) {
	today := d.today()
	uses, err := d.db.Uses(ctx, p, today+1-UseDays)
	return byDay(uses, today), err
}

// SilentDoors finds the doors whose panel may be covered: see doorlink.Covered. Needs
// See.
func (d *Desk) SilentDoors(ctx context.Context) ([]SilentDoor, error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return nil, err
	}
	now := time.Now().In(d.Location())
	today := doorlink.DayIn(now, now.Location())
	all, err := d.db.UsesAt(ctx, d.Property.ID, today+1-UseDays)
	if err != nil {
		return nil, err
	}
	of := group(all, func(u store.Use) doorlink.PanelID { return u.Panel })
	looks, err := d.db.Looks(ctx, d.Property.ID)
	if err != nil {
		return nil, err
	}
	var found []SilentDoor
	for _, door := range roll.Doors {
		panel, ok := roll.Panel(door.ID)
		if !ok {
			continue
		}
		if s, silent := d.covered(byDay(of[panel.ID], today), looks[panel.ID]); silent {
			found = append(found, SilentDoor{roll.doorLine(door, now), s})
		}
	}
	return found, nil
}
