package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"doorlink"
	"doorlink/store"
	"doorlink/store/storetest"
)

// occupied lets fs queue up behind a write that is going on, and then all go
// on together. It returns their errors and how many commits there were.
func occupied(t *testing.T, db *store.DB, fs ...func() error) (errs []error, commits int64) {
	t.Helper()
	before := db.Commits()
	begun, release := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		err := db.Write(t.Context(), func(*store.Tx) error {
			close(begun)
			<-release
			return nil
		})
		if err != nil {
			t.Errorf("the write in front: %v", err)
		}
	})
	<-begun
	errs = make([]error, len(fs))
	for i, f := range fs {
		all.Go(func() { errs[i] = f() })
	}
	synctest.Wait() // all are in the queue
	close(release)
	all.Wait()
	return errs, db.Commits() - before
}

// adding adds a property.
func adding(t *testing.T, db *store.DB, name string) func() error {
	return func() error {
		return db.Write(t.Context(), func(tx *store.Tx) error { return tx.AddProperty(t.Context(), property(name)) })
	}
}

func property(name string) doorlink.Property {
	return doorlink.Property{ID: doorlink.PropertyID("prop_" + name), Name: name}
}

func names(t *testing.T, db *store.DB) []string {
	t.Helper()
	return must(db.Texts(t.Context(), `SELECT name FROM properties ORDER BY name`))
}

// TestWritesThatWaitAreCommittedTogether has one write in front, and one commit
// for all that fit into the queue behind it.
func TestWritesThatWaitAreCommittedTogether(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		writes  int
		commits int64
	}{{1, 2}, {100, 2}, {256, 2}, {600, 4}} {
		t.Run(fmt.Sprint(c.writes), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				db := openSQLite(t)
				var fs []func() error
				for i := range c.writes {
					fs = append(fs, adding(t, db, fmt.Sprint(i)))
				}
				errs, commits := occupied(t, db, fs...)
				fails(t, "the writes", errors.Join(errs...), nil)
				same(t, "properties", len(names(t, db)), c.writes)
				if commits > c.commits {
					t.Errorf("got %d commits, want at most %d", commits, c.commits)
				}
			})
		})
	}
}

func TestOneFailsAndItsNeighboursDoNot(t *testing.T) {
	t.Parallel()
	sorry := errors.New("sorry")
	for name, bad := range map[string]struct {
		with func(context.Context, *store.Tx) error
		want error
	}{
		"by its own error": {func(context.Context, *store.Tx) error { return sorry }, sorry},
		"by a constraint": {func(ctx context.Context, tx *store.Tx) error {
			return tx.AddProperty(ctx, property("bad"))
		}, store.ErrExists},
		"by the end of its transaction": {func(ctx context.Context, tx *store.Tx) error {
			return tx.Exec(ctx, `ROLLBACK`)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				db := openSQLite(t)
				errs, _ := occupied(t, db, adding(t, db, "a"), func() error {
					return db.Write(t.Context(), func(tx *store.Tx) error {
						if err := tx.AddProperty(t.Context(), property("bad")); err != nil {
							return err
						}
						return bad.with(t.Context(), tx)
					})
				}, adding(t, db, "z"))
				fails(t, "the neighbours", errors.Join(errs[0], errs[2]), nil)
				if bad.want != nil {
					fails(t, "the bad one", errs[1], bad.want)
				} else if errs[1] == nil {
					t.Error("the bad one succeeded")
				}
				same(t, "what is kept", names(t, db), []string{"a", "z"})
			})
		})
	}
}

func TestOnePanicsAndItsNeighboursDoNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := openSQLite(t)
		var caught any
		errs, _ := occupied(t, db, adding(t, db, "a"), func() error {
			defer func() { caught = recover() }()
			return db.Write(t.Context(), func(tx *store.Tx) error {
				if err := tx.AddProperty(t.Context(), property("bad")); err != nil {
					return err
				}
				panic("oh no")
			})
		}, adding(t, db, "z"))
		fails(t, "the neighbours", errors.Join(errs...), nil)
		if caught == nil {
			t.Error("the panic did not come through")
		}
		same(t, "what is kept", names(t, db), []string{"a", "z"})
	})
}

// TestInterruptedWriteCostsItsNeighboursNothing interrupts a statement, upon
// which SQLite rolls the whole group back.
func TestInterruptedWriteCostsItsNeighboursNothing(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	write(t, db, func(tx *store.Tx) error { return tx.AddProperty(t.Context(), property("first")) })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() {
		err := db.Write(ctx, func(tx *store.Tx) error {
			return tx.Exec(ctx, forever+`UPDATE properties SET notice = 'x' WHERE (SELECT MAX(i) FROM n) > 0`)
		})
		fails(t, "the interrupted one", err, context.DeadlineExceeded)
	})
	for i := range 20 {
		all.Go(func() { fails(t, "a neighbour", adding(t, db, fmt.Sprint(i))(), nil) })
	}
	all.Wait()
	same(t, "properties", len(names(t, db)), 21)
}

func TestWriterGivesUpInTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := openSQLite(t)
		var front sync.WaitGroup
		front.Go(func() {
			fails(t, "the write in front", db.Write(t.Context(), func(*store.Tx) error {
				time.Sleep(time.Second)
				return nil
			}), nil)
		})
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		err := db.Write(ctx, func(*store.Tx) error {
			t.Error("a write ran although its writer had left")
			return nil
		})
		fails(t, "the write", err, context.Canceled)
		front.Wait()
	})
}

// TestQueueHasALimitAndATime fills the queue behind a write that never ends.
func TestQueueHasALimitAndATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := openSQLite(t)
		var all sync.WaitGroup
		all.Go(func() {
			db.Write(t.Context(), func(*store.Tx) error {
				time.Sleep(time.Minute)
				return nil
			})
		})
		synctest.Wait()
		start := time.Now()
		for range 300 {
			all.Go(func() { fails(t, "a write", adding(t, db, "late")(), store.ErrDown) })
		}
		all.Wait()
		same(t, "properties", names(t, db), nil)
		same(t, "they were patient until the end", time.Since(start), time.Minute)
	})
}

// TestOpensAndClosesInABubble: an hour of sleeping and writing takes no time.
func TestOpensAndClosesInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := openSQLite(t)
		h := newHouse(t, db)
		for range 60 {
			time.Sleep(time.Minute)
			c := place(t, db, h.call(h.visit(), time.Now()))
			time.Sleep(doorlink.ReachTime)
			overdue := must(db.OverdueCalls(t.Context(), time.Now(), 10))
			same(t, "overdue", overdue, []doorlink.CallID{c.ID})
			move(t, db, c.ID, func(c doorlink.Call) (doorlink.Call, error) { return c.Expire(time.Now()), nil })
		}
	})
}

// TestCloseAmidWrites: each write is answered, and what was said to be written
// is there.
func TestCloseAmidWrites(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	db := storetest.Open(t, url)
	var written atomic.Int64
	crowd(t, 32, func(i int) error {
		for j := range 100 {
			if i == 0 && j == 20 {
				return db.Close()
			}
			if err := adding(t, db, fmt.Sprint(i, "-", j))(); err != nil {
				return err
			}
			written.Add(1)
		}
		return nil
	}, store.ErrDown)
	again := storetest.Open(t, url)
	same(t, "properties", int64(len(names(t, again))), written.Load())
}

// TestWriteThatEndsItsGoroutineHangsNobody: a test that fails inside a write
// does so.
func TestWriteThatEndsItsGoroutineHangsNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := openSQLite(t)
		errs, _ := occupied(t, db, func() error {
			return db.Write(t.Context(), func(*store.Tx) error { runtime.Goexit(); return nil })
		}, adding(t, db, "neighbour"))
		fails(t, "the write", errs[0], store.ErrDown)
		same(t, "a read", names(t, db), nil)
	})
}
