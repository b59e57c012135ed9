package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"

	"doorlink"
)

// readers is how many statements read a SQLite database at the same time.
const readers = 4

// fileEngine is a SQLite database in WAL mode: one connection writes, readers
// are not held up by it.
type fileEngine struct {
	*committer
	path    string
	readers *sql.DB
	stmts   *prepared // on readers
}

// openSQLite opens or makes the file. The lock is held until the schema is what
// this program knows, so that of several processes one migrates and the others
// find it done.
func openSQLite(ctx context.Context, path string, files fs.FS, log *slog.Logger) (*DB, error) {
	unlock, err := lockFile(ctx, path+".lock")
	if err != nil {
		return nil, ErrDown.Because(fmt.Errorf("locking the database: %w", err))
	}
	defer unlock()
	if err := makeFile(path); err != nil {
		return nil, ErrDown.Because(fmt.Errorf("opening the database: %w", err))
	}
	writer, err := sqlitePool(path, 1, url.Values{"_synchronous": {"full"}, "_foreign_keys": {"on"}})
	if err != nil {
		return nil, err
	}
	if err := migrateSQLite(ctx, writer, path, files, log); err != nil {
		return nil, errors.Join(fault(ctx, "migrating the database", err), writer.Close())
	}
	pool, err := sqlitePool(path, readers, url.Values{"_query_only": {"on"}})
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	e := &fileEngine{committer: newCommitter(writer, log), path: path, readers: pool, stmts: prepare(pool)}
	go e.run()
	return &DB{engine: e, read: e.stmts, log: log}, nil
}

// sqlitePool opens a pool of n connections. A connection waits up to patience
// for a lock that another process holds, and commits with fdatasync, which is
// as durable as fsync and takes about half the time.
func sqlitePool(path string, n int, options url.Values) (*sql.DB, error) {
	if _, err := sqlite.Fdatasync(true); err != nil {
		return nil, fmt.Errorf("choosing fdatasync: %w", err)
	}
	options.Set("_busy_timeout", fmt.Sprint(patience.Milliseconds()))
	options.Set("_journal_mode", "wal")
	options.Set("_dqs", "0") // "x" is a name, never a text
	name := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + options.Encode()
	pool, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	return pool, nil
}

// makeFile makes an empty file that only its owner can read, if there is none.
// SQLite gives its side files the same mode.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func (e *fileEngine) name() string { return "sqlite" }

// close closes the writing connection last: it takes what is in the log over
// into the file, and leaves the file alone in its directory.
func (e *fileEngine) close() error {
	e.finish()
	return errors.Join(e.stmts.close(), e.readers.Close(), e.pool.Close())
}

// errBackup refuses to write a backup over a file.
var errBackup = doorlink.Fail(doorlink.Conflict, "backup.exists")

func (e *fileEngine) backup(ctx context.Context, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return errBackup
	}
	return copySQLite(ctx, e.path, to)
}

// copySQLite writes a copy of the database as it is at one moment. The copy
// appears under its name when it is complete and on disk.
func copySQLite(ctx context.Context, path, to string) error {
	part := to + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("clearing a broken backup: %w", err)
	}
	if err := makeFile(part); err != nil {
		return ErrDown.Because(fmt.Errorf("making a backup: %w", err))
	}
	if err := vacuumInto(ctx, path, part); err != nil {
		return errors.Join(fault(ctx, "making a backup", err), os.Remove(part))
	}
	if err := errors.Join(syncPath(part), os.Rename(part, to), syncPath(filepath.Dir(to))); err != nil {
		return ErrDown.Because(fmt.Errorf("keeping a backup: %w", err))
	}
	return nil
}

// vacuumInto copies over a connection of its own: the readers may not write,
// not even elsewhere.
func vacuumInto(ctx context.Context, path, to string) error {
	pool, err := sqlitePool(path, 1, url.Values{})
	if err != nil {
		return err
	}
	_, err = pool.ExecContext(ctx, `VACUUM INTO $1`, to)
	return errors.Join(err, pool.Close())
}

// syncPath waits until a file's content, or a directory's names, are on disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
