package lock

import (
	"context"
	"time"
)

// Tick lets the lock see the time: it rolls the day, erases secrets that have
// had their day and keeps the hourly checkpoint. Call it at least every few
// minutes; Run does.
func (v *Verifier) Tick(now time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.tick(now)
}

// Run ticks every minute until ctx ends, then returns its error. It stops
// early with the store's error.
func (v *Verifier) Run(ctx context.Context) error {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	for {
		if err := v.Tick(time.Now()); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-every.C:
		}
	}
}

// SetTime vouches for a reading of the clock that the lock does not believe. It
// never turns the day back; an erroneous jump forward that was believed takes a
// new epoch to repair.
func (v *Verifier) SetTime(now time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.st.Clock = now.Unix()
	v.dirty = true
	if err := v.tick(now); err != nil {
		return err
	}
	return v.commit(Event{UTC: now.Unix(), Day: v.st.Day, Kind: EventTime})
}

// tick brings the state up to now. It leaves doubts set when the reading is
// not believed, and changes nothing then.
func (v *Verifier) tick(now time.Time) error {
	if err := v.settle(); err != nil {
		return err
	}
	if !v.st.believes(now) {
		return v.doubt(now)
	}
	v.doubts = false
	events := v.greet(now)
	rolled, erased := v.st.advance(now)
	if rolled {
		events = append(events, Event{UTC: now.Unix(), Day: v.st.Day, Kind: EventDay})
	}
	if erased {
		v.forget()
	}
	if len(events) > 0 || erased || v.st.Clock-v.saved >= int64(checkpoint.Seconds()) {
		return v.commit(events...)
	}
	return nil
}

// greet makes the events that a start owes the log.
func (v *Verifier) greet(now time.Time) (events []Event) {
	at := Event{UTC: now.Unix(), Day: max(v.st.Day, v.st.Setup.Calendar.Day(now))}
	if !v.booted {
		at.Kind = EventBoot
		events = append(events, at)
		v.booted = true
	}
	if v.st.Logged != v.st.Setup.Version {
		at.Kind = EventConfig
		events = append(events, at)
		v.st.Logged = v.st.Setup.Version
	}
	return events
}

// doubt notes that a reading is not believed, once until one is.
func (v *Verifier) doubt(now time.Time) error {
	if v.doubts {
		return nil
	}
	v.doubts = true
	return v.commit(Event{UTC: now.Unix(), Day: v.st.Day, Kind: EventTime, Flags: FlagDoubt})
}

// forget drops the day keys that the chain no longer reaches.
func (v *Verifier) forget() {
	for key := range v.perms {
		if key.day < v.st.Chain.Day {
			delete(v.perms, key)
		}
	}
}
