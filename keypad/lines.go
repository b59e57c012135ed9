package keypad

import (
	"slices"
	"time"

	"doorlink/doorcode/lock"
)

// Line is an event of the lock's log as its page shows it.
type Line struct {
	Mark string `json:"mark"` // ok, bad or note
	What string `json:"what"`
	When string `json:"when"` // with whose code it was
}

// maxLines is how much of the log a page shows. The rest stays in the lock's
// folder, where its owner can read it.
const maxLines = 12

// marks are the signs of events that came from somebody at the door; all others
// are notes. The word beside it says what the sign means.
var marks = map[lock.EventKind]string{
	lock.EventAccept:  "ok",
	lock.EventReuse:   "ok",
	lock.EventReplay:  "bad",
	lock.EventInvalid: "bad",
	lock.EventPrivacy: "bad",
}

// latest are the last events of a log, newest first.
func latest(events []lock.Event) []lock.Event {
	last := slices.Clone(events[max(0, len(events)-maxLines):])
	slices.Reverse(last)
	return last
}

// lines are the latest events in words, newest first.
func lines(f lock.Facts, now time.Time) []Line {
	shown := make([]Line, 0, maxLines)
	for _, e := range f.Events[:min(maxLines, len(f.Events))] {
		mark, ok := marks[e.Kind]
		if !ok {
			mark = "note"
		}
		shown = append(shown, Line{Mark: mark, What: what(e), When: when(f, e, now)})
	}
	return shown
}

// what names an event. Several wrong codes may stand in one.
func what(e lock.Event) string {
	key := "log." + e.Kind.String()
	switch {
	case e.Kind == lock.EventTime && e.Flags&lock.FlagDoubt != 0:
		key = "log.doubt"
	case e.Kind == lock.EventInvalid && e.Slot > 1:
		return say("log.invalids", "count", e.Slot)
	}
	return say(key)
}

// when is the time of an event on the wall at the door, with the date if it is
// not today's, whose code it was, and whether the log has a gap before it.
func when(f lock.Facts, e lock.Event, now time.Time) string {
	at, today := wall(f.Setup, time.Unix(e.UTC, 0)), wall(f.Setup, now)
	text := at.Format("15:04")
	if at.YearDay() != today.YearDay() || at.Year() != today.Year() {
		text = at.Format("2 January, 15:04")
	}
	switch e.Kind {
	case lock.EventAccept, lock.EventReuse, lock.EventReplay:
		text = say("log.slot", "when", text, "slot", e.Slot)
	}
	if e.Flags&lock.FlagLost != 0 {
		text = say("log.lost", "when", text)
	}
	return text
}
