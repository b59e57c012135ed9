package store

import (
	"context"
	"database/sql"
	"time"

	"doorlink"
)

// The door's type is copied: who may see a record is decided by what the door
// was when it happened.
var (
	addRecord = statement{"adding a record",
		`INSERT INTO records (id, kind, property, door, door_type, person, own, call, state, at)
		VALUES ($1, $2, $3, $4, COALESCE((SELECT type FROM doors WHERE id = $4), ''), $5, $6, $7, $8, $9)`}

	recordsOfProperty = query[doorlink.Record]{"reading records",
		`SELECT id, kind, property, door, door_type, person, own, call, state, at FROM records
		WHERE property = $1 AND at < $2 ORDER BY at DESC, id DESC LIMIT $3`, scanRecord, nil}
)

// addRecord gives the record its ID and the door's type of today.
func (tx *Tx) addRecord(ctx context.Context, r doorlink.Record) error {
	_, err := addRecord.exec(ctx, tx.on, doorlink.NewID[doorlink.RecordID]("rec"), r.Kind, r.Property, r.Door,
		r.Person, r.Own, r.Call, r.State, ms(r.At))
	return err
}

// Records reads what is kept about a property before a moment, latest first,
// at most limit records. Who may see which is not decided here: see
// doorlink.Record.VisibleTo.
func (db *DB) Records(ctx context.Context, p doorlink.PropertyID, before time.Time, limit int) ([]doorlink.Record, error) {
	return recordsOfProperty.all(ctx, db.read, p, ms(before), limit)
}

// scanRecord reads all columns of records.
func scanRecord(r *sql.Rows) (rec doorlink.Record, err error) {
	err = r.Scan(&rec.ID, &rec.Kind, &rec.Property, &rec.Door, &rec.DoorType, &rec.Person, &rec.Own,
		&rec.Call, &rec.State, instant{&rec.At})
	return rec, err
}
