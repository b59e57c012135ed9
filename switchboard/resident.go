package switchboard

import (
	"context"
	"fmt"
	"sync"
	"time"

	"doorlink"
	"doorlink/bus"
)

// Line is an open page of a resident's handset. It rings, and it carries at
// most one answered call at a time. An idle line has no goroutine and no timer.
type Line struct {
	board   *Board
	turn    turn
	handset doorlink.Handset
	hear    func(doorlink.Signal)
	out     func()
	cancel  func()

	mu     sync.Mutex
	begun  bool       // the page has been told of the calls that it found
	early  []toPerson // what came before that; a few messages
	closed bool
	calls  map[doorlink.CallID]*known // nil while there are none
}

// known is a call this line has heard of.
type known struct {
	call   doorlink.Call
	sign   sign
	mine   bool         // this line answered it, or took it over
	rings  bool         // the page shows it
	away   bool         // the visitor's line is lost
	behind bool         // what the visitor said so far was asked for and has not come
	held   []toResident // what came meanwhile; what a visitor may say in moveTime
	cancel func()
}

// Line opens a line for a handset. Calls that go on are heard at once, late or
// not, with everything their visitors have said; a call that this handset had
// answered is taken over from any older line of it. out is called, like hear,
// when the handset is signed out on whatever node; the line is then to be closed.
func (b *Board) Line(ctx context.Context, h doorlink.Handset, hear func(doorlink.Signal), out func()) (*Line, error) {
	l := &Line{board: b, turn: newTurn("line"), handset: h, hear: hear, out: out}
	l.cancel = bus.Subscribe(b.bus, personSubject(h.Person), l.onPerson)
	if err := b.bus.Flush(ctx); err != nil {
		l.Close()
		return nil, ErrBusDown.Because(err)
	}
	calls, err := b.calls.PersonCalls(ctx, h.Person, time.Now())
	if err != nil {
		l.Close()
		return nil, fmt.Errorf("looking for calls of handset %s: %w", h.ID, err)
	}
	for _, c := range calls {
		if err := l.takeUp(ctx, c); err != nil {
			l.Close()
			return nil, err
		}
	}
	l.begin()
	return l, nil
}

// begin acts on what came while the line looked for calls.
func (l *Line) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun = true
	for _, m := range l.early {
		l.act(m)
	}
	l.early = nil
}

// SignOut ends all lines of a handset, on every node. Its session must have
// ended before, so that no new one can be opened.
func (b *Board) SignOut(h doorlink.Handset) {
	b.publish(personSubject(h.Person), toPerson{Out: h.ID})
}

// takeUp makes a call known that began before this line. One that this handset
// has, or had a moment ago, is taken over from any older line of it.
func (l *Line) takeUp(ctx context.Context, c doorlink.Call) error {
	mine := c.Handset == l.handset.ID
	if c.State.Over() && !mine {
		return nil
	}
	at, err := l.board.house.Entrance(ctx, c.Door)
	if err != nil {
		return fmt.Errorf("looking up the door of call %s: %w", c.ID, err)
	}
	s, _, err := l.board.findSign(ctx, at, c.Entry, time.Now())
	if err != nil && doorlink.KindOf(err) != doorlink.Gone {
		return err
	}
	l.mu.Lock()
	l.show(l.learn(c, s), mine)
	l.mu.Unlock()
	if !mine {
		return nil
	}
	return l.showGiven(ctx, c.ID)
}

// show tells how a call stands that was just taken up.
func (l *Line) show(k *known, mine bool) {
	if mine {
		k.mine = true
		l.take(k)
		present := false
		l.board.publish(visitorSubject(k.call.ID), toVisitor{Line: &present})
	}
	l.tell(k)
	if k.call.State.Over() {
		l.forget(k)
	}
}

// Answer answers the call for this handset, or passes on a description if it
// has it already. It returns doorlink.ErrTaken, doorlink.ErrOver or ErrNoCall.
func (l *Line) Answer(ctx context.Context, s doorlink.Signal) error {
	now := time.Now()
	c, err := l.own(ctx, s.Call, func(c doorlink.Call) (doorlink.Call, error) { return c.Answer(l.handset.ID, now) })
	if err != nil {
		return err
	}
	l.mu.Lock()
	if k := l.calls[s.Call]; k != nil && !k.mine {
		k.mine = true // the bus will say so too, but what follows must not wait for it
		if c.Version > k.call.Version {
			k.call = c
		}
		l.tell(k)
		l.take(k) // in case another page of this handset had answered already
	}
	l.mu.Unlock()
	if s.SDP != "" {
		l.board.publish(visitorSubject(s.Call), toVisitor{Signal: &s})
	}
	return nil
}

// Decline refuses the call for all handsets of the resident.
func (l *Line) Decline(ctx context.Context, id doorlink.CallID) error {
	_, err := l.own(ctx, id, func(c doorlink.Call) (doorlink.Call, error) { return c.Decline(time.Now()) })
	return err
}

// HangUp ends the call this handset has, or declines one that rings.
func (l *Line) HangUp(ctx context.Context, id doorlink.CallID) error {
	_, err := l.own(ctx, id, func(c doorlink.Call) (doorlink.Call, error) {
		if c.State == doorlink.Answered && c.Handset != l.handset.ID {
			return c, doorlink.ErrNotYours
		}
		return c.HangUp(doorlink.Resident, time.Now()), nil
	})
	return err
}

// Extend lets the call go on for doorlink.TalkTime from now.
func (l *Line) Extend(ctx context.Context, id doorlink.CallID) error {
	_, err := l.own(ctx, id, func(c doorlink.Call) (doorlink.Call, error) { return c.Extend(l.handset.ID, time.Now()) })
	return err
}

// Grant gives the nth doorcode of the call. Asking for the same one again gives
// the same. It returns what doorlink.Call.MayGrant and the desk refuse with.
func (l *Line) Grant(ctx context.Context, id doorlink.CallID, nth int) error {
	c, err := l.board.calls.Call(ctx, id)
	if err != nil || c.Person != l.handset.Person {
		return notMine(err)
	}
	now := time.Now()
	if err := c.MayGrant(l.handset.ID, now); err != nil {
		return err
	}
	code, err := l.board.codes.Give(ctx, c, nth, now)
	if err != nil {
		return err
	}
	sealed, err := l.board.codes.Seal(id, code)
	if err != nil {
		return err
	}
	l.board.publish(visitorSubject(id), toVisitor{Given: sealed})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hear(doorlink.Signal{Kind: doorlink.SigCode, Call: id, Code: &code})
	return nil
}

// Say acts on what the resident's page says. The signal must have passed its
// Check.
func (l *Line) Say(ctx context.Context, s doorlink.Signal) error {
	switch s.Kind {
	case doorlink.SigAnswer:
		return l.Answer(ctx, s)
	case doorlink.SigDecline:
		return l.Decline(ctx, s.Call)
	case doorlink.SigHangUp:
		return l.HangUp(ctx, s.Call)
	case doorlink.SigExtend:
		return l.Extend(ctx, s.Call)
	case doorlink.SigGrant:
		return l.Grant(ctx, s.Call, s.Nth)
	case doorlink.SigRinging:
		return l.rings(s.Call)
	case doorlink.SigCandidate, doorlink.SigText, doorlink.SigRenew:
		return l.pass(s)
	}
	return doorlink.ErrNotAllowed
}

// own moves a call of this line's resident; somebody else's is ErrNoCall.
func (l *Line) own(ctx context.Context, id doorlink.CallID,
	change func(doorlink.Call) (doorlink.Call, error)) (doorlink.Call, error) {
	return l.board.move(ctx, id, l.turn.ID, func(c doorlink.Call) (doorlink.Call, error) {
		if c.Person != l.handset.Person {
			return c, ErrNoCall
		}
		return change(c)
	})
}

// notMine hides whether a call exists; a database that is away is told apart.
func notMine(err error) error {
	if doorlink.KindOf(err) == doorlink.Down {
		return err
	}
	return ErrNoCall.Because(err)
}

// rings tells the visitor that this handset's page shows the call.
func (l *Line) rings(id doorlink.CallID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.calls[id]
	if k == nil {
		return ErrNoCall
	}
	k.rings = true
	l.board.publish(visitorSubject(id), toVisitor{Ringing: l.handset.ID})
	return nil
}

// pass hands a signal to the visitor; only the line that has the call may.
func (l *Line) pass(s doorlink.Signal) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.calls[s.Call]
	switch {
	case k == nil:
		return ErrNoCall
	case k.call.State.Over():
		return doorlink.ErrOver
	case !k.mine:
		return doorlink.ErrNotYours
	}
	l.board.publish(visitorSubject(s.Call), toVisitor{Signal: &s})
	return nil
}

// Close is called when the page is gone. A call it had stays answered: the
// visitor hears that the line is lost, and the page may come back.
func (l *Line) Close() {
	l.cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.closed = true
	for id, k := range l.calls {
		if k.mine && !k.call.State.Over() {
			away := true
			l.board.publish(visitorSubject(id), toVisitor{Line: &away})
		}
		k.cancel()
	}
	l.calls = nil
}
