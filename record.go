package doorlink

import (
	"slices"
	"time"
)

// RecordKind is a kind of thing that is kept about what happened.
type RecordKind string

const (
	CallRecord RecordKind = "call" // a call and how it ended
	CodeRecord RecordKind = "code" // a doorcode that was given
	SignRecord RecordKind = "sign" // a sign-in
)

// RecordKinds are all kinds, in the order in which people are told of them.
var RecordKinds = []RecordKind{CallRecord, CodeRecord, SignRecord}

// MaxKept is the longest that records of any kind are kept, in days: the limit
// that New York's Tenant Data Privacy Act sets for access data.
const MaxKept = 90

// Retention is how long records of a kind are kept before the daily purge
// removes them, where a property does not say otherwise.
func (k RecordKind) Retention() time.Duration {
	switch k {
	case CallRecord:
		return 30 * 24 * time.Hour
	case SignRecord:
		return 14 * 24 * time.Hour
	}
	return MaxKept * 24 * time.Hour
}

// Keeps is how long the property keeps records of a kind: as it says, within a
// day and MaxKept days, or else the kind's Retention.
func (p Property) Keeps(k RecordKind) time.Duration {
	days, ok := p.Kept[k]
	if !ok {
		return k.Retention()
	}
	return time.Duration(min(max(days, 1), MaxKept)) * 24 * time.Hour
}

// Record is what is kept about one event: who, at which door, when. Never what
// was said, never digits.
type Record struct {
	ID       RecordID
	Kind     RecordKind
	Property PropertyID
	Door     DoorID
	DoorType DoorType
	Person   PersonID // the resident concerned
	Own      bool     // the resident's own entry, not a visitor's
	Call     CallID   // empty if none
	State    State    // of a call: how it ended
	At       time.Time
}

// Viewer is a manager, reduced to what decides which records they may see.
type Viewer struct {
	Property PropertyID
	Doors    []DoorID // the doors on the keys they manage
}

// VisibleTo is the privacy rule, in one place: a manager sees records of doors
// on keys they manage, and never a resident's own entry at a unit door.
func (r Record) VisibleTo(v Viewer) bool {
	if r.Property != v.Property || r.Own && r.DoorType == Residence {
		return false
	}
	return slices.Contains(v.Doors, r.Door)
}

// Anonymous is the record as managers read it at a property with CountsOnly:
// that something happened at a door, not to whom.
func (r Record) Anonymous() Record {
	r.Person, r.Call = "", ""
	return r
}
