package lock

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorlink"
	"doorlink/doorcode"
)

// player does things to a lock and checks after each that it kept its promises,
// whatever came before. It serves the property test and the fuzz target.
type player struct {
	t     fataler
	h     *house
	store *flash
	v     *Verifier
	now   time.Time // on the lock's clock

	opened map[opened]time.Time // first time the lock used a code up; At is zero
	wrong  map[doorlink.Day]int
	total  int // wrong entries since the last provision
	day    doorlink.Day
	moved  int // how often the motor moved for a first use
	codes  []string
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func newPlayer(t fataler, digits int) *player {
	h := newHouse(berlin, noon, 2)
	h.setup.Params.Digits = digits
	h.setup.Params.Base, h.setup.Params.Hold = 10, 60
	p := &player{t: t, h: h, store: newFlash(), now: noon,
		opened: make(map[opened]time.Time), wrong: make(map[doorlink.Day]int)}
	p.v = must(Open(h.provision(noon), p.store))
	if err := p.v.Tick(noon); err != nil {
		t.Fatalf("%v", err)
	}
	p.day = p.v.st.Day
	return p
}

// step does the thing that three numbers stand for.
func (p *player) step(what, a, b byte) {
	switch what % 10 {
	case 0, 1, 2:
		p.enterCode(a, b)
	case 3:
		p.enter(p.h.wrong(p.day, int(a)), opened{})
	case 4:
		p.enter([]string{"", "12", "abcdefg", "１２３４５"}[a%4], opened{})
	case 5:
		p.now = p.now.Add(time.Duration(a) * time.Second)
	case 6:
		p.now = p.now.Add(time.Duration(a) * 10 * time.Minute)
	case 7:
		p.now = p.now.Add(-time.Duration(a) * 11 * time.Minute)
	case 8:
		p.restart(p.store)
	case 9:
		p.cut(a, b)
	}
	p.check()
}

// code picks a code near the lock's day.
func (p *player) code(a, b byte) (string, opened) {
	at := opened{Day: max(p.h.setup.First, p.day+doorlink.Day(a%3)-1), Slot: uint16(a/3) % 3, Gen: b % 6}
	code := p.h.code(at.Day, at.Slot, at.Gen)
	p.codes = append(p.codes, code)
	return code, at
}

func (p *player) enterCode(a, b byte) {
	code, at := p.code(a, b)
	p.enter(code, at)
}

// enter makes an entry that is meant to be a code, and judges the verdict.
func (p *player) enter(entry string, meant opened) {
	held := p.v.st.believes(p.now) && p.v.Facts(p.now).Held && p.day == p.h.setup.Calendar.Day(p.now)
	got, err := p.v.Try(entry, p.now)
	if err != nil {
		p.t.Fatalf("the store fails: %v", err)
	}
	if held && got.Kind != Locked {
		p.t.Fatalf("during a hold an entry is answered with %v", got.Kind)
	}
	p.note(got, meant)
}

func (p *player) note(got Verdict, meant opened) {
	p.t.Helper()
	code := opened{Day: got.Day, Slot: got.Slot, Gen: got.Gen}
	if got.Opens() && code != meant {
		p.t.Fatalf("%+v was entered, the lock read %+v", meant, code)
	}
	first, used := p.opened[code]
	switch got.Kind {
	case Accept:
		if used {
			p.t.Fatalf("%+v opens at %v and again at %v", code, first, p.now)
		}
		p.opened[code] = p.now
		p.moved++
	case Reuse:
		if ago := p.now.Sub(first); !used || ago < 0 || ago > p.h.setup.Params.Reuse.Duration() {
			p.t.Fatalf("%+v, used %v: %v, opens again at %v", code, used, first, p.now)
		}
	case Invalid:
		p.wrong[p.v.st.Day]++
		p.total++
		if p.wrong[p.v.st.Day] > p.h.setup.Params.Daily || p.total > p.h.setup.Params.Total {
			p.t.Fatalf("%d wrong entries on a day, %d in all", p.wrong[p.v.st.Day], p.total)
		}
	}
}

// restart is what follows a power cut: the same flash, a new program.
func (p *player) restart(store *flash) {
	p.store = store
	v, err := Resume(store)
	if err != nil {
		p.t.Fatalf("it does not start again: %v", err)
	}
	p.v = v
}

// cut lets the power go while a code is entered.
func (p *player) cut(a, b byte) {
	code, at := p.code(a, b)
	p.store.fuel, p.store.torn = int(b>>4)%5, b>>7 == 1
	got, err := p.v.Try(code, p.now)
	if err == nil {
		p.note(got, at)
	} else if !errors.Is(err, errPower) {
		p.t.Fatalf("%v", err)
	}
	p.restart(&flash{state: p.store.state, events: p.store.events, fuel: -1})
	if used := p.v.st.Used[at.Day][at.Slot]>>at.Gen&1 == 1; used && p.opened[at].IsZero() {
		p.opened[at] = p.now // used up, though the motor did not move
		p.moved++
	}
}

// check looks at what must hold at any time.
func (p *player) check() {
	if p.v.st.Day < p.day {
		p.t.Fatalf("the day falls from %v to %v", p.day, p.v.st.Day)
	}
	p.day = p.v.st.Day
	events, accepts := must(p.store.Events()), 0
	if err := CheckLog(events); err != nil {
		p.t.Fatalf("%v", err)
	}
	for _, e := range events {
		if e.Kind == EventAccept {
			accepts++
		}
	}
	if accepts != p.moved {
		p.t.Fatalf("the log has %d acceptances of %d", accepts, p.moved)
	}
	for _, code := range p.codes {
		if strings.Contains(string(p.store.state), `"`+code+`"`) {
			p.t.Fatalf("the state has the digits %s", code)
		}
	}
}

// Invariants 7, 8, 11 and 12 of DDC-1.
func TestWhateverHappensACodeOpensOnceTheDayRisesAndErrorsAreCounted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := newPlayer(t, rapid.IntRange(doorcode.MinDigits, doorcode.MaxDigits).Draw(t, "digits"))
		step := rapid.SliceOfN(rapid.Byte(), 3, 3)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			s := step.Draw(t, "step")
			p.step(s[0], s[1], s[2])
		}
	})
}

func FuzzScript(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0, 1, 0, 5, 61, 0, 0, 1, 0})
	f.Add([]byte{0, 1, 0, 8, 0, 0, 0, 1, 0, 6, 140, 0, 0, 0, 0, 7, 200, 0, 0, 0, 0})
	f.Add([]byte{9, 1, 0x00, 9, 1, 0x10, 9, 1, 0x91, 9, 4, 0x22, 3, 1, 0, 3, 2, 0, 3, 3, 0, 3, 4, 0, 3, 5, 0, 3, 6, 0, 0, 1, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		p := newPlayer(t, doorcode.DefaultDigits)
		for ; len(script) >= 3; script = script[3:] {
			p.step(script[0], script[1], script[2])
		}
	})
}
