package issue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"doorlink"
	"doorlink/doorcode"
)

var (
	master = doorcode.Master{Key: doorcode.Key{1, 2, 3}}
	noon   = time.Date(2026, time.March, 27, 12, 0, 0, 0, time.UTC)
)

func testSetup() doorcode.Setup {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return doorcode.Setup{
		Version: 1, Lock: "lock_1", Property: "prop_1", Door: "door_1", DoorName: "North gate", Zone: zone.String(),
		Epoch: 1, First: doorlink.DayIn(noon, zone), Params: doorcode.Defaults(),
		Calendar: doorcode.CalendarFor(zone, noon), Places: 20, Issued: noon,
	}
}

func ask(n int) Ask {
	return Ask{Call: doorlink.CallID(fmt.Sprint("call_", n)), Property: "prop_1", Door: "door_1", Person: "pers_1"}
}

func issueOne(t testing.TB, d *Desk, s doorcode.Setup, a Ask, now time.Time) doorlink.Doorcode {
	t.Helper()
	c, err := d.Issue(t.Context(), s, a, now)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// lockReads decodes a code as the lock of the setup does.
func lockReads(t testing.TB, s doorcode.Setup, c doorlink.Doorcode) doorcode.Index {
	t.Helper()
	chain, _ := master.Door(s.Property, s.Door, s.Epoch).Chain(s.First).At(c.Day)
	i, ok := chain.Perm(s.Params.Digits).Decode(c.Digits.Reveal())
	if !ok {
		t.Fatalf("the lock reads nothing in slot %d, generation %d", c.Slot, c.Gen)
	}
	return i
}

func TestACodeIsTheLocksOwnAndEndsAtItsMidnight(t *testing.T) {
	t.Parallel()
	s := testSetup()
	got := issueOne(t, New(master, newBook()), s, ask(1), noon)
	if i, want := lockReads(t, s, got), (doorcode.Index{}); i != want {
		t.Errorf("the lock reads %+v, want %+v", i, want)
	}
	got.Digits = ""
	want := doorlink.Doorcode{
		Call: "call_1", Door: "door_1", Day: doorlink.Date(2026, time.March, 27),
		Until: time.Date(2026, time.March, 27, 23, 0, 0, 0, time.UTC),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheLocksCalendarDecidesNotTheNewestRules(t *testing.T) {
	t.Parallel()
	s := testSetup()
	s.Calendar = doorcode.Calendar{Initial: 11 * 3600} // what this lock was told
	got := issueOne(t, New(master, newBook()), s, ask(1), noon.Add(2*time.Hour))
	if want := doorlink.Date(2026, time.March, 28); got.Day != want {
		t.Errorf("the code is for %v, want %v", got.Day, want)
	}
	if want := time.Date(2026, time.March, 28, 13, 0, 0, 0, time.UTC); !got.Until.Equal(want) {
		t.Errorf("it ends %v, want %v", got.Until, want)
	}
}

func TestAskingAgainGivesTheSameDigitsAndAHigherNumberOthers(t *testing.T) {
	t.Parallel()
	s, b := testSetup(), newBook()
	first := issueOne(t, New(master, b), s, ask(1), noon)
	again := issueOne(t, New(master, b), s, ask(1), noon.Add(time.Hour)) // another node
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("asking again differs (-first +again):\n%s", diff)
	}
	another := ask(1)
	another.Nth = 1
	second := issueOne(t, New(master, b), s, another, noon)
	if second.Digits == first.Digits || second.Gen != 1 || second.Slot != first.Slot {
		t.Errorf("a new code of the same call has slot %d, generation %d", second.Slot, second.Gen)
	}
}

func TestAfterMidnightTheSameAskIsForTheNewDay(t *testing.T) {
	t.Parallel()
	s, d := testSetup(), New(master, newBook())
	last := issueOne(t, d, s, ask(1), noon.Add(11*time.Hour-time.Second))
	next := issueOne(t, d, s, ask(1), noon.Add(11*time.Hour))
	if next.Day != last.Day+1 || next.Digits == last.Digits {
		t.Errorf("days %v and %v", last.Day, next.Day)
	}
}

func TestANewEpochHasOtherCodesAtOnce(t *testing.T) {
	t.Parallel()
	s := testSetup()
	b := newBook()
	d := New(master, b)
	before := issueOne(t, d, s, ask(1), noon)
	s.Version, s.Epoch = 2, 2
	after := issueOne(t, d, s, ask(1), noon)
	if before.Digits == after.Digits || before.Gen != after.Gen {
		t.Error("the same call has the same code after a rekey")
	}
	if i, want := lockReads(t, s, after), (doorcode.Index{}); i != want {
		t.Errorf("the rekeyed lock reads %+v, want %+v", i, want)
	}
}

func TestEveryResidentHasASlotOfTheirOwnUntilThereIsNoneLeft(t *testing.T) {
	t.Parallel()
	s := testSetup()
	s.Places = 3
	d := New(master, newBook())
	for n := range 3 {
		a := ask(n)
		a.Person = doorlink.PersonID(fmt.Sprint("pers_", n))
		if got := issueOne(t, d, s, a, noon); got.Slot != uint16(n) {
			t.Errorf("resident %d has slot %d", n, got.Slot)
		}
	}
	fourth := ask(3)
	fourth.Person = "pers_3"
	if _, err := d.Issue(t.Context(), s, fourth, noon); !errors.Is(err, doorcode.ErrNoPlace) {
		t.Errorf("a fourth resident: %v, want ErrNoPlace", err)
	}
	if got := issueOne(t, d, s, fourth, noon.Add(24*time.Hour)); got.Slot != 0 {
		t.Errorf("the next day they have slot %d, want 0", got.Slot)
	}
}

func TestWhatTheDeskRefusesPeopleCanRead(t *testing.T) {
	t.Parallel()
	s := testSetup()
	future := s
	future.First++
	d := New(master, newBook())
	for n := range s.Params.Window {
		issueOne(t, d, s, ask(n), noon)
	}
	elsewhere, stranger := ask(1), ask(1)
	elsewhere.Door, stranger.Property = "door_9", "prop_2"
	for name, c := range map[string]struct {
		setup doorcode.Setup
		ask   Ask
		want  *doorlink.Error
	}{
		"a lock of another door":       {s, elsewhere, doorcode.ErrNoLock},
		"a lock that starts tomorrow":  {future, ask(1), doorcode.ErrNoLock},
		"a door of another property":   {s, stranger, doorcode.ErrNoLock},
		"more codes than wait at once": {s, ask(9), doorcode.ErrWindowFull},
	} {
		if _, err := d.Issue(t.Context(), c.setup, c.ask, noon); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Issue(ctx, s, ask(1), noon); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that has gone: %v", err)
	}
}

// Invariant 15 of DDC-1.
func TestConcurrentAsksGetDifferentCodesAndTheSameAskTheSame(t *testing.T) {
	t.Parallel()
	s := testSetup()
	s.Params.Window = 8
	b := newBook()
	desks := []*Desk{New(master, b), New(master, b)}
	const calls, times = 8, 4
	got := make([][times]doorlink.Digits, calls)
	var all sync.WaitGroup
	for n := range calls {
		for i := range times {
			all.Go(func() {
				c, err := desks[i%2].Issue(t.Context(), s, ask(n), noon)
				if err != nil {
					t.Error(err)
				}
				got[n][i] = c.Digits
			})
		}
	}
	all.Wait()
	seen := make(map[doorlink.Digits]int)
	for n, codes := range got {
		for _, digits := range codes {
			if digits != codes[0] {
				t.Errorf("call %d has two codes", n)
			}
		}
		if m, ok := seen[codes[0]]; ok {
			t.Errorf("calls %d and %d have the same code", m, n)
		}
		seen[codes[0]] = n
	}
}

// Invariant 16 of DDC-1, through the desk.
func TestEveryCodeOpensTheLockWhateverWasUsedBefore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := testSetup()
		s.Params.Window = rapid.IntRange(doorcode.MinWindow, doorcode.MaxWindow).Draw(t, "window")
		b := newBook()
		d := New(master, b)
		var used uint16 // at the lock
		var out []doorlink.Doorcode
		for n := range rapid.IntRange(1, 12).Draw(t, "steps") {
			c, err := d.Issue(context.Background(), s, ask(n), noon)
			if err == nil {
				out = append(out, c)
			}
			for _, c := range out {
				if used>>c.Gen&1 == 0 && !doorcode.Opens(used, c.Gen, s.Params.Window) {
					t.Fatalf("generation %d does not open after %016b", c.Gen, used)
				}
			}
			if len(out) > 0 && rapid.Bool().Draw(t, "use") {
				c := out[rapid.IntRange(0, len(out)-1).Draw(t, "which")]
				used |= 1 << c.Gen
				if rapid.Bool().Draw(t, "known") {
					b.mark(c, s.Epoch)
				}
			}
		}
	})
}

// Invariant 17 of DDC-1, at five digits and as many places as the rule allows,
// where one or two codes in a thousand are ambiguous.
func TestNoCodeIsReservedOrSomebodysCodeOfTheDayBeforeOrAfter(t *testing.T) {
	t.Parallel()
	s := testSetup()
	s.Params.Digits, s.Params.Window, s.Places = 5, 2, 5
	b := newBook()
	d := New(master, b)
	skipped := 0
	for n := range 24 {
		now := noon.AddDate(0, 0, n)
		beside := besides(s, s.Calendar.Day(now))
		for person := range int(s.Places) {
			want := uint8(0)
			for nth := 0; ; nth++ {
				a := ask(nth)
				a.Person = doorlink.PersonID(fmt.Sprint("pers_", person))
				c, err := d.Issue(t.Context(), s, a, now)
				if errors.Is(err, doorcode.ErrExhausted) || errors.Is(err, doorcode.ErrWindowFull) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				b.mark(c, s.Epoch)
				skipped += int(c.Gen - want)
				want = c.Gen + 1
				if doorcode.Reserved(c.Digits) || taken(beside, s.Places, c.Digits) {
					t.Errorf("%v, slot %d, generation %d is somebody else's code", c.Day, c.Slot, c.Gen)
				}
			}
		}
	}
	if skipped == 0 {
		t.Error("of 1,900 codes not one was passed over; three are to be expected")
	}
}

// besides sets up the days before and after, where the epoch has them.
func besides(s doorcode.Setup, day doorlink.Day) (perms []*doorcode.Perm) {
	first := master.Door(s.Property, s.Door, s.Epoch).Chain(s.First)
	for _, d := range []doorlink.Day{day - 1, day + 1} {
		if chain, ok := first.At(d); ok {
			perms = append(perms, chain.Perm(s.Params.Digits))
		}
	}
	return perms
}

func taken(perms []*doorcode.Perm, places uint16, digits doorlink.Digits) bool {
	return slices.ContainsFunc(perms, func(p *doorcode.Perm) bool {
		i, ok := p.Decode(digits.Reveal())
		return ok && i.Class == doorcode.Resident && i.Slot < places
	})
}

func TestTheChainCacheIsBoundedAndChangesNothing(t *testing.T) {
	t.Parallel()
	var c chains
	s := testSetup()
	for n := range doorlink.Day(3 * stride) {
		want, _ := master.Door(s.Property, s.Door, s.Epoch).Chain(s.First).At(s.First + n)
		if got := c.at(master, s, s.First+n); got != want {
			t.Fatalf("day %d of the epoch has another chain", n)
		}
	}
	if len(c.kept) != 3 {
		t.Errorf("%d values are kept for three months, want 3", len(c.kept))
	}
	for n := range maxChains + 10 {
		s.Door = doorlink.DoorID(fmt.Sprint("door_", n))
		c.at(master, s, s.First)
	}
	if len(c.kept) > maxChains {
		t.Errorf("%d values are kept, want %d at most", len(c.kept), maxChains)
	}
}

func BenchmarkIssue(b *testing.B) {
	s := testSetup()
	s.First -= 3650
	d := New(master, newBook())
	for b.Loop() {
		issueOne(b, d, s, ask(1), noon)
	}
}
