package store

import (
	"context"
	"database/sql"

	"doorlink"
)

// Tx is what a function sees inside Write. It ends with the function and must
// not leave it. Its methods are for one goroutine.
type Tx struct {
	on     runner
	shared bool // other transactions run at the same time: PostgreSQL

	failed error // the first statement that failed
	moved  map[doorlink.PropertyID]bool
}

// ExecContext and QueryContext make Tx a runner. They refuse to go on after a
// failure, as PostgreSQL does by itself, because SQLite may have rolled back
// everything by then, and what followed would be outside the transaction.
func (tx *Tx) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if tx.failed != nil {
		return nil, tx.failed
	}
	result, err := tx.on.ExecContext(ctx, text, args...)
	tx.failed = err
	return result, err
}

func (tx *Tx) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if tx.failed != nil {
		return nil, tx.failed
	}
	rows, err := tx.on.QueryContext(ctx, text, args...)
	tx.failed = err
	return rows, err
}

// run calls f and holds it to what its statements met with.
func (tx *Tx) run(ctx context.Context, f func(*Tx) error) error {
	if err := f(tx); err != nil {
		return err
	}
	return fault(ctx, "writing", tx.failed)
}

// Alone holds off every other transaction that asks for the same name, until
// this one ends. Names are for programs: "visit:" and an ID. Whoever needs
// several must ask in the same order everywhere.
func (tx *Tx) Alone(ctx context.Context, name string) error {
	if !tx.shared {
		return nil // SQLite's writers take turns
	}
	_, err := holdOff.exec(ctx, tx, name)
	return err
}

// holdOff is the one statement of PostgreSQL alone.
var holdOff = statement{"waiting for a turn", `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`}
