package store_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"doorlink"
	"doorlink/store"
	"doorlink/store/storetest"
)

func TestOpenRefusesOtherURLs(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "sqlite:", "doorlink.db", "mysql://localhost/x", "postgres://host:port:port/"} {
		_, err := store.Open(t.Context(), url, slog.New(slog.DiscardHandler))
		if doorlink.KindOf(err) != doorlink.Invalid {
			t.Errorf("%q: got %v, want an invalid URL", url, err)
		}
	}
}

func TestOpenFailsWithoutADirectory(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "none", "test.db"), slog.New(slog.DiscardHandler))
	fails(t, "opening", err, store.ErrDown)
}

func TestOpenRefusesWhatIsNoDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database. ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), "sqlite:"+path, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("opened")
	}
}

func TestFilesAreForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := storetest.Open(t, "sqlite:"+filepath.Join(dir, "100% odd?#name.db"))
	newHouse(t, db)
	if err := db.Backup(t.Context(), filepath.Join(dir, "backup.db")); err != nil {
		t.Fatal(err)
	}
	for _, f := range must(os.ReadDir(dir)) {
		same(t, f.Name(), must(f.Info()).Mode().Perm(), 0o600)
	}
	if _, err := os.Stat(filepath.Join(dir, "100% odd?#name.db")); err != nil {
		t.Error(err)
	}
}

// TestTwoProcessesShareAFile: the server and a command beside it.
func TestTwoProcessesShareAFile(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	dbs := make([]*store.DB, 4)
	var all sync.WaitGroup
	for i := range dbs {
		all.Go(func() { dbs[i] = storetest.Open(t, url) })
	}
	all.Wait()
	h := newHouse(t, dbs[0])
	wins := crowd(t, 40, func(i int) error {
		_, err := dbs[i%len(dbs)].AddCall(t.Context(), h.call(h.visit(), noon), limits)
		return err
	}, doorlink.Fail(doorlink.Busy, "call.held"))
	same(t, "calls from one panel to one person", wins, 12)
}

func TestOpenWaitsForTheMigration(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	held := must(os.Create(path + ".lock"))
	defer held.Close()
	if err := syscall.Flock(int(held.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := store.Open(ctx, "sqlite:"+path, slog.New(slog.DiscardHandler))
	fails(t, "opening while somebody migrates", err, context.DeadlineExceeded)
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	storetest.Open(t, "sqlite:"+path)
}

func TestOpeningAgainMigratesNothing(t *testing.T) {
	t.Parallel()
	for engine, url := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			url := url(t)
			first := storetest.Open(t, url)
			h := newHouse(t, first)
			before := schema(t, first)
			again := storetest.Open(t, url)
			same(t, "property", must(again.Property(t.Context(), h.property.ID)), h.property)
			same(t, "schema", schema(t, again), before)
			versions := must(again.Texts(t.Context(), `SELECT CAST(version_id AS TEXT) FROM schema_version ORDER BY version_id`))
			same(t, "versions", versions, []string{"0", "1", "2"})
		})
	}
}

// future is the migrations of this program and one more.
func future(t *testing.T, statements string) fs.FS {
	t.Helper()
	more := fstest.MapFS{"migrations/00099_more.sql": {Data: []byte("-- +goose Up\n" + statements)}}
	for _, name := range must(fs.Glob(store.Migrations, "migrations/*.sql")) {
		more[name] = &fstest.MapFile{Data: must(fs.ReadFile(store.Migrations, name))}
	}
	return more
}

func TestDatabaseIsCopiedBeforeItIsMigrated(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	old := storetest.Open(t, "sqlite:"+path)
	h := newHouse(t, old)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db := must(store.OpenWith(t.Context(), path, future(t, "ALTER TABLE units ADD COLUMN floor TEXT NOT NULL DEFAULT 'ground';")))
	same(t, "migrated", must(db.Texts(t.Context(), `SELECT DISTINCT floor FROM units`)), []string{"ground"})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	aside := storetest.Open(t, "sqlite:"+path+".v2")
	same(t, "property aside", must(aside.Property(t.Context(), h.property.ID)), h.property)
}

func TestFailedMigrationLeavesTheDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	old := storetest.Open(t, "sqlite:"+path)
	h := newHouse(t, old)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the copy of the first time is no obstacle
		_, err := store.OpenWith(t.Context(), path, future(t, "DROP TABLE codes;\nDROP TABLE nothing;"))
		if err == nil {
			t.Fatal("migrated")
		}
	}
	again := storetest.Open(t, "sqlite:"+path)
	same(t, "property", must(again.Property(t.Context(), h.property.ID)), h.property)
	same(t, "codes", must(again.Texts(t.Context(), `SELECT door FROM codes`)), nil)
}

func TestClosedDatabaseIsOneFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := storetest.Open(t, "sqlite:"+filepath.Join(dir, "test.db"))
	newHouse(t, db)
	must(db.Properties(t.Context()))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range must(os.ReadDir(dir)) {
		names = append(names, f.Name())
	}
	same(t, "files", names, []string{"test.db", "test.db.lock"})
}

// TestAnotherProcessWrites for longer than anybody waits.
func TestAnotherProcessWrites(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	here, there := storetest.Open(t, url), storetest.Open(t, url)
	begun, release := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		fails(t, "the other's write", there.Write(t.Context(), func(*store.Tx) error {
			close(begun)
			<-release
			return nil
		}), nil)
	})
	<-begun
	wins := crowd(t, 8, func(i int) error { return adding(t, here, fmt.Sprint(i))() }, store.ErrDown)
	same(t, "writes meanwhile", wins, 0)
	close(release)
	all.Wait()
	fails(t, "a write afterwards", adding(t, here, "after")(), nil)
	same(t, "properties", names(t, here), []string{"after"})
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	db := storetest.Open(t, url)
	write(t, db, func(tx *store.Tx) error {
		return tx.Exec(t.Context(), `INSERT INTO schema_version (version_id, is_applied) VALUES (99, $1)`, true)
	})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), url, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "version 99") {
		t.Errorf("got error %v, want one that names version 99", err)
	}
}

// TestFullDiskLosesNothing fills a file system of two megabytes, finds all
// that was written before, and goes on when there is room again.
func TestFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("mounting a small file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmounting: %v", err)
		}
	})
	db := storetest.Open(t, "sqlite:"+filepath.Join(dir, "test.db"))
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	fillUp(t, db, func() {
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	})
}

// fillUp writes from eight goroutines until the disk is full, makes room, and
// writes again.
func fillUp(t *testing.T, db *store.DB, makeRoom func()) {
	t.Helper()
	add := func() (doorlink.PropertyID, error) {
		p := doorlink.Property{ID: id[doorlink.PropertyID]("prop"), Notice: strings.Repeat("full ", 200)}
		return p.ID, db.Write(t.Context(), func(tx *store.Tx) error { return tx.AddProperty(t.Context(), p) })
	}
	var mu sync.Mutex
	var added []string
	crowd(t, 8, func(int) error {
		for range 10000 {
			p, err := add()
			if err != nil {
				return err
			}
			mu.Lock()
			added = append(added, string(p))
			mu.Unlock()
		}
		t.Error("the disk did not fill")
		return nil
	}, store.ErrDown)
	if len(added) == 0 {
		t.Fatal("the disk was full at once")
	}
	slices.Sort(added)
	same(t, "what is kept", must(db.Texts(t.Context(), `SELECT id FROM properties ORDER BY id`)), added)
	makeRoom()
	if _, err := add(); err != nil {
		t.Errorf("with room again: %v", err)
	}
	same(t, "integrity", must(db.Texts(t.Context(), `PRAGMA integrity_check`)), []string{"ok"})
}
