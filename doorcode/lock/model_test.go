package lock

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"doorlink"
	"doorlink/doorcode"
)

// evening is a door in use: residents who give codes by the server's clock,
// visitors who enter them in any order or never, and a lock whose clock drifts
// within five minutes.
type evening struct {
	*testing.T
	h     *house
	v     *Verifier
	rand  *rand.Rand
	now   time.Time // true time
	drift time.Duration

	slots map[doorcode.Place]doorcode.Slot
	live  []given // handed out and not used yet
	used  []given
	calls int

	accepted, across int
}

type given struct {
	place doorcode.Place
	gen   uint8
	code  string
}

func (e *evening) lockTime() time.Time { return e.now.Add(e.drift) }

// pass lets time go by: up to half an hour, but slowly around midnight.
func (e *evening) pass() {
	step := 30 * time.Minute
	midnight := e.h.setup.Calendar.End(e.h.setup.Calendar.Day(e.now.Add(-10 * time.Minute)))
	if midnight.Sub(e.now).Abs() < 10*time.Minute {
		step = time.Minute
	}
	e.now = e.now.Add(time.Duration(e.rand.IntN(int(step))))
	e.drift += time.Duration(e.rand.IntN(int(time.Minute))) - 30*time.Second
	e.drift = max(-5*time.Minute, min(e.drift, 5*time.Minute))
	if err := e.v.Tick(e.lockTime()); err != nil {
		e.Fatal(err)
	}
}

// give is the issuer at work, as package issue does it.
func (e *evening) give() {
	s := e.h.setup
	day := s.Calendar.Day(e.now)
	place := doorcode.Place{Door: s.Door, Epoch: 1, Day: day, Slot: uint16(e.rand.IntN(int(s.Places)))}
	e.calls++
	ask := doorcode.Ask{Call: doorlink.CallID(fmt.Sprint("call_", e.calls))}
	gen, next, err := e.slots[place].Issue(s.Params, ask, func(gen uint8) bool {
		return e.ambiguous(e.h.code(day, place.Slot, gen), day)
	})
	if errors.Is(err, doorcode.ErrWindowFull) || errors.Is(err, doorcode.ErrExhausted) {
		return
	}
	if err != nil {
		e.Fatal(err)
	}
	e.slots[place] = next
	e.live = append(e.live, given{place, gen, e.h.code(day, place.Slot, gen)})
}

func (e *evening) ambiguous(code string, day doorlink.Day) bool {
	for _, beside := range []doorlink.Day{day - 1, day + 1} {
		e.h.code(beside, 0, 0)
		i, ok := e.h.perms[permKey{beside, e.h.setup.Params.Digits}].Decode(code)
		if ok && i.Class == doorcode.Resident && i.Slot < e.h.setup.Places {
			return true
		}
	}
	return false
}

// enter lets a visitor type one of the live codes. It is good on its day by
// the true clock, whatever the lock's says.
func (e *evening) enter() {
	if len(e.live) == 0 {
		return
	}
	i := e.rand.IntN(len(e.live))
	g := e.live[i]
	today := e.h.setup.Calendar.Day(e.now)
	got := try(e, e.v, g.code, e.lockTime())
	if got.Kind == Locked {
		return
	}
	e.live = slices.Delete(e.live, i, i+1)
	if got.Opens() && (got.Day != g.place.Day || got.Slot != g.place.Slot || got.Gen != g.gen) {
		e.Fatalf("%+v was given, the lock read %+v", g, got)
	}
	if g.place.Day == today && got.Kind != Accept {
		e.Fatalf("%+v is good at %v, on the lock %v off: %v", g, e.now, e.drift, got.Kind)
	}
	if got.Kind == Accept {
		e.accepted++
		e.used = append(e.used, g)
		if e.rand.IntN(2) == 0 { // the resident says that the visitor got in
			e.slots[g.place] = e.slots[g.place].MarkUsed(g.gen)
		}
		if e.h.setup.Calendar.Day(e.lockTime()) != today {
			e.across++
		}
	}
}

func (e *evening) replay() {
	if len(e.used) == 0 {
		return
	}
	g := e.used[e.rand.IntN(len(e.used))]
	e.pass()
	e.now = e.now.Add(2 * time.Minute) // past its reuse
	if got := try(e, e.v, g.code, e.lockTime()); got.Opens() {
		e.Fatalf("%+v opens a second time: %+v", g, got)
	}
}

func (e *evening) guess() {
	size := uint32(1)
	for range e.h.setup.Params.Digits {
		size *= 10
	}
	code := doorcode.Format(e.rand.Uint32N(size), e.h.setup.Params.Digits).Reveal()
	got := try(e, e.v, code, e.lockTime())
	if got.Kind == Accept { // once in ten thousand; the issuer hears of it
		place := doorcode.Place{Door: e.h.setup.Door, Epoch: 1, Day: got.Day, Slot: got.Slot}
		e.slots[place] = e.slots[place].MarkUsed(got.Gen)
		e.live = slices.DeleteFunc(e.live, func(g given) bool { return g.code == code })
	}
}

// The model test of section 11 of DDC-1.
func TestIssuerAndDriftingLockAgreeThroughNightsAndClockChanges(t *testing.T) {
	t.Parallel()
	accepted, across := 0, 0
	for seed, c := range []struct {
		zone           string
		from           time.Time
		digits, window int
	}{
		{"Europe/Berlin", time.Date(2026, time.March, 27, 9, 0, 0, 0, time.UTC), 7, 3},
		{"America/New_York", time.Date(2026, time.October, 30, 9, 0, 0, 0, time.UTC), 6, 2},
		{"Australia/Lord_Howe", time.Date(2026, time.April, 2, 9, 0, 0, 0, time.UTC), 5, 1},
		{"Africa/Casablanca", time.Date(2026, time.February, 12, 9, 0, 0, 0, time.UTC), 8, 4},
		{"Africa/Cairo", time.Date(2026, time.April, 22, 9, 0, 0, 0, time.UTC), 7, 8},
		{"Asia/Kolkata", time.Date(2026, time.June, 1, 9, 0, 0, 0, time.UTC), 5, 3},
	} {
		zone := must(time.LoadLocation(c.zone))
		h := newHouse(zone, c.from, 3)
		h.setup.Params.Digits, h.setup.Params.Window = c.digits, c.window
		h.setup.Places = uint16(min(20, h.setup.Params.MaxPlaces()))
		e := &evening{
			T: t, h: h, v: h.open(t, newFlash(), c.from), rand: rand.New(rand.NewPCG(7, uint64(seed))),
			now: c.from, drift: time.Duration(seed%3-1) * 4 * time.Minute,
			slots: make(map[doorcode.Place]doorcode.Slot),
		}
		often := []func(){e.pass, e.pass, e.give, e.give, e.give, e.enter, e.enter, e.enter, e.replay}
		actions := append(slices.Repeat(often, 3), e.guess)
		for range 1500 {
			actions[e.rand.IntN(len(actions))]()
		}
		accepted += e.accepted
		across += e.across
	}
	if accepted < 500 || across < 10 {
		t.Errorf("%d codes opened, %d where lock and truth disagreed about the date: too few to tell", accepted, across)
	}
}
