package directory

import (
	"slices"
	"time"

	"doorlink"
)

// ErrNoAccess refuses a doorcode to somebody whose access to the door has ended
// since the call began.
var ErrNoAccess = doorlink.Fail(doorlink.Denied, "grant.no_access")

// ErrNoShare refuses a doorcode at a door that asks for a key with May Share
// Key, to somebody whose keys are all without.
var ErrNoShare = doorlink.Fail(doorlink.Denied, "grant.no_share")

// ErrHours is the refusal outside a key's hours; args "from" and "to" are each
// a doorlink.Minute, "now" the time.Time in the property's zone.
var ErrHours = doorlink.Fail(doorlink.Denied, "grant.hours")

// MayGive decides whether somebody with these grants may give a doorcode for the
// door at now, which must be in the property's zone: a valid key, one that may be
// shared if the door asks for it, and within its hours. It returns ErrNoAccess,
// ErrNoShare or, with the hours of a key that would do, ErrHours.
func MayGive(grants []Grant, now time.Time) error {
	err := ErrNoAccess
	for _, g := range grants {
		switch {
		case !g.Valid(now):
		case g.NeedsShare && !g.MayShare:
			if err == ErrNoAccess {
				err = ErrNoShare
			}
		case g.Hours.Contain(now):
			return nil
		default:
			err = ErrHours.With("from", g.Hours.From, "to", g.Hours.To, "now", now)
		}
	}
	return err
}

// What must hold beside HasKey before somebody may give a doorcode.
const (
	HasLock    Condition = "lock"  // the door has an active lock
	KeyShares  Condition = "share" // a valid key is one that may be shared, or need not be
	WithinTime Condition = "hours" // now is within the hours of such a key
)

// ExplainGive goes through what it takes to give a doorcode at now, which must be
// in the property's zone, in the order a manager would mend it. All conditions
// are met when the door is locked and MayGive returns nil, and only then.
func ExplainGive(grants []Grant, locked bool, now time.Time) []Check {
	var usable []Grant // valid, and good for codes here
	asks := false
	for _, g := range grants {
		asks = asks || g.NeedsShare
		if g.Valid(now) && (g.MayShare || !g.NeedsShare) {
			usable = append(usable, g)
		}
	}
	shares := check(KeyShares, len(usable) > 0, "share.yes", "share.no")
	if !asks {
		shares.Met, shares.Fact = true, "share.free"
	}
	open := slices.ContainsFunc(usable, func(g Grant) bool { return g.Hours.Contain(now) })
	return []Check{
		check(HasLock, locked, "lock.yes", "lock.no"),
		explainKey(grants, now),
		shares,
		check(WithinTime, open || len(usable) == 0, "hours.yes", "hours.no"),
	}
}
