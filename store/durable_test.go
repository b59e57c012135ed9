package store_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"doorlink"
	"doorlink/store"
	"doorlink/store/storetest"
)

// writerVar makes the test program a writer to the database that it names; see
// TestKilledWriterLosesNothing.
const writerVar = "DOORLINK_TEST_WRITER"

// TestKilledWriterLosesNothing kills a process that writes in groups, and finds
// everything that it was told is durable.
func TestKilledWriterLosesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	told := killWriter(t, path, 500)
	db := storetest.Open(t, "sqlite:"+path)
	kept := map[string]bool{}
	for _, id := range must(db.Texts(t.Context(), `SELECT id FROM properties`)) {
		kept[id] = true
	}
	for _, id := range told {
		if !kept[id] {
			t.Errorf("%s is lost", id)
		}
	}
	same(t, "integrity", must(db.Texts(t.Context(), `PRAGMA integrity_check`)), []string{"ok"})
}

// killWriter starts a writer, kills it once it has said n lines, and returns
// all that it has said.
func killWriter(t *testing.T, path string, n int) (said []string) {
	t.Helper()
	writer := exec.CommandContext(t.Context(), os.Args[0])
	writer.Env = append(os.Environ(), writerVar+"="+path)
	out := must(writer.StdoutPipe())
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if said = append(said, lines.Text()); len(said) == n {
			if err := writer.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := writer.Wait(); err == nil || len(said) < n {
		t.Fatalf("the writer ended by itself after %d lines: %v", len(said), err)
	}
	return said
}

// writeUntilKilled adds properties from sixteen goroutines and says the ID of
// each after it was committed.
func writeUntilKilled(path string) int {
	ctx := context.Background()
	db, err := store.Open(ctx, "sqlite:"+path, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for {
				p := doorlink.Property{ID: id[doorlink.PropertyID]("prop")}
				if err := db.Write(ctx, func(tx *store.Tx) error { return tx.AddProperty(ctx, p) }); err != nil {
					return
				}
				fmt.Println(p.ID)
			}
		})
	}
	all.Wait()
	return 1
}
