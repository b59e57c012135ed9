package roster

import (
	"strconv"
	"strings"
	"time"

	"doorlink"
)

// dayOrder is how a list writes dates with strokes: 31/5/2026 or 5/31/2026. One
// date that can only be one of them tells it for the whole list.
type dayOrder int

const (
	untold dayOrder = iota
	dayFirst
	monthFirst
)

// orderOf looks through the dates of a list. Dates that contradict each other
// tell nothing.
func orderOf(all []record, at map[column]int) dayOrder {
	told := untold
	for _, c := range []column{fromColumn, toColumn} {
		i, ok := at[c]
		if !ok {
			continue
		}
		for _, one := range all {
			if i >= len(one.cells) {
				continue
			}
			o := orderIn(one.cells[i])
			if o != untold && told != untold && o != told {
				return untold
			}
			told = max(told, o)
		}
	}
	return told
}

func orderIn(cell string) dayOrder {
	parts := strings.SplitN(strings.TrimSpace(cell), "/", 3)
	if len(parts) < 3 {
		return untold
	}
	first, _ := strconv.Atoi(parts[0])
	second, _ := strconv.Atoi(parts[1])
	switch {
	case first > 12 && second <= 12:
		return dayFirst
	case second > 12 && first <= 12:
		return monthFirst
	}
	return untold
}

// Days of access lie in these years, both included; the first of them must not be
// 1970-01-01, which is a zero doorlink.Day.
const FirstYear, LastYear = 2000, 2199

// day reads 2026-05-31, 31.5.2026, and dates with strokes in the list's order; a
// time of day behind it does not count.
func (f *fields) day(c column) doorlink.Day {
	s := f.clean(f.raw(c))
	if s == "" {
		return 0
	}
	date, _, _ := strings.Cut(s, " ")
	if strings.Count(date, "-") == 2 {
		date, _, _ = strings.Cut(date, "T")
	}
	form := "2006-1-2"
	switch {
	case strings.Contains(date, "."):
		form = "2.1.2006"
	case !strings.Contains(date, "/"):
	case f.order == dayFirst:
		form = "2/1/2006"
	case f.order == monthFirst:
		form = "1/2/2006"
	}
	t, err := time.Parse(form, date)
	if err != nil || t.Year() < FirstYear || t.Year() > LastYear {
		f.fail(ErrDate.With("text", s))
		return 0
	}
	return doorlink.Date(t.Date())
}
