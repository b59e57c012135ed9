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
	addLock = edit{"adding a lock",
		`INSERT INTO locks (door, version, setup) VALUES ($1, $2, $3)
		ON CONFLICT (door) DO UPDATE SET version = excluded.version, setup = excluded.setup
		WHERE excluded.version > locks.version
		RETURNING (SELECT property FROM doors WHERE id = door)`, text[doorlink.PropertyID], ErrOldSetup}
)

// AddLock keeps the set-up that a door's lock was provisioned with, in place
// of an older one. It returns ErrOldSetup if the lock has it, or a newer one,
// and ErrMissing if there is no such door.
func (tx *Tx) AddLock(ctx context.Context, s doorcode.Setup) error {
	b, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("writing a set-up: %w", err)
	}
	return tx.edit(ctx, addLock, s.Door, s.Version, string(b))
}

// Setup reads the set-up of the door's lock, or fails with doorcode.ErrNoLock.
func (db *DB) Setup(ctx context.Context, d doorlink.DoorID) (doorcode.Setup, error) {
	text, err := setupOf.first(ctx, db.read, d)
	if err != nil {
		return doorcode.Setup{}, err
	}
	return readSetup(text)
}

func readSetup(text string) (s doorcode.Setup, err error) {
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, fmt.Errorf("reading a lock's set-up: %w", err)
	}
	return s, nil
}
