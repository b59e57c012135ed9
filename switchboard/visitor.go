package switchboard

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"doorlink"
	"doorlink/bus"
)

// Leg is the visitor's end of a call, for as long as their page is connected,
// and for doorlink.HoldTime after that.
type Leg struct {
	board *Board
	turn  turn
	sign  sign
	hear  func(doorlink.Signal)

	mu       sync.Mutex
	call     doorlink.Call
	begun    bool        // the visitor has been told how the call stands
	early    []toVisitor // what came before that, until begin; a few messages
	said     said
	shown    doorlink.Code // the last code that was heard
	told     int           // how many things the resident's lines were told
	ringing  map[doorlink.HandsetID]bool
	reached  bool
	away     bool // the resident's line is lost
	finished bool // nothing is heard any more
	timers   []*time.Timer
	cancels  []func()
}

// Dial places a call from a visit at an entrance. It returns ErrNotListed,
// doorlink.ErrInCall, or a Busy error "call.held" when the visit has called
// too often. The first thing heard is how the call stands.
func (b *Board) Dial(ctx context.Context, v doorlink.Visit, at doorlink.Entrance, entry doorlink.EntryID,
	as doorlink.Caller, hear func(doorlink.Signal)) (*Leg, error) {
	now := time.Now()
	s, who, err := b.findSign(ctx, at, entry, now)
	if err != nil {
		return nil, err
	}
	id := doorlink.NewID[doorlink.CallID]("call")
	leg := b.newLeg(newTurn("leg"), s, hear)
	if err := leg.listen(id); err != nil {
		return nil, err
	}
	c := doorlink.PlaceCall(id, v, entry, who.Person, who.Unit, as, false, now)
	c, err = b.calls.AddCall(ctx, c, func(c doorlink.Call, recent []doorlink.Call) (doorlink.Call, error) {
		if err := doorlink.MayPlace(c, recent, now); err != nil {
			return c, err
		}
		busy := doorlink.InAnotherCall(c, recent)
		return doorlink.PlaceCall(id, v, entry, who.Person, who.Unit, as, busy, now), nil
	})
	if err != nil {
		leg.finish()
		return nil, err
	}
	leg.begin(c)
	return leg, nil
}

// Resume takes up the visit's latest call after its page was reloaded or its
// node died: if it goes on, if a code may still be given in it, or if one that
// was given still opens the door. Otherwise it returns ErrNoCall. Any other leg
// of that call hears that it moved, and is finished.
func (b *Board) Resume(ctx context.Context, v doorlink.Visit, at doorlink.Entrance, hear func(doorlink.Signal)) (*Leg, error) {
	turn := newTurn("leg")
	c, s, err := b.findResumable(ctx, v, at)
	if err != nil {
		return nil, err
	}
	leg := b.newLeg(turn, s, hear)
	if err := leg.listen(c.ID); err != nil {
		return nil, err
	}
	b.publish(visitorSubject(c.ID), toVisitor{Take: &turn})
	c, codes, err := leg.readAgain(ctx, c.ID)
	if err != nil {
		leg.finish()
		return nil, err
	}
	leg.begin(c)
	leg.show(latest(codes))
	return leg, nil
}

// findResumable finds the call that a visit comes back to, and its sign.
func (b *Board) findResumable(ctx context.Context, v doorlink.Visit, at doorlink.Entrance) (doorlink.Call, sign, error) {
	now := time.Now()
	c, err := b.calls.VisitCall(ctx, v.ID)
	if err != nil {
		return c, sign{}, notMine(err)
	}
	if !c.Matters(now) {
		codes, err := b.codes.Given(ctx, c.ID, now)
		if err != nil {
			return c, sign{}, fmt.Errorf("looking for codes of call %s: %w", c.ID, err)
		}
		if len(codes) == 0 {
			return c, sign{}, ErrNoCall
		}
	}
	s, _, err := b.findSign(ctx, at, c.Entry, now)
	if err != nil && !errors.Is(err, ErrNotListed) {
		return c, sign{}, err
	}
	return c, s, nil
}

// readAgain reads the call and its codes once everything that is said of them
// from now on will be heard.
func (l *Leg) readAgain(ctx context.Context, id doorlink.CallID) (doorlink.Call, []doorlink.Code, error) {
	if err := l.board.bus.Flush(ctx); err != nil {
		return doorlink.Call{}, nil, ErrBusDown.Because(err)
	}
	c, err := l.board.calls.Call(ctx, id)
	if err != nil {
		return c, nil, fmt.Errorf("looking for call %s again: %w", id, err)
	}
	codes, err := l.board.codes.Given(ctx, id, time.Now())
	if err != nil {
		return c, nil, fmt.Errorf("looking for codes of call %s: %w", id, err)
	}
	return c, codes, nil
}

func (b *Board) newLeg(t turn, s sign, hear func(doorlink.Signal)) *Leg {
	return &Leg{board: b, turn: t, sign: s, hear: hear, ringing: map[doorlink.HandsetID]bool{}}
}

// listen subscribes to what concerns the call. Nothing is heard before begin.
func (l *Leg) listen(id doorlink.CallID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	heard := bus.Subscribe(l.board.bus, visitorSubject(id), l.onBus)
	l.cancels = append(l.cancels, heard)
	told, err := bus.Answer(l.board.bus, soFarSubject(id), l.soFar)
	if err != nil {
		heard()
		return err
	}
	l.cancels = append(l.cancels, told)
	return nil
}

// begin tells the visitor how the call stands and everybody else that they are
// here.
func (l *Leg) begin(c doorlink.Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.call, l.begun = c, true
	l.tell()
	l.arm()
	defer l.catchUp()
	if l.call.State.Over() {
		return
	}
	present := false
	l.inform(toResident{Away: &present})
	l.board.publish(personSubject(c.Person), toPerson{Call: &l.call, Sign: &l.sign})
	if l.call.State == doorlink.Created {
		l.after(lineTime, l.unlessReached)
	}
	if l.call.State == doorlink.Waiting {
		l.awaitTurn()
	}
}

// catchUp acts on what came before begin.
func (l *Leg) catchUp() {
	for _, m := range l.early {
		l.act(m)
	}
	l.early = nil
}

// Call is the call as this leg last heard of it.
func (l *Leg) Call() doorlink.Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.call
}

// Say passes on what the visitor's page says: offer, candidate, text, shown,
// opened or hangup. The signal must have passed its Check. It returns ErrNoCall
// for another call or one that has moved to another page, and doorlink.ErrOver
// for a conversation that has ended.
func (l *Leg) Say(ctx context.Context, s doorlink.Signal) error {
	l.mu.Lock()
	has := !l.finished && s.Call == l.call.ID
	l.mu.Unlock()
	if !has {
		return ErrNoCall
	}
	switch s.Kind {
	case doorlink.SigHangUp:
		return l.HangUp(ctx)
	case doorlink.SigShown, doorlink.SigOpened:
		return l.mark(ctx, s)
	case doorlink.SigOffer, doorlink.SigCandidate, doorlink.SigText:
		return l.pass(s)
	}
	return doorlink.ErrNotAllowed
}

// HangUp ends the call for the visitor, or cancels it before an answer.
func (l *Leg) HangUp(ctx context.Context) error {
	_, err := l.board.move(ctx, l.Call().ID, "", func(c doorlink.Call) (doorlink.Call, error) {
		return c.HangUp(doorlink.Visitor, time.Now()), nil
	})
	return err
}

func (l *Leg) pass(s doorlink.Signal) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.call.State.Over() {
		return doorlink.ErrOver
	}
	l.said.add(s)
	l.inform(toResident{Signal: &s})
	return nil
}

// mark records what the visitor says of a code, then tells the resident.
func (l *Leg) mark(ctx context.Context, s doorlink.Signal) error {
	shown := s.Kind == doorlink.SigShown
	if err := l.board.calls.MarkCode(ctx, s.Call, s.Nth, shown, s.Opened, time.Now()); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inform(toResident{Signal: &s})
	return nil
}

// Close is called when the visitor's page is gone. The call is held for
// doorlink.HoldTime in case it comes back, here or on another node.
func (l *Leg) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.finished {
		return
	}
	l.hear = func(doorlink.Signal) {}
	if l.call.State.Over() {
		l.finishLocked()
		return
	}
	gone := true
	l.said.away = true
	l.inform(toResident{Away: &gone})
	id := l.call.ID
	l.after(doorlink.HoldTime, func() {
		l.board.later(id, "ending a call without its visitor", lose)
		l.finish()
	})
}

// finish stops listening and all timers; the call itself is left alone.
func (l *Leg) finish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.finishLocked()
}

func (l *Leg) finishLocked() {
	l.finished = true
	for _, t := range l.timers {
		t.Stop()
	}
	for _, cancel := range l.cancels {
		cancel()
	}
	l.timers, l.cancels = nil, nil
}
