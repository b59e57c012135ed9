// Package storetest gives tests databases of their own, and buildings and managers to
// put into them. A database is a new file of SQLite, or a new one on the PostgreSQL
// server that the environment names. A file comes with its schema, which is made once
// in a process and copied from then on.
package storetest

import (
	"context"
	"database/sql"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"doorlink"
	"doorlink/store"
)

// PostgresVar names the variable with the URL of a PostgreSQL server on which
// tests may make databases. Without it they run on SQLite alone.
const PostgresVar = "DOORLINK_TEST_POSTGRES"

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

// Postgres makes an empty database for one test on the PostgreSQL server and
// returns its URL. Where there is no server the test is skipped.
func Postgres(tb testing.TB) string {
	tb.Helper()
	name := strings.ToLower(doorlink.NewID[string]("test"))
	u, err := url.Parse(Server(tb))
	must(tb, err)
	Exec(tb, Server(tb), `CREATE DATABASE `+name)
	tb.Cleanup(func() { Exec(tb, Server(tb), `DROP DATABASE `+name+` WITH (FORCE)`) })
	u.Path = "/" + name
	return u.String()
}

// Server is the URL of the PostgreSQL server. Where there is none the test is
// skipped.
func Server(tb testing.TB) string {
	tb.Helper()
	server := os.Getenv(PostgresVar)
	if server == "" {
		tb.Skip(PostgresVar + " is not set")
	}
	return server
}

// Exec executes one statement on a PostgreSQL database, past package store.
func Exec(tb testing.TB, url, statement string) {
	tb.Helper()
	pool, err := sql.Open("pgx", url) // the driver comes with package store
	must(tb, err)
	defer pool.Close()
	if _, err := pool.ExecContext(context.WithoutCancel(tb.Context()), statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
