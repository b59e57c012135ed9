package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

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
		ON CONFLICT (door) DO UPDATE SET version = excluded.version, setup = excluded.setup, drifted_at = 0
		WHERE excluded.version > locks.version
		RETURNING (SELECT property FROM doors WHERE id = door)`, text[doorlink.PropertyID], ErrOldSetup}

	steadyLocks = query[SteadyLock]{"reading locks that are in sync",
		`SELECT l.setup, d.name FROM locks l JOIN doors d ON d.id = l.door
		WHERE d.property = $1 AND l.drifted_at = 0 ORDER BY l.door`, scanSteady, nil}
	markDrifted = statement{"noting that a lock is out of sync",
		`UPDATE locks SET drifted_at = $3 WHERE door = $1 AND version = $2 AND drifted_at = 0`}
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

// SteadyLock is a lock of which Drifted has not been said since it was set up.
type SteadyLock struct {
	Setup doorcode.Setup
	Door  string // what its door is called now
}

// SteadyLocks reads those of a property.
func (tx *Tx) SteadyLocks(ctx context.Context, p doorlink.PropertyID) ([]SteadyLock, error) {
	return steadyLocks.all(ctx, tx.on, p)
}

// Drifted notes that a lock is out of sync with the server. first is true once for
// every set-up, whoever says it.
func (tx *Tx) Drifted(ctx context.Context, s doorcode.Setup, now time.Time) (first bool, err error) {
	n, err := markDrifted.exec(ctx, tx.on, s.Door, s.Version, ms(now))
	return n > 0, err
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

func scanSteady(r *sql.Rows) (l SteadyLock, err error) {
	var setup string
	if err := r.Scan(&setup, &l.Door); err != nil {
		return l, err
	}
	l.Setup, err = readSetup(setup)
	return l, err
}
