package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"doorlink"
)

var (
	// ErrDown says that the database or its disk is away, full or too slow.
	// Nothing was changed; the same call is fine later.
	ErrDown = doorlink.Fail(doorlink.Down, "store.down")
	// ErrExists refuses to add what is there already: a unit of that name, a
	// person with that address, a second panel beside a door.
	ErrExists = doorlink.Fail(doorlink.Conflict, "store.exists")
	// ErrMissing refuses to add something to a thing that is not there, or that
	// belongs to another property.
	ErrMissing = doorlink.Fail(doorlink.NotFound, "store.missing")
)

// limit gives ctx a deadline if it has none.
func limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, has := ctx.Deadline(); has {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, patience)
}

// fault says what was being done and sorts the error by the codes of its
// driver: ErrDown, ErrExists or ErrMissing with it as the cause, or itself. An
// error that is sorted already stays as it is. A nil error is nil.
func fault(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*doorlink.Error](err); ok {
		return err
	}
	if ctx.Err() != nil {
		err = ctx.Err() // drivers tell it in words of their own
	}
	told := fmt.Errorf("%s: %w", doing, err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return ErrDown.Because(told)
	case errors.Is(err, context.Canceled):
		return told
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return sortSQLite(e, told)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return sortPostgres(e, told)
	}
	if unconnected(err) {
		return ErrDown.Because(told)
	}
	return told
}

// sortSQLite goes by the primary result code, and by the extended one for
// constraints: https://sqlite.org/rescode.html.
func sortSQLite(e *sqlite.Error, told error) error {
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return ErrExists.Because(told)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return ErrMissing.Because(told)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM,
		sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_PROTOCOL:
		return ErrDown.Because(told)
	}
	return told
}

// sortPostgres goes by the class of the code, its first two characters:
// https://www.postgresql.org/docs/current/errcodes-appendix.html. 08 is a
// connection, 28 an authorization, 3D a missing database, 53 a lack of
// resources, 57 an intervention by the operator, 58 an error of the system.
// 25006 is a server that has become a standby.
func sortPostgres(e *pgconn.PgError, told error) error {
	switch e.Code {
	case "23505":
		return ErrExists.Because(told)
	case "23503":
		return ErrMissing.Because(told)
	case "25006":
		return ErrDown.Because(told)
	}
	for _, class := range []string{"08", "28", "3D", "53", "57", "58"} {
		if strings.HasPrefix(e.Code, class) {
			return ErrDown.Because(told)
		}
	}
	return told
}

// unconnected reports an error that no server sent: it was not reached, or
// went away in the middle.
func unconnected(err error) bool {
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	for _, gone := range []error{driver.ErrBadConn, sql.ErrConnDone, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, errClosed} {
		if errors.Is(err, gone) {
			return true
		}
	}
	_, refused := errors.AsType[*pgconn.ConnectError](err)
	return refused || pgconn.SafeToRetry(err)
}
