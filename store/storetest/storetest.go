// Package storetest gives tests databases of their own, and buildings and managers to
// put into them. A database is a new file of SQLite, or one on the PostgreSQL server that
// the environment names. It comes with its schema: a file as a copy of one that is made
// once in a process, one on the server emptied after the test that had it before.
package storetest

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"doorlink/store"
)

// Engines are the makers of databases by the name of their engine: SQLite and
// Postgres.
var Engines = map[string]func(testing.TB) string{"sqlite": SQLite, "postgres": Postgres}

// OnEach runs a test on every engine at a time, each with a new database.
func OnEach(t *testing.T, test func(*testing.T, *store.DB)) {
	t.Helper()
	for engine, url := range Engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(t, Open(t, url(t)))
		})
	}
}

// Open opens a database until the end of the test.
func Open(tb testing.TB, url string) *store.DB {
	tb.Helper()
	db, err := store.Open(tb.Context(), url, slog.New(slog.DiscardHandler))
	must(tb, err)
	tb.Cleanup(func() { must(tb, db.Close()) })
	return db
}

// SQLite makes a file for one test and returns its URL.
func SQLite(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "test.db")
	PutFile(tb, path)
	return "sqlite:" + path
}

// PutFile makes a SQLite database at a path.
func PutFile(tb testing.TB, path string) {
	tb.Helper()
	file, err := fresh()
	must(tb, err)
	must(tb, os.WriteFile(path, file, 0o600))
}

// fresh is a SQLite database with the schema and nothing else.
var fresh = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "doorlink-storetest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "fresh.db")
	db, err := store.Open(context.Background(), "sqlite:"+path, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil { // now all of it is in the one file
		return nil, err
	}
	return os.ReadFile(path)
})

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
