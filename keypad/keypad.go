package keypad

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"doorlink/doorcode"
	"doorlink/doorcode/lock"
)

// Keypad is a lock that can be touched. It is safe for concurrent use. Touches
// and looks work at once; Run makes the lock notice the time by itself.
type Keypad struct {
	verifier *lock.Verifier // nil for a lock that is out of order
	remains  lock.Facts     // what is known without a verifier
	log      *slog.Logger

	mu      sync.Mutex
	face    face
	fault   bool          // the store failed the last time it was needed
	changed chan struct{} // closed and replaced at every turn
}

// New makes the keypad of a lock. The lens starts in the dark, or held if the
// lock is: a power cut ends no hold. Log lines carry the door's ID and never a
// digit.
func New(v *lock.Verifier, log *slog.Logger) *Keypad {
	door := v.Facts(time.Now()).Setup.Door
	return &Keypad{
		verifier: v,
		log:      log.With("door", door),
		face:     face{state: Asleep},
		changed:  make(chan struct{}),
	}
}

// OutOfOrder makes the keypad of a lock whose state cannot be relied on. It
// opens nothing, says so and still shows its log, oldest event first.
func OutOfOrder(s doorcode.Setup, events []lock.Event, log *slog.Logger) *Keypad {
	return &Keypad{
		remains: lock.Facts{Setup: s, Believed: true, Events: latest(events)},
		log:     log.With("door", s.Door),
		face:    face{state: Broken},
		changed: make(chan struct{}),
	}
}

// Run keeps the lock's clock until ctx ends and returns its error: the lens
// goes dark, a hold ends and the secrets of a day are erased when their time
// has come, whether anybody looks or not.
func (k *Keypad) Run(ctx context.Context) error {
	k.tick(time.Now())
	k.turn(stay)
	minute := nextMinute(time.Now())
	for {
		until, changed := k.due()
		timer := time.NewTimer(time.Until(earlier(until, minute)))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-changed:
			timer.Stop()
		case <-timer.C:
			if now := time.Now(); !now.Before(minute) {
				k.tick(now)
				minute = nextMinute(now)
			}
			k.turn(stay)
		}
	}
}

// Wake is a touch of the lens beside the keys. It lights a sleeping lens and
// does nothing else.
func (k *Keypad) Wake() { k.turn(face.wake) }

// Clear drops the digits of the entry. It is not counted as an error: nothing
// was tested.
func (k *Keypad) Clear() { k.turn(face.clear) }

// Press is a touch of a key. Anything but an ASCII digit is no key and does
// nothing. It returns at once, except after the last digit of an entry: then
// when the lens shows the verdict.
func (k *Keypad) Press(key byte) {
	if key < '0' || key > '9' {
		return
	}
	judged := false
	k.turn(func(f face, now time.Time) face {
		f = f.press(key, now)
		if judged = len(f.typed) == k.facts(now).Setup.Params.Digits; judged {
			f = f.judged(k.judge(f.typed, now), now)
		}
		return f
	})
	if judged {
		time.Sleep(verdictTick)
	}
}

// Bolt throws or draws the bolt that refuses doorcodes, as from the inside of
// the door.
func (k *Keypad) Bolt(b lock.Bolt) {
	if k.verifier != nil {
		k.verifier.SetBolt(b)
	}
	k.turn(stay)
}

// turn settles the face, makes a move and tells everybody who watches. Moves
// happen one after the other, the judging of an entry included.
func (k *Keypad) turn(move func(face, time.Time) face) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	k.face = move(k.face.settle(now, k.outlook(now)), now)
	close(k.changed)
	k.changed = make(chan struct{})
}

// stay is the move of a lens that nobody touches.
func stay(f face, _ time.Time) face { return f }

// judge asks the lock about an entry. A lock whose store fails opens nothing.
// It runs under mu.
func (k *Keypad) judge(entry string, now time.Time) State {
	verdict, err := k.verifier.Try(entry, now)
	k.note(err)
	if err != nil || !verdict.Opens() {
		return Refused
	}
	return Accepted
}

// tick lets the lock see the time.
func (k *Keypad) tick(now time.Time) {
	if k.verifier == nil {
		return
	}
	err := k.verifier.Tick(now)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.note(err)
}

// note remembers whether the store works and logs when that changes. It runs
// under mu.
func (k *Keypad) note(err error) {
	switch {
	case err != nil && !k.fault:
		k.log.Error("the lock opens nothing until its store works", "err", err)
	case err == nil && k.fault:
		k.log.Info("the lock's store works again")
	}
	k.fault = err != nil
}

// outlook is what the lock says about taking entries at now. It runs under mu,
// or before anybody else knows k.
func (k *Keypad) outlook(now time.Time) outlook {
	f := k.facts(now)
	return outlook{
		broken: k.verifier == nil || k.fault || !f.Believed,
		held:   f.Held,
		until:  f.HeldUntil,
	}
}

// facts are the lock's, or what is left of them in one that is out of order.
func (k *Keypad) facts(now time.Time) lock.Facts {
	if k.verifier == nil {
		return k.remains
	}
	return k.verifier.Facts(now)
}

// due is when the face changes by itself, zero if it does not, and a channel
// that is closed when it changes before.
func (k *Keypad) due() (time.Time, <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.face.until, k.changed
}

// nextMinute is the next whole minute of the clock. Midnight and its grace end
// on one, so a tick then erases the day's secret without delay.
func nextMinute(now time.Time) time.Time {
	return now.Truncate(time.Minute).Add(time.Minute)
}
