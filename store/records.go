package store

import (
	"context"
	"database/sql"

	"doorlink"
)

// The door's type is copied: who may see a record is decided by what the door
// was when it happened.
var addRecord = statement{"adding a record",
	`INSERT INTO records (id, kind, property, door, door_type, person, own, call, state, at)
	VALUES ($1, $2, $3, $4, COALESCE((SELECT type FROM doors WHERE id = $4), ''), $5, $6, $7, $8, $9)`}

// AddRecord puts something on record. It gives the record its ID and the door's
// type of today.
func (tx *Tx) AddRecord(ctx context.Context, r doorlink.Record) error {
	_, err := addRecord.exec(ctx, tx.on, doorlink.NewID[doorlink.RecordID]("rec"), r.Kind, r.Property, r.Door,
		r.Person, r.Own, r.Call, r.State, ms(r.At))
	return err
}

// scanRecord reads all columns of records.
func scanRecord(r *sql.Rows) (rec doorlink.Record, err error) {
	err = r.Scan(&rec.ID, &rec.Kind, &rec.Property, &rec.Door, &rec.DoorType, &rec.Person, &rec.Own,
		&rec.Call, &rec.State, instant{&rec.At})
	return rec, err
}
