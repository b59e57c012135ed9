package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"doorlink"
)

// purgeBatch is how many rows one write of a purge removes, so that nobody
// waits long behind it.
const purgeBatch = 500

// sweep removes what is older than a moment from one table, a batch at a time.
type sweep struct {
	table string
	old   string              // the condition for $1, the moment
	after time.Duration       // how long it is kept
	key   string              // the columns that name a row
	first statement           // done before, with the moment; may be none
	where []any               // $3 of the condition; empty: there is none
	kind  doorlink.RecordKind // managers read how many went of it; empty: they do not
	quiet bool                // nobody reads how many went
}

// GoneTime is how long a webhook that was removed is kept with its secret and what
// it was told, so that who removed it can take that back.
const GoneTime = 24 * time.Hour

// LeftTime is how long a manager without any role is kept, so that who took their
// last one away can take that back.
const LeftTime = 24 * time.Hour

const leftManagers = `portfolio = FALSE AND added_at < $1 AND id NOT IN (SELECT manager FROM roles)
	AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.subject = managers.id AND a.at >= $1)`

// moveBySweep says that handsets which will go may have listed somebody.
var moveBySweep = statement{"moving revisions",
	`UPDATE properties SET revision = revision + 1
	WHERE id IN (SELECT p.property FROM people p JOIN handsets h ON h.person = p.id WHERE h.used_at < $1)`}

// sweeps lists what every installation keeps for as long: a link goes a while
// after it has expired, so that a late click still learns why.
func sweeps() []sweep {
	return []sweep{
		{table: "links", old: `expires_at < $1`, after: doorlink.SignRecord.Retention(), key: "hash"},
		{table: "desk_links", old: `expires_at < $1`, after: doorlink.SignRecord.Retention(), key: "hash"},
		{table: "desk_sessions", old: `added_at < $1`, after: DeskTime, key: "hash"},
		{table: "ceremonies", old: `expires_at < $1`, key: "hash"},
		{table: "tokens", old: `ends_at < $1`, after: doorlink.SignRecord.Retention(), key: "id"},
		{table: "managers", old: leftManagers, after: LeftTime, key: "id"},
		{table: "hooks", old: `removed_at > 0 AND removed_at < $1`, after: GoneTime, key: "id"},
		{table: "conflicts", old: `made_at < $1`, after: ConflictTime, key: "id"},
		{table: "drafts", old: `made_at < $1`, after: DraftTime, key: "id"},
		{table: "purges", old: `day * 86400000 < $1`, after: doorlink.MaxKept * 24 * time.Hour, key: "day"},
		{table: "repeats", old: `at < $1`, after: RepeatTime, key: "token, key"},
		{table: "counts", old: `day * 86400000 < $1`, after: (doorlink.MaxKept + 1) * 24 * time.Hour, key: "panel, sticker, day"},
		{table: "handsets", old: `used_at < $1`, after: SessionTime, key: "id", first: moveBySweep},
	}
}

// sweepsOf lists what a property keeps for as long as it says. Records say so by
// their kind; what a record was made from goes with it, a visit with its calls.
// What webhooks were told, and what came of lists, is kept as calls are.
func sweepsOf(p doorlink.Property) []sweep {
	return append(keptFor(p.Keeps, `property = $3`, `door IN (SELECT id FROM doors WHERE property = $3)`, p.ID),
		sweep{table: "deliveries", old: `at < $1 AND hook IN (SELECT id FROM hooks WHERE property = $3)`,
			after: p.Keeps(doorlink.CallRecord), key: "id", where: []any{p.ID}},
		sweep{table: "taken", old: `at < $1 AND property = $3`, after: p.Keeps(doorlink.CallRecord), key: "id", where: []any{p.ID}})
}

// strays lists what belongs to no property, or to no door, any more.
func strays() []sweep {
	return keptFor(doorlink.RecordKind.Retention,
		`property NOT IN (SELECT id FROM properties)`, `door NOT IN (SELECT id FROM doors)`)
}

// keptFor lists what is kept by kinds of records, of those whose property, or
// door, is of a condition.
func keptFor(keeps func(doorlink.RecordKind) time.Duration, property, door string, where ...any) []sweep {
	calls, codes := keeps(doorlink.CallRecord), keeps(doorlink.CodeRecord)
	all := []sweep{
		{table: "codes", old: `issued_at < $1 AND ` + door, after: codes, key: "door, epoch, day, slot, gen"},
		{table: "slots", old: `day * 86400000 < $1 AND ` + door, after: codes + 24*time.Hour, key: "door, epoch, day, slot"},
		{table: "calls", old: `NOT live AND since_at < $1 AND ` + property, after: calls, key: "id"},
		{table: "visits", old: `begun_at < $1 AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.visit = visits.id) AND ` + property,
			after: calls, key: "id"},
	}
	for _, kind := range doorlink.RecordKinds {
		one := sweep{table: "records", old: `kind = '` + string(kind) + `' AND at < $1 AND ` + property, after: keeps(kind), key: "id"}
		seen, own := one, one
		seen.old, seen.kind = one.old+` AND NOT `+unseen, kind
		own.old, own.quiet = one.old+` AND `+unseen, true
		all = append(all, seen, own)
	}
	for i := range all {
		all[i].where = where
	}
	return all
}

// statement removes one batch.
func (s sweep) statement() statement {
	return statement{"purging " + s.table, `DELETE FROM ` + s.table + ` WHERE (` + s.key + `) IN
		(SELECT ` + s.key + ` FROM ` + s.table + ` WHERE ` + s.old + ` LIMIT $2)`}
}

// Purge is what the purge of a day removed.
type Purge struct {
	Day  doorlink.Day // in UTC
	At   time.Time    // when a node set about it
	Done time.Time    // zero: it was not finished
	// Gone is how many records went, by property. Residents' own entries at unit
	// doors are not among them: no manager may know of them.
	Gone map[doorlink.PropertyID]map[doorlink.RecordKind]int64
}

// purgeTime is after how long another node takes over a purge that was not
// finished.
const purgeTime = time.Hour

var (
	claimPurge = query[string]{"claiming a day's purge",
		`INSERT INTO purges (day, at, done_at, gone) VALUES ($1, $2, 0, '{}')
		ON CONFLICT (day) DO UPDATE SET at = excluded.at WHERE purges.done_at = 0 AND purges.at < $3
		RETURNING gone`, text[string], nil}
	tellPurge    = statement{"telling of a purge", `UPDATE purges SET done_at = $2, gone = $3 WHERE day = $1`}
	latestPurges = query[Purge]{"reading what was purged",
		`SELECT day, at, done_at, gone FROM purges ORDER BY day DESC LIMIT $1`, scanPurge, nil}
)

// PurgeDaily removes what has been kept for its time at now, as each property
// says, and keeps what Purges tells of it. Of all nodes that ask on a day, in
// UTC, one does it: the others get nil. A purge that was not finished is taken
// over after an hour. What is returned are the rows that went from each table,
// for those who run doorlink. It works in batches, each durable by itself, so
// that an error leaves less to do.
func (db *DB) PurgeDaily(ctx context.Context, now time.Time) (map[string]int64, error) {
	p := Purge{Day: doorlink.DayIn(now, time.UTC)}
	mine, err := db.claim(ctx, &p, now)
	if err != nil || !mine {
		return nil, err
	}
	gone, err := db.purge(ctx, now, func(of doorlink.PropertyID, kinds map[doorlink.RecordKind]int64) error {
		for kind, n := range kinds {
			if p.Gone[of] == nil {
				p.Gone[of] = map[doorlink.RecordKind]int64{}
			}
			p.Gone[of][kind] += n
		}
		return db.tell(ctx, p)
	})
	if err != nil {
		return gone, err
	}
	p.Done = now
	return gone, db.tell(ctx, p)
}

// claim makes a day's purge this node's, with what was told of it so far.
func (db *DB) claim(ctx context.Context, p *Purge, now time.Time) (mine bool, err error) {
	var found []string
	err = db.Write(ctx, func(tx *Tx) (err error) {
		found, err = claimPurge.all(ctx, tx.on, p.Day, ms(now), ms(now.Add(-purgeTime)))
		return err
	})
	if err != nil || len(found) == 0 {
		return false, err
	}
	return true, readGone(found[0], p)
}

// tell keeps how far a purge has come.
func (db *DB) tell(ctx context.Context, p Purge) error {
	text, err := json.Marshal(p.Gone)
	if err != nil {
		return fmt.Errorf("writing what was purged: %w", err)
	}
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tellPurge.exec(ctx, tx.on, p.Day, ms(p.Done), string(text))
		return err
	})
}

// Purges reads what the last purges removed, the latest first.
func (db *DB) Purges(ctx context.Context, limit int) ([]Purge, error) {
	return latestPurges.all(ctx, db.read, limit)
}

func scanPurge(r *sql.Rows) (p Purge, err error) {
	var gone string
	if err := r.Scan(&p.Day, instant{&p.At}, instant{&p.Done}, &gone); err != nil {
		return p, err
	}
	return p, readGone(gone, &p)
}

func readGone(text string, into *Purge) error {
	if err := json.Unmarshal([]byte(text), &into.Gone); err != nil {
		return fmt.Errorf("reading what was purged: %w", err)
	}
	return nil
}

// purge removes what is too old, reports after each property how many records
// of it went, and returns how many rows went from each table.
func (db *DB) purge(ctx context.Context, now time.Time,
	report func(doorlink.PropertyID, map[doorlink.RecordKind]int64) error,
) (map[string]int64, error) {
	gone := map[string]int64{}
	properties, err := db.Properties(ctx)
	if err != nil {
		return gone, err
	}
	if _, err := db.sweepAll(ctx, append(strays(), sweeps()...), now, gone); err != nil {
		return gone, err
	}
	for _, p := range properties {
		kinds, err := db.sweepAll(ctx, sweepsOf(p), now, gone)
		if err != nil {
			return gone, err
		}
		if err := report(p.ID, kinds); err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// sweepAll sweeps one table after the other, counts what went from each into
// gone, and returns the same by kind of record.
func (db *DB) sweepAll(ctx context.Context, all []sweep, now time.Time, gone map[string]int64) (map[doorlink.RecordKind]int64, error) {
	kinds := map[doorlink.RecordKind]int64{}
	for _, s := range all {
		n, err := db.sweep(ctx, s, now.Add(-s.after))
		if !s.quiet {
			gone[s.table] += n
		}
		if s.kind != "" && n > 0 {
			kinds[s.kind] += n
		}
		if err != nil {
			return kinds, err
		}
	}
	return kinds, nil
}

// sweep removes batch after batch until one is not full.
func (db *DB) sweep(ctx context.Context, s sweep, before time.Time) (gone int64, err error) {
	for {
		var n int64
		err := db.Write(ctx, func(tx *Tx) (err error) {
			if s.first.text != "" {
				if _, err := s.first.exec(ctx, tx.on, ms(before)); err != nil {
					return err
				}
			}
			n, err = s.statement().exec(ctx, tx.on, append([]any{ms(before), purgeBatch}, s.where...)...)
			return err
		})
		if err != nil {
			return gone, err
		}
		if gone += n; n < purgeBatch {
			return gone, nil
		}
	}
}
