package lock

import (
	"math/bits"
	"slices"
	"time"

	"doorlink"
	"doorlink/doorcode"
)

// Facts is what a status page of the lock may show. It holds no key and no
// digits.
type Facts struct {
	Setup    doorcode.Setup
	Day      doorlink.Day
	Offset   time.Duration // of the clock on the wall, east of Greenwich
	Believed bool          // whether the clock's reading is
	Bolt     Bolt

	Wrong     int       // wrong entries of the day
	Free      int       // wrong entries that cost nothing yet
	Held      bool      // entries are not looked at
	HeldUntil time.Time // zero while Held: until a newer provision

	UsedToday int     // codes of the lock's day that opened
	Events    []Event // the latest, newest first
}

// Facts tells how the lock stands at now, and changes nothing.
func (v *Verifier) Facts(now time.Time) Facts {
	v.mu.Lock()
	defer v.mu.Unlock()
	p := v.st.Setup.Params
	f := Facts{
		Setup:    v.st.Setup,
		Day:      v.st.Day,
		Offset:   time.Duration(v.st.Setup.Calendar.Offset(now)) * time.Second,
		Believed: v.st.believes(now),
		Bolt:     v.bolt,
		Wrong:    v.st.Throttle.Today,
		Free:     v.st.Throttle.free(p),
		Held:     v.st.Throttle.blocked(p, now),
		Events:   slices.Clone(v.recent),
	}
	if f.Held {
		f.HeldUntil = v.st.heldUntil(now)
	}
	for _, used := range v.st.Used[v.st.Day] {
		f.UsedToday += bits.OnesCount16(used)
	}
	slices.Reverse(f.Events)
	return f
}
