// Package store keeps what must last, in SQLite or in PostgreSQL, by one SQL
// text. It knows no rule of the trade: rules come in as functions on values,
// and store runs them under compare-and-swap (ChangeCall, ChangeSlot) or inside
// a write (AddCall).
//
// What it promises:
//
//   - A write that returned nil survives the loss of power. SQLite commits
//     with synchronous=FULL; PostgreSQL as its server is configured.
//   - A write that returned an error has changed nothing. The one exception is
//     a server or disk that goes away during COMMIT itself: the error is
//     ErrDown then, and the write may have happened.
//   - What one call has written, every later call reads.
//   - Instants are UTC and exact to the millisecond; values are returned as
//     they were stored.
//   - When the database or the disk is away, calls fail with ErrDown; they
//     work again, without a restart, when it is back.
//   - A call whose context has no deadline gets one of five seconds. A deadline
//     that passes is ErrDown, too.
//
// Writes to SQLite are committed in groups by one goroutine, which Open starts
// and Close ends and waits for; see DB.Write. The package works inside a
// testing/synctest bubble when it is opened and closed in there.
package store

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"doorlink"
)

// patience is the time limit of a call whose context brings none.
const patience = 5 * time.Second

// DB is an open database. All its methods may be called at the same time.
type DB struct {
	engine engine
	read   runner // for statements that change nothing
	log    *slog.Logger
}

// engine is what the two databases do differently.
type engine interface {
	// write runs f in a transaction and returns when it is committed.
	write(ctx context.Context, f func(*Tx) error) error
	// backup copies the database to a new file.
	backup(ctx context.Context, to string) error
	name() string
	close() error
}

// errURL answers a database URL of neither form.
var errURL = doorlink.Fail(doorlink.Invalid, "store.url")

// Open opens a database and brings its schema up to date. The URL is
// "sqlite:PATH" or "postgres://…", the latter with all that pgx understands.
// A SQLite file is made if it is not there, readable by its owner only; before
// an existing one is migrated, a copy of it is put beside it. Several processes
// may open the same database at once; one of them migrates. A database that a
// newer doorlink has migrated is refused.
func Open(ctx context.Context, url string, log *slog.Logger) (*DB, error) {
	path, isFile := strings.CutPrefix(url, "sqlite:")
	switch {
	case isFile && path != "":
		return openSQLite(ctx, path, embedded, log)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return openPostgres(ctx, url, log)
	}
	return nil, errURL
}

// Close ends what Open started and waits for it. Writes that are waiting are
// refused with ErrDown; the one that runs is finished.
func (db *DB) Close() error { return db.engine.close() }

// Engine is "sqlite" or "postgres".
func (db *DB) Engine() string { return db.engine.name() }

// Ping reads one row. It fails with ErrDown when the database is away.
func (db *DB) Ping(ctx context.Context) error {
	_, err := ping.first(ctx, db.read)
	return err
}

var ping = query[int]{"reading anything", `SELECT 1`, number[int], nil}

// Backup copies the database, as it is at one moment, to a file that must not
// exist. Calls go on meanwhile. On PostgreSQL it is an Invalid error that says
// to use pg_dump.
func (db *DB) Backup(ctx context.Context, to string) error { return db.engine.backup(ctx, to) }

// Write runs f in a transaction and returns when what f did is durable, or
// with f's error and nothing done. A panic in f rolls back and goes on in the
// caller.
//
// f must have no effect but through tx, for it may run more than once: on
// SQLite when a neighbour in its group broke the group's transaction, on
// PostgreSQL after a deadlock. After a statement has failed, every further one
// in the same f fails too, and so does f, whatever it returns. f must not call
// Write or other writing methods of DB.
//
// On SQLite all writes take turns: while f runs, the others wait. ctx limits
// the waiting for the turn; once f has begun, Write returns f's outcome,
// however late. On PostgreSQL writes run side by side in isolation level read
// committed, and those that change one property's directory take turns; a
// transaction ends with ctx. A long f needs a context with a long deadline.
func (db *DB) Write(ctx context.Context, f func(*Tx) error) error {
	ctx, cancel := limit(ctx)
	defer cancel()
	return db.engine.write(ctx, f)
}
