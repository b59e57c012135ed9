package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"doorlink"
)

const (
	// maxConns is how many connections one node holds at most; a server of
	// PostgreSQL allows a hundred as it comes.
	maxConns = 16
	// connAge is how long a connection is used, so that nodes follow when the
	// server's name moves to another machine.
	connAge = 30 * time.Minute
	// statementTime is after how long the server itself gives a statement up.
	// A context that ends asks it to do so at once, but the request is lost when
	// it overtakes the statement, and locks would stay. The URL may say
	// otherwise.
	statementTime = 3 * patience
)

// serverEngine is a PostgreSQL database, over a pool that connects again by
// itself.
type serverEngine struct{ pool *sql.DB }

func openPostgres(ctx context.Context, url string, log *slog.Logger) (*DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errURL.Because(errors.New("not a URL that pgx understands")) // err may quote the password
	}
	// Migrations may take longer than any statement of ours.
	if err := migratePostgres(ctx, *config, log); err != nil {
		return nil, fault(ctx, "migrating the database", err)
	}
	if config.RuntimeParams["statement_timeout"] == "" {
		config.RuntimeParams["statement_timeout"] = fmt.Sprint(statementTime.Milliseconds())
	}
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(maxConns)
	pool.SetMaxIdleConns(maxConns)
	pool.SetConnMaxLifetime(connAge)
	return &DB{engine: &serverEngine{pool}, read: pool, log: log}, nil
}

func (e *serverEngine) name() string { return "postgres" }
func (e *serverEngine) close() error { return e.pool.Close() }

// errDump says how a PostgreSQL database is backed up.
var errDump = doorlink.Fail(doorlink.Invalid, "backup.pg_dump")

func (e *serverEngine) backup(context.Context, string) error { return errDump }

// write runs f in a transaction, again if it got into a deadlock with another,
// until ctx ends.
func (e *serverEngine) write(ctx context.Context, f func(*Tx) error) error {
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		err := e.once(ctx, f)
		if !deadlocked(err) {
			return err
		}
		select {
		case <-time.After(wait/2 + rand.N(wait)):
		case <-ctx.Done():
			return fault(ctx, "writing", err)
		}
	}
}

// once runs f in one transaction. database/sql rolls it back by itself when ctx
// ends, and takes a new connection for BEGIN if the old one turns out dead.
func (e *serverEngine) once(ctx context.Context, f func(*Tx) error) error {
	on, err := e.pool.BeginTx(ctx, nil)
	if err != nil {
		return fault(ctx, "beginning a transaction", err)
	}
	defer on.Rollback() // nothing after a commit; a panic goes on
	tx := &Tx{on: &strict{runner: on}, shared: true}
	if err := tx.call(ctx, f); err != nil {
		return err
	}
	return fault(ctx, "committing", on.Commit())
}

// deadlocked reports the failures after which a transaction is to be tried
// again: 40P01 deadlock_detected and 40001 serialization_failure.
func deadlocked(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40P01" || e.Code == "40001")
}
