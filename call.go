package doorlink

import "time"

// How long each state of a call lasts before it ends by itself.
const (
	// ReachTime is how long a call looks for a handset that shows it. A phone
	// that is connected has answered long before; see switchboard for the
	// shorter wait when not even a line is open.
	ReachTime = 8 * time.Second
	// RingTime is how long a resident's handsets ring.
	RingTime = 30 * time.Second
	// WaitTime is how long a visitor waits while the resident is in another call.
	WaitTime = 3 * time.Minute
	// TalkTime is how long a call lasts, and how much the resident adds with
	// each extension.
	TalkTime = 3 * time.Minute
	// GrantTime is how long after the end of an answered call a doorcode can
	// still be given.
	GrantTime = 2 * time.Minute
	// HoldTime is how long a call waits for a visitor whose connection is lost.
	HoldTime = time.Minute
)

// State is where a call is. The last six are final.
type State string

const (
	Created     State = "created"     // placed; no handset is known to show it yet
	Ringing     State = "ringing"     // at least one handset rings
	Waiting     State = "waiting"     // the resident is in another call
	Answered    State = "answered"    // one handset has it
	Ended       State = "ended"       // was answered and is over
	Declined    State = "declined"    // the resident refused it
	Missed      State = "missed"      // it rang and nobody answered
	Unreachable State = "unreachable" // nothing rang
	Cancelled   State = "cancelled"   // the visitor gave up before an answer
	Failed      State = "failed"      // we could not carry it on
)

// Over reports whether the state is final.
func (s State) Over() bool {
	switch s {
	case Created, Ringing, Waiting, Answered:
		return false
	}
	return true
}

// Reason says more about the end of a call.
type Reason string

const (
	ByVisitor  Reason = "visitor"  // the visitor hung up
	ByResident Reason = "resident" // the resident hung up
	ByLimit    Reason = "limit"    // the time was over and not extended
	ByLoss     Reason = "lost"     // the visitor's connection did not come back
)

// Side is one of the two ends of a call.
type Side string

const (
	Visitor  Side = "visitor"
	Resident Side = "resident"
)

// CallerKind is what a visitor says they are, before calling.
type CallerKind string

const (
	Unsaid   CallerKind = ""
	Delivery CallerKind = "delivery"
	Guest    CallerKind = "guest"
	Servicer CallerKind = "service"
)

// Caller is what a visitor chose to say about themselves. Nothing checks it;
// residents are shown it as said, not as known.
type Caller struct {
	Kind CallerKind `json:"kind,omitempty"`
	Line string     `json:"line,omitempty"` // a name or company, at most MaxCallerLine characters
}

// Visit is one visitor's browser at one door, from the scan until the cookie
// ends. It is not a person.
type Visit struct {
	ID       VisitID
	Property PropertyID
	Door     DoorID
	Panel    PanelID
	Sticker  StickerID
}

// Call is one visitor calling one resident. It changes only by its moves, each
// of which returns the next value and leaves the receiver as it was; storage
// applies them under compare-and-swap by Version.
type Call struct {
	ID       CallID
	Visit    VisitID
	Property PropertyID
	Door     DoorID
	Panel    PanelID
	Entry    EntryID
	Person   PersonID
	Unit     UnitID
	Caller   Caller

	State    State
	Reason   Reason
	Handset  HandsetID // who answered
	Placed   time.Time
	Since    time.Time // when the present state began
	Answered time.Time // zero if it never was
	Until    time.Time // when the present state ends by itself; zero when over
	Version  int64     // counts changes; kept by storage
}

// What a move may be refused with.
var (
	// ErrTaken: another handset was faster.
	ErrTaken = Fail(Conflict, "call.taken")
	// ErrOver: the call has ended.
	ErrOver = Fail(Gone, "call.over")
	// ErrNotYours: only the handset that answered may do this.
	ErrNotYours = Fail(Denied, "call.not_yours")
	// ErrNotAnswered: this can be done only in an answered call.
	ErrNotAnswered = Fail(Conflict, "call.not_answered")
	// ErrAnswered: the call was answered in the meantime.
	ErrAnswered = Fail(Conflict, "call.answered")
)

// PlaceCall begins a call. busy says that the resident is in another one.
func PlaceCall(id CallID, v Visit, entry EntryID, person PersonID, unit UnitID, as Caller, busy bool, now time.Time) Call {
	c := Call{
		ID: id, Visit: v.ID, Property: v.Property, Door: v.Door, Panel: v.Panel,
		Entry: entry, Person: person, Unit: unit, Caller: as, Placed: now,
	}
	if busy {
		return c.to(Waiting, now)
	}
	return c.to(Created, now)
}

// Ring records that a handset shows the call. The ring time starts with the
// first; later ones change nothing. An answered call refuses with ErrAnswered.
func (c Call) Ring(now time.Time) (Call, error) {
	switch c.State {
	case Created, Waiting:
		return c.to(Ringing, now), nil
	case Ringing:
		return c, nil
	case Answered:
		return c, ErrAnswered
	}
	return c, ErrOver
}

// Free takes a waiting call back to the start, because the resident's other
// call is over. Calls that do not wait are left alone.
func (c Call) Free(now time.Time) (Call, error) {
	if c.State == Waiting {
		return c.to(Created, now), nil
	}
	return c, nil
}

// Answer gives the call to handset h. The first wins; h asking again changes
// nothing; another gets ErrTaken. A call that is over refuses with ErrOver.
func (c Call) Answer(h HandsetID, now time.Time) (Call, error) {
	switch {
	case c.State == Answered && c.Handset == h:
		return c, nil
	case c.State == Answered:
		return c, ErrTaken
	case c.State.Over():
		return c, ErrOver
	}
	c = c.to(Answered, now)
	c.Handset, c.Answered = h, now
	return c, nil
}

// Decline refuses the call for the resident. Another handset's answer stands:
// ErrTaken.
func (c Call) Decline(now time.Time) (Call, error) {
	switch {
	case c.State == Answered:
		return c, ErrTaken
	case c.State == Declined:
		return c, nil
	case c.State.Over():
		return c, ErrOver
	}
	return c.to(Declined, now), nil
}

// HangUp ends the call for either side, whatever it was doing: a visitor who
// hangs up before an answer cancels. A call that is over stays as it is.
func (c Call) HangUp(by Side, now time.Time) Call {
	switch {
	case c.State.Over():
		return c
	case c.State != Answered && by == Visitor:
		return c.to(Cancelled, now)
	case c.State != Answered:
		return c.to(Declined, now)
	case by == Visitor:
		return c.over(Ended, ByVisitor, now)
	}
	return c.over(Ended, ByResident, now)
}

// GiveUp ends a call for which no handset was found. A call that rings or was
// answered meanwhile is left alone.
func (c Call) GiveUp(now time.Time) Call {
	if c.State == Created {
		return c.to(Unreachable, now)
	}
	return c
}

// Lose ends the call of a visitor whose connection did not come back.
func (c Call) Lose(now time.Time) Call {
	switch {
	case c.State == Answered:
		return c.over(Ended, ByLoss, now)
	case c.State.Over():
		return c
	}
	return c.over(Cancelled, ByLoss, now)
}

// Extend adds TalkTime to an answered call, counted from now. Only the handset
// that answered may.
func (c Call) Extend(h HandsetID, now time.Time) (Call, error) {
	switch {
	case c.State.Over():
		return c, ErrOver
	case c.State != Answered:
		return c, ErrNotAnswered
	case c.Handset != h:
		return c, ErrNotYours
	}
	c.Until = now.Add(TalkTime)
	return c, nil
}

// Expire ends whatever has lasted its time: looking for handsets becomes
// unreachable, ringing and waiting become missed, talking ends by the limit.
// A state whose time is not over is left alone, so that a timer that fires in
// the same instant as an answer can never undo it. An end that lies further ahead
// than the state can last was set by a clock that has been set back since: it has
// come, too.
func (c Call) Expire(now time.Time) Call {
	left := c.Until.Sub(now)
	if c.State.Over() || 0 < left && left <= c.State.lasts()+maxClockStep {
		return c
	}
	switch c.State {
	case Created:
		return c.to(Unreachable, now)
	case Answered:
		return c.over(Ended, ByLimit, now)
	}
	return c.to(Missed, now)
}

// maxClockStep is how far the clocks of two nodes may be apart, or one be set
// back, without any call ending early.
const maxClockStep = time.Minute

// lasts is how long a state has to go when it begins or is extended; 0 for one
// that is over.
func (s State) lasts() time.Duration {
	switch s {
	case Created:
		return ReachTime
	case Ringing:
		return RingTime
	case Waiting:
		return WaitTime
	case Answered:
		return TalkTime
	}
	return 0
}

// MayGrant reports whether handset h may give a doorcode in this call at now:
// while it is answered, and for GrantTime after that.
func (c Call) MayGrant(h HandsetID, now time.Time) error {
	switch {
	case c.Answered.IsZero():
		return ErrNotAnswered
	case c.Handset != h:
		return ErrNotYours
	case c.State.Over() && now.After(c.Since.Add(GrantTime)):
		return ErrOver
	}
	return nil
}

// Matters reports whether a visitor who comes back should be shown this call:
// it goes on, or a code may still be given in it.
func (c Call) Matters(now time.Time) bool {
	return !c.State.Over() || !c.Answered.IsZero() && now.Before(c.Since.Add(GrantTime))
}

func (c Call) to(s State, now time.Time) Call {
	c.State, c.Since, c.Until = s, now, time.Time{}
	if !s.Over() {
		c.Until = now.Add(s.lasts())
	}
	return c
}

func (c Call) over(s State, why Reason, now time.Time) Call {
	c = c.to(s, now)
	c.Reason = why
	return c
}
