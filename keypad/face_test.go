package keypad

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// dawn is the instant at which the tests of this package begin.
var dawn = time.Date(2026, 5, 12, 9, 0, 0, 0, time.UTC)

var free outlook // no hold, no fault

func heldFor(d time.Duration) outlook { return outlook{held: true, until: dawn.Add(d)} }

func TestTheTouchThatWakesTypesNothing(t *testing.T) {
	t.Parallel()
	f := face{state: Asleep}.press('7', dawn)
	if f.state != Awake || f.typed != "" {
		t.Errorf("after a digit on a sleeping lens: %s with %d digits, want awake with none", f.state, len(f.typed))
	}
}

func TestALongPauseClearsTheDigits(t *testing.T) {
	t.Parallel()
	f := face{state: Asleep}.wake(dawn).press('1', dawn).press('2', dawn.Add(4*time.Second))
	if got := f.settle(dawn.Add(8*time.Second), free); got.state != Typing || got.typed != "12" {
		t.Errorf("after a pause of 4 s: %s with %d digits, want typing with 2", got.state, len(got.typed))
	}
	if got := f.settle(dawn.Add(9*time.Second), free); got.state != Awake || got.typed != "" {
		t.Errorf("after a pause of 5 s: %s with %d digits, want awake with none", got.state, len(got.typed))
	}
}

func TestAnEntryMayTakeTwentySeconds(t *testing.T) {
	t.Parallel()
	now := dawn
	f := face{state: Awake, until: now.Add(awakeFor)}
	for range 5 {
		f = f.press('1', now)
		now = now.Add(4 * time.Second)
		f = f.settle(now, free)
	}
	if f.state != Awake || f.typed != "" {
		t.Errorf("20 s after the first digit: %s with %d digits, want awake with none", f.state, len(f.typed))
	}
}

func TestEachStateEndsInTheNext(t *testing.T) {
	t.Parallel()
	typed := face{state: Awake}.press('1', dawn)
	for _, c := range []struct {
		name  string
		from  face
		after time.Duration
		lock  outlook
		want  State
	}{
		{"an idle lens goes dark", face{state: Asleep}.wake(dawn), awakeFor, free, Asleep},
		{"a verdict is not shown before its time", typed.judged(Accepted, dawn), verdictTick - 1, free, Typing},
		{"the lights run once a code is good", typed.judged(Accepted, dawn), verdictTick, free, Accepted},
		{"then the door can be pulled", typed.judged(Accepted, dawn), verdictTick + acceptedFor, free, Open},
		{"for ten seconds", typed.judged(Accepted, dawn), verdictTick + acceptedFor + openFor - 1, free, Open},
		{"and is shut again", typed.judged(Accepted, dawn), verdictTick + acceptedFor + openFor, free, Asleep},
		{"a wrong code blinks", typed.judged(Refused, dawn), verdictTick, free, Refused},
		{"and another may follow", typed.judged(Refused, dawn), verdictTick + refusedFor, free, Awake},
		{"a refusal is shown before the hold it brought", typed.judged(Refused, dawn), verdictTick, heldFor(time.Minute), Refused},
		{"then the hold", typed.judged(Refused, dawn), verdictTick + refusedFor, heldFor(time.Minute), Held},
		{"a hold ends in the dark", face{state: Held, until: dawn.Add(time.Minute)}, time.Minute, free, Asleep},
		{"a hold clears what was being typed", typed, time.Second, heldFor(time.Minute), Held},
		{"a hold without an end stays", face{state: Held}, 24 * time.Hour, outlook{held: true}, Held},
		{"a broken lock takes no digits", typed, time.Second, outlook{broken: true}, Broken},
		{"and stays broken", face{state: Broken}, 24 * time.Hour, outlook{broken: true}, Broken},
		{"but shows the answer it was giving", typed.judged(Accepted, dawn), verdictTick, outlook{broken: true}, Accepted},
		{"and works again when it is mended", face{state: Broken}, time.Second, free, Asleep},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.from.settle(dawn.Add(c.after), c.lock).state; got != c.want {
				t.Errorf("state %s, want %s", got, c.want)
			}
		})
	}
}

func TestKeysAreDeadWhileTheLockAnswers(t *testing.T) {
	t.Parallel()
	for _, f := range []face{
		face{state: Awake}.press('1', dawn).judged(Refused, dawn),
		{state: Accepted}, {state: Open}, {state: Held}, {state: Broken},
	} {
		if got := f.press('5', dawn).wake(dawn).clear(dawn); got != f {
			t.Errorf("a key in state %s left %s", f.state, got.state)
		}
	}
}

func TestTheNextEntryNeedNotWaitForARefusalToFade(t *testing.T) {
	t.Parallel()
	f := face{state: Refused, until: dawn.Add(refusedFor)}.press('5', dawn)
	if f.state != Typing || f.typed != "5" {
		t.Errorf("a digit after a refusal: %s with %d digits, want typing with 1", f.state, len(f.typed))
	}
}

func TestClearDropsTheDigits(t *testing.T) {
	t.Parallel()
	f := face{state: Awake}.press('1', dawn).press('2', dawn).clear(dawn)
	if f.state != Awake || f.typed != "" {
		t.Errorf("after clear: %s with %d digits, want awake with none", f.state, len(f.typed))
	}
}

func TestLookingAtTheLensChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := dawn
		looked, left := face{state: Asleep}, face{state: Asleep}
		for range rapid.IntRange(1, 20).Draw(t, "touches") {
			for range rapid.IntRange(0, 3).Draw(t, "looks") {
				now = now.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "pause")) * time.Millisecond)
				looked = looked.settle(now, free)
			}
			looked, left = looked.settle(now, free), left.settle(now, free)
			looked, left = looked.press('1', now), left.press('1', now)
			if len(looked.typed) == 4 && looked.verdict == "" {
				verdict := rapid.SampledFrom([]State{Accepted, Refused}).Draw(t, "verdict")
				looked, left = looked.judged(verdict, now), left.judged(verdict, now)
			}
		}
		if looked != left {
			t.Fatalf("looked at: %s, left alone: %s", looked.state, left.state)
		}
	})
}
