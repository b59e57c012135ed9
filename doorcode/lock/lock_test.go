package lock

import (
	"fmt"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/doorcode"
)

var (
	berlin = must(time.LoadLocation("Europe/Berlin"))
	noon   = time.Date(2026, time.March, 27, 12, 0, 0, 0, berlin)
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// house is a door with its issuer's key, so that tests can make codes.
type house struct {
	master doorcode.Master
	setup  doorcode.Setup
	perms  map[permKey]*doorcode.Perm
}

// newHouse is a door that gets its lock at the instant at.
func newHouse(zone *time.Location, at time.Time, places int) *house {
	h := &house{perms: make(map[permKey]*doorcode.Perm), setup: doorcode.Setup{
		Version: 1, Lock: "lock_1", Property: "prop_1", Door: "door_1", DoorName: "North gate", Zone: zone.String(),
		Epoch: 1, First: doorlink.DayIn(at, zone) - 1, Params: doorcode.Defaults(),
		Calendar: doorcode.CalendarFor(zone, at), Places: uint16(places), Issued: at.UTC().Truncate(time.Second),
	}}
	for i := range h.master.Key {
		h.master.Key[i] = byte(i)
	}
	return h
}

func (h *house) provision(now time.Time) doorcode.Provision { return h.master.Provision(h.setup, now) }

func (h *house) chain(day doorlink.Day) doorcode.Chain {
	s := h.setup
	chain, ok := h.master.Door(s.Property, s.Door, s.Epoch).Chain(s.First).At(day)
	if !ok {
		panic("a day before the epoch")
	}
	return chain
}

func (h *house) code(day doorlink.Day, slot uint16, gen uint8) string {
	return h.codeOf(day, doorcode.Index{Slot: slot, Gen: gen})
}

func (h *house) codeOf(day doorlink.Day, i doorcode.Index) string {
	key := permKey{day, h.setup.Params.Digits}
	if h.perms[key] == nil {
		h.perms[key] = h.chain(day).Perm(key.digits)
	}
	return h.perms[key].Encode(i).Reveal()
}

// wrong returns a number that is no code of the days around day.
func (h *house) wrong(day doorlink.Day, n int) string {
	for x := uint32(n*7919 + 1); ; x++ {
		entry := doorcode.Format(x%10000, h.setup.Params.Digits).Reveal()
		hit := false
		for d := max(day-1, h.setup.First); d <= day+1; d++ {
			h.codeOf(d, doorcode.Index{})
			_, ok := h.perms[permKey{d, h.setup.Params.Digits}].Decode(entry)
			hit = hit || ok
		}
		if !hit {
			return entry
		}
	}
}

func (h *house) open(t testing.TB, store Store, now time.Time) *Verifier {
	t.Helper()
	v, err := Open(h.provision(now), store)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func try(t testing.TB, v *Verifier, entry string, now time.Time) Verdict {
	t.Helper()
	verdict, err := v.Try(entry, now)
	if err != nil {
		t.Fatal(err)
	}
	return verdict
}

func wantKind(t testing.TB, v *Verifier, entry string, now time.Time, want Kind) {
	t.Helper()
	if got := try(t, v, entry, now); got.Kind != want {
		t.Errorf("at %v: %v, want %v", now, got.Kind, want)
	}
}

func TestACodeOpensOnceAndAgainWithinReuse(t *testing.T) {
	t.Parallel()
	for _, reuse := range []doorcode.Seconds{60, 900} {
		h := newHouse(berlin, noon, 20)
		h.setup.Params.Reuse = reuse
		v := h.open(t, newFlash(), noon)
		day := h.setup.First + 1
		code := h.code(day, 7, 1)
		last := reuse.Duration()
		for _, step := range []struct {
			after time.Duration
			want  Kind
		}{{0, Accept}, {last / 2, Reuse}, {last, Reuse}, {last + time.Second, Replay}, {10 * time.Hour, Replay}} {
			got := try(t, v, code, noon.Add(step.after))
			want := Verdict{Kind: step.want, Day: day, Slot: 7, Gen: 1}
			if got != want {
				t.Errorf("reuse %d, after %v: %+v, want %+v", reuse, step.after, got, want)
			}
		}
	}
}

func TestEachCodeHasItsOwnReuseTime(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	h.setup.Params.Reuse = 900
	v := h.open(t, newFlash(), noon)
	first, second := h.code(h.setup.First+1, 1, 0), h.code(h.setup.First+1, 2, 0)
	wantKind(t, v, first, noon, Accept)
	wantKind(t, v, second, noon.Add(10*time.Minute), Accept)
	wantKind(t, v, first, noon.Add(15*time.Minute), Reuse)
	wantKind(t, v, first, noon.Add(16*time.Minute), Replay)
	wantKind(t, v, second, noon.Add(25*time.Minute), Reuse)
	wantKind(t, v, second, noon.Add(25*time.Minute+time.Second), Replay)
}

func TestEntriesThatAreNoNumberTestNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	for _, entry := range []string{"", "1", "123456", "12345678", "123456a", "１２３４５６７", "+123456", "1234567\n"} {
		wantKind(t, v, entry, noon, Format)
	}
	if f := v.Facts(noon); f.Wrong != 0 || len(f.Events) != 2 {
		t.Errorf("%d wrong entries and %d events, want 0 and the start's 2", f.Wrong, len(f.Events))
	}
}

func TestAThrownBoltAndADoubtfulClockUseNothingUp(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	code := h.code(h.setup.First+1, 3, 0)
	wantKind(t, v, "0", noon, Format)
	v.SetBolt(Thrown)
	wantKind(t, v, code, noon, Privacy)
	wantKind(t, v, h.wrong(h.setup.First+1, 0), noon, Privacy)
	v.SetBolt(Free)
	wantKind(t, v, code, noon.Add(-49*time.Hour), Time)
	wantKind(t, v, code, noon.Add(49*time.Hour), Time)
	if f := v.Facts(noon); f.Wrong != 0 || f.UsedToday != 0 {
		t.Errorf("%d wrong entries and %d used codes, want none", f.Wrong, f.UsedToday)
	}
	wantKind(t, v, code, noon, Accept)
}

func TestOtherClassesAndInactiveSlotsOpenNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	now := noon
	for _, i := range []doorcode.Index{
		{Class: 1}, {Class: 2}, {Class: 3}, {Class: 1, Slot: 19, Gen: 2}, {Slot: 20}, {Slot: 4095, Gen: 15}, {Slot: 21, Gen: 1},
	} {
		now = now.Add(time.Hour)
		wantKind(t, v, h.codeOf(h.setup.First+1, i), now, Invalid)
	}
	wantKind(t, v, h.code(h.setup.First+1, 19, 0), now.Add(time.Hour), Accept)
}

// Invariant 6 of DDC-1. A permutation takes the numbers of five digits to the
// numbers of five digits, so going through all indexes goes through all entries
// but those that are no code of anything.
func TestExactlyTheWindowOfEveryPlaceOpens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ places, window int }{{3, 3}, {10, 1}, {1, 8}, {2, 5}} {
		h := newHouse(berlin, noon, c.places)
		h.setup.Params.Digits, h.setup.Params.Window, h.setup.Params.Reuse = 5, c.window, 0
		v := h.open(t, newFlash(), noon)
		day := h.setup.First + 1
		for n := range 60 {
			want := 0
			for slot := range c.places {
				unused := doorcode.Generations
				for g := range doorcode.Generations {
					unused -= int(v.st.Used[day][uint16(slot)] >> g & 1)
				}
				want += min(c.window, unused)
			}
			var open []doorcode.Index
			for class := range uint8(4) {
				for slot := range uint16(doorcode.Slots(5)) {
					for gen := range uint8(doorcode.Generations) {
						i := doorcode.Index{Class: class, Slot: slot, Gen: gen}
						if v.st.admit(day, i, noon).Kind == Accept {
							open = append(open, i)
						}
					}
				}
			}
			if len(open) != want {
				t.Fatalf("%d places, window %d: %d numbers open after %d uses, want %d", c.places, c.window, len(open), n, want)
			}
			if len(open) == 0 {
				break
			}
			wantKind(t, v, h.codeOf(day, open[n*31%len(open)]), noon, Accept)
		}
	}
}

func TestFactsTellHowTheLockStands(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	day := h.setup.First + 1
	wantKind(t, v, h.code(day, 3, 0), noon, Accept)
	wantKind(t, v, h.wrong(day, 0), noon.Add(time.Second), Invalid)
	got := v.Facts(noon.Add(2 * time.Second))
	kinds := make([]string, 0, len(got.Events))
	for _, e := range got.Events {
		kinds = append(kinds, fmt.Sprint(e.Kind))
	}
	if want := []string{"invalid", "accept", "config", "boot"}; !slices.Equal(kinds, want) {
		t.Errorf("events are %v, want %v", kinds, want)
	}
	got.Events = nil
	want := Facts{Setup: h.setup, Day: day, Offset: time.Hour, Believed: true, Wrong: 1, Free: 3, UsedToday: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

func BenchmarkTryWrongEntry(b *testing.B) {
	h := newHouse(berlin, noon, 200)
	v := h.open(b, newFlash(), noon)
	entry, now := h.wrong(h.setup.First+1, 0), noon
	for b.Loop() {
		v.st.Throttle = throttle{}
		try(b, v, entry, now)
	}
}
