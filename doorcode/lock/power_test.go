package lock

import (
	"fmt"
	"testing"
	"time"
)

// cutDuring enters a code and lets the power go at the n-th write, which may
// have reached the flash or not. It returns what the flash holds and whether
// the motor had moved.
func cutDuring(v *Verifier, store *flash, entry string, now time.Time, n int, torn bool) (*flash, bool) {
	store.fuel, store.torn = n, torn
	verdict, err := v.Try(entry, now)
	return &flash{state: store.state, events: store.events, fuel: -1}, err == nil && verdict.Opens()
}

// Invariant 7 of DDC-1: two writes make an acceptance, the state and the log.
func TestACodeOpensNoSecondTimeWhateverMomentThePowerGoes(t *testing.T) {
	t.Parallel()
	for n := range 3 {
		for _, torn := range []bool{false, true} {
			t.Run(fmt.Sprintf("write %d torn %v", n, torn), func(t *testing.T) {
				t.Parallel()
				h := newHouse(berlin, noon, 20)
				store := newFlash()
				v := h.open(t, store, noon)
				wantKind(t, v, "0", noon, Format)
				code := h.code(h.setup.First+1, 4, 2)
				store, moved := cutDuring(v, store, code, noon, n, torn)
				if moved != (n == 2) {
					t.Fatalf("the motor moved: %v", moved)
				}
				v = must(Resume(store))
				got := try(t, v, code, noon.Add(time.Hour))
				if fresh := n == 0 && !torn; got.Opens() != fresh {
					t.Errorf("an hour later: %v, want it to open: %v", got.Kind, fresh)
				}
				if got := count(t, v, EventAccept); got != 1 {
					t.Errorf("the log has %d acceptances, want 1", got)
				}
				if err := CheckLog(must(store.Events())); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestACodeThatAPowerCutKeptShutOpensWithinReuse(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	wantKind(t, v, "0", noon, Format)
	code := h.code(h.setup.First+1, 4, 2)
	store, moved := cutDuring(v, store, code, noon, 0, true)
	if moved {
		t.Fatal("the motor moved without a log")
	}
	wantKind(t, must(Resume(store)), code, noon.Add(30*time.Second), Reuse)
}

func TestAWrongEntryCountsThroughAPowerCut(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	wantKind(t, v, "0", noon, Format)
	store, _ = cutDuring(v, store, h.wrong(h.setup.First+1, 0), noon, 0, true)
	if got := must(Resume(store)).Facts(noon).Wrong; got != 1 {
		t.Errorf("%d wrong entries, want 1", got)
	}
}

func TestWhileTheStoreFailsNoEntryIsLookedAt(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	wantKind(t, v, "0", noon, Format)
	store.fuel = 0
	for n := range 20 {
		if verdict, err := v.Try(h.wrong(h.setup.First+1, n), noon); err == nil {
			t.Fatalf("an entry is answered with %v", verdict.Kind)
		}
	}
	code := h.code(h.setup.First+1, 1, 0)
	if _, err := v.Try(code, noon); err == nil {
		t.Fatal("a code is answered")
	}
	store.fuel = -1
	wantKind(t, v, code, noon, Accept)
	if got := v.Facts(noon).Wrong; got != 1 { // the one that hit the failure
		t.Errorf("%d wrong entries, want 1", got)
	}
}

func TestAStartThatCannotSaveOpensNoLock(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	store.fuel = 0
	if v, err := Open(h.provision(noon), store); err == nil || v != nil {
		t.Errorf("it starts with %v", err)
	}
}
