package lock

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"doorlink"
	"doorlink/doorcode"
)

func TestCodesOpenTenMinutesOnEitherSideOfTheirDay(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, time.March, 29, 0, 0, 0, 0, berlin) // 23 hours long
	end := time.Date(2026, time.March, 30, 0, 0, 0, 0, berlin)
	for _, c := range []struct {
		at   time.Time
		want Kind
	}{
		{start.Add(-10 * time.Minute), Invalid},
		{start.Add(-10*time.Minute + time.Second), Accept},
		{start, Accept},
		{end.Add(-time.Second), Accept},
		{end.Add(10*time.Minute - time.Second), Accept},
		{end.Add(10 * time.Minute), Invalid},
	} {
		h := newHouse(berlin, start.Add(-12*time.Hour), 20)
		v := h.open(t, newFlash(), start.Add(-12*time.Hour))
		wantKind(t, v, "0", end.Add(-12*time.Hour-24*time.Hour), Format)
		wantKind(t, v, h.code(doorlink.Date(2026, time.March, 29), 5, 0), c.at, c.want)
	}
}

// Invariant 9 of DDC-1.
func TestAClockThatDriftsLessThanGraceRefusesNoCodeInsideItsDayAndAcceptsNoneFarOutside(t *testing.T) {
	t.Parallel()
	zones := []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Africa/Cairo", "Asia/Kathmandu"}
	rapid.Check(t, func(t *rapid.T) {
		zone := must(time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone")))
		noon := time.Date(2026, time.January, 1, 12, 0, 0, 0, zone).AddDate(0, 0, rapid.IntRange(0, 700).Draw(t, "day"))
		h := newHouse(zone, noon, 5)
		v := must(Open(h.provision(noon), newFlash()))
		day := doorlink.DayIn(noon, zone) + 1
		start, end := day.Start(zone), day.End(zone)
		grace := h.setup.Params.Grace.Duration()
		at := start.Add(time.Duration(rapid.Int64Range(0, int64(end.Sub(start))-1).Draw(t, "true time")))
		drift := time.Duration(rapid.Int64Range(1-int64(grace), int64(grace)-1).Draw(t, "drift"))
		for now := noon; now.Before(at); now = now.Add(6 * time.Hour) { // the lock lives on its own time
			if err := v.Tick(now.Add(drift)); err != nil {
				t.Fatal(err)
			}
		}
		if got := must(v.Try(h.code(day, 2, 1), at.Add(drift))); got.Kind != Accept {
			t.Fatalf("a good code at %v on a clock %v off: %v", at, drift, got.Kind)
		}
		past := end.Add(grace + time.Duration(rapid.Int64Range(0, int64(30*time.Hour)).Draw(t, "past")))
		if got := must(v.Try(h.code(day, 3, 0), past)); got.Opens() {
			t.Fatalf("it opens at %v, its day ended %v", past, end)
		}
	})
}

func TestAClockTurnedBackOpensNoDayAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	yesterday := h.setup.First + 1
	wantKind(t, v, h.code(yesterday, 1, 0), noon, Accept)
	wantKind(t, v, h.code(yesterday+1, 1, 0), noon.Add(24*time.Hour), Accept)
	wantKind(t, v, h.code(yesterday, 2, 0), noon, Invalid)
	wantKind(t, v, h.code(yesterday+1, 2, 0), noon, Accept)
	if got := v.Facts(noon).Day; got != yesterday+1 {
		t.Errorf("the day is %v, want %v still", got, yesterday+1)
	}
}

// keptSecrets lists the days whose chain value is in what the lock keeps.
func keptSecrets(h *house, v *Verifier, store *flash, to doorlink.Day) (days []doorlink.Day) {
	for day := h.setup.First; day <= to; day++ {
		c := h.chain(day)
		inPerms := false
		for key := range v.perms {
			inPerms = inPerms || key.day == day
		}
		if strings.Contains(string(store.state), c.Key.Reveal()) || v.st.Chain.Chain == c || inPerms {
			days = append(days, day)
		}
	}
	return days
}

// Invariant 10 of DDC-1.
func TestAfterMidnightAndGraceTheSecretsOfThePastAreGone(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	for n := range 40 {
		day := h.setup.First + 1 + doorlink.Day(n)
		at := h.setup.Calendar.Start(day).Add(10 * time.Minute)
		wantKind(t, v, h.code(day, 1, 0), at.Add(12*time.Hour), Accept)
		before := h.setup.Calendar.End(day).Add(10*time.Minute - time.Second)
		wantKind(t, v, h.code(day, 1, 0), before, Replay)
		if err := v.Tick(before.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if got := keptSecrets(h, v, store, day); len(got) != 0 {
			t.Fatalf("after %v the lock still has the secrets of %v", day, got)
		}
		if v.st.Chain.Chain != h.chain(day+1) {
			t.Fatalf("after %v the chain is not that of the next day", day)
		}
		if strings.Contains(string(store.state), `"used":{"`) {
			t.Fatalf("after %v its used codes are still there: %s", day, store.state)
		}
	}
}

func TestALeapOfMoreThanTwoDaysIsNotBelieved(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	wantKind(t, v, "0", noon, Format)
	later := noon.Add(72 * time.Hour)
	code := h.code(h.setup.First+4, 1, 0)
	wantKind(t, v, code, later, Time)
	wantKind(t, v, code, later.Add(time.Minute), Time)
	v = must(Resume(store)) // a restart vouches for nothing
	wantKind(t, v, code, later, Time)
	if v.st.Chain.Day != h.setup.First+1 || count(t, v, EventTime) != 2 {
		t.Errorf("chain at %v, %d doubts in the log; want %v and one for each start", v.st.Chain.Day, count(t, v, EventTime), h.setup.First+1)
	}
	if err := v.SetTime(later); err != nil {
		t.Fatal(err)
	}
	wantKind(t, v, code, later, Accept)
}

func TestANewerProvisionVouchesForTheClock(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	wantKind(t, v, "0", noon, Format)
	later := noon.Add(30 * 24 * time.Hour)
	code := h.code(h.setup.Calendar.Day(later), 1, 0)
	wantKind(t, v, code, later, Time)
	h.setup.Version, h.setup.Issued = 2, later.Add(-time.Hour).UTC()
	wantKind(t, h.open(t, store, later), code, later, Accept)
}

func TestTheLatestReadingStaysTheMeasureWhenTheClockGoesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	wantKind(t, v, "0", noon, Format)
	wantKind(t, v, "0", noon.Add(-47*time.Hour), Format)
	wantKind(t, v, "0", noon.Add(-94*time.Hour), Time)
	wantKind(t, v, "0", noon.Add(47*time.Hour), Format)
}

func TestAnOldProvisionDoesNotVouchForAClockThatFellBackToIt(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	for n := range 10 {
		wantKind(t, v, "0", noon.Add(time.Duration(n)*24*time.Hour), Format)
	}
	wantKind(t, v, "0", noon, Time)
}

func TestALockMayLieOnAShelfButNotOnABrokenClock(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	for at, want := range map[time.Time]Kind{
		time.Unix(0, 0):           Time,
		noon.Add(-49 * time.Hour): Time,
		noon.AddDate(2, 0, 0):     Format,
		noon.AddDate(20, 0, 0):    Time,
	} {
		v := h.open(t, newFlash(), noon)
		wantKind(t, v, "0", at, want)
	}
}

func TestTheTimeIsCheckpointedEveryHour(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	for minute := range 150 {
		if err := v.Tick(noon.Add(time.Duration(minute) * time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := must(decodeState(store.state)).Clock, noon.Add(2*time.Hour).Unix(); got != want {
		t.Errorf("after two and a half hours the checkpoint is %d, want %d", got, want)
	}
}

func TestRunErasesWithoutAnybodyAtTheDoor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(time.UTC, time.Now(), 20)
		v := h.open(t, newFlash(), time.Now())
		day := h.setup.Calendar.Day(time.Now())
		done := make(chan error, 1)
		go func() { done <- v.Run(t.Context()) }()
		time.Sleep(time.Until(h.setup.Calendar.End(day).Add(12 * time.Minute)))
		synctest.Wait()
		v.mu.Lock()
		if v.st.Chain.Chain != h.chain(day+1) {
			t.Errorf("two minutes after grace the chain is that of %v", v.st.Chain.Day)
		}
		v.mu.Unlock()
	})
}

// Where clocks go back across midnight a date returns; the lock's day stays.
func TestADateThatReturnsDoesNotTurnTheDayBack(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, time.May, 1, 12, 0, 0, 0, time.UTC)
	midnight := time.Date(2026, time.May, 2, 0, 0, 0, 0, time.UTC)
	h := newHouse(time.UTC, start, 20)
	h.setup.Calendar.Changes = []doorcode.Change{{At: midnight.Add(15 * time.Minute).Unix(), Offset: -3600}}
	v := h.open(t, newFlash(), start)
	second := h.setup.First + 2
	wantKind(t, v, h.code(second, 1, 0), midnight.Add(14*time.Minute), Accept)
	wantKind(t, v, h.code(second, 2, 0), midnight.Add(30*time.Minute), Accept)
	wantKind(t, v, h.code(second-1, 1, 0), midnight.Add(30*time.Minute), Invalid)
}
