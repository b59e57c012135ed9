package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"doorlink"
	"doorlink/store"
)

// auditFindsWhatWasAltered alters a chain of five entries in every way there is.
func auditFindsWhatWasAltered(t *testing.T, db *store.DB) {
	ctx := t.Context()
	for _, tt := range []struct {
		name  string
		alter []string
		known bool  // where the chain ended is known from before
		seq   int64 // the first entry that is wrong; 0: none is
	}{
		{"nothing", nil, true, 0},
		{"a detail was erased", []string{`UPDATE audit SET detail = '' WHERE property = $1 AND seq = 2`}, true, 0},
		{"a detail was edited", []string{`UPDATE audit SET detail = '{"salt":"x"}' WHERE property = $1 AND seq = 2`}, false, 2},
		{"a detail is no detail", []string{`UPDATE audit SET detail = 'x' WHERE property = $1 AND seq = 2`}, false, 2},
		{"a detail and its digest were edited", []string{
			`UPDATE audit SET detail = '{}', digest = '` + doorlink.Digest("{}") + `' WHERE property = $1 AND seq = 2`}, false, 2},
		{"somebody else did it", []string{`UPDATE audit SET manager = 'man_x' WHERE property = $1 AND seq = 4`}, false, 4},
		{"a program did it", []string{`UPDATE audit SET via = 'tok_x' WHERE property = $1 AND seq = 4`}, false, 4},
		{"it was done otherwise", []string{`UPDATE audit SET action = 'unit.remove' WHERE property = $1 AND seq = 4`}, false, 4},
		{"it was done to somebody else", []string{`UPDATE audit SET subject = 'unit_x' WHERE property = $1 AND seq = 4`}, false, 4},
		{"it was done at another time", []string{`UPDATE audit SET at = at + 1 WHERE property = $1 AND seq = 4`}, false, 4},
		{"a hash was edited", []string{`UPDATE audit SET hash = 'x' WHERE property = $1 AND seq = 5`}, false, 5},
		{"the first is gone", []string{`DELETE FROM audit WHERE property = $1 AND seq = 1`}, false, 1},
		{"one is gone", []string{`DELETE FROM audit WHERE property = $1 AND seq = 3`}, false, 3},
		{"one is gone and the rest moved up", []string{
			`DELETE FROM audit WHERE property = $1 AND seq = 3`, `UPDATE audit SET seq = 3 WHERE property = $1 AND seq = 4`,
			`UPDATE audit SET seq = 4 WHERE property = $1 AND seq = 5`}, false, 3},
		{"two changed places", []string{
			`UPDATE audit SET seq = 9 WHERE property = $1 AND seq = 2`, `UPDATE audit SET seq = 2 WHERE property = $1 AND seq = 3`,
			`UPDATE audit SET seq = 3 WHERE property = $1 AND seq = 9`}, false, 2},
		{"one was moved in", []string{`UPDATE audit SET property = $1, seq = 6 WHERE property = ''`}, false, 6},
		{"the last two are gone", []string{`DELETE FROM audit WHERE property = $1 AND seq > 3`}, true, 4},
		{"all are gone", []string{`DELETE FROM audit WHERE property = $1`}, true, 1},
		{"all but one are gone", []string{`DELETE FROM audit WHERE property = $1 AND seq > 1`}, true, 2},
	} {
		h := newHouse(t, db)
		at := h.property.ID
		for i := range 5 {
			write(t, db, func(tx *store.Tx) error { return addDeed(ctx, tx, at, i) })
		}
		write(t, db, func(tx *store.Tx) error { return addDeed(ctx, tx, "", 0) })
		ends := must(db.VerifyAudit(ctx))
		same(t, "chains", len(ends), 2)
		same(t, "entries", ends[1].Seq, 5)
		if !tt.known {
			ends = nil
		}
		for _, text := range tt.alter {
			write(t, db, func(tx *store.Tx) error { return tx.Exec(ctx, text, at) })
		}
		_, err := db.VerifyAudit(ctx, ends...)
		if got := firstWrong(err); got != tt.seq || (err == nil) != (tt.seq == 0) {
			t.Errorf("%s: got %v, want entry %d to be wrong", tt.name, err, tt.seq)
		}
		write(t, db, func(tx *store.Tx) error { return tx.Exec(ctx, `DELETE FROM audit`) })
	}
}

// auditWrittenAnew has somebody write a whole chain again, as it might have been.
func auditWrittenAnew(t *testing.T, db *store.DB) {
	ctx := t.Context()
	at := newHouse(t, db).property.ID
	again := func(first int) {
		for i := range 5 {
			write(t, db, func(tx *store.Tx) error { return addDeed(ctx, tx, at, first+i) })
		}
	}
	again(0)
	ends := must(db.VerifyAudit(ctx))
	write(t, db, func(tx *store.Tx) error { return tx.Exec(ctx, `DELETE FROM audit WHERE property = $1 AND seq > 2`, at) })
	again(7)
	_, err := db.VerifyAudit(ctx)
	same(t, "without the former end", err, nil)
	_, err = db.VerifyAudit(ctx, ends...)
	same(t, "with the former end", firstWrong(err), 5)
}

// firstWrong is the entry that an error names.
func firstWrong(err error) int64 {
	if e, ok := errors.AsType[*doorlink.Error](err); ok && errors.Is(err, store.ErrChainBroken) {
		return e.Args[1].(int64)
	}
	return 0
}

func addDeed(ctx context.Context, tx *store.Tx, at doorlink.PropertyID, n int) error {
	_, err := tx.Audit(ctx, doorlink.Deed{
		Property: at, At: noon, Manager: "man_1", Action: "unit.add", Subject: fmt.Sprint("unit_", n),
		Detail: doorlink.Detail{Facts: map[string]string{"n": fmt.Sprint(n)}},
	})
	return err
}
