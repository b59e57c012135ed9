package switchboard

import (
	"context"
	"errors"
	"time"

	"doorlink"
	"doorlink/bus"
)

// onPerson is called by the bus, one message at a time, and must not wait.
func (l *Line) onPerson(m toPerson) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.begun {
		l.early = append(l.early, m)
		return
	}
	l.act(m)
}

func (l *Line) act(m toPerson) {
	switch {
	case l.closed:
	case m.Out != "":
		if m.Out == l.handset.ID {
			l.out()
		}
	case m.Take != nil:
		l.onTake(*m.Take)
	case m.Call != nil:
		l.onCall(m)
	}
}

// onTake gives up a call that a newer line of the same handset has now; an older
// one is told that it came too late.
func (l *Line) onTake(t taken) {
	k := l.calls[t.Call]
	switch {
	case t.Handset != l.handset.ID || t.Line.ID == l.turn.ID || k == nil || !k.mine:
	case t.Line.At.Before(l.turn.At):
		l.take(k)
	default:
		k.mine = false
		l.hear(doorlink.Signal{Kind: doorlink.SigMoved, Call: t.Call})
	}
}

// take tells other lines of the handset that this one has the call.
func (l *Line) take(k *known) {
	l.board.publish(personSubject(k.call.Person), toPerson{Take: &taken{l.handset.ID, k.call.ID, l.turn}})
}

func (l *Line) onCall(m toPerson) {
	c := *m.Call
	k := l.calls[c.ID]
	switch {
	case k == nil && (c.State.Over() || m.Sign == nil):
		return // was never ours to show
	case k == nil:
		k = l.learn(c, *m.Sign)
	case c.Version < k.call.Version:
		return // older than what is known
	}
	if m.Sign != nil {
		l.report(k) // the visitor's end is new, perhaps after a reload
	}
	if m.By == l.turn.ID && c.State == doorlink.Answered {
		k.mine = true
	}
	k.call = c
	l.tell(k)
	if c.State.Over() {
		l.forget(k)
	}
}

// learn makes a call known: it subscribes to what the visitor says, tells the
// visitor's end that a line is open, and asks what was said so far.
func (l *Line) learn(c doorlink.Call, s sign) *known {
	if k := l.calls[c.ID]; k != nil {
		return k
	}
	k := &known{call: c, sign: s}
	if l.calls == nil {
		l.calls = map[doorlink.CallID]*known{}
	}
	l.calls[c.ID] = k
	k.cancel = bus.Subscribe(l.board.bus, residentSubject(c.ID), func(m toResident) { l.onVisitor(c.ID, m) })
	l.report(k)
	if k.behind = !c.State.Over(); k.behind {
		l.board.setOff(func() { l.catchUp(c.ID) })
	}
	return k
}

// report tells the visitor's end that a line is open, and whether its page
// shows the call.
func (l *Line) report(k *known) {
	m := toVisitor{Reached: l.handset.ID}
	if k.rings {
		m = toVisitor{Ringing: l.handset.ID}
	}
	l.board.publish(visitorSubject(k.call.ID), m)
}

// forget lets go of a call that is over when nobody can speak of it any more. One
// that was ours can be given codes in and is listened to until then; of others
// only the end is kept, so that no late word of a visitor's end that has just
// come back can make them ring again.
func (l *Line) forget(k *known) {
	if !k.mine {
		k.cancel()
	}
	time.AfterFunc(time.Until(k.call.Since.Add(doorlink.GrantTime)), func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		k.cancel()
		delete(l.calls, k.call.ID)
	})
}

// catchUp brings a line up to date with what the visitor has said. If nobody
// answers, the visitor's node is gone: their line is lost until they resume.
func (l *Line) catchUp(id doorlink.CallID) {
	ctx, cancel := context.WithTimeout(context.Background(), moveTime)
	defer cancel()
	so, err := bus.Request[soFar](ctx, l.board.bus, soFarSubject(id))
	if err != nil && !errors.Is(err, bus.ErrNobody) {
		l.board.log.Warn("asking what was said", "call", id, "err", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.calls[id]
	if k == nil || l.closed {
		return
	}
	l.setAway(k, so.Away || errors.Is(err, bus.ErrNobody))
	for _, s := range so.Signals {
		l.hear(s)
	}
	k.behind = false
	for _, m := range k.held {
		if m.Leg != so.Leg || m.N >= so.N {
			l.hearVisitor(k, m)
		}
	}
	k.held = nil
}

// onVisitor is called by the bus and must not wait. What is told before the line
// is up to date is held until it is: it may be older than what was asked for.
func (l *Line) onVisitor(id doorlink.CallID, m toResident) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.calls[id]
	switch {
	case k == nil || l.closed:
	case k.behind:
		k.held = append(k.held, m)
	default:
		l.hearVisitor(k, m)
	}
}

func (l *Line) hearVisitor(k *known, m toResident) {
	switch {
	case m.Away != nil:
		l.setAway(k, *m.Away)
	case m.Signal != nil && (k.mine || k.call.State != doorlink.Answered):
		l.hear(*m.Signal)
	}
}

func (l *Line) setAway(k *known, away bool) {
	if k.away != away {
		k.away = away
		l.tell(k)
	}
}

// tell says how a call stands, as a resident may know it.
func (l *Line) tell(k *known) {
	now := time.Now()
	n := k.sign.news(k.call, now)
	n.Mine, n.Away = k.mine, k.away
	n.Caller = &k.call.Caller
	if !k.call.State.Over() {
		n.ICE = l.board.relay.Servers(k.call.ID, doorlink.Resident, credentialEnd(k.call, now))
		n.Relay = true
	}
	l.hear(doorlink.Signal{Kind: doorlink.SigCall, Call: k.call.ID, News: n})
}

// showGiven shows the latest code of a call again, after a reload.
func (l *Line) showGiven(ctx context.Context, id doorlink.CallID) error {
	codes, err := l.board.codes.Given(ctx, id, time.Now())
	if err != nil || len(codes) == 0 {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hear(doorlink.Signal{Kind: doorlink.SigCode, Call: id, Code: &codes[len(codes)-1]})
	return nil
}
