package doorcode

import (
	"slices"

	"doorlink"
)

// Place is a row of the issuer's ledger: one person's codes of one day at one
// door. A slot of a day names one person for ever, so a place does too.
type Place struct {
	Door  doorlink.DoorID `json:"door"`
	Epoch uint32          `json:"epoch"`
	Day   doorlink.Day    `json:"day"`
	Slot  uint16          `json:"slot"`
}

// Ask is who wants a code: a call, and which of that call's codes. The same
// ask always gets the same code of a day; a resident who wants another one in
// the same call asks with the next number.
type Ask struct {
	Call doorlink.CallID `json:"call"`
	Nth  int             `json:"nth,omitempty"`
}

// Given says what became of a generation. A burnt one was passed over because
// its code would have been ambiguous; it has no Ask.
type Given struct {
	Ask   Ask  `json:"ask,omitzero"`
	Burnt bool `json:"burnt,omitempty"`
}

// Slot is what the issuer knows of a place: DDC-1 section 4.6. It is a value;
// its methods return the next one and leave the receiver as it was. It holds
// no digits and can be stored as JSON.
type Slot struct {
	Place Place   `json:"place"`
	Given []Given `json:"given,omitempty"` // by generation, from 0 on
	Used  uint16  `json:"used,omitempty"`  // generations known to be used up, one bit each
}

var (
	// ErrNoLock says that a door has no lock that codes could be made for.
	ErrNoLock = doorlink.Fail(doorlink.Conflict, "grant.no_lock")
	// ErrNoPlace says that every slot of the door is somebody else's today.
	ErrNoPlace = doorlink.Fail(doorlink.Busy, "grant.no_place")
	// ErrWindowFull says that as many codes are waiting as the lock will have
	// side by side. It ends when one is used and marked so, or at midnight.
	ErrWindowFull = doorlink.Fail(doorlink.Busy, "grant.window_full")
	// ErrExhausted says that all sixteen codes of the day were handed out.
	ErrExhausted = doorlink.Fail(doorlink.Busy, "grant.exhausted")
)

// Issue finds the generation for an ask: the one it had before, or else the
// lowest that was never handed out. skip reports whether a generation's code
// may not be given; it is burnt then and keeps its place in the window. The
// code of the returned generation opens the lock whatever earlier ones were
// used, in whatever order. It fails with ErrWindowFull or ErrExhausted and
// leaves everything as it was.
func (s Slot) Issue(p Params, ask Ask, skip func(gen uint8) bool) (gen uint8, next Slot, err error) {
	for g, given := range s.Given {
		if given.Ask == ask && !given.Burnt {
			return uint8(g), s, nil
		}
	}
	next = s
	next.Given = slices.Clone(s.Given)
	for len(next.Given) < Generations {
		gen = uint8(len(next.Given))
		if waiting(s.Used, gen) >= p.Window {
			return 0, s, ErrWindowFull
		}
		burnt := s.Used>>gen&1 == 1 || skip(gen)
		if !burnt {
			next.Given = append(next.Given, Given{Ask: ask})
			return gen, next, nil
		}
		next.Given = append(next.Given, Given{Burnt: true})
	}
	return 0, s, ErrExhausted
}

// MarkUsed records that a generation was used, or will never be: the visitor
// got in, or the lock said so. Marking twice is marking once, and nothing takes
// a mark back.
func (s Slot) MarkUsed(gen uint8) Slot {
	if gen < Generations {
		s.Used |= 1 << gen
	}
	return s
}

// Of finds the generation that an ask was given.
func (s Slot) Of(ask Ask) (gen uint8, ok bool) {
	i := slices.IndexFunc(s.Given, func(g Given) bool { return g.Ask == ask && !g.Burnt })
	return uint8(max(0, i)), i >= 0
}
