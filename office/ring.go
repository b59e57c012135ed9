package office

import (
	"time"

	"doorlink"
	"doorlink/store"
)

// SilentAfter is for how long no page of a resident may have been open before
// managers are told that nothing rings.
const SilentAfter = 7 * 24 * time.Hour

// Ring is whether a call would ring anywhere. It is about devices alone: who was
// called, and when, is no part of it.
type Ring struct {
	State RingState
	Days  int // since the last use, if Silent
}

// RingState is a state of a Ring.
type RingState string

const (
	Reached  RingState = "reached" // a page was open in the last days
	Silent   RingState = "silent"  // signed in, but no page was open for SilentAfter
	NoDevice RingState = "none"    // signed in nowhere
)

// ringOf judges by the last use, which is known to the day.
func ringOf(r store.Reach, now time.Time) Ring {
	switch unused := now.Sub(r.Used); {
	case r.Handsets == 0:
		return Ring{State: NoDevice}
	case unused >= SilentAfter:
		return Ring{Silent, int(unused / (24 * time.Hour))}
	}
	return Ring{State: Reached}
}

// unreached reports whether a visitor could mean somebody and nothing would
// ring, since they have no device in use.
func (r *Roll) unreached(p doorlink.Person, now time.Time) bool {
	return ringOf(r.Reach[p.ID], now).State != Reached && r.meant(p, now)
}

// meant reports whether a visitor could mean somebody: they live in a unit, hold
// a key and show themselves.
func (r *Roll) meant(p doorlink.Person, now time.Time) bool {
	if !p.Shown || len(r.of[p.ID]) == 0 {
		return false
	}
	for _, h := range r.held[p.ID] {
		if holds(h, now) {
			return true
		}
	}
	return false
}

// holds reports whether the dates of a key that somebody holds include now.
func holds(h doorlink.Holder, now time.Time) bool {
	return !now.Before(h.From) && (h.To.IsZero() || now.Before(h.To))
}
