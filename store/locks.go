package store

import (
	"context"
	"encoding/json"
	"fmt"

	"doorlink"
	"doorlink/doorcode"
)

// ErrOldSetup refuses a set-up that is not newer than the one a lock has.
var ErrOldSetup = doorlink.Fail(doorlink.Conflict, "lock.old_setup")

// A door has one set-up, in one piece: nothing searches inside it.
var (
	setupOf = query[string]{"reading a lock's set-up",
		`SELECT setup FROM locks WHERE door = $1`, text[string], doorcode.ErrNoLock}
	addLock = statement{"adding a lock",
		`INSERT INTO locks (door, version, setup) VALUES ($1, $2, $3)
		ON CONFLICT (door) DO UPDATE SET version = excluded.version, setup = excluded.setup
		WHERE excluded.version > locks.version`}
)

// AddLock keeps the set-up that a door's lock was provisioned with, in place
// of an older one. It returns ErrOldSetup if the lock has it, or a newer one,
// and ErrMissing if there is no such door.
func (tx *Tx) AddLock(ctx context.Context, s doorcode.Setup) error {
	b, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("writing a set-up: %w", err)
	}
	n, err := addLock.exec(ctx, tx.on, s.Door, s.Version, string(b))
	if err == nil && n == 0 {
		err = ErrOldSetup
	}
	return err
}

// Setup reads the set-up of the door's lock, or fails with doorcode.ErrNoLock.
func (db *DB) Setup(ctx context.Context, d doorlink.DoorID) (doorcode.Setup, error) {
	var s doorcode.Setup
	b, err := setupOf.first(ctx, db.read, d)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal([]byte(b), &s); err != nil {
		return s, fmt.Errorf("reading the set-up of %s: %w", d, err)
	}
	return s, nil
}
