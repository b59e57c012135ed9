package store_test

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"

	"doorlink/store"
	"doorlink/store/storetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) {
	if path := os.Getenv(writerVar); path != "" {
		os.Exit(writeUntilKilled(path))
	}
	goleak.VerifyTestMain(storetest.Tests{M: m})
}

// TestStore runs the suite on every engine there is.
func TestStore(t *testing.T) {
	t.Parallel()
	for _, s := range suite {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			storetest.OnEach(t, s.test)
		})
	}
}

// openSQLite opens a new file until the end of the test.
func openSQLite(tb testing.TB) *store.DB {
	tb.Helper()
	return storetest.Open(tb, storetest.SQLite(tb))
}
