package doorlink

import "time"

// EventKind is a kind of event that webhooks are told of.
type EventKind string

const (
	CallPlaced    EventKind = "call.placed"    // a visitor calls
	CallAnswered  EventKind = "call.answered"  // a handset has the call
	CallMissed    EventKind = "call.missed"    // it ended without an answer
	CodeGenerated EventKind = "code.generated" // a doorcode was given
	CodeUsed      EventKind = "code.used"      // the visitor said that it opened the door
	QRChanged     EventKind = "qr.changed"     // a panel has a new sticker
	PersonAdded   EventKind = "person.added"   // somebody is new, or back
	PersonRemoved EventKind = "person.removed" // somebody has no unit and no key any more

	// LockOutOfSync: something has changed that a lock was not told of. It is said
	// once, and again only after the lock was set up anew.
	LockOutOfSync EventKind = "lock.out_of_sync"

	// HookTest is sent when a manager asks for it, to whichever webhook; nobody
	// chooses it.
	HookTest EventKind = "hook.test"
)

// EveryEvent stands for all kinds, those of later versions too.
const EveryEvent EventKind = "*"

// EventKinds are all that a webhook can choose.
var EventKinds = []EventKind{
	CallPlaced, CallAnswered, CallMissed, CodeGenerated, CodeUsed, QRChanged, PersonAdded, PersonRemoved, LockOutOfSync,
}

// Event is something that happened at a property, as webhooks are told: of what
// kind it is, when it was, and by name the IDs of what it concerned.
type Event struct {
	Kind     EventKind
	Property PropertyID
	At       time.Time
	Data     map[string]string
}

// Scene is what an event could tell beside its record. The names are empty
// where nobody knows them any more.
type Scene struct {
	Panel PanelID
	Unit  UnitID
	Ended State // of a call that was missed: how

	DoorName, UnitName, PersonName string
}

// EventOf is what the webhooks of a property are told of something that is on
// record. They are its managers' ears, so what no manager may see is told to
// none, and ok is false: a resident's own entries at Residence doors. Where
// managers see counts only, nothing says who was called. Names go along only
// where the property lets them.
func (p Property) EventOf(kind EventKind, r Record, s Scene) (e Event, ok bool) {
	if !r.VisibleTo(Viewer{Property: p.ID, Doors: []DoorID{r.Door}}) {
		return Event{}, false
	}
	if p.CountsOnly {
		r.Person, s.Unit, s.UnitName, s.PersonName = "", "", "", ""
	}
	if !p.HookNames {
		s.DoorName, s.UnitName, s.PersonName = "", "", ""
	}
	e = Event{Kind: kind, Property: p.ID, At: r.At, Data: map[string]string{}}
	for name, value := range map[string]string{
		"door": string(r.Door), "person": string(r.Person), "call": string(r.Call),
		"panel": string(s.Panel), "unit": string(s.Unit), "ended": string(s.Ended),
		"door_name": s.DoorName, "unit_name": s.UnitName, "name": s.PersonName,
	} {
		if value != "" {
			e.Data[name] = value
		}
	}
	return e, true
}

// EventAfter is the kind of event that it is when a call has become c; ok is
// false if it is none. The zero Call is one that was not placed yet.
func (c Call) EventAfter(was Call) (kind EventKind, ok bool) {
	switch {
	case was.State == "":
		return CallPlaced, true
	case was.Answered.IsZero() && !c.Answered.IsZero():
		return CallAnswered, true
	case c.Answered.IsZero() && c.State.Over() && !was.State.Over():
		return CallMissed, true
	}
	return "", false
}
