package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
	"doorlink/store/storetest"
)

func backupIsForFilesAlone(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	to := t.TempDir() + "/backup.db"
	err := db.Backup(t.Context(), to)
	if db.Engine() == "postgres" {
		same(t, "kind", doorlink.KindOf(err), doorlink.Invalid)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	same(t, "kind of a second one", doorlink.KindOf(db.Backup(t.Context(), to)), doorlink.Conflict)
	copied := storetest.Open(t, "sqlite:"+to)
	same(t, "property", must(copied.Property(t.Context(), h.property.ID)), h.property)
}

func failedWriteLeavesNothing(t *testing.T, db *store.DB) {
	h := planHouse()
	sorry := errors.New("sorry")
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		if err := h.build(t, tx); err != nil {
			t.Error(err)
		}
		return sorry
	})
	fails(t, "the write", err, sorry)
	same(t, "properties", must(db.Properties(t.Context())), nil)
}

func writeFailsAfterAFailedStatement(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	unit := doorlink.Unit{ID: "unit_3", Property: h.property.ID, Name: "3C"}
	err := db.Write(ctx, func(tx *store.Tx) error {
		fails(t, "a name twice", tx.AddUnit(ctx, h.unit1A), store.ErrExists)
		if err := tx.AddUnit(ctx, unit); err == nil {
			t.Error("a statement succeeded after another had failed")
		}
		return nil
	})
	fails(t, "the write", err, store.ErrExists)
	same(t, "units", len(must(db.Units(ctx, h.property.ID))), 2)
}

func panicInAWriteRollsBack(t *testing.T, db *store.DB) {
	h := planHouse()
	func() {
		defer func() {
			if p, ok := recover().(string); !ok || !strings.Contains(p, "oh no") {
				t.Errorf("got panic %q, want the write's own", p)
			}
		}()
		db.Write(t.Context(), func(tx *store.Tx) error {
			if err := h.build(t, tx); err != nil {
				t.Error(err)
			}
			panic("oh no")
		})
	}()
	same(t, "properties", must(db.Properties(t.Context())), nil)
	newHouse(t, db) // goes on
}

// forever counts without end.
const forever = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) `

func contextInterruptsAWrite(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	unit := doorlink.Unit{ID: "unit_3", Property: h.property.ID, Name: "3C"}
	err := db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddUnit(ctx, unit); err != nil {
			return err
		}
		return tx.Exec(ctx, forever+`UPDATE properties SET notice = 'x' WHERE (SELECT MAX(i) FROM n) > 0`)
	})
	fails(t, "the write", err, context.DeadlineExceeded)
	same(t, "units", must(db.Units(t.Context(), h.property.ID)), []doorlink.Unit{h.unit1A, h.unit2B})

	// It goes on; a server that has lost the request to give up needs a while.
	later, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := db.Write(later, func(tx *store.Tx) error { return tx.AddUnit(later, unit) }); err != nil {
		t.Errorf("writing: %v", err)
	}
}

func contextInterruptsARead(t *testing.T, db *store.DB) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := db.Texts(ctx, forever+`SELECT 'x' FROM n WHERE i < 0`)
	fails(t, "the read", err, context.DeadlineExceeded)
	fails(t, "the read", err, store.ErrDown)
	if err := db.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func closedDatabaseIsOfNoUse(t *testing.T, db *store.DB) {
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Ping(t.Context()); err == nil {
		t.Error("a closed database was read")
	}
	if err := db.Write(t.Context(), func(*store.Tx) error { return nil }); err == nil {
		t.Error("a closed database was written to")
	}
	if err := db.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
}
