package store

import (
	"context"
	"database/sql"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"doorlink"
)

// Commits is how many transactions the committer of a SQLite database has
// committed.
func (db *DB) Commits() int64 { return db.engine.(*fileEngine).commits.Load() }

// Exec executes any statement in the transaction.
func (tx *Tx) Exec(ctx context.Context, text string, args ...any) error {
	_, err := statement{"testing", text}.exec(ctx, tx.on, args...)
	return err
}

// Texts reads the first column of any query.
func (db *DB) Texts(ctx context.Context, sql string, args ...any) ([]string, error) {
	return query[string]{"testing", sql, text[string], nil}.all(ctx, db.read, args...)
}

// HotTexts are the statements that run for every scan, dial and ring.
func HotTexts() map[string]string {
	return map[string]string{
		scanToken.doing: scanToken.text, scanShort.doing: scanShort.text, doorByID.doing: doorByID.text,
		callByID.doing: callByID.text, callOfVisit.doing: callOfVisit.text, callsOfPerson.doing: callsOfPerson.text,
		recentCalls.doing: recentCalls.text, overdueCalls.doing: overdueCalls.text, changeCall.doing: changeCall.text,
		factsOfDoor.doing: factsOfDoor.text, heldOfDoor.doing: heldOfDoor.text,
		factsOfUnit.doing: factsOfUnit.text, heldOfUnit.doing: heldOfUnit.text,
		factsOfPerson.doing: factsOfPerson.text, heldOfPerson.doing: heldOfPerson.text,
		slotOf.doing: slotOf.text, codesOf.doing: codesOf.text, handedIn.doing: handedIn.text,
		handsetBySession.doing: handsetBySession.text,
		sceneOf.doing:          sceneOf.text, unusedCode.doing: unusedCode.text, claimDelivery.doing: claimDelivery.text,
		callsNow.doing: callsNow.text,
	}
}

// LogTexts are the statements that read lists by time, by whether they read the
// oldest first.
func LogTexts() map[bool]map[string]string {
	texts := map[bool]map[string]string{}
	for _, oldest := range []bool{false, true} {
		texts[oldest] = map[string]string{
			"history": historyAt[oldest].text, "history of a door": historyOfDoor[oldest].text,
			"history of a person": historyOfPerson[oldest].text, "audit": deedsOfAll[oldest].text,
			"audit of a subject": deedsOfOne[oldest].text, "lists": takenAt[oldest].text,
			"deliveries": deliveryLists[""].page[oldest].text, "dead deliveries": deliveryLists[DeliveryDead].page[oldest].text,
		}
	}
	return texts
}

// Records reads everything that is on record of a property, whoever may see it.
func (db *DB) Records(ctx context.Context, p doorlink.PropertyID) ([]doorlink.Record, error) {
	return query[doorlink.Record]{"testing", `SELECT id, kind, property, door, door_type, person, own, call, state, at
		FROM records WHERE property = $1 ORDER BY at DESC, id DESC`, scanRecord, nil}.all(ctx, db.read, p)
}

// Purge is PurgeDaily on whatever day.
func (db *DB) Purge(ctx context.Context, now time.Time) (map[string]int64, error) {
	return db.purge(ctx, now, func(doorlink.PropertyID, map[doorlink.RecordKind]int64) error { return nil })
}

// Plan is how SQLite would go about a statement.
func (db *DB) Plan(ctx context.Context, text string) ([]string, error) {
	args := make([]any, strings.Count(text, "$"))
	for i := range args {
		args[i] = 0
	}
	return query[string]{"testing", `EXPLAIN QUERY PLAN ` + text, planStep, nil}.all(ctx, db.read, args...)
}

func planStep(r *sql.Rows) (step string, err error) {
	var id, parent, unused int
	err = r.Scan(&id, &parent, &unused, &step)
	return step, err
}

// OpenWith opens a SQLite file with other migrations.
func OpenWith(ctx context.Context, path string, files fs.FS) (*DB, error) {
	return openSQLite(ctx, path, files, slog.New(slog.DiscardHandler))
}

// Migrations are those in the program.
var Migrations fs.FS = embedded

// Fault is how errors of a driver are sorted.
var Fault = fault
