package doorlink

import "time"

// How often may be called. A call that was answered was wanted and does not
// count.
const (
	// LimitSpan is the time over which attempts are counted.
	LimitSpan = 5 * time.Minute

	maxToPerson  = 3  // one visit, one resident
	maxFromVisit = 10 // one visit, anybody: more is a sweep through the house
	maxFromPanel = 12 // any visit at one panel, one resident
)

// RecentCalls is how many calls MayPlace needs to see at most, latest first.
const RecentCalls = 64

// ErrInCall answers a second call from a visit that has one going on.
var ErrInCall = Fail(Conflict, "call.in_call")

// MayPlace decides whether next may be placed, given the recent calls of the
// same visit and of the same panel to the same person. It returns ErrInCall, or
// a Busy error with key "call.held" whose arg "until" is the time.Time at which
// the next attempt is free.
func MayPlace(next Call, recent []Call, now time.Time) error {
	var person, visit, panel []time.Time
	for _, c := range recent {
		mine := c.Visit == next.Visit
		if mine && !c.State.Over() {
			return ErrInCall
		}
		if ago := now.Sub(c.Placed); !c.Answered.IsZero() || ago >= LimitSpan || ago < -maxClockStep {
			continue // wanted, long ago, or of a time before the clock was set back
		}
		if mine {
			visit = append(visit, c.Placed)
		}
		if mine && c.Person == next.Person {
			person = append(person, c.Placed)
		}
		if c.Panel == next.Panel && c.Person == next.Person {
			panel = append(panel, c.Placed)
		}
	}
	for _, l := range []struct {
		at  []time.Time
		max int
	}{{person, maxToPerson}, {visit, maxFromVisit}, {panel, maxFromPanel}} {
		if until := heldUntil(l.at, l.max); now.Before(until) {
			return Fail(Busy, "call.held", "until", until)
		}
	}
	return nil
}

// InAnotherCall reports whether the person of next is in another call already.
func InAnotherCall(next Call, recent []Call) bool {
	for _, c := range recent {
		if c.Person == next.Person && c.ID != next.ID && c.State == Answered {
			return true
		}
	}
	return false
}

// heldUntil is when the oldest of the last max attempts leaves the span; zero
// when there were fewer.
func heldUntil(at []time.Time, max int) time.Time {
	if len(at) < max {
		return time.Time{}
	}
	latest := append([]time.Time(nil), at...)
	for i := range latest { // latest first; a handful of values
		for j := i + 1; j < len(latest); j++ {
			if latest[j].After(latest[i]) {
				latest[i], latest[j] = latest[j], latest[i]
			}
		}
	}
	return latest[max-1].Add(LimitSpan)
}
