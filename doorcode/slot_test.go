package doorcode

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"doorlink"
)

func ask(n int) Ask { return Ask{Call: doorlink.CallID(fmt.Sprint("call_", n))} }

func none(uint8) bool { return false }

func window(w int) Params {
	p := Defaults()
	p.Window = w
	return p
}

// issued is a slot after asks from calls 0 to n-1, with a window that never
// fills.
func issued(t testing.TB, n int) Slot {
	t.Helper()
	var s Slot
	for i := range n {
		g, next, err := s.Issue(window(Generations), ask(i), none)
		if err != nil || int(g) != i {
			t.Fatalf("ask %d gets generation %d, %v", i, g, err)
		}
		s = next
	}
	return s
}

func TestTheSameAskGetsTheSameCode(t *testing.T) {
	t.Parallel()
	s := issued(t, 3)
	g, next, err := s.Issue(window(1), ask(1), func(uint8) bool { return true })
	if err != nil || g != 1 {
		t.Errorf("the second call gets generation %d, %v, want 1 again", g, err)
	}
	if diff := cmp.Diff(s, next); diff != "" {
		t.Errorf("asking again changed the slot (-before +after):\n%s", diff)
	}
}

func TestAHigherNumberGetsAFreshCodeOfTheSameCall(t *testing.T) {
	t.Parallel()
	s := issued(t, 1)
	second := Ask{Call: ask(0).Call, Nth: 1}
	g, s, err := s.Issue(window(3), second, none)
	if err != nil || g != 1 {
		t.Fatalf("the second ask gets generation %d, %v, want 1", g, err)
	}
	if again, _, _ := s.Issue(window(3), second, none); again != 1 {
		t.Errorf("asked again it gets %d, want 1", again)
	}
	if first, _, _ := s.Issue(window(3), ask(0), none); first != 0 {
		t.Errorf("the first ask gets %d, want 0 still", first)
	}
}

func TestIssuingLeavesTheSlotItStartedFromAsItWas(t *testing.T) {
	t.Parallel()
	s := Slot{Given: make([]Given, 1, Generations)}
	_, one, err1 := s.Issue(window(3), ask(1), none)
	_, two, err2 := s.Issue(window(3), ask(2), none) // somebody else, at the same time
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if one.Given[1].Ask != ask(1) || two.Given[1].Ask != ask(2) || len(s.Given) != 1 {
		t.Errorf("one change shows in the other: %+v and %+v", one, two)
	}
}

func TestAFullWindowSaysSoUntilACodeIsUsed(t *testing.T) {
	t.Parallel()
	s := issued(t, 3)
	if _, after, err := s.Issue(window(3), ask(3), none); !errors.Is(err, ErrWindowFull) || len(after.Given) != 3 {
		t.Fatalf("a fourth code: %v, %d given", err, len(after.Given))
	}
	if g, _, err := s.MarkUsed(1).Issue(window(3), ask(3), none); err != nil || g != 3 {
		t.Errorf("after one was used: generation %d, %v, want 3", g, err)
	}
}

func TestAfterSixteenCodesADayIsExhausted(t *testing.T) {
	t.Parallel()
	s := issued(t, Generations)
	for g := range uint8(Generations) {
		s = s.MarkUsed(g)
	}
	if _, _, err := s.Issue(window(3), ask(16), none); !errors.Is(err, ErrExhausted) {
		t.Errorf("the seventeenth: %v, want ErrExhausted", err)
	}
}

func TestABurntGenerationKeepsItsPlaceInTheWindow(t *testing.T) {
	t.Parallel()
	odd := func(g uint8) bool { return g%2 == 1 }
	var s Slot
	for i, want := range []uint8{0, 2} {
		g, next, err := s.Issue(window(3), ask(i), odd)
		if err != nil || g != want {
			t.Fatalf("ask %d gets generation %d, %v, want %d", i, g, err, want)
		}
		s = next
	}
	if !s.Given[1].Burnt || s.Given[1].Ask != (Ask{}) {
		t.Errorf("generation 1 is %+v, want burnt", s.Given[1])
	}
	if _, _, err := s.Issue(window(3), ask(2), odd); !errors.Is(err, ErrWindowFull) {
		t.Errorf("the third: %v, want ErrWindowFull", err)
	}
	if _, _, err := s.Issue(window(3), Ask{}, odd); !errors.Is(err, ErrWindowFull) {
		t.Errorf("an ask without a call finds the burnt one: %v", err)
	}
}

func TestACodeKnownToBeUsedIsNotHandedOut(t *testing.T) {
	t.Parallel()
	g, _, err := Slot{}.MarkUsed(0).Issue(window(3), ask(0), none) // somebody guessed it
	if err != nil || g != 1 {
		t.Errorf("the first ask gets generation %d, %v, want 1", g, err)
	}
}

func TestMarksAreIdempotentAndOnlyAdd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := Slot{Used: rapid.Uint16().Draw(t, "used")}
		g := rapid.Uint8().Draw(t, "gen")
		once := s.MarkUsed(g)
		if diff := cmp.Diff(once, once.MarkUsed(g)); diff != "" {
			t.Fatalf("marking twice differs:\n%s", diff)
		}
		if once.Used&s.Used != s.Used || bits.OnesCount16(once.Used) > bits.OnesCount16(s.Used)+1 {
			t.Fatalf("%016b became %016b", s.Used, once.Used)
		}
	})
}

// Invariant 16 of DDC-1: the lock may have seen any of the codes handed out
// before, and the issuer may know of any of those.
func TestACodeHandedOutOpensWhateverEarlierOnesWereUsed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := window(rapid.IntRange(MinWindow, MaxWindow).Draw(t, "window"))
		var s Slot
		var lock uint16
		for i := range rapid.IntRange(1, 40).Draw(t, "steps") {
			burn := rapid.Uint16().Draw(t, "burn") & rapid.Uint16().Draw(t, "rarely")
			g, next, err := s.Issue(p, ask(i), func(g uint8) bool { return burn>>g&1 == 1 })
			if err == nil {
				s = next
			} else if !errors.Is(err, ErrWindowFull) && !errors.Is(err, ErrExhausted) {
				t.Fatal(err)
			}
			if err == nil && !Opens(lock, g, p.Window) {
				t.Fatalf("generation %d does not open a lock that used %016b", g, lock)
			}
			for g, given := range s.Given {
				if !given.Burnt && Opens(lock, uint8(g), p.Window) && rapid.Bool().Draw(t, "used") {
					lock |= 1 << g
				}
				if lock>>g&1 == 1 && rapid.Bool().Draw(t, "known") {
					s = s.MarkUsed(uint8(g))
				}
			}
		}
		for g, given := range s.Given { // and all that wait still open, in their order
			if !given.Burnt && lock>>g&1 == 0 {
				if !Opens(lock, uint8(g), p.Window) {
					t.Fatalf("generation %d, handed out, does not open a lock that used %016b", g, lock)
				}
			}
		}
	})
}

func TestASlotSurvivesBeingStoredAsJSON(t *testing.T) {
	t.Parallel()
	s := issued(t, 2).MarkUsed(1)
	s.Place = Place{Door: "door_1", Epoch: 2, Day: 20541, Slot: 9}
	_, s, err := s.Issue(window(3), Ask{Call: "call_9", Nth: 4}, func(g uint8) bool { return g == 2 })
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var got Slot
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, got); diff != "" {
		t.Errorf("%s reads back differently (-want +got):\n%s", text, diff)
	}
}
