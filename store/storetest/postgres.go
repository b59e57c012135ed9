package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

// PostgresVar names the variable with the URL of a PostgreSQL server, 14 or newer, on
// which tests may make databases. Without it they run on SQLite alone.
const PostgresVar = "DOORLINK_TEST_POSTGRES"

// Tests are those of a package that uses the PostgreSQL server: its TestMain runs them.
type Tests struct{ *testing.M }

// Run runs the tests, leaves nothing of theirs on the server and returns how to exit.
func (t Tests) Run() int {
	running = true
	code := t.M.Run()
	for _, name := range databases.made {
		if err := drop(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	return code
}

// running is set once something will drop the databases.
var running bool

// Postgres lends one test a database with the schema and nothing else on the PostgreSQL
// server, and returns its URL. Where there is no server the test is skipped.
func Postgres(tb testing.TB) string {
	tb.Helper()
	Server(tb)
	if !running {
		tb.Fatal("TestMain has to run storetest.Tests")
	}
	name, err := databases.take()
	must(tb, err)
	tb.Cleanup(func() {
		must(tb, exec(at(name), empty))
		databases.giveBack(name)
	})
	return at(name)
}

// Bare is Postgres with a new database that has no schema.
func Bare(tb testing.TB) string {
	tb.Helper()
	Server(tb)
	name, err := create()
	must(tb, err)
	tb.Cleanup(func() { must(tb, drop(name)) })
	return at(name)
}

// Server is the URL of the PostgreSQL server. Where there is none the test is
// skipped.
func Server(tb testing.TB) string {
	tb.Helper()
	if server() == "" {
		tb.Skip(PostgresVar + " is not set")
	}
	return server()
}

// Exec executes one statement on a PostgreSQL database, past package store.
func Exec(tb testing.TB, url, statement string) {
	tb.Helper()
	must(tb, exec(url, statement))
}

// databases are those with the schema that this process has made. A test that is over
// gives its own back for another: to make a thousand files takes a computer longer than
// most tests.
var databases pool

type pool struct {
	mu   sync.Mutex
	made []string
	free []string // empty, and used by nobody
}

func (p *pool) take() (string, error) {
	p.mu.Lock()
	if last := len(p.free) - 1; last >= 0 {
		defer p.mu.Unlock()
		name := p.free[last]
		p.free = p.free[:last]
		return name, nil
	}
	p.mu.Unlock()
	name, err := create()
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	p.made = append(p.made, name)
	p.mu.Unlock()
	db, err := store.Open(context.Background(), at(name), slog.New(slog.DiscardHandler))
	if err != nil {
		return "", err
	}
	return name, db.Close()
}

func (p *pool) giveBack(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, name)
}

// empty ends what still uses a database, such as the statement of a node that was
// killed, and deletes all rows. A table to which others refer is tried again after them.
const empty = `DO $$
DECLARE
	name TEXT;
	again BOOLEAN := TRUE;
BEGIN
	PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid();
	WHILE again LOOP
		again := FALSE;
		FOR name IN SELECT tablename FROM pg_tables
			WHERE schemaname = current_schema() AND tablename <> 'schema_version' LOOP
			BEGIN
				EXECUTE format('DELETE FROM %I', name);
			EXCEPTION WHEN foreign_key_violation THEN
				again := TRUE;
			END;
		END LOOP;
	END LOOP;
END $$`

func create() (string, error) {
	name := strings.ToLower(doorlink.NewID[string]("test"))
	return name, exec(server(), `CREATE DATABASE `+name)
}

func drop(name string) error { return exec(server(), `DROP DATABASE `+name+` WITH (FORCE)`) }

// at is the URL of a database on the server.
func at(name string) string {
	u, err := url.Parse(server())
	if err != nil {
		return "" // no statement got through to it, either
	}
	u.Path = "/" + name
	return u.String()
}

func server() string { return os.Getenv(PostgresVar) }

func exec(url, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pool, err := sql.Open("pgx", url) // the driver comes with package store
	if err != nil {
		return err
	}
	defer pool.Close()
	if _, err := pool.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
