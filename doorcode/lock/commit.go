package lock

import (
	"fmt"
	"slices"

	"doorlink/doorcode"
)

// recentEvents is how many events Facts shows.
const recentEvents = 32

// load reads the store and judges whether state and log belong together. The
// state is always saved before the log is written, so a log may lag behind by
// the last save, but never be ahead: then somebody has put an old state back,
// and codes that were used would open again. On an empty store the result has
// no state.
func load(store Store) (*Verifier, error) {
	text, err := store.Load()
	if err != nil {
		return nil, fmt.Errorf("opening the lock: %w", err)
	}
	events, err := store.Events()
	if err != nil {
		return nil, fmt.Errorf("opening the lock: %w", err)
	}
	v := &Verifier{store: store, perms: make(map[permKey]*doorcode.Perm)}
	v.recent = slices.Clone(events[max(0, len(events)-recentEvents):])
	var last Event
	if len(events) > 0 {
		last = events[len(events)-1]
	}
	if text == nil {
		if last.Seq > 0 {
			return nil, fmt.Errorf("%w: it is gone, but its log is there", ErrState)
		}
		return v, nil
	}
	if v.st, err = decodeState(text); err != nil {
		return nil, err
	}
	if last.Seq > v.st.Seq {
		return nil, fmt.Errorf("%w: it is older than its log", ErrState)
	}
	v.lost = CheckLog(slices.Concat(events, v.st.missing(last.Seq))) != nil || !v.st.reaches(last)
	return v, nil
}

// missing are the events of the last save that did not reach the log.
func (s *state) missing(last uint64) []Event {
	i := slices.IndexFunc(s.Tail, func(e Event) bool { return e.Seq > last })
	if i < 0 {
		return nil
	}
	return s.Tail[i:]
}

// reaches reports whether the log that ends with last, and the tail, lead up to
// the state's own end of the chain.
func (s *state) reaches(last Event) bool {
	switch missing := s.missing(last.Seq); {
	case len(missing) > 0:
		return missing[0].Seq == last.Seq+1
	default:
		return last.Seq == s.Seq && last.Head == s.Head
	}
}

// start makes the state after loading durable and completes the log.
func (v *Verifier) start() (*Verifier, error) {
	v.dirty = true
	if err := v.settle(); err != nil {
		return nil, err
	}
	return v, nil
}

// commit makes the state durable with these events in its tail, then writes
// them to the log. If the power goes between the two, the next start finishes.
func (v *Verifier) commit(events ...Event) error {
	for _, e := range events {
		if v.lost {
			e.Flags |= FlagLost
			v.lost = false
		}
		v.st.note(e)
	}
	v.dirty = true
	return v.settle()
}

// settle saves a state that is not known to be durable and brings the log up
// to it. The state comes first: a code must be used up before its motor moves
// even if the log is never written. When either fails the lock stays unsettled,
// and since tick settles before it does anything else, nothing is decided until
// a later attempt succeeds.
func (v *Verifier) settle() error {
	if !v.dirty {
		return nil
	}
	text, err := v.st.encode()
	if err != nil {
		return err
	}
	defer clear(text) // it holds the chain
	if err := v.store.Save(text); err != nil {
		return fmt.Errorf("saving the lock's state: %w", err)
	}
	v.saved = v.st.Clock
	if err := v.store.Append(v.st.Tail...); err != nil {
		return fmt.Errorf("writing the lock's log: %w", err)
	}
	v.recent = append(v.recent, v.st.missing(v.lastRecent())...)
	v.recent = slices.Delete(v.recent, 0, max(0, len(v.recent)-recentEvents))
	v.st.Tail = nil
	v.dirty = false
	return nil
}

// lastRecent is the number of the last event that Facts shows.
func (v *Verifier) lastRecent() uint64 {
	if len(v.recent) == 0 {
		return 0
	}
	return v.recent[len(v.recent)-1].Seq
}
