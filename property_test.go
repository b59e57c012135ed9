package doorlink_test

import (
	"testing"
	"time"

	"doorlink"
)

func TestQuietHoursAreThoseOfTheDoorsClock(t *testing.T) {
	t.Parallel()
	night := doorlink.Hours{From: 22 * 60, To: 7 * 60}
	for _, tt := range []struct {
		name        string
		quiet       doorlink.Hours
		now         string // on the clock in Berlin
		until, next string
	}{
		{"a property that asks for none", doorlink.Hours{}, "2026-11-29 23:00", "", ""},
		{"before they begin", night, "2026-11-29 21:59", "", "2026-11-29 22:00"},
		{"as they begin", night, "2026-11-29 22:00", "2026-11-30 07:00", "2026-11-30 07:00"},
		{"after midnight", night, "2026-11-30 06:59", "2026-11-30 07:00", "2026-11-30 07:00"},
		{"as they end", night, "2026-11-30 07:00", "", "2026-11-30 22:00"},
		{"at noon", doorlink.Hours{From: 13 * 60, To: 15 * 60}, "2026-11-29 14:30", "2026-11-29 15:00", "2026-11-29 15:00"},
		{"the night that is an hour shorter", night, "2026-03-29 01:30", "2026-03-29 07:00", "2026-03-29 07:00"},
		{"an end that the clocks leave out", doorlink.Hours{From: 22 * 60, To: 150}, "2026-03-29 01:30", "2026-03-29 03:30", "2026-03-29 03:30"},
		{"the last evening of a year", night, "2026-12-31 23:00", "2027-01-01 07:00", "2027-01-01 07:00"},
	} {
		p := doorlink.Property{Zone: "Europe/Berlin", Quiet: tt.quiet}
		now := onClock(t, tt.now)
		if got, want := p.QuietUntil(now.UTC()), onClock(t, tt.until); !got.Equal(want) {
			t.Errorf("%s: quiet until %v, want %v", tt.name, got, want)
		}
		if got, want := p.NextQuiet(now.UTC()), onClock(t, tt.next); !got.Equal(want) {
			t.Errorf("%s: changes at %v, want %v", tt.name, got, want)
		}
	}
}

// onClock is a moment by the clock in Berlin; zero for none.
func onClock(t *testing.T, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
