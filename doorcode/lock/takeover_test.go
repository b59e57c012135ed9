package lock

import (
	"errors"
	"testing"
	"time"

	"doorlink"
	"doorlink/doorcode"
)

func TestTheSameProvisionAgainChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	code := h.code(h.setup.First+1, 1, 0)
	wantKind(t, v, code, noon, Accept)
	wantKind(t, v, h.wrong(h.setup.First+1, 0), noon, Invalid)
	p := h.provision(noon)
	v = must(Open(p, store))
	wantKind(t, v, code, noon.Add(time.Hour), Replay)
	if got := v.Facts(noon.Add(time.Hour)); got.Wrong != 1 || count(t, v, EventConfig) != 1 || count(t, v, EventBoot) != 2 {
		t.Errorf("%d wrong, %d configs, %d boots, want 1, 1 and 2", got.Wrong, count(t, v, EventConfig), count(t, v, EventBoot))
	}
}

func TestANewerProvisionKeepsWhatWasUsed(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	day := h.setup.First + 1
	code := h.code(day, 1, 0)
	wantKind(t, v, code, noon, Accept)
	for n := range 5 {
		wantKind(t, v, h.wrong(day, n), noon, Invalid)
	}
	h.setup.Version, h.setup.Places, h.setup.Params.Window = 2, 100, 5
	v = h.open(t, store, noon)
	wantKind(t, v, code, noon.Add(2*time.Minute), Replay)
	wantKind(t, v, h.code(day, 99, 4), noon.Add(2*time.Minute), Accept)
	if got := v.Facts(noon); got.Wrong != 0 || got.Setup.Places != 100 {
		t.Errorf("%d wrong and %d places, want 0 and 100", got.Wrong, got.Setup.Places)
	}
}

func TestAProvisionThatDoesNotFollowIsRefusedAndTheLockGoesOn(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*doorcode.Provision){
		"older":                      func(p *doorcode.Provision) { p.Version = 1 },
		"an older epoch":             func(p *doorcode.Provision) { p.Epoch, p.Version = 1, 9 },
		"another lock":               func(p *doorcode.Provision) { p.Lock, p.Version = "lock_2", 9 },
		"another door":               func(p *doorcode.Provision) { p.Door, p.Version = "door_2", 9 },
		"another property":           func(p *doorcode.Provision) { p.Property, p.Version = "prop_2", 9 },
		"another key":                func(p *doorcode.Provision) { p.Chain.Key[0]++; p.Version = 9 },
		"another key, same version":  func(p *doorcode.Provision) { p.Chain.Key[0]++ },
		"same version, other places": func(p *doorcode.Provision) { p.Places++ },
		"same version, next epoch":   func(p *doorcode.Provision) { p.Epoch++ },
		"another first day":          func(p *doorcode.Provision) { p.First--; p.Version = 9 },
	} {
		h := newHouse(berlin, noon, 20)
		h.setup.Version, h.setup.Epoch = 2, 2
		store := newFlash()
		h.open(t, store, noon)
		p := h.provision(noon)
		spoil(&p)
		if _, err := Open(p, store); !errors.Is(err, ErrProvision) {
			t.Errorf("%s: %v, want ErrProvision", name, err)
		}
		wantKind(t, must(Resume(store)), h.code(h.setup.First+1, 1, 0), noon, Accept)
	}
}

func TestALockTakesOverAProvisionMadeOnAnotherDay(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	tomorrow := noon.Add(24 * time.Hour)
	wantKind(t, v, h.code(h.setup.First+2, 1, 0), tomorrow, Accept)
	h.setup.Version = 2
	older := h.provision(noon) // carried about for a day
	v = must(Open(older, store))
	wantKind(t, v, h.code(h.setup.First+2, 1, 0), tomorrow.Add(time.Hour), Replay)
	wantKind(t, v, h.code(h.setup.First+1, 1, 0), tomorrow.Add(time.Hour), Invalid)
	if v.st.Chain.Day != h.setup.First+2 {
		t.Errorf("the chain went back to %v", v.st.Chain.Day)
	}
	h.setup.Version = 3
	v = must(Open(h.provision(tomorrow.Add(24*time.Hour)), store)) // made ahead
	wantKind(t, v, h.code(h.setup.First+2, 2, 0), tomorrow.Add(2*time.Hour), Accept)
}

func TestANewEpochForgetsTheOldOne(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	day := h.setup.First + 1
	old := h.code(day, 1, 1)
	wantKind(t, v, h.code(day, 1, 0), noon, Accept)
	if err := v.SetTime(noon.AddDate(0, 6, 0)); err != nil { // an operator's mistake
		t.Fatal(err)
	}
	next := newHouse(berlin, noon, 20)
	next.setup.Version, next.setup.Epoch = 2, 2
	v = next.open(t, store, noon)
	wantKind(t, v, old, noon, Invalid)
	wantKind(t, v, next.code(day, 1, 0), noon, Accept)
	if n := count(t, v, EventConfig); n != 2 {
		t.Errorf("the log has %d provisions taken over, want 2", n)
	}
	if v.Facts(noon).Day != day {
		t.Errorf("the day is %v, want %v again", v.Facts(noon).Day, day)
	}
	if err := CheckLog(must(store.Events())); err != nil {
		t.Error(err)
	}
}

// Section 4.5: codes of the former length that are already in people's hands
// open until their day is over.
func TestAChangeOfDigitsLeavesTheDaysCodesGood(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 3)
	store := newFlash()
	v := h.open(t, store, noon)
	day := h.setup.First + 1
	used, waiting, late, never := h.code(day, 1, 0), h.code(day, 1, 1), h.code(day, 2, 0), h.code(day+1, 1, 0)
	wantKind(t, v, used, noon, Accept)
	h.setup.Version, h.setup.Params.Digits = 2, 5
	v = h.open(t, store, noon)
	now := noon.Add(time.Hour)
	wantKind(t, v, used, now, Replay)
	wantKind(t, v, waiting, now, Accept)
	wantKind(t, v, h.code(day, 1, 0), now, Replay)
	wantKind(t, v, h.code(day, 1, 2), now, Accept)
	midnight := h.setup.Calendar.End(day)
	wantKind(t, v, never, midnight, Invalid)
	wantKind(t, v, late, midnight.Add(9*time.Minute), Accept)
	wantKind(t, v, never, midnight.Add(10*time.Minute), Format)
	wantKind(t, v, h.code(day+1, 1, 0), midnight.Add(10*time.Minute), Accept)
}

func TestAProvisionForALaterDayOpensNothingBeforeIt(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	h.setup.First = doorlink.DayIn(noon, berlin) + 2
	v := h.open(t, newFlash(), noon)
	code := h.code(h.setup.First, 1, 0)
	wantKind(t, v, code, noon, Invalid)
	wantKind(t, v, code, noon.Add(47*time.Hour), Accept)
}

func TestAnEmptyStoreHasNothingToResume(t *testing.T) {
	t.Parallel()
	if _, err := Resume(newFlash()); !errors.Is(err, ErrEmpty) {
		t.Errorf("%v, want ErrEmpty", err)
	}
}
