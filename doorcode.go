package doorlink

import (
	"log/slog"
	"time"
)

// Digits are the figures of a doorcode, leading zeros included. They open a
// door, so they never print: fmt, JSON and slog see "[digits]". Reveal gives
// them to the two pages that show them.
type Digits string

// Reveal returns the figures themselves.
func (d Digits) Reveal() string { return string(d) }

func (d Digits) String() string               { return "[digits]" }
func (d Digits) GoString() string             { return "[digits]" }
func (d Digits) LogValue() slog.Value         { return slog.StringValue("[digits]") }
func (d Digits) MarshalText() ([]byte, error) { return []byte("[digits]"), nil }

// Doorcode is one daily doorcode as it was handed out in a call. It is derived
// from the door's keys whenever it is asked for and never stored.
type Doorcode struct {
	Digits Digits
	Call   CallID
	Door   DoorID
	Day    Day       // the property's date on which it opens
	Slot   uint16    // whose code it is at the lock, for that day
	Gen    uint8     // which of that person's codes of the day
	Until  time.Time // the midnight that ends it, in the lock's own calendar
}
