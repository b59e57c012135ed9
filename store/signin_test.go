package store_test

import (
	"fmt"
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

// invite gives a person a link that is good for a day.
func invite(tb testing.TB, db *store.DB, p doorlink.Person, hash string) {
	tb.Helper()
	if err := db.AddLink(tb.Context(), p.ID, hash, noon.Add(24*time.Hour)); err != nil {
		tb.Fatalf("adding a link: %v", err)
	}
}

func linkWorksOnce(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	invite(t, db, h.ben, "link")
	wins := crowd(t, 16, func(i int) error {
		session := fmt.Sprintf("session %d", i)
		_, err := db.UseLink(ctx, "link", session, doorlink.Handset{Name: session}, noon)
		return err
	}, store.ErrLinkUsed)
	same(t, "sign-ins", wins, 1)

	all := must(db.Handsets(ctx, h.ben.ID))
	if len(all) != 1 {
		t.Fatalf("got %d handsets, want 1", len(all))
	}
	same(t, "handset", all[0], must(db.Session(ctx, all[0].Name, noon)))
	h.ben.Activated = true
	same(t, "person", must(db.Person(ctx, h.ben.ID)), h.ben)
	records := must(db.Records(ctx, h.property.ID))
	if len(records) != 1 {
		t.Fatalf("got %d records, want 1", len(records))
	}
	same(t, "record", records[0], doorlink.Record{
		ID: records[0].ID, Kind: doorlink.SignRecord, Property: h.property.ID, Person: h.ben.ID, At: noon,
	})
}

func linkIsRefused(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	invite(t, db, h.ben, "link")
	use := func(hash string, now time.Time) error {
		_, err := db.UseLink(t.Context(), hash, "session", doorlink.Handset{}, now)
		return err
	}
	fails(t, "unknown", use("other", noon), store.ErrLinkUnknown)
	fails(t, "expired", use("link", noon.Add(24*time.Hour)), store.ErrLinkExpired)
	same(t, "handsets", must(db.Handsets(t.Context(), h.ben.ID)), nil)
	same(t, "activated", must(db.Person(t.Context(), h.ben.ID)).Activated, false)
	if err := use("link", noon.Add(24*time.Hour-time.Millisecond)); err != nil {
		t.Errorf("in the last moment: %v", err)
	}
	fails(t, "a link for nobody", db.AddLink(t.Context(), "pers_none", "hash", noon), store.ErrMissing)
}

func signingInAgainKeepsTheHandset(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	for i, hash := range []string{"first", "second", "third"} {
		invite(t, db, h.ada, hash)
		_ = i
	}
	sign := func(link, session string, as doorlink.HandsetID) doorlink.Handset {
		return must(db.UseLink(ctx, link, session, doorlink.Handset{ID: as, Name: "Firefox"}, noon))
	}
	first := sign("first", "session 1", "")
	again := sign("second", "session 2", first.ID)
	same(t, "the same handset", again, first)
	_, err := db.Session(ctx, "session 1", noon)
	fails(t, "its former session", err, store.ErrNoSession)
	same(t, "its new session", must(db.Session(ctx, "session 2", noon)), first)

	invite(t, db, h.ben, "for Ben")
	bens := sign("for Ben", "session 3", first.ID)
	if bens.ID == first.ID {
		t.Error("Ben has taken over Ada's handset")
	}
	same(t, "whose", bens.Person, h.ben.ID)
	same(t, "Ada's session", must(db.Session(ctx, "session 2", noon)), first)
}

func sessionLastsFromItsLastUse(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	invite(t, db, h.ben, "link")
	want := must(db.UseLink(ctx, "link", "session", doorlink.Handset{Name: "Firefox"}, noon))
	now := noon
	for _, step := range []time.Duration{time.Hour, 89 * 24 * time.Hour, 89 * 24 * time.Hour} {
		now = now.Add(step)
		same(t, "session", must(db.Session(ctx, "session", now)), want)
	}
	touched := func() string {
		return must(db.Texts(ctx, `SELECT CAST(used_at AS TEXT) FROM handsets WHERE session = 'session'`))[0]
	}
	before := touched()
	must(db.Session(ctx, "session", now.Add(24*time.Hour-time.Millisecond)))
	same(t, "touched within a day", touched(), before)
	must(db.Session(ctx, "session", now.Add(24*time.Hour)))
	if touched() == before {
		t.Error("not touched after a day")
	}
	_, err := db.Session(ctx, "session", now.Add(24*time.Hour+store.SessionTime))
	fails(t, "after ninety days without use", err, store.ErrNoSession)
}

func sessionEnds(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	invite(t, db, h.ben, "link")
	must(db.UseLink(ctx, "link", "session", doorlink.Handset{}, noon))
	for range 2 {
		if err := db.EndSession(ctx, "session"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := db.Session(ctx, "session", noon)
	fails(t, "an ended session", err, store.ErrNoSession)
	same(t, "handsets", must(db.Handsets(ctx, h.ben.ID)), nil)
	_, err = db.Session(ctx, "", noon)
	fails(t, "no session", err, store.ErrNoSession)
	if err := db.EndSession(ctx, ""); err != nil {
		t.Error(err)
	}
	same(t, "handsets without a session", len(must(db.Handsets(ctx, h.ada.ID))), 1)
}
