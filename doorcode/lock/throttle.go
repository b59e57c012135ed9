package lock

import (
	"time"

	"doorlink/doorcode"
)

// throttle counts wrong entries: section 4.9 of DDC-1. It is part of the
// durable state, so a power cut resumes a hold instead of ending it. A clock
// turned back makes a hold longer, never shorter; one turned forward ends it,
// which the day's and the total's limits survive.
type throttle struct {
	Run   int   `json:"run"`   // wrong entries since the last right one
	Today int   `json:"today"` // wrong entries on the lock's day
	Total int   `json:"total"` // wrong entries since the server was heard of
	Shift int   `json:"shift"` // how often in a row a day hit its limit
	Until int64 `json:"until"` // Unix seconds of the end of the hold
	Said  bool  `json:"said"`  // the log has this hold
}

const (
	floorPerDay = 10 // a day's limit never falls below, or nobody could get in
	maxDoubling = 16 // keeps the shift in range; by then every hold is the longest
)

// limit is how many wrong entries today may have.
func (t throttle) limit(p doorcode.Params) int { return max(floorPerDay, p.Daily>>t.Shift) }

// spent reports whether the day's or the total's limit is reached.
func (t throttle) spent(p doorcode.Params) bool {
	return t.Today >= t.limit(p) || t.Total >= p.Total
}

// blocked reports whether entries are not looked at.
func (t throttle) blocked(p doorcode.Params, now time.Time) bool {
	return now.Unix() < t.Until || t.spent(p)
}

// miss counts a wrong entry. The holds double from Base to Hold, beginning with
// the first error in a row that is not free.
func (t *throttle) miss(p doorcode.Params, now time.Time) {
	t.Run++
	t.Today++
	t.Total++
	t.Said = false
	if n := t.Run - p.Free - 1; n >= 0 {
		hold := min(int64(p.Base)<<min(n, maxDoubling), int64(p.Hold))
		t.Until = now.Unix() + hold
	}
}

// roll begins a day, that many days after the last one. A day right after one
// that was spent has half its limit; a day nobody tried ends the row. What was
// counted in total stays until the server is heard of.
func (t *throttle) roll(p doorcode.Params, days int) {
	if days == 1 && t.Today >= t.limit(p) {
		t.Shift++
	} else {
		t.Shift = 0
	}
	t.Run, t.Today, t.Said = 0, 0, false
}

// free is how many wrong entries cost nothing yet.
func (t throttle) free(p doorcode.Params) int { return max(0, p.Free-t.Run) }
