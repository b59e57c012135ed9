package lock

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"doorlink"
)

// LogSize is how many events a part of the log holds. A store keeps the part
// that is being written and the one before it, so between one and two times as
// many events: the ring of DDC-1 section 7, which asks for 512.
const LogSize = 1024

// EventKind is what happened, numbered as in section 7.
type EventKind uint8

const (
	EventAccept  EventKind = iota + 1 // a code opened the door
	EventReuse                        // it opened again
	EventReplay                       // a used code was entered
	EventInvalid                      // wrong entries; Slot says how many
	EventLocked                       // an entry during a hold; once for each hold
	EventBoot                         // the lock started
	EventTime                         // the time was set, or doubted if FlagDoubt is set
	EventDay                          // the day rolled
	EventConfig                       // a provision was taken over
	eventTamper                       // not known to this implementation
	EventPrivacy                      // an entry while the bolt was thrown
)

var eventNames = []string{"", "accept", "reuse", "replay", "invalid", "locked", "boot", "time", "day", "config", "tamper", "privacy"}

// String is the kind's name, empty for a number that is none.
func (k EventKind) String() string {
	if int(k) >= len(eventNames) {
		return ""
	}
	return eventNames[k]
}

// MarshalText writes the kind's name, for the log.
func (k EventKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

var errEvent = errors.New("not an event of a lock's log")

// UnmarshalText reads the kind's name.
func (k *EventKind) UnmarshalText(b []byte) error {
	i := slices.Index(eventNames, string(b))
	if i < 1 {
		return errEvent
	}
	*k = EventKind(i)
	return nil
}

// noise reports whether events of the kind can be made at will by anybody at
// the keypad. They give way when the log is full.
func (k EventKind) noise() bool {
	return k == EventReplay || k == EventInvalid || k == EventLocked || k == EventPrivacy
}

// Flags of an event.
const (
	// FlagLost says that events before this one are missing.
	FlagLost = 1 << iota
	// FlagDoubt says that the clock's reading was not believed.
	FlagDoubt
)

// Event is a line of the lock's log. It never holds digits: the slot and the
// generation say whose code it was, to those who keep the ledger.
type Event struct {
	Seq   uint64       `json:"seq"` // counts from 1 without gaps
	UTC   int64        `json:"utc"` // Unix seconds on the lock's clock
	Day   doorlink.Day `json:"day"` // the code's day, else the lock's
	Kind  EventKind    `json:"type"`
	Slot  uint16       `json:"slot"`
	Gen   uint8        `json:"gen"`
	Flags uint8        `json:"flags"`
	Head  Head         `json:"head"`
}

// Head is the end of the hash chain after an event. An event cannot be changed,
// dropped or moved without all later heads changing.
type Head [sha256.Size]byte

// String is the head in hexadecimal.
func (h Head) String() string { return hex.EncodeToString(h[:]) }

// MarshalText writes the head in hexadecimal, for the log.
func (h Head) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *Head) UnmarshalText(b []byte) error {
	d, err := hex.DecodeString(string(b))
	if err != nil || len(d) != len(h) {
		return errEvent
	}
	*h = Head(d)
	return nil
}

// after is the head that follows prev with this event: SHA-256 of prev and the
// event's fields in their order, integers big-endian.
func (e Event) after(prev Head) Head {
	b := prev[:]
	b = binary.BigEndian.AppendUint64(b, e.Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(e.UTC))
	b = binary.BigEndian.AppendUint32(b, uint32(e.Day))
	b = append(b, byte(e.Kind))
	b = binary.BigEndian.AppendUint16(b, e.Slot)
	b = append(b, e.Gen, e.Flags)
	return sha256.Sum256(b)
}

// CheckLog reports the first place where events do not follow from each other.
// The first event is taken as given.
func CheckLog(events []Event) error {
	for i := 1; i < len(events); i++ {
		if events[i].Seq != events[i-1].Seq+1 || events[i].Head != events[i].after(events[i-1].Head) {
			return fmt.Errorf("event %d does not follow from the one before it", events[i].Seq)
		}
	}
	return nil
}
