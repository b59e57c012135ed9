package hook

import (
	"net/http"
	"strconv"
	"time"
)

// MaxAfter is the longest pause that an endpoint can ask for.
const MaxAfter = 6 * time.Hour

// Attempts is how often a delivery is tried at most, over at most 24 hours.
const Attempts = len(waits) + 1

const (
	span = 24 * time.Hour

	// spread is how much longer than planned a wait may be, so that what failed
	// together does not come back together.
	spread = 0.25
)

// waits are the pauses between attempts. With all of the spread they add up to
// 23 h 34 min.
var waits = [...]time.Duration{
	5 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 3 * time.Hour, 4 * time.Hour, 5 * time.Hour,
}

// Next is when the delivery is tried again after its attempt-th attempt (the
// first is 1) came to this outcome at now, first being when it was first tried.
// jitter is a random number from 0 up to 1. ok is false when there is no next
// time: it was delivered, it is hopeless, or the twelve attempts or 24 hours are
// used up.
func (o Outcome) Next(attempt int, first, now time.Time, jitter float64) (at time.Time, ok bool) {
	if !o.Retry || attempt < 1 || attempt >= Attempts {
		return time.Time{}, false
	}
	wait := waits[attempt-1]
	wait += time.Duration(float64(wait) * spread * min(max(jitter, 0), 1))
	at = now.Add(max(wait, min(o.After, MaxAfter)))
	if at.Sub(first) > span {
		return time.Time{}, false
	}
	return at, true
}

// retryAfter reads the header of that name, a number of seconds or a date
// (RFC 9110, 10.2.3), bounded by MaxAfter. What cannot be read counts as absent.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, MaxAfter)
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), MaxAfter)
	}
	return 0
}
