package lock

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"doorlink"
	"doorlink/doorcode"
)

// Store is where a lock keeps what must survive a power cut: two flash pages in
// a lock, a folder on a computer (Files). Only one Verifier uses a Store, and
// calls one method at a time.
type Store interface {
	// Load returns the last state saved, nil if there never was one, ErrState
	// if it is damaged.
	Load() ([]byte, error)
	// Save replaces the state. It is all or nothing, and durable on return. The
	// slice is overwritten afterwards: it must not be kept.
	Save(state []byte) error
	// Append adds events to the log, durable on return. Events that the log
	// has, by their Seq, are passed over.
	Append(events ...Event) error
	// Events returns what the log still has, oldest first.
	Events() ([]Event, error)
}

// Bolt is the position of the bolt that refuses doorcodes when it is thrown.
type Bolt int

// The bolt's positions; a lock without a sensor is Free.
const (
	Free Bolt = iota
	Thrown
)

// Verifier decides about entries. It is safe for concurrent use.
type Verifier struct {
	store Store

	mu     sync.Mutex // guards what follows, and the store
	st     *state
	saved  int64 // Clock of the last save
	dirty  bool  // the last save failed: nothing is looked at before one succeeds
	booted bool  // the start is in the log
	doubts bool  // the last reading of the clock was not believed
	lost   bool  // the log was found incomplete
	bolt   Bolt
	perms  map[permKey]*doorcode.Perm // of the days that may open
	recent []Event                    // for Facts, oldest first
}

// permKey names a permutation: while the digits change, two of them serve a day.
type permKey struct {
	day    doorlink.Day
	digits int
}

// Open starts a lock with a provision: from scratch on an empty store, else
// going on with the state there. A provision of a higher version is taken over,
// the same one changes nothing; any other is ErrProvision. ErrState says that
// the store cannot be relied on.
func Open(p doorcode.Provision, store Store) (*Verifier, error) {
	if err := p.Check(); err != nil {
		return nil, fmt.Errorf("checking the provision: %w", err)
	}
	v, err := load(store)
	if err != nil {
		return nil, err
	}
	if v.st == nil {
		v.st = fresh(p)
	} else if v.st, err = v.st.takeOver(p); err != nil {
		return nil, err
	}
	return v.start()
}

// Resume starts a lock from its state alone. With it the provisioning file,
// which still tells the secrets of days gone by, can be removed as soon as Open
// has taken it over. On an empty store it fails with ErrEmpty.
func Resume(store Store) (*Verifier, error) {
	v, err := load(store)
	if err != nil {
		return nil, err
	}
	if v.st == nil {
		return nil, ErrEmpty
	}
	return v.start()
}

// ErrEmpty says that there is no state to go on with.
var ErrEmpty = errors.New("the lock was never provisioned")

// Try decides about an entry. When it says Accept or Reuse, that is durable
// already and the motor may move. An error means that the store failed: the
// door stays closed, and no further entry is looked at until the store works.
func (v *Verifier) Try(entry string, now time.Time) (Verdict, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.tick(now); err != nil {
		return Verdict{}, err
	}
	if v.doubts {
		return Verdict{Kind: Time}, nil
	}
	verdict, events := v.judge(entry, now)
	if len(events) == 0 {
		return verdict, nil
	}
	if err := v.commit(events...); err != nil {
		return Verdict{}, err
	}
	return verdict, nil
}

// SetBolt tells the lock where its bolt is. It is not kept through a restart:
// whoever reads the sensor says it again.
func (v *Verifier) SetBolt(b Bolt) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.bolt = b
}
