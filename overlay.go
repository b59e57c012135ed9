package doorlink

import (
	"cmp"
	"time"
)

// Silence is that nobody has scanned a panel that people usually scan: a
// stranger's sticker may cover ours, or ours may be gone.
type Silence struct {
	Since  Day // the first day without a scan
	Missed int // scans that as many such days usually have
}

const (
	// missedMost is from how many missed scans a silence is told. Where ten are
	// usual none at all happens once in twenty thousand times, if people come by
	// themselves; they come in groups, which is what the rest is for.
	missedMost = 10
	// weeksBack is how many days of the same name say what is usual.
	weeksBack = 4
)

// After how many days managers are reminded to look at a panel.
const (
	DefaultLook = 30
	MaxLook     = 365
	NoLook      = -1 // they are not
)

// LookDue reports whether it is time to look at a panel again, which somebody last
// did, or put a new sticker on, at a moment; zero: nothing hangs there yet. Days
// are the property's. It finds what counts cannot: a sticker over a panel that is
// seldom scanned, or one that lets visitors through to ours.
func (p Property) LookDue(last, now time.Time) bool {
	after := cmp.Or(p.Look, DefaultLook)
	return after != NoLook && !last.IsZero() && DayIn(now, p.Clock())-DayIn(last, p.Clock()) >= Day(after)
}

// Covered is the overlay watch. scans are those of each day at a panel, the last
// of which is until, a day that is over; looked is the day on which somebody
// found the panel uncovered, zero if nobody did, which starts the silence anew.
//
// A day is compared with the same days of the week before the silence, so that
// an office's Sunday is no alarm. Days before the first scan say nothing.
func Covered(scans []int, until, looked Day) (Silence, bool) {
	begin := len(scans)
	for begin > 0 && scans[begin-1] == 0 {
		begin--
	}
	first := until + 1 - Day(len(scans)) // of scans
	missed := 0.0
	since := max(first+Day(begin), looked+1)
	for day := since; day <= until; day++ {
		missed += usual(scans[:begin], int(day-first))
	}
	return Silence{Since: since, Missed: int(missed)}, missed >= missedMost
}

// usual is how many scans the day at a place had in the weeks before, of those
// days that are known.
func usual(known []int, at int) float64 {
	for len(known) > 0 && known[0] == 0 {
		known, at = known[1:], at-1
	}
	sum, weeks := 0, 0
	for at -= 7; at >= 0 && weeks < weeksBack; at -= 7 {
		if at < len(known) {
			sum, weeks = sum+known[at], weeks+1
		}
	}
	if weeks == 0 {
		return 0
	}
	return float64(sum) / float64(weeks)
}
