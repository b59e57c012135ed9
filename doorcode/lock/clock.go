package lock

import (
	"time"

	"doorlink"
)

const (
	maxJump    = 48 * time.Hour            // between two readings; section 4.5
	maxShelf   = 10 * 366 * 24 * time.Hour // from a provision to the first reading
	checkpoint = time.Hour                 // between saves that only keep the time
)

// believes reports whether a reading of the clock can be true: within two days
// of the last one, or of a provision that is newer than that. Before the first
// reading anything in the ten years after the provision will do.
func (s *state) believes(now time.Time) bool {
	last, issued := time.Unix(s.Clock, 0), s.Setup.Issued
	switch {
	case s.Clock == 0:
		return now.Sub(issued) > -maxJump && now.Sub(issued) < maxShelf
	case now.Sub(last).Abs() <= maxJump:
		return true
	default:
		return issued.After(last) && now.Sub(issued).Abs() <= maxJump
	}
}

// advance moves the day to that of a believed reading and erases what lies
// before the oldest day that may still open. rolled reports that the day moved,
// erased that a secret went. Neither ever goes back.
func (s *state) advance(now time.Time) (rolled, erased bool) {
	s.Clock = max(s.Clock, now.Unix())
	p, calendar := s.Setup.Params, s.Setup.Calendar
	day := calendar.Day(now)
	if s.Day == 0 {
		s.Day = day
	}
	if day > s.Day {
		s.Throttle.roll(p, int(day-s.Day))
		s.Day, rolled = day, true
	}
	if s.Former.Digits != 0 && s.Former.Until == 0 {
		s.Former.Until = s.Day
	}
	oldest := s.Day
	if s.Day > 0 && now.Before(calendar.Start(s.Day).Add(p.Grace.Duration())) {
		oldest--
	}
	return rolled, s.erase(oldest)
}

// erase forgets every day before oldest.
func (s *state) erase(oldest doorlink.Day) bool {
	if s.Chain.Day >= oldest {
		return false
	}
	s.Chain.Chain, _ = s.Chain.At(oldest)
	for day := range s.Used {
		if day < oldest {
			delete(s.Used, day)
		}
	}
	if s.Former.Until < oldest {
		s.Former = former{}
	}
	return true
}

// candidates are the days whose codes may open at now, the lock's own first:
// section 4.5. Grace covers a clock that drifts, on either side of midnight. A
// day whose secret is erased may be among them; nothing can be read under it.
func (s *state) candidates(now time.Time) []doorlink.Day {
	grace, calendar := s.Setup.Params.Grace.Duration(), s.Setup.Calendar
	days := []doorlink.Day{s.Day}
	if s.Day > 0 && now.Before(calendar.Start(s.Day).Add(grace)) {
		days = append(days, s.Day-1)
	}
	if calendar.End(s.Day).Sub(now) < grace {
		days = append(days, s.Day+1)
	}
	return days
}
