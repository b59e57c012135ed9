package switchboard

import (
	"context"
	"time"

	"doorlink"
	"doorlink/bus"
)

// onBus is called by the bus, one message at a time, and must not wait.
func (l *Leg) onBus(m toVisitor) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.begun {
		l.early = append(l.early, m)
		return
	}
	l.act(m)
}

func (l *Leg) act(m toVisitor) {
	switch {
	case l.finished:
	case m.Take != nil:
		l.onTake(*m.Take)
	case m.Call != nil:
		l.onCall(*m.Call)
	case m.Reached != "":
		l.reached = true
	case m.Ringing != "":
		l.onRinging(m.Ringing)
	case m.Line != nil:
		l.away = *m.Line
		l.tell()
	case m.Given != nil:
		l.onGiven(m.Given)
	case m.Signal != nil:
		l.hear(*m.Signal)
	}
}

// onTake gives the call up to a page that was opened later. One that was opened
// earlier and was slow is told that it came too late.
func (l *Leg) onTake(t turn) {
	switch {
	case t.ID == l.turn.ID:
	case t.At.Before(l.turn.At):
		l.board.publish(visitorSubject(l.call.ID), toVisitor{Take: &l.turn})
	default:
		l.hear(doorlink.Signal{Kind: doorlink.SigMoved, Call: l.call.ID})
		l.finishLocked()
	}
}

func (l *Leg) onCall(c doorlink.Call) {
	if c.Version <= l.call.Version {
		return // heard already
	}
	l.call = c
	l.tell()
	l.arm()
	if c.State == doorlink.Created {
		// The resident is free: ring like a call just placed.
		l.reached = false
		l.board.publish(personSubject(c.Person), toPerson{Call: &c, Sign: &l.sign})
		l.after(lineTime, l.unlessReached)
	}
}

// onGiven shows the code that comes next. When another one should have come
// before it, or it is not to be read, the ledger says what to show.
func (l *Leg) onGiven(sealed []byte) {
	code, err := l.board.codes.Open(l.call.ID, sealed)
	if err != nil || code.Nth != l.shown.Nth+1 {
		l.board.setOff(l.showGiven)
		return
	}
	l.showLocked(code)
}

// onRinging counts a handset whose page shows the call. The first one starts
// the ring time.
func (l *Leg) onRinging(h doorlink.HandsetID) {
	l.reached = true
	if l.ringing[h] {
		return
	}
	l.ringing[h] = true
	switch l.call.State {
	case doorlink.Created:
		id := l.call.ID
		l.board.setOff(func() { l.board.later(id, "starting to ring", ring) })
	case doorlink.Ringing:
		l.tell()
	}
}

// tell says how the call stands, as a visitor may know it.
func (l *Leg) tell() {
	now := time.Now()
	n := l.sign.news(l.call, now)
	n.Entry, n.Devices, n.Away = l.call.Entry, len(l.ringing), l.away
	if l.call.State.Over() {
		n.Others = l.sign.Others
	} else {
		n.ICE = l.board.relay.Servers(l.call.ID, doorlink.Visitor, credentialEnd(l.call, now))
	}
	l.hear(doorlink.Signal{Kind: doorlink.SigCall, Call: l.call.ID, News: n})
}

// credentialEnd is how long relay credentials given now are good: for whatever
// the present state can still become, and an extension of it.
func credentialEnd(c doorlink.Call, now time.Time) time.Time {
	if c.State == doorlink.Answered {
		return c.Until.Add(doorlink.TalkTime)
	}
	return now.Add(doorlink.WaitTime + doorlink.RingTime + 2*doorlink.TalkTime)
}

// arm sets the one timer that ends the present state. It only proposes: the
// rule decides whether the time is really over.
func (l *Leg) arm() {
	if l.call.State.Over() {
		return
	}
	id := l.call.ID
	l.after(time.Until(l.call.Until), func() { l.board.later(id, "ending a state", expire) })
}

// after runs f in a goroutine of its own unless the leg is finished by then.
// Timers of states that have passed fire and change nothing.
func (l *Leg) after(d time.Duration, f func()) {
	if l.finished {
		return
	}
	l.timers = append(l.timers, time.AfterFunc(d, func() { l.board.setOff(f) }))
}

// unlessReached gives up at once when no line of the resident is open.
func (l *Leg) unlessReached() {
	l.mu.Lock()
	reached, id := l.reached, l.call.ID
	l.mu.Unlock()
	if !reached {
		l.board.later(id, "giving up", giveUp)
	}
}

// awaitTurn listens for the end of the resident's other call.
func (l *Leg) awaitTurn() {
	id := l.call.ID
	cancel := bus.Subscribe(l.board.bus, personSubject(l.call.Person), func(m toPerson) {
		if m.Call != nil && m.Call.ID != id && m.Call.State == doorlink.Ended {
			l.board.setOff(func() { l.board.later(id, "taking the next caller", free) })
		}
	})
	l.cancels = append(l.cancels, cancel)
	l.board.setOff(func() { l.turnPassed(id) })
}

// turnPassed covers an end that came between placing the call and listening.
func (l *Leg) turnPassed(id doorlink.CallID) {
	ctx, cancel := context.WithTimeout(context.Background(), moveTime)
	defer cancel()
	calls, err := l.board.calls.PersonCalls(ctx, l.Call().Person, time.Now())
	if err != nil {
		l.board.log.Warn("waiting for a turn", "call", id, "err", err)
		return
	}
	for _, c := range calls {
		if c.ID != id && c.State == doorlink.Answered {
			return
		}
	}
	l.board.later(id, "taking the next caller", free)
}

// showGiven derives the codes of the call and shows those that are new.
func (l *Leg) showGiven() {
	ctx, cancel := context.WithTimeout(context.Background(), moveTime)
	defer cancel()
	id := l.Call().ID
	codes, err := l.board.codes.Given(ctx, id, time.Now())
	if err != nil {
		l.board.log.Warn("showing a code", "call", id, "err", err)
		return
	}
	l.show(codes)
}

// show shows the codes that come after the last one shown, in order, so that
// none is passed over when several are given at once.
func (l *Leg) show(codes []doorlink.Code) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, code := range codes {
		l.showLocked(code)
	}
}

func (l *Leg) showLocked(code doorlink.Code) {
	if comesAfter(code, l.shown) && !l.finished {
		l.shown = code
		l.hear(doorlink.Signal{Kind: doorlink.SigCode, Call: l.call.ID, Code: &code})
	}
}

// comesAfter reports whether a code was given after another: on a later day, or as a
// later one of the same.
func comesAfter(c, other doorlink.Code) bool {
	return c.Until > other.Until || c.Until == other.Until && c.Nth > other.Nth
}

// latest is the last of some codes, if there is any.
func latest(codes []doorlink.Code) []doorlink.Code { return codes[max(0, len(codes)-1):] }

// inform tells the resident's lines something, numbered so that a line which is
// also told what was said so far knows which came first.
func (l *Leg) inform(m toResident) {
	m.Leg, m.N = l.turn.ID, l.told
	l.told++
	l.board.publish(residentSubject(l.call.ID), m)
}

// soFar answers a handset that woke late.
func (l *Leg) soFar() soFar {
	l.mu.Lock()
	defer l.mu.Unlock()
	return soFar{Away: l.said.away, Signals: l.said.signals(), Leg: l.turn.ID, N: l.told}
}

// keptLines is how many lines of the visitor's text a late handset still gets.
const keptLines = 20

// keptCandidates is more than any browser has addresses.
const keptCandidates = 64

// said is what a visitor has said that a late handset must know.
type said struct {
	away       bool
	offer      *doorlink.Signal
	candidates []doorlink.Signal
	lines      []doorlink.Signal // by line, latest last
}

func (s *said) add(sig doorlink.Signal) {
	switch sig.Kind {
	case doorlink.SigOffer:
		s.offer, s.candidates = &sig, nil
	case doorlink.SigCandidate:
		if len(s.candidates) < keptCandidates {
			s.candidates = append(s.candidates, sig)
		}
	case doorlink.SigText:
		if n := len(s.lines); n > 0 && s.lines[n-1].Line == sig.Line {
			s.lines[n-1] = sig
			return
		}
		if s.lines = append(s.lines, sig); len(s.lines) > keptLines {
			s.lines = s.lines[1:]
		}
	}
}

func (s *said) signals() []doorlink.Signal {
	var all []doorlink.Signal
	if s.offer != nil {
		all = append(all, *s.offer)
	}
	return append(append(all, s.candidates...), s.lines...)
}
