package lock

import (
	"testing"
	"time"

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
}

func newHouse(zone *time.Location, at time.Time, places int) house {
	h := house{setup: doorcode.Setup{
		Version: 1, Lock: "lock_1", Property: "prop_1", Door: "door_1", DoorName: "North gate", Zone: zone.String(),
		Epoch: 1, First: doorlink.DayIn(at, zone), Params: doorcode.Defaults(),
		Calendar: doorcode.CalendarFor(zone, at), Places: uint16(places), Issued: at.UTC().Truncate(time.Second),
	}}
	for i := range h.master.Key {
		h.master.Key[i] = byte(i)
	}
	return h
}

func (h house) provision(now time.Time) doorcode.Provision { return h.master.Provision(h.setup, now) }

func (h house) code(day doorlink.Day, slot uint16, gen uint8) string {
	return h.codeOf(day, doorcode.Index{Slot: slot, Gen: gen})
}

func (h house) codeOf(day doorlink.Day, i doorcode.Index) string {
	s := h.setup
	chain, ok := h.master.Door(s.Property, s.Door, s.Epoch).Chain(s.First).At(day)
	if !ok {
		panic("a day before the epoch")
	}
	return chain.Perm(s.Params.Digits).Encode(i).Reveal()
}

func (h house) open(t testing.TB, store Store, now time.Time) *Verifier {
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

func TestACodeOpensOnceAndAgainWithinReuse(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, newFlash(), noon)
	day := h.setup.First
	code := h.code(day, 7, 1)
	for _, step := range []struct {
		after time.Duration
		want  Kind
	}{{0, Accept}, {30 * time.Second, Reuse}, {60 * time.Second, Reuse}, {61 * time.Second, Replay}, {10 * time.Hour, Replay}} {
		got := try(t, v, code, noon.Add(step.after))
		want := Verdict{Kind: step.want, Day: day, Slot: 7, Gen: 1}
		if got != want {
			t.Errorf("after %v: %+v, want %+v", step.after, got, want)
		}
	}
}
