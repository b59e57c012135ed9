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
}

// moveBySweep says that handsets which will go may have listed somebody.
var moveBySweep = statement{"moving revisions",
	`UPDATE properties SET revision = revision + 1
	WHERE id IN (SELECT p.property FROM people p JOIN handsets h ON h.person = p.id WHERE h.used_at < $1)`}

// sweeps lists what is kept for how long. Records say so by their kind; what a
// record was made from goes with it. A visit goes with its calls, a link a
// while after it has expired, so that a late click still learns why.
func sweeps() []sweep {
	all := []sweep{
		{"codes", `issued_at < $1`, doorlink.CodeRecord.Retention(), "door, epoch, day, slot, gen", statement{}},
		{"slots", `day * 86400000 < $1`, doorlink.CodeRecord.Retention() + 24*time.Hour, "door, epoch, day, slot", statement{}},
		{"calls", `NOT live AND since_at < $1`, doorlink.CallRecord.Retention(), "id", statement{}},
		{"visits", `begun_at < $1 AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.visit = visits.id)`,
			doorlink.CallRecord.Retention(), "id", statement{}},
		{"links", `expires_at < $1`, doorlink.SignRecord.Retention(), "hash", statement{}},
		{"tokens", `ends_at < $1`, doorlink.SignRecord.Retention(), "id", statement{}},
		{"repeats", `at < $1`, RepeatTime, "token, key", statement{}},
		{"handsets", `used_at < $1`, SessionTime, "id", moveBySweep},
	}
	for _, kind := range []doorlink.RecordKind{doorlink.CallRecord, doorlink.CodeRecord, doorlink.SignRecord} {
		all = append(all, sweep{"records", `kind = '` + string(kind) + `' AND at < $1`, kind.Retention(), "id", statement{}})
	}
	return all
}

// statement removes one batch.
func (s sweep) statement() statement {
	return statement{"purging " + s.table, `DELETE FROM ` + s.table + ` WHERE (` + s.key + `) IN
		(SELECT ` + s.key + ` FROM ` + s.table + ` WHERE ` + s.old + ` LIMIT $2)`}
}

// Purge removes what has been kept for its time at now, and returns how many
// rows went from each table. It works in batches, each durable by itself, so
// that an error leaves less to do for the next purge.
func (db *DB) Purge(ctx context.Context, now time.Time) (map[string]int64, error) {
	gone := map[string]int64{}
	for _, s := range sweeps() {
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
			n, err = s.statement().exec(ctx, tx.on, ms(before), purgeBatch)
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
