package store

import (
	"context"
	"time"

	"doorlink"
)

// purgeBatch is how many rows one write of a purge removes, so that nobody
// waits long behind it.
const purgeBatch = 500

// sweep removes what is older than a moment from one table, a batch at a time.
type sweep struct {
	table string
	old   string        // the condition for $1, the moment
	after time.Duration // how long it is kept
	key   string        // the columns that name a row
	first statement     // done before, with the moment; may be none
	where []any         // $3 of the condition; empty: there is none
}

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
		{table: "drafts", old: `made_at < $1`, after: DraftTime, key: "id"},
		{table: "repeats", old: `at < $1`, after: RepeatTime, key: "token, key"},
		{table: "handsets", old: `used_at < $1`, after: SessionTime, key: "id", first: moveBySweep},
	}
}

// sweepsOf lists what a property keeps for as long as it says. Records say so by
// their kind; what a record was made from goes with it, a visit with its calls,
// and what webhooks were told is kept as calls are.
func sweepsOf(p doorlink.Property) []sweep {
	return append(keptFor(p.Keeps, `property = $3`, `door IN (SELECT id FROM doors WHERE property = $3)`, p.ID),
		sweep{table: "deliveries", old: `at < $1 AND hook IN (SELECT id FROM hooks WHERE property = $3)`,
			after: p.Keeps(doorlink.CallRecord), key: "id", where: []any{p.ID}})
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
		all = append(all, sweep{table: "records", old: `kind = '` + string(kind) + `' AND at < $1 AND ` + property,
			after: keeps(kind), key: "id"})
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

// Purge removes what has been kept for its time at now, as each property says,
// and returns how many rows went from each table. It works in batches, each
// durable by itself, so that an error leaves less to do for the next purge.
func (db *DB) Purge(ctx context.Context, now time.Time) (map[string]int64, error) {
	gone := map[string]int64{}
	properties, err := db.Properties(ctx)
	if err != nil {
		return gone, err
	}
	all := append(strays(), sweeps()...)
	for _, p := range properties {
		all = append(all, sweepsOf(p)...)
	}
	for _, s := range all {
		n, err := db.sweep(ctx, s, now.Add(-s.after))
		gone[s.table] += n
		if err != nil {
			return gone, err
		}
	}
	return gone, nil
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
