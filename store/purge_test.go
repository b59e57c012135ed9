package store_test

import (
	"os"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

// purgeIsDoneOnceADay lets eight nodes come to it at once, and one again later.
func purgeIsDoneOnceADay(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h, other := newHouse(t, db), newHouse(t, db)
	old := noon.Add(-100 * 24 * time.Hour)
	write(t, db, func(tx *store.Tx) error {
		for _, kind := range []doorlink.RecordKind{doorlink.CallRecord, doorlink.CallRecord, doorlink.SignRecord} {
			if err := tx.AddRecord(ctx, doorlink.Record{Kind: kind, Property: h.property.ID, Door: h.front.ID, At: old}); err != nil {
				return err
			}
		}
		return tx.AddRecord(ctx, doorlink.Record{Kind: doorlink.CodeRecord, Property: other.property.ID, At: old})
	})
	var claims atomic.Int32
	crowd(t, 8, func(int) error {
		gone, err := db.PurgeDaily(ctx, noon)
		if gone != nil {
			claims.Add(1)
		}
		return err
	})
	same(t, "nodes that purged", claims.Load(), 1)
	want := store.Purge{
		Day: doorlink.DayIn(noon, time.UTC), At: noon, Done: noon,
		Gone: map[doorlink.PropertyID]map[doorlink.RecordKind]int64{
			h.property.ID: {doorlink.CallRecord: 2, doorlink.SignRecord: 1}, other.property.ID: {doorlink.CodeRecord: 1},
		},
	}
	same(t, "what is told of it", must(db.Purges(ctx, 10)), []store.Purge{want})
	for _, later := range []struct {
		after time.Duration
		again bool
	}{{11 * time.Hour, false}, {12 * time.Hour, true}} {
		gone := must(db.PurgeDaily(ctx, noon.Add(later.after)))
		same(t, "purged again "+later.after.String()+" later", gone != nil, later.again)
	}
	same(t, "purges", len(must(db.Purges(ctx, 10))), 2)
	must(db.PurgeDaily(ctx, noon.Add(92*24*time.Hour)))
	same(t, "purges after three months", len(must(db.Purges(ctx, 10))), 1)
}

// stay are the tables of which the purge takes nothing, and why.
var stay = map[string]string{
	"properties": "arranged", "doors": "arranged", "panels": "arranged", "units": "arranged", "hidden": "arranged",
	"people": "arranged", "memberships": "arranged", "keys": "arranged", "key_doors": "arranged", "holders": "arranged",
	"roles": "arranged", "feeds": "arranged",
	"locks": "a door's code comes from all set-ups of its lock", "stickers": "an old one is told that it is old",
	"passkeys": "a manager's, and go with them", "audit": "nothing is taken out of it; who is erased goes from its details",
}

func TestWhateverIsStoredIsArrangedOrKeptForATime(t *testing.T) {
	t.Parallel()
	schema, err := os.ReadFile("schema_sqlite.golden")
	if err != nil {
		t.Fatal(err)
	}
	db := openSQLite(t)
	newHouse(t, db)
	purged := must(db.Purge(t.Context(), noon))
	for _, table := range regexp.MustCompile(`(?m)^(\w+)\.id |^(\w+): UNIQUE`).FindAllStringSubmatch(string(schema), -1) {
		name := table[1] + table[2]
		if _, swept := purged[name]; swept == (stay[name] != "") {
			t.Errorf("%s is purged: %t; it stays, because: %q", name, swept, stay[name])
		}
	}
}

// purgeIsTakenOver has a node that died while it purged.
func purgeIsTakenOver(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	write(t, db, func(tx *store.Tx) error {
		err := tx.Exec(ctx, `INSERT INTO purges (day, at, done_at, gone) VALUES ($1, $2, 0, $3)`,
			doorlink.DayIn(noon, time.UTC), noon.UnixMilli(), `{"`+string(h.property.ID)+`":{"call":3}}`)
		if err != nil {
			return err
		}
		return tx.AddRecord(ctx, doorlink.Record{
			Kind: doorlink.CallRecord, Property: h.property.ID, Door: h.front.ID, At: noon.Add(-100 * 24 * time.Hour),
		})
	})
	for _, later := range []struct {
		after time.Duration
		mine  bool
	}{{time.Hour, false}, {time.Hour + time.Second, true}, {3 * time.Hour, false}} {
		gone := must(db.PurgeDaily(ctx, noon.Add(later.after)))
		same(t, "taken over after "+later.after.String(), gone != nil, later.mine)
	}
	same(t, "what both removed", must(db.Purges(ctx, 1))[0].Gone[h.property.ID], map[doorlink.RecordKind]int64{doorlink.CallRecord: 4})
}

// purgeTellsNothingOfOwnEntries removes a resident's homecomings, and neither
// managers nor the log learn that there were any.
func purgeTellsNothingOfOwnEntries(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	home := doorlink.Door{ID: id[doorlink.DoorID]("door"), Property: h.property.ID, Name: "1A", Type: doorlink.Residence}
	write(t, db, func(tx *store.Tx) error {
		if err := tx.AddDoor(ctx, home); err != nil {
			return err
		}
		return tx.AddRecord(ctx, doorlink.Record{
			Kind: doorlink.CodeRecord, Property: h.property.ID, Door: home.ID, Own: true, At: noon.Add(-100 * 24 * time.Hour),
		})
	})
	gone := must(db.PurgeDaily(ctx, noon))
	same(t, "the log", gone["records"], 0)
	same(t, "what is told", len(must(db.Purges(ctx, 1))[0].Gone), 0)
	same(t, "what is left", len(must(db.Records(ctx, h.property.ID))), 0)
}
