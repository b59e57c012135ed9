package lock

import (
	"slices"
	"testing"
	"time"

	"doorlink/doorcode"
)

// attack enters wrong numbers as fast as the lock looks at them, once a second
// at most, and returns the seconds at which one was counted.
func attack(t testing.TB, h *house, v *Verifier, from, to time.Time) (counted []int) {
	t.Helper()
	for now := from; now.Before(to); {
		got := try(t, v, h.wrong(v.Facts(now).Day, len(counted)), now)
		switch {
		case got.Kind == Invalid:
			counted = append(counted, int(now.Sub(from).Seconds()))
			now = now.Add(time.Second)
		case got.Kind != Locked:
			t.Fatalf("%v at %v", got.Kind, now)
		case got.HeldUntil.IsZero():
			return counted
		default:
			now = got.HeldUntil
		}
	}
	return counted
}

func TestErrorsCostMoreAndMoreTime(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	got := attack(t, h, v, noon, noon.Add(2*time.Hour))
	want := []int{0, 1, 2, 3, 4, 64, 184, 424, 904, 1864, 3664, 5464}
	if !slices.Equal(got, want) {
		t.Errorf("errors counted at %v, want %v", got, want)
	}
}

func TestATirelessAttackerGetsFewerTriesEveryDayAndNoneAfterThreeHundred(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC)
	h := newHouse(time.UTC, start, 20)
	h.setup.Params.Base, h.setup.Params.Hold = 10, 60 // so that only the caps hold
	v := h.open(t, newFlash(), start)
	var days []int
	total := 0
	for n := range 40 {
		from := start.AddDate(0, 0, n)
		counted := len(attack(t, h, v, from, from.AddDate(0, 0, 1)))
		days = append(days, counted)
		total += counted
	}
	if want := []int{50, 25, 12, 10, 10, 10}; !slices.Equal(days[:6], want) {
		t.Errorf("the first days have %v tries, want %v", days[:6], want)
	}
	if total != 300 || days[39] != 0 {
		t.Errorf("%d tries in all and %d on the last day, want 300 and 0", total, days[39])
	}
	now := start.AddDate(0, 0, 40)
	f := v.Facts(now)
	if !f.Held || !f.HeldUntil.IsZero() {
		t.Errorf("held is %v until %v, want true without an end", f.Held, f.HeldUntil)
	}
	code := h.code(v.Facts(now).Day, 1, 0)
	wantKind(t, v, code, now, Locked)
	h.setup.Version++
	v = h.open(t, v.store, now)
	wantKind(t, v, h.code(h.setup.Calendar.Day(now), 1, 0), now, Accept)
}

func TestTheErrorThatBeginsAHoldSaysHowLong(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	for n, want := range []time.Time{{}, {}, {}, {}, noon.Add(time.Minute).UTC()} {
		if got := try(t, v, h.wrong(h.setup.First+1, n), noon); got.Kind != Invalid || got.HeldUntil != want {
			t.Errorf("error %d: %+v, want a hold until %v", n+1, got, want)
		}
	}
}

func TestASpentDayIsHeldUntilMidnight(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	h.setup.Params.Daily, h.setup.Params.Free = 10, 10
	v := h.open(t, newFlash(), noon)
	day := h.setup.First + 1
	for n := range 10 {
		wantKind(t, v, h.wrong(day, n), noon, Invalid)
	}
	midnight := h.setup.Calendar.End(day)
	got := try(t, v, h.code(day, 1, 0), noon.Add(time.Hour))
	if want := (Verdict{Kind: Locked, HeldUntil: midnight}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	wantKind(t, v, h.code(day, 1, 0), midnight.Add(-time.Second), Locked)
	wantKind(t, v, h.code(day, 1, 0), midnight, Accept) // within its grace
}

func TestADayWithoutTriesEndsARowOfSpentDays(t *testing.T) {
	t.Parallel()
	p := doorcode.Defaults()
	spent := throttle{Today: 50, Total: 50}
	spent.roll(p, 1)
	if spent.limit(p) != 25 {
		t.Errorf("the next day's limit is %d, want 25", spent.limit(p))
	}
	spent.Today = 25
	spent.roll(p, 2)
	if spent.limit(p) != 50 {
		t.Errorf("after a day's pause the limit is %d, want 50", spent.limit(p))
	}
}

func TestAHeldEntryIsNotLookedAt(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	day := h.setup.First + 1
	for n := range 5 {
		wantKind(t, v, h.wrong(day, n), noon, Invalid)
	}
	code := h.code(day, 1, 0)
	got := try(t, v, code, noon.Add(59*time.Second))
	if want := (Verdict{Kind: Locked, HeldUntil: noon.Add(time.Minute).UTC()}); got != want {
		t.Errorf("a good code during the hold: %+v, want %+v", got, want)
	}
	wantKind(t, v, "12", noon.Add(59*time.Second), Locked)
	wantKind(t, v, code, noon.Add(time.Minute), Accept)
	if n := count(t, v, EventLocked); n != 1 {
		t.Errorf("the log has the hold %d times, want once", n)
	}
}

func TestTheLogHasEveryHoldThatAnEntryMet(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	for n := range 4 {
		wantKind(t, v, h.wrong(h.setup.First+1, n), noon, Invalid)
	}
	now := noon
	for hold := range 3 {
		wantKind(t, v, h.wrong(h.setup.First+1, 5+hold), now, Invalid)
		wantKind(t, v, "1234567", now.Add(time.Second), Locked)
		wantKind(t, v, "1234567", now.Add(2*time.Second), Locked)
		if n := count(t, v, EventLocked); n != hold+1 {
			t.Errorf("after %d holds the log has %d", hold+1, n)
		}
		now = v.Facts(now).HeldUntil
	}
}

func TestAPowerCutResumesAHold(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	for n := range 5 {
		wantKind(t, v, h.wrong(h.setup.First+1, n), noon, Invalid)
	}
	v = must(Resume(store))
	wantKind(t, v, h.code(h.setup.First+1, 1, 0), noon.Add(30*time.Second), Locked)
}

func TestSuccessEndsARunButNotTheDaysCount(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	day := h.setup.First + 1
	for n := range 4 {
		wantKind(t, v, h.wrong(day, n), noon, Invalid)
	}
	wantKind(t, v, h.code(day, 1, 0), noon, Accept)
	if f := v.Facts(noon); f.Free != 4 || f.Wrong != 4 {
		t.Errorf("%d free and %d wrong, want 4 and 4", f.Free, f.Wrong)
	}
	wantKind(t, v, h.wrong(day, 9), noon, Invalid)
	wantKind(t, v, h.code(day, 1, 0), noon, Reuse) // no new success
	if f := v.Facts(noon); f.Free != 3 || f.Wrong != 5 {
		t.Errorf("%d free and %d wrong after a reuse, want 3 and 5", f.Free, f.Wrong)
	}
}

func TestReplaysAreNotCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	code := h.code(h.setup.First+1, 1, 0)
	wantKind(t, v, code, noon, Accept)
	for n := range 20 {
		wantKind(t, v, code, noon.Add(time.Hour+time.Duration(n)*time.Second), Replay)
	}
	if f := v.Facts(noon.Add(time.Hour)); f.Wrong != 0 || f.Held {
		t.Errorf("%d wrong, held %v, want none", f.Wrong, f.Held)
	}
}

// Around midnight a used code is read under two days; under the other one it is
// mostly nobody's.
func TestAReplayAtMidnightIsNotAnError(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 3)
	h.setup.Params.Digits = 5
	v := h.open(t, newFlash(), noon)
	day := h.setup.First + 1
	midnight := h.setup.Calendar.End(day)
	for gen := range uint8(doorcode.Generations) {
		wantKind(t, v, h.code(day, 1, gen), midnight.Add(-time.Hour), Accept)
	}
	for gen := range uint8(doorcode.Generations) {
		wantKind(t, v, h.code(day, 1, gen), midnight.Add(-time.Minute), Replay)
		wantKind(t, v, h.code(day, 1, gen), midnight.Add(time.Minute), Replay)
	}
}

func count(t testing.TB, v *Verifier, kind EventKind) int {
	t.Helper()
	events, err := v.store.Events()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}
