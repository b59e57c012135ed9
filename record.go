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

// Retention is how long records of a kind are kept before the daily purge
// removes them. No kind is kept longer than 90 days, the limit New York's
// Tenant Data Privacy Act sets for access data.
func (k RecordKind) Retention() time.Duration {
	switch k {
	case CallRecord:
		return 30 * 24 * time.Hour
	case SignRecord:
		return 14 * 24 * time.Hour
	}
	return 90 * 24 * time.Hour
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

// Manager is somebody who runs a property, reduced to what decides what they
// may see.
type Manager struct {
	Property PropertyID
	Doors    []DoorID // the doors on the keys they manage
}

// VisibleTo is the privacy rule, in one place: a manager sees records of doors
// on keys they manage, and never a resident's own entry at a unit door.
func (r Record) VisibleTo(m Manager) bool {
	if r.Property != m.Property || r.Own && r.DoorType == Residence {
		return false
	}
	return slices.Contains(m.Doors, r.Door)
}
