package lock

import (
	"bytes"
	"encoding/json"
	"errors"

	"doorlink"
	"doorlink/doorcode"
)

// ErrProvision says that a provision is not for this lock, older than the one
// the lock runs on, or not of the same key.
var ErrProvision = errors.New("the provision does not follow the one this lock runs on")

// fresh is the state of a lock that starts with p.
func fresh(p doorcode.Provision) *state {
	return &state{
		Format: stateFormat,
		Setup:  p.Setup,
		Chain:  keptChain{p.Chain},
		Used:   make(map[doorlink.Day]map[uint16]uint16),
	}
}

// takeOver returns the state after p: the same one if p is what the lock runs
// on, one with the used codes of live days if p is newer, and a fresh one, with
// the log going on, if p begins a new epoch, which ends the codes of the old one
// at once. A newer provision is word from the server, so it clears the throttle.
// One made on another day does too: the lock keeps the later of the two chains,
// having checked that they are one.
func (s *state) takeOver(p doorcode.Provision) (*state, error) {
	is := s.Setup
	if p.Lock != is.Lock || p.Door != is.Door || p.Property != is.Property || p.Version < is.Version || p.Epoch < is.Epoch {
		return nil, ErrProvision
	}
	if p.Version == is.Version {
		if !sameSetup(p.Setup, is) || !sameKey(s.Chain.Chain, p.Chain) {
			return nil, ErrProvision
		}
		return s, nil
	}
	if p.Epoch > is.Epoch {
		next := fresh(p)
		next.Seq, next.Head, next.Tail, next.Noise, next.Logged = s.Seq, s.Head, s.Tail, s.Noise, s.Logged
		return next, nil
	}
	if p.First != is.First || !sameKey(s.Chain.Chain, p.Chain) {
		return nil, ErrProvision
	}
	next := *s
	next.Setup = p.Setup
	next.Throttle = throttle{}
	if p.Params.Digits != is.Params.Digits {
		next.Former = former{Digits: is.Params.Digits}
	}
	return &next, nil
}

// sameSetup reports whether two setups are written the same.
func sameSetup(a, b doorcode.Setup) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// sameKey reports whether two chains are the same one at different days.
func sameKey(a, b doorcode.Chain) bool {
	if a.Day > b.Day {
		a, b = b, a
	}
	a, _ = a.At(b.Day)
	return a == b
}
