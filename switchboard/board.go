// Package switchboard carries calls: one visitor, one resident, all the
// handsets that may answer, on any node.
//
// A call is a row in the database that changes only by its moves, under
// compare-and-swap; the bus tells everybody concerned that it has changed. The
// visitor's end is a Leg, a resident's open page is a Line; each may live on a
// node of its own. A Leg keeps the timers of its call. Should its node die, the
// visitor's page resumes the call on another one from the row, and a sweep that
// every node makes ends calls that nobody came back for.
//
// What may be relied on:
//
//   - A call, an answer and a doorcode are durable before anybody is told.
//   - The first answer wins, exactly once, however many handsets and nodes.
//   - What a Leg or Line hears comes in the order it happened. It may hear the
//     same twice; everything said is idempotent by call.
//   - Doorcodes travel on the bus sealed by the desk, for one call: whoever listens
//     there learns nothing.
//
// A hear function is called by whatever goroutine has news. It must return at
// once and must not call back into the Leg or Line.
package switchboard

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"doorlink"
	"doorlink/bus"
	"doorlink/directory"
)

// Calls is where calls last.
type Calls interface {
	AddCall(ctx context.Context, c doorlink.Call,
		rule func(c doorlink.Call, recent []doorlink.Call) (doorlink.Call, error)) (doorlink.Call, error)
	ChangeCall(ctx context.Context, id doorlink.CallID,
		change func(doorlink.Call) (doorlink.Call, error)) (doorlink.Call, error)
	Call(ctx context.Context, id doorlink.CallID) (doorlink.Call, error)
	VisitCall(ctx context.Context, v doorlink.VisitID) (doorlink.Call, error)
	PersonCalls(ctx context.Context, p doorlink.PersonID, now time.Time) ([]doorlink.Call, error)
	OverdueCalls(ctx context.Context, now time.Time, limit int) ([]doorlink.CallID, error)
	MarkCode(ctx context.Context, id doorlink.CallID, nth int, shown bool, opened string, now time.Time) error
}

// House knows who is where.
type House interface {
	Entrance(ctx context.Context, door doorlink.DoorID) (doorlink.Entrance, error)
	UnitFacts(ctx context.Context, door doorlink.DoorID, entry doorlink.EntryID) ([]directory.Facts, error)
}

// Codes gives doorcodes. Asking for the same nth code of a call again gives the
// same one; Given lists those of a call that still open their door. Seal closes
// a code on its way to another node, where Open opens it again for the same call.
type Codes interface {
	Give(ctx context.Context, c doorlink.Call, nth int, now time.Time) (doorlink.Code, error)
	Given(ctx context.Context, c doorlink.CallID, now time.Time) ([]doorlink.Code, error)
	Seal(c doorlink.CallID, code doorlink.Code) ([]byte, error)
	Open(c doorlink.CallID, sealed []byte) (doorlink.Code, error)
}

// Relay hands out the servers through which audio can travel, and forgets a
// call that is over. The one in process and one run apart both do.
type Relay interface {
	Servers(c doorlink.CallID, side doorlink.Side, until time.Time) []doorlink.ICEServer
	End(c doorlink.CallID)
}

const (
	// lineTime is how long a call looks for an open line at all. A page that is
	// being reloaded is back within it.
	lineTime = 2 * time.Second
	// sweepTime is how often every node looks for calls nobody ended.
	sweepTime = 5 * time.Second
	// moveTime limits what a timer or the bus sets off.
	moveTime = 5 * time.Second
	// sweepMany is how many overdue calls one sweep ends.
	sweepMany = 100
)

// Board connects visitors with residents on one node. Its methods may be used
// from any goroutine; they block for the database, never for the other side.
type Board struct {
	calls Calls
	house House
	codes Codes
	relay Relay
	bus   *bus.Bus
	log   *slog.Logger

	mu     sync.Mutex
	closed bool
	work   sync.WaitGroup // what timers and the bus have set off
}

// New makes a board. It does nothing by itself until Run.
func New(calls Calls, house House, codes Codes, relay Relay, b *bus.Bus, log *slog.Logger) *Board {
	return &Board{calls: calls, house: house, codes: codes, relay: relay, bus: b, log: log}
}

// Run ends overdue calls until ctx is done, and tells this node's relay which
// calls are over. It returns when everything that timers and the bus have set
// off has ended, at most moveTime later, and nothing is set off after that.
func (b *Board) Run(ctx context.Context) error {
	defer b.close()
	defer bus.Subscribe(b.bus, overSubject, b.relay.End)()
	tick := time.NewTicker(sweepTime)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			b.sweep(ctx)
		}
	}
}

func (b *Board) sweep(ctx context.Context) {
	ids, err := b.calls.OverdueCalls(ctx, time.Now(), sweepMany)
	if err != nil {
		b.log.Warn("looking for overdue calls", "err", err)
		return
	}
	for _, id := range ids {
		if _, err := b.move(ctx, id, "", expire); err != nil {
			b.log.Warn("ending an overdue call", "call", id, "err", err)
		}
	}
}

// What timers and the bus set off are moves at that moment.
func expire(c doorlink.Call) (doorlink.Call, error) { return c.Expire(time.Now()), nil }
func giveUp(c doorlink.Call) (doorlink.Call, error) { return c.GiveUp(time.Now()), nil }
func lose(c doorlink.Call) (doorlink.Call, error)   { return c.Lose(time.Now()), nil }
func free(c doorlink.Call) (doorlink.Call, error)   { return c.Free(time.Now()) }
func ring(c doorlink.Call) (doorlink.Call, error)   { return c.Ring(time.Now()) }

// close sets nothing off any more and waits for what goes on.
func (b *Board) close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.work.Wait()
}

// setOff runs f in a goroutine of its own, unless the board is closed: what f
// would have done is in the database for another node, or for the next start.
func (b *Board) setOff(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.work.Go(f)
	}
}

// move changes a call and, once that is durable, tells both ends. by is the
// line that made the move, if one did.
func (b *Board) move(ctx context.Context, id doorlink.CallID, by string,
	change func(doorlink.Call) (doorlink.Call, error)) (doorlink.Call, error) {
	was := int64(-1)
	c, err := b.calls.ChangeCall(ctx, id, func(c doorlink.Call) (doorlink.Call, error) {
		was = c.Version
		return change(c)
	})
	if err != nil {
		return c, err
	}
	if c.Version != was {
		b.announce(c, by)
	}
	return c, nil
}

// announce tells both ends and every relay how a call stands.
func (b *Board) announce(c doorlink.Call, by string) {
	b.publish(visitorSubject(c.ID), toVisitor{Call: &c})
	b.publish(personSubject(c.Person), toPerson{Call: &c, By: by})
	if c.State.Over() {
		b.publish(overSubject, c.ID)
	}
}

// publish logs what the bus would not take. There is nobody to return it to:
// what mattered is in the database, and the ends find it there.
func (b *Board) publish(subject string, v any) {
	if err := b.bus.Publish(subject, v); err != nil {
		b.log.Warn("telling the other end", "err", err)
	}
}

// later makes a move that no request waits for.
func (b *Board) later(id doorlink.CallID, what string, change func(doorlink.Call) (doorlink.Call, error)) {
	ctx, cancel := context.WithTimeout(context.Background(), moveTime)
	defer cancel()
	if _, err := b.move(ctx, id, "", change); err != nil && doorlink.KindOf(err) != doorlink.Gone &&
		doorlink.KindOf(err) != doorlink.Conflict {
		b.log.Warn(what, "call", id, "err", err)
	}
}

// ErrNoCall answers a move in a call that does not exist or is somebody
// else's; the two cannot be told apart.
var ErrNoCall = doorlink.Fail(doorlink.NotFound, "call.unknown")

// ErrNotListed answers a call to somebody who cannot be called at this door, or
// no longer.
var ErrNotListed = doorlink.Fail(doorlink.Gone, "dial.not_listed")

// ErrBusDown says that the other end cannot be told anything at the moment.
var ErrBusDown = doorlink.Fail(doorlink.Down, "bus.down")

// sign is what both ends read about a call besides the call itself.
type sign struct {
	Door     string
	Label    string
	Building string
	Name     string // the resident, as listed
	Unit     string // empty for a Featured Entry, which its name says all about
	Others   []doorlink.Other
}

// findSign looks up the entry of a call. It fails with ErrNotListed if the
// entry cannot be called at now; a call that is under way keeps its sign.
func (b *Board) findSign(ctx context.Context, at doorlink.Entrance, entry doorlink.EntryID, now time.Time) (sign, directory.Entry, error) {
	facts, err := b.house.UnitFacts(ctx, at.Door.ID, entry)
	if err != nil {
		return sign{}, directory.Entry{}, fmt.Errorf("looking up an entry at door %s: %w", at.Door.ID, err)
	}
	found, others, ok := directory.Find(at.Property, facts, entry, now)
	s := sign{
		Door: at.Door.Name, Label: at.Panel.Label, Building: at.Property.Name,
		Name: found.Name, Unit: found.Place,
	}
	if found.Featured {
		s.Unit = ""
	}
	for _, o := range others {
		s.Others = append(s.Others, doorlink.Other{Entry: o.ID, Name: o.Name})
	}
	if !ok {
		return s, found, ErrNotListed
	}
	return s, found, nil
}

// news is a call as both sides may know it; each side adds its own.
func (s sign) news(c doorlink.Call, now time.Time) *doorlink.News {
	n := &doorlink.News{
		State: c.State, Reason: c.Reason,
		Door: s.Door, Label: s.Label, Building: s.Building, Name: s.Name, Unit: s.Unit,
	}
	if !c.Until.IsZero() {
		n.LeftMS = max(0, c.Until.Sub(now).Milliseconds())
	}
	if c.State == doorlink.Answered {
		n.TalkedMS = max(0, now.Sub(c.Answered).Milliseconds())
	}
	if c.State.Over() && !c.Answered.IsZero() {
		n.GrantMS = max(0, c.Since.Add(doorlink.GrantTime).Sub(now).Milliseconds())
	}
	return n
}
