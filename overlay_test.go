package doorlink_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorlink"
)

// weeks are counts of as many weeks, each day of which is alike but Sundays, and
// then days without a scan. The first day is a Monday.
func weeks(n, daily, sundays, silent int) []int {
	var all []int
	for range n {
		all = append(all, daily, daily, daily, daily, daily, daily, sundays)
	}
	return append(all, make([]int, silent)...)
}

func TestAPanelThatFallsSilentIsToldOf(t *testing.T) {
	t.Parallel()
	const until = doorlink.Day(20_000)
	for _, tt := range []struct {
		name   string
		scans  []int
		looked doorlink.Day
		want   doorlink.Silence
		told   bool
	}{
		{"it is scanned every day", weeks(4, 20, 20, 0), 0, doorlink.Silence{Since: until + 1}, false},
		{"a day without a scan at a busy door", weeks(4, 20, 20, 1), 0, doorlink.Silence{Since: until, Missed: 20}, true},
		{"a day without a scan at a quiet door", weeks(4, 2, 2, 1), 0, doorlink.Silence{Since: until, Missed: 2}, false},
		{"five days without a scan at a quiet door", weeks(3, 2, 2, 5), 0, doorlink.Silence{Since: until - 4, Missed: 10}, true},
		{"a Sunday at an office", weeks(4, 20, 0, 0), 0, doorlink.Silence{Since: until}, false},
		{"the Monday after", weeks(4, 20, 0, 1), 0, doorlink.Silence{Since: until - 1, Missed: 20}, true},
		{"nobody has ever scanned it", make([]int, 30), 0, doorlink.Silence{Since: until - 29}, false},
		{"it is new, and has no week behind it", []int{0, 0, 0, 40, 40, 0}, 0, doorlink.Silence{Since: until}, false},
		{"it is a week old", []int{0, 0, 40, 40, 40, 40, 40, 40, 40, 0}, 0, doorlink.Silence{Since: until, Missed: 40}, true},
		{"somebody looked today", weeks(4, 20, 20, 2), until + 1, doorlink.Silence{Since: until + 2}, false},
		{"somebody looked, and it stayed silent", weeks(3, 20, 20, 3), until - 1, doorlink.Silence{Since: until, Missed: 20}, true},
		{"somebody looked before", weeks(4, 20, 20, 1), until - 9, doorlink.Silence{Since: until, Missed: 20}, true},
		{"there are no counts", nil, 0, doorlink.Silence{Since: until + 1}, false},
	} {
		got, told := doorlink.Covered(tt.scans, until, tt.looked)
		if told != tt.told || got != tt.want {
			t.Errorf("%s: got %+v, %v, want %+v, %v", tt.name, got, told, tt.want, tt.told)
		}
	}
}

func TestAPanelThatWasScannedYesterdayIsNeverToldOf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		scans := rapid.SliceOfN(rapid.IntRange(0, 50), 1, 60).Draw(t, "scans")
		until := doorlink.Day(20_000)
		if _, told := doorlink.Covered(append(slices.Clone(scans), 1), until, 0); told {
			t.Fatal("told, though it was scanned")
		}
		silent := append(slices.Clone(scans), make([]int, rapid.IntRange(0, 9).Draw(t, "silent"))...)
		if _, told := doorlink.Covered(silent, until, until); told {
			t.Fatal("told, though somebody looked on the last of the days")
		}
		_, told := doorlink.Covered(silent, until, 0)
		if _, longer := doorlink.Covered(append(silent, 0), until+1, 0); told && !longer {
			t.Fatal("a longer silence is not told of")
		}
	})
}

func TestAPanelIsLookedAtAgainAfterDaysOfItsProperty(t *testing.T) {
	t.Parallel()
	p := doorlink.Property{Zone: "Europe/Berlin"}
	last := time.Date(2026, 3, 1, 22, 30, 0, 0, time.UTC) // 23:30 at the doors
	for _, tt := range []struct {
		name string
		look int
		last time.Time
		days int // later, at noon
		due  bool
	}{
		{"a month less a day", 0, last, doorlink.DefaultLook - 1, false},
		{"a month, over a change of the clocks", 0, last, doorlink.DefaultLook, true},
		{"a week less a day", 7, last, 6, false},
		{"a week", 7, last, 7, true},
		{"the next day", 1, last, 1, true},
		{"never", doorlink.NoLook, last, 999, false},
		{"nothing hangs", 7, time.Time{}, 999, false},
	} {
		p.Look = tt.look
		if got := p.LookDue(tt.last, time.Date(2026, 3, 1+tt.days, 11, 0, 0, 0, time.UTC)); got != tt.due {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}
