package store

import (
	"context"
	"database/sql"

	"doorlink"
)

// Tx is what a function sees inside Write: the changes it may make, and reads
// that see them. It ends with the function and must not leave it, and it is for
// one goroutine. After a method has failed in the database, all others fail.
type Tx struct {
	on     *strict
	shared bool                         // other transactions run at the same time: PostgreSQL
	raised map[doorlink.PropertyID]bool // whose revision is raised already
}

// call runs f and holds it to what its statements met with.
func (tx *Tx) call(ctx context.Context, f func(*Tx) error) error {
	if err := f(tx); err != nil {
		return err
	}
	return fault(ctx, "writing", tx.on.failed)
}

// alone holds off every other transaction that asks for the same name, until
// this one ends. Names are for programs: "visit:" and an ID. Whoever needs
// several must ask in the same order everywhere.
func (tx *Tx) alone(ctx context.Context, name string) error {
	if !tx.shared {
		return nil // SQLite's writers take turns
	}
	_, err := holdOff.exec(ctx, tx.on, name)
	return err
}

// holdOff is the one statement that PostgreSQL alone understands.
var holdOff = statement{"waiting for a turn", `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`}

// strict runs statements until one fails, and refuses all others from then on,
// as PostgreSQL does by itself: SQLite may have rolled everything back by then,
// and what followed would be outside the transaction.
type strict struct {
	runner
	failed error // the first failure
}

// ExecContext implements runner.
func (s *strict) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if s.failed != nil {
		return nil, s.failed
	}
	result, err := s.runner.ExecContext(ctx, text, args...)
	s.failed = err
	return result, err
}

// QueryContext implements runner.
func (s *strict) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if s.failed != nil {
		return nil, s.failed
	}
	rows, err := s.runner.QueryContext(ctx, text, args...)
	s.failed = err
	return rows, err
}
