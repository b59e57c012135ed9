package store_test

import (
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

// newDraft keeps a list of a house, uploaded at noon.
func newDraft(t *testing.T, db *store.DB, h house) store.Draft {
	t.Helper()
	d := store.Draft{
		ID: id[doorlink.DraftID]("draft"), Property: h.property.ID, Manager: "man_1", Name: "May ünits.csv",
		List: "Unit,E-mail\n1A,Ada@Example.org\n", Choices: "{}", Made: noon,
	}
	write(t, db, func(tx *store.Tx) error { return tx.AddDraft(t.Context(), d) })
	return d
}

func draftIsKeptForADay(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h, other := newHouse(t, db), newHouse(t, db)
	d := newDraft(t, db, h)
	same(t, "read", must(db.Draft(ctx, h.property.ID, d.ID, noon)), d)
	listed := must(db.Drafts(ctx, h.property.ID, noon))
	if len(listed) != 1 || listed[0].List != "" || listed[0].Name != d.Name {
		t.Errorf("listed: %+v", listed)
	}
	_, err := db.Draft(ctx, other.property.ID, d.ID, noon)
	fails(t, "at another property", err, store.ErrNoDraft)
	_, err = db.Draft(ctx, h.property.ID, d.ID, noon.Add(store.DraftTime))
	fails(t, "a day later", err, store.ErrNoDraft)
	same(t, "purged", must(db.Purge(ctx, noon.Add(store.DraftTime+time.Millisecond)))["drafts"], 1)
}

func draftIsAppliedOnce(t *testing.T, db *store.DB) {
	ctx := t.Context()
	d := newDraft(t, db, newHouse(t, db))
	try := func(f func(tx *store.Tx) error) error { return db.Write(ctx, f) }
	begin := func(tx *store.Tx) error { return tx.BeginDraft(ctx, d, noon, noon.Add(time.Minute)) }
	write(t, db, begin)
	fails(t, "beginning twice", try(begin), store.ErrDraftBusy)
	write(t, db, func(tx *store.Tx) error { return tx.ProlongDraft(ctx, d, noon.Add(time.Hour)) })
	fails(t, "beginning what goes on", try(begin), store.ErrDraftBusy)
	write(t, db, func(tx *store.Tx) error { return tx.EndDraft(ctx, d, "It did not work.") })
	got := must(db.Draft(ctx, d.Property, d.ID, noon))
	same(t, "why", got.Failed, "It did not work.")
	d.Choices = `{"leavers":true}`
	write(t, db, func(tx *store.Tx) error { return tx.ChooseDraft(ctx, d) })
	finish := func(tx *store.Tx) error { return tx.FinishDraft(ctx, d, noon) }
	write(t, db, finish)
	fails(t, "applying twice", try(finish), store.ErrDraftDone)
	fails(t, "choosing afterwards", try(func(tx *store.Tx) error { return tx.ChooseDraft(ctx, d) }), store.ErrDraftDone)
	d.Done = noon
	same(t, "read", must(db.Draft(ctx, d.Property, d.ID, noon)), d)
	remove := func(tx *store.Tx) error { return tx.RemoveDraft(ctx, d) }
	write(t, db, remove)
	fails(t, "removing twice", try(remove), store.ErrNoDraft)
}

func draftsGoWithWhoIsErased(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	d := newDraft(t, db, h)
	h.ada.Email = "ada@example.org"
	write(t, db, func(tx *store.Tx) error { return tx.Erase(t.Context(), h.ada) })
	_, err := db.Draft(t.Context(), d.Property, d.ID, noon)
	fails(t, "the list that names her", err, store.ErrNoDraft)
}
