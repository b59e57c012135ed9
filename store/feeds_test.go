package store_test

import (
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

func feedIsClaimedByOne(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	p := h.property.ID
	same(t, "none yet", must(db.Feed(ctx, p)), store.Feed{Property: p})
	set := store.Feed{Property: p, Every: time.Hour, Leavers: true}
	write(t, db, func(tx *store.Tx) error { return tx.SetFeed(ctx, set) })
	due := must(db.DueFeeds(ctx, noon))
	same(t, "due", due, []store.Feed{set})
	wins := crowd(t, 8, func(int) error {
		if mine, err := db.ClaimFeed(ctx, due[0], noon); err != nil || !mine {
			return store.ErrExists
		}
		return nil
	}, store.ErrExists)
	same(t, "claims", wins, 1)
	same(t, "due after a look", len(must(db.DueFeeds(ctx, noon.Add(time.Hour-1)))), 0)
	same(t, "due an hour later", len(must(db.DueFeeds(ctx, noon.Add(time.Hour)))), 1)
	kept := store.Feed{Property: p, Every: time.Hour, Leavers: true, Read: noon, File: "May.csv", Digest: "d", Result: "{}"}
	write(t, db, func(tx *store.Tx) error { return tx.KeepFeed(ctx, kept) })
	same(t, "kept", must(db.Feed(ctx, p)), kept)
	write(t, db, func(tx *store.Tx) error { return tx.SetFeed(ctx, store.Feed{Property: p}) })
	same(t, "due when it is off", len(must(db.DueFeeds(ctx, noon.Add(1000*time.Hour)))), 0)
}

func conflictsComeAndGo(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	p := h.property.ID
	list := func(subjects ...string) {
		var all []store.Conflict
		for _, s := range subjects {
			all = append(all, store.Conflict{ID: id[doorlink.ConflictID]("conf"), Subject: s, Detail: `{"email":"ada@example.org"}`, Made: noon})
		}
		write(t, db, func(tx *store.Tx) error { return tx.KeepConflicts(ctx, p, all) })
	}
	list("a", "b")
	first := must(db.Conflicts(ctx, p))
	same(t, "conflicts", len(first), 2)
	for _, c := range first {
		write(t, db, func(tx *store.Tx) error { return tx.AnswerConflict(ctx, p, c.ID, "yes", noon) })
	}
	list("a", "c")
	answers := map[string]string{}
	for _, c := range must(db.Conflicts(ctx, p)) {
		answers[c.Subject] = c.Answer
	}
	same(t, "answers", answers, map[string]string{"a": "yes", "c": ""})
	list("b")
	same(t, "one that comes back", must(db.Conflicts(ctx, p))[0].Answer, "")
	h.ada.Email = "ada@example.org"
	write(t, db, func(tx *store.Tx) error { return tx.Erase(ctx, h.ada) })
	same(t, "after she was erased", len(must(db.Conflicts(ctx, p))), 0)
}
