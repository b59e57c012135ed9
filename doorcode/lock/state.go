package lock

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"doorlink"
	"doorlink/doorcode"
)

// stateFormat is the version of the state's text. No other is read.
const stateFormat = 1

// maxDay lies in the year 4840.
const maxDay = 1 << 20

// state is all that must survive a power cut.
type state struct {
	Format int            `json:"format"`
	Setup  doorcode.Setup `json:"setup"`
	Chain  keptChain      `json:"chain"` // of the oldest day that may still open
	Day    doorlink.Day   `json:"day"`   // never falls; zero before the first reading
	Clock  int64          `json:"clock"` // Unix seconds of the latest reading believed

	Throttle throttle `json:"throttle"`
	// Used holds the used generations of each slot, for the days that may open.
	Used map[doorlink.Day]map[uint16]uint16 `json:"used"`
	// Opened holds the codes whose first use is not longer ago than Reuse.
	Opened []opened `json:"opened,omitempty"`
	// Former is the number of digits before the last provision, which stays
	// good for the codes of that day.
	Former former `json:"former,omitzero"`

	Seq    uint64  `json:"seq"`            // of the last event
	Head   Head    `json:"head"`           // after the last event
	Tail   []Event `json:"tail,omitempty"` // events of this save; the log has them next
	Noise  noise   `json:"noise,omitzero"`
	Logged int     `json:"logged"` // version of the setup that the log knows of
}

// keptChain is a chain that is written out: the state file is its keeper.
type keptChain struct{ doorcode.Chain }

// MarshalText writes the secret, where every other kind of key hides it.
func (c keptChain) MarshalText() ([]byte, error) { return []byte(c.Chain.Reveal()), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *keptChain) UnmarshalText(b []byte) (err error) {
	c.Chain, err = doorcode.ReadChain(string(b))
	return err
}

// opened is the first use of a code.
type opened struct {
	Day  doorlink.Day `json:"day"`
	Slot uint16       `json:"slot"`
	Gen  uint8        `json:"gen"`
	At   int64        `json:"at"` // Unix seconds
}

// former is how many digits codes had before a provision changed that.
type former struct {
	Digits int          `json:"digits"`
	Until  doorlink.Day `json:"until"` // zero until the first reading
}

// noise is what happened at the keypad while the log was full.
type noise struct {
	Count int          `json:"count"`
	UTC   int64        `json:"utc"`
	Day   doorlink.Day `json:"day"`
}

// ErrState says that the state of a lock is damaged, missing beside its log or
// older than its log. Such a lock opens nothing: it no longer knows which codes
// were used. Its files stay as they are. The way out is a fresh place for the
// state and a provision of a new epoch.
var ErrState = errors.New("the lock's state cannot be relied on")

// encode writes the state as the store keeps it.
func (s *state) encode() ([]byte, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("writing the lock's state: %w", err)
	}
	return b, nil
}

// decodeState reads a state that the store vouches for. What makes no sense all
// the same is ErrState: better a closed door than a guess.
func decodeState(b []byte) (*state, error) {
	var s state
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrState, err)
	}
	if s.Format != stateFormat {
		return nil, fmt.Errorf("%w: it is of format %d", ErrState, s.Format)
	}
	if err := s.Setup.Check(); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrState, err)
	}
	if s.Day > maxDay || s.Chain.Day < s.Setup.First || s.Chain.Day > maxDay {
		return nil, fmt.Errorf("%w: its days make no sense", ErrState)
	}
	if s.Used == nil {
		s.Used = make(map[doorlink.Day]map[uint16]uint16)
	}
	return &s, nil
}

// use marks a generation used.
func (s *state) use(day doorlink.Day, i doorcode.Index) {
	if s.Used[day] == nil {
		s.Used[day] = make(map[uint16]uint16)
	}
	s.Used[day][i.Slot] |= 1 << i.Gen
}

// reusable reports whether a used code was first used at most Reuse ago.
func (s *state) reusable(day doorlink.Day, i doorcode.Index, now time.Time) bool {
	within := int64(s.Setup.Params.Reuse)
	if within == 0 {
		return false // not even within the same second
	}
	return slices.ContainsFunc(s.Opened, func(o opened) bool {
		ago := now.Unix() - o.At
		return o.Day == day && o.Slot == i.Slot && o.Gen == i.Gen && 0 <= ago && ago <= within
	})
}

// note puts an event at the end of the log's chain and into the tail. A full
// log does not give way to noise: that is counted, and told in one event before
// the next one that is none.
func (s *state) note(e Event) {
	full := s.Seq >= 2*LogSize && s.Seq%LogSize == 0
	if full && e.Kind.noise() {
		s.Noise = noise{Count: s.Noise.Count + 1, UTC: e.UTC, Day: e.Day}
		return
	}
	if n := s.Noise; n.Count > 0 {
		s.Noise = noise{}
		s.chain(Event{UTC: n.UTC, Day: n.Day, Kind: EventInvalid, Slot: uint16(min(n.Count, 1<<16-1))})
	}
	s.chain(e)
}

// chain numbers an event and links it to the one before.
func (s *state) chain(e Event) {
	if s.Seq >= 2*LogSize && s.Seq%LogSize == 0 {
		e.Flags |= FlagLost // the part before the last one gives way
	}
	s.Seq++
	e.Seq = s.Seq
	e.Head = e.after(s.Head)
	s.Head = e.Head
	s.Tail = append(s.Tail, e)
}
