package store_test

import (
	"context"
	"database/sql"
	"flag"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"doorlink"
	"doorlink/store"
)

// postgresVar names the variable with the URL of a PostgreSQL server on which
// the tests may make databases. Without it they run on SQLite alone.
const postgresVar = "DOORLINK_TEST_POSTGRES"

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) {
	if path := os.Getenv(writerVar); path != "" {
		os.Exit(writeUntilKilled(path))
	}
	goleak.VerifyTestMain(m)
}

// TestStore runs the suite on every engine there is.
func TestStore(t *testing.T) {
	t.Parallel()
	for engine, open := range engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			for _, s := range suite {
				t.Run(s.name, func(t *testing.T) {
					t.Parallel()
					s.test(t, open(t))
				})
			}
		})
	}
}

func engines() map[string]func(testing.TB) *store.DB {
	all := map[string]func(testing.TB) *store.DB{"sqlite": openSQLite}
	if os.Getenv(postgresVar) != "" {
		all["postgres"] = openPostgres
	}
	return all
}

func openSQLite(tb testing.TB) *store.DB {
	tb.Helper()
	return open(tb, "sqlite:"+filepath.Join(tb.TempDir(), "test.db"))
}

func openPostgres(tb testing.TB) *store.DB {
	tb.Helper()
	return open(tb, newDatabase(tb))
}

// open opens a database until the end of the test.
func open(tb testing.TB, url string) *store.DB {
	tb.Helper()
	db, err := store.Open(tb.Context(), url, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatalf("opening: %v", err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("closing: %v", err)
		}
	})
	return db
}

// newDatabase makes a database for one test on the PostgreSQL server and
// returns its URL.
func newDatabase(tb testing.TB) string {
	tb.Helper()
	server := os.Getenv(postgresVar)
	if server == "" {
		tb.Skip(postgresVar + " is not set")
	}
	name := strings.ToLower(doorlink.NewID[string]("test"))
	administer(tb, server, `CREATE DATABASE `+name)
	tb.Cleanup(func() { administer(tb, server, `DROP DATABASE `+name+` WITH (FORCE)`) })
	u, err := url.Parse(server)
	if err != nil {
		tb.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// administer executes one statement on the PostgreSQL server.
func administer(tb testing.TB, server, statement string) {
	tb.Helper()
	pool, err := sql.Open("pgx", server)
	if err != nil {
		tb.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.ExecContext(context.WithoutCancel(tb.Context()), statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}
