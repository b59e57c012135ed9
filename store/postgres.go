package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"sync/atomic"
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
	b := &breaks{}
	config.DialFunc = b.watch(config.DialFunc)
	pool := stdlib.OpenDB(*config, stdlib.OptionShouldPing(b.mayBeDead))
	pool.SetMaxOpenConns(maxConns)
	pool.SetMaxIdleConns(maxConns)
	pool.SetConnMaxLifetime(connAge)
	return &DB{engine: &serverEngine{pool}, read: pool, log: log}, nil
}

// breaks knows when a connection last broke. When one does, because the server
// was restarted, the idle ones are dead as well, and each would fail whoever gets
// it first.
type breaks struct{ last atomic.Int64 } // Unix nanoseconds; 0: never

// watch has every connection tell when it breaks.
func (b *breaks) watch(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &watched{conn, b}, nil
	}
}

// mayBeDead asks for a ping before a connection is used again that was idle when
// another broke, or for more than a second.
func (b *breaks) mayBeDead(_ context.Context, p stdlib.ShouldPingParams) bool {
	return p.IdleDuration > time.Second || p.IdleDuration > time.Since(time.Unix(0, b.last.Load()))
}

// watched is a connection that tells when it breaks.
type watched struct {
	net.Conn
	breaks *breaks
}

// Read implements net.Conn. A time limit that has passed breaks nothing.
func (c *watched) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, net.ErrClosed) {
		c.breaks.last.Store(time.Now().UnixNano())
	}
	return n, err
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
