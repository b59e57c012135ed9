package lock

import (
	"time"

	"doorlink"
)

// Kind is how an entry ended: section 4.7 of DDC-1.
type Kind int

const (
	// Accept opens the door; the code is used up.
	Accept Kind = iota + 1
	// Reuse opens the door again, shortly after the code's first use.
	Reuse
	// Replay is a code that was used before. It is not counted as an error.
	Replay
	// Invalid is a number that opens nothing now. It is counted.
	Invalid
	// Format is an entry that is no number of the right length. It tests
	// nothing and is not counted.
	Format
	// Locked says that the entry was not looked at, after too many errors.
	Locked
	// Time says that the clock cannot be believed.
	Time
	// Privacy says that the bolt is thrown. Nothing is used up.
	Privacy
)

var kindNames = [...]string{"none", "accept", "reuse", "replay", "invalid", "format", "locked", "time", "privacy"}

// String is the kind's name, for tests and for a simulator.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "none"
	}
	return kindNames[k]
}

// Verdict is the answer to an entry. The reason is for the log and for a
// simulator's eyes; a keypad at a door shows only whether it Opens.
type Verdict struct {
	Kind Kind

	// Day, Slot and Gen name the code of an Accept, a Reuse or a Replay.
	Day  doorlink.Day
	Slot uint16
	Gen  uint8

	// HeldUntil is when entries are looked at again, after Locked or after the
	// error that began a hold. It is zero for a hold that only a newer
	// Provision ends, and when there is none.
	HeldUntil time.Time
}

// Opens reports whether the motor may move.
func (v Verdict) Opens() bool { return v.Kind == Accept || v.Kind == Reuse }
