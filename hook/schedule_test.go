package hook

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTwelveAttemptsWithinADay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		first := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		now, count := first, 1
		for {
			at, ok := Outcome{Retry: true, Why: Refused}.Next(count, first, now, rapid.Float64Range(0, 1).Draw(t, "jitter"))
			if !ok {
				break
			}
			if !at.After(now) {
				t.Fatalf("attempt %d comes at %s, not after %s", count+1, at, now)
			}
			now, count = at.Add(timeLimit), count+1
		}
		if count != 12 || now.Sub(first) > 24*time.Hour || now.Sub(first) < 18*time.Hour {
			t.Fatalf("got %d attempts in %s", count, now.Sub(first))
		}
	})
}

func TestTheNextAttempt(t *testing.T) {
	t.Parallel()
	first := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name    string
		outcome Outcome
		attempt int
		now     time.Duration
		jitter  float64
		want    time.Duration // from now; 0: none
	}{
		{"five seconds after the first", Outcome{Retry: true}, 1, 0, 0, 5 * time.Second},
		{"then a minute", Outcome{Retry: true}, 2, 5 * time.Second, 0, time.Minute},
		{"a quarter more at most", Outcome{Retry: true}, 2, 0, 1, 75 * time.Second},
		{"jitter out of bounds is bounded", Outcome{Retry: true}, 2, 0, 900, 75 * time.Second},
		{"as the endpoint asks", Outcome{Retry: true, After: time.Hour}, 1, 0, 0, time.Hour},
		{"no sooner than planned", Outcome{Retry: true, After: time.Second}, 3, 0, 0, 5 * time.Minute},
		{"six hours are the longest", Outcome{Retry: true, After: 90 * time.Hour}, 1, 0, 0, MaxAfter},
		{"never after a day", Outcome{Retry: true, After: 2 * time.Hour}, 4, 23 * time.Hour, 0, 0},
		{"never once delivered", Outcome{Status: 200}, 1, 0, 0, 0},
		{"never once gone", Outcome{Status: 410, Gone: true, Why: WasGone}, 1, 0, 0, 0},
		{"never after the twelfth", Outcome{Retry: true}, 12, 0, 0, 0},
		{"there is no attempt zero", Outcome{Retry: true}, 0, 0, 0, 0},
	} {
		now := first.Add(tt.now)
		at, ok := tt.outcome.Next(tt.attempt, first, now, tt.jitter)
		if ok != (tt.want != 0) || ok && !at.Equal(now.Add(tt.want)) {
			t.Errorf("%s: got %s, %v, want %s", tt.name, at.Sub(now), ok, tt.want)
		}
	}
}

func TestRetryAfterIsReadWithinBounds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"":                              0,
		"120":                           2 * time.Minute,
		"-5":                            0,
		"99999999":                      MaxAfter,
		"99999999999999999999":          0,
		"soon":                          0,
		"Sun, 01 Mar 2026 12:10:00 GMT": 10 * time.Minute,
		"Sun, 01 Mar 2026 11:00:00 GMT": 0,
		"Sun, 01 Mar 2099 11:00:00 GMT": MaxAfter,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("120")
	f.Add("Sun, 01 Mar 2026 12:10:00 GMT")
	f.Fuzz(func(t *testing.T, header string) {
		if got := retryAfter(header, time.Unix(1614265330, 0)); got < 0 || got > MaxAfter {
			t.Errorf("%q: got %s", header, got)
		}
	})
}
