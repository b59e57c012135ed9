package doorlinktest

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"

	"doorlink"
)

// PostgresVar names the variable with the URL of a PostgreSQL server on which
// tests may make databases.
const PostgresVar = "DOORLINK_TEST_POSTGRES"

// newDatabase makes a database for one test and returns its URL. Without a server
// the test is skipped.
func newDatabase(tb testing.TB) *url.URL {
	tb.Helper()
	server := os.Getenv(PostgresVar)
	if server == "" {
		tb.Skip(PostgresVar + " is not set")
	}
	name := strings.ToLower(doorlink.NewID[string]("house"))
	administer(tb, `CREATE DATABASE `+name)
	tb.Cleanup(func() { administer(tb, `DROP DATABASE `+name+` WITH (FORCE)`) })
	u, err := url.Parse(server)
	must(tb, err)
	u.Path = "/" + name
	return u
}

// administer executes a statement on the PostgreSQL server. The driver is the
// one that package store brings.
func administer(tb testing.TB, statement string) {
	tb.Helper()
	pool, err := sql.Open("pgx", os.Getenv(PostgresVar))
	must(tb, err)
	defer pool.Close()
	if _, err := pool.ExecContext(context.Background(), statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}
