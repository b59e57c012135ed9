package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"doorlink"
	"doorlink/store"
)

// newToken is a token of a new manager, kept under a hash.
func newToken(tb testing.TB, db *store.DB, p doorlink.PropertyID, hash string) doorlink.Token {
	tb.Helper()
	m := doorlink.Manager{ID: id[doorlink.ManagerID]("man"), Name: "Lin"}
	m.Email = string(m.ID) + "@example.org"
	t := doorlink.Token{
		ID: id[doorlink.TokenID]("tok"), Property: p, Name: "PMS", May: []doorlink.Ability{doorlink.See, doorlink.EditPeople},
		Manager: m.ID, Made: noon, Ends: noon.Add(time.Hour),
	}
	write(tb, db, func(tx *store.Tx) error {
		return errors.Join(tx.AddManager(tb.Context(), m, noon), tx.AddToken(tb.Context(), t, hash))
	})
	return t
}

func tokenIsKnownUntilItEnds(t *testing.T, db *store.DB) {
	ctx, h := t.Context(), newHouse(t, db)
	want := newToken(t, db, h.property.ID, "hash")
	_, err := db.Token(ctx, "other", noon)
	fails(t, "another secret", err, store.ErrNoToken)
	at := noon.Add(90 * time.Second)
	want.Used = noon.Add(time.Minute)
	same(t, "the token", must(db.Token(ctx, "hash", at)), want)
	same(t, "within the minute", must(db.Token(ctx, "hash", at.Add(20*time.Second))), want)
	_, err = db.Token(ctx, "hash", want.Ends)
	fails(t, "at its end", err, store.ErrNoToken)

	everywhere := newToken(t, db, "", "second")
	newToken(t, db, newHouse(t, db).property.ID, "third")
	same(t, "at the property", must(db.Tokens(ctx, h.property.ID)), []doorlink.Token{want, everywhere},
		cmpopts.SortSlices(func(a, b doorlink.Token) bool { return a.ID < b.ID }))
}

func tokensEndWithTheirManager(t *testing.T, db *store.DB) {
	ctx := t.Context()
	one, other := newToken(t, db, "", "one"), newToken(t, db, "", "other")
	write(t, db, func(tx *store.Tx) error { return tx.RemoveManager(ctx, one.Manager) })
	_, err := db.Token(ctx, "one", noon)
	fails(t, "of a manager who has gone", err, store.ErrNoToken)
	write(t, db, func(tx *store.Tx) error { return tx.EndToken(ctx, other.ID) })
	_, err = db.Token(ctx, "other", noon)
	fails(t, "ended", err, store.ErrNoToken)
	fails(t, "ending it again", db.Write(ctx, func(tx *store.Tx) error { return tx.EndToken(ctx, other.ID) }), store.ErrNoToken)
	other.Manager = "man_none"
	fails(t, "for nobody", db.Write(ctx, func(tx *store.Tx) error { return tx.AddToken(ctx, other, "hash") }), store.ErrMissing)
}

func oneOfManyBegins(t *testing.T, db *store.DB) {
	ctx := t.Context()
	ask := store.Repeat{Token: "tok_1", Key: "key", Request: "asked"}
	begin := func(ctx context.Context, r store.Repeat, now time.Time) (store.Repeat, error) {
		earlier, first, err := db.BeginRepeat(ctx, r, now)
		if err == nil && !first {
			err = doorlink.ErrChanged
		}
		return earlier, err
	}
	wins := crowd(t, 16, func(int) error { _, err := begin(ctx, ask, noon); return err }, doorlink.ErrChanged)
	same(t, "first", wins, 1)

	done := ask
	done.Status, done.Body = 201, "answer"
	if err := db.FinishRepeat(ctx, done); err != nil {
		t.Fatal(err)
	}
	again := ask
	again.Request = "something else"
	earlier, err := begin(ctx, again, noon.Add(store.RepeatTime-time.Millisecond))
	fails(t, "once more", err, doorlink.ErrChanged)
	same(t, "what was answered", earlier, done)

	_, err = begin(ctx, again, noon.Add(store.RepeatTime))
	same(t, "a day later", err, nil)
	if err := db.DropRepeat(ctx, ask.Token, ask.Key); err != nil {
		t.Fatal(err)
	}
	_, err = begin(ctx, ask, noon)
	same(t, "after it was forgotten", err, nil)
}
