package doorcode

import (
	_ "embed"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"doorlink"
)

//go:embed testdata/zones.txt
var zoneNames string

func loadZone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// horizon is the first change that the calendar of zone no longer holds.
func horizon(c Calendar, zone *time.Location, limit time.Time) time.Time {
	if len(c.Changes) < MaxChanges {
		return limit
	}
	t := time.Unix(c.Changes[MaxChanges-1].At, 0).In(zone)
	_, offset := t.Zone()
	for {
		if _, t = t.ZoneBounds(); t.IsZero() || t.After(limit) {
			return limit
		}
		if _, now := t.Zone(); now != offset {
			return t
		}
	}
}

// agree compares a calendar with the zone at both edges of every day, and days
// with the dates that package time knows.
func agree(t *testing.T, zone *time.Location, from, to time.Time) {
	c := CalendarFor(zone, from)
	until := horizon(c, zone, to)
	for day := c.Day(from) + 1; ; day++ {
		start := c.Start(day)
		if !start.Before(until) {
			return
		}
		if got := doorlink.DayIn(start, zone); got != day || c.Raw(start) != day || c.Day(start) != day {
			t.Errorf("%s: %v begins %v, where the zone says %v", zone, day, start, got)
		}
		before := start.Add(-time.Second)
		if got := doorlink.DayIn(before, zone); got >= day || c.Day(before) != got || c.Raw(before) != got {
			t.Errorf("%s: a second before %v it is %v, the zone says %v", zone, day, c.Day(before), got)
		}
		if zoneStart := day.Start(zone); !start.Equal(zoneStart) {
			t.Errorf("%s: %v begins %v, want %v", zone, day, start, zoneStart)
		}
	}
}

func TestTheDayIsTheLocalDateInEveryZoneUntil2036(t *testing.T) {
	t.Parallel()
	end := time.Date(2037, time.January, 1, 0, 0, 0, 0, time.UTC)
	step := 1
	if !thorough {
		step = 12
	}
	names := strings.Fields(zoneNames)
	if len(names) < 590 {
		t.Fatalf("only %d zones", len(names))
	}
	for i := 0; i < len(names); i += step {
		zone := loadZone(t, names[i])
		for year := 2025; year <= 2036; year += 2 {
			from := time.Date(year, time.January, 1, 5, 0, 0, 0, time.UTC)
			to := time.Date(year+2, time.January, 3, 0, 0, 0, 0, time.UTC)
			if to.After(end) {
				to = end
			}
			agree(t, zone, from, to)
		}
	}
}

func TestEightChangesReachTwoYearsAndAHalfInEveryZone(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	if n := len(CalendarFor(loadZone(t, "Europe/Berlin"), from).Changes); n != 8 {
		t.Errorf("a calendar for Berlin has %d changes, want 8", n)
	}
	for name := range strings.FieldsSeq(zoneNames) {
		zone := loadZone(t, name)
		c := CalendarFor(zone, from)
		if err := c.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := horizon(c, zone, from.AddDate(10, 0, 0)); got.Before(from.AddDate(2, 6, 0)) {
			t.Errorf("%s: the calendar ends %v", name, got)
		}
	}
}

// St John's changed its clocks a minute after midnight until 2011, so that a
// date came back for an hour; a lock's day may not.
func TestTheDayDoesNotFallWhereTheDateDoes(t *testing.T) {
	t.Parallel()
	zone := loadZone(t, "America/St_Johns")
	c := CalendarFor(zone, time.Date(2010, time.October, 1, 0, 0, 0, 0, time.UTC))
	change := time.Unix(c.Changes[0].At, 0)
	seventh := doorlink.Date(2010, time.November, 7)
	if got := c.Raw(change.Add(-time.Second)); got != seventh {
		t.Fatalf("before the change the date is %v, want %v", got, seventh)
	}
	if got := c.Raw(change); got != seventh-1 {
		t.Fatalf("after the change the date is %v, want %v", got, seventh-1)
	}
	if got := c.Day(change); got != seventh {
		t.Errorf("after the change the day is %v, want %v still", got, seventh)
	}
	if got, want := c.Start(seventh), change.Add(-time.Minute); !got.Equal(want) {
		t.Errorf("the day begins %v, want %v", got, want)
	}
}

// Samoa had no 30 December 2011.
func TestASkippedDateIsOver(t *testing.T) {
	t.Parallel()
	zone := loadZone(t, "Pacific/Apia")
	c := CalendarFor(zone, time.Date(2011, time.December, 1, 0, 0, 0, 0, time.UTC))
	skipped := doorlink.Date(2011, time.December, 30)
	if !c.Start(skipped).Equal(c.End(skipped)) {
		t.Errorf("it lasts from %v to %v", c.Start(skipped), c.End(skipped))
	}
	if got := c.Day(c.Start(skipped)); got != skipped+1 {
		t.Errorf("its first instant is of %v, want %v", got, skipped+1)
	}
}

// In September 2016 Turkey called its summer time standard time.
func TestANewNameForTheSameTimeIsNoChange(t *testing.T) {
	t.Parallel()
	c := CalendarFor(loadZone(t, "Europe/Istanbul"), time.Date(2016, time.January, 1, 0, 0, 0, 0, time.UTC))
	want := []Change{{At: time.Date(2016, time.March, 27, 1, 0, 0, 0, time.UTC).Unix(), Offset: 3 * 3600}}
	if diff := cmp.Diff(want, c.Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func drawCalendar(t *rapid.T) Calendar {
	offset := rapid.IntRange(-14*3600, 14*3600)
	c := Calendar{Initial: offset.Draw(t, "initial")}
	at := int64(1_700_000_000)
	for range rapid.IntRange(0, MaxChanges).Draw(t, "changes") {
		at += rapid.Int64Range(1, 40*secondsPerDay).Draw(t, "gap")
		c.Changes = append(c.Changes, Change{At: at, Offset: offset.Draw(t, "offset")})
	}
	return c
}

func TestADayRunsFromItsStartToItsEndAndNeverFalls(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		at := time.Unix(1_700_000_000+rapid.Int64Range(0, 400*secondsPerDay).Draw(t, "t"), 0)
		day := c.Day(at)
		if at.Before(c.Start(day)) || !at.Before(c.End(day)) {
			t.Fatalf("%v is of day %d, which runs from %v to %v", at.UTC(), day, c.Start(day), c.End(day))
		}
		later := at.Add(time.Duration(rapid.Int64Range(0, 100*secondsPerDay).Draw(t, "later")) * time.Second)
		if c.Day(later) < day {
			t.Fatalf("the day falls from %d to %d", day, c.Day(later))
		}
		if c.Raw(at) > day {
			t.Fatalf("the date %d is ahead of the day %d", c.Raw(at), day)
		}
	})
}

func TestACalendarOutOfOrderIsRefused(t *testing.T) {
	t.Parallel()
	nine := make([]Change, 9)
	for i := range nine {
		nine[i] = Change{At: int64(i)}
	}
	for name, c := range map[string]Calendar{
		"offset of a day":     {Initial: secondsPerDay},
		"change to a day":     {Changes: []Change{{At: 1, Offset: -secondsPerDay}}},
		"before 1970":         {Changes: []Change{{At: -1}}},
		"twice the same time": {Changes: []Change{{At: 5}, {At: 5}}},
		"backwards":           {Changes: []Change{{At: 5}, {At: 4}}},
		"nine changes":        {Changes: nine},
	} {
		if c.Check() == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

func TestACalendarAgreesUntilItsZoneLeavesIt(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	made := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	c := CalendarFor(berlin, made) // eight changes: until autumn 2029
	year := made.AddDate
	for _, tt := range []struct {
		from, to time.Time
		zone     *time.Location
		want     bool
	}{
		{made, year(0, 2, 0), berlin, true}, {made, year(1, 0, 0), berlin, true}, {made, year(4, 1, 0), berlin, true},
		{year(4, 1, 0), year(4, 3, 0), berlin, false}, {year(4, 6, 0), year(4, 7, 0), berlin, false},
		{made, made, time.UTC, false}, {year(0, 0, 0), year(0, 6, 0), time.FixedZone("", 3600), false},
		{year(0, 0, 0), year(0, 1, 0), time.FixedZone("", 3600), true},
	} {
		if got := c.Agrees(tt.zone, tt.from, tt.to); got != tt.want {
			t.Errorf("from %s to %s in %s: got %v", tt.from, tt.to, tt.zone, got)
		}
	}
}
