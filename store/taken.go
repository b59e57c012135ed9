package store

import (
	"context"
	"database/sql"
	"time"

	"doorlink"
)

// Taken is a list that came by itself, and what came of it.
type Taken struct {
	ID       doorlink.TakenID
	Property doorlink.PropertyID
	At       time.Time
	File     string
	Result   string // JSON, as the office writes it
	Skipped  string // JSON, as the office writes it: rows that changed nothing; empty: none, or forgotten
}

// TakenQuery chooses lists that were taken at a property.
type TakenQuery struct {
	Property doorlink.PropertyID
	File     string   // a piece of its name, whatever the case; empty: all
	Oldest   bool     // the oldest first
	After    Position // begin behind it
	Limit    int
}

const takenColumns = `id, property, at, file, result, skipped`

var (
	addTaken = statement{"keeping what came of a list", `INSERT INTO taken (` + takenColumns + `) VALUES ($1, $2, $3, $4, $5, $6)`}

	// What was skipped may be long, and is read of one list alone.
	takenAt = bothWays(func(w way) query[Taken] {
		return query[Taken]{"reading what came of lists",
			`SELECT id, property, at, file, result, CASE WHEN skipped = '' THEN '' ELSE '[]' END FROM taken
			WHERE property = $1 AND LOWER(file) LIKE $2 ESCAPE '!' AND (at, id) ` + w.beyond + ` ($3, $4)
			ORDER BY at ` + w.order + `, id ` + w.order + ` LIMIT $5`, scanTaken, nil}
	})
	oneTaken = query[Taken]{"reading what came of a list",
		`SELECT ` + takenColumns + ` FROM taken WHERE property = $1 AND id = $2`, scanTaken, ErrMissing}
)

// AddTaken keeps what came of a list.
func (tx *Tx) AddTaken(ctx context.Context, t Taken) error {
	_, err := addTaken.exec(ctx, tx.on, t.ID, t.Property, ms(t.At), t.File, t.Result, t.Skipped)
	return err
}

// TakenLists reads what came of lists, the latest first unless asked otherwise. Of
// what was skipped it tells no more than whether there is anything: then Skipped
// is not empty.
func (db *DB) TakenLists(ctx context.Context, q TakenQuery) ([]Taken, error) {
	after := q.After.orStart(q.Oldest, time.Time{}, time.Time{})
	return takenAt[q.Oldest].all(ctx, db.read, q.Property, containing(q.File), ms(after.At), after.ID, q.Limit)
}

// TakenList reads what came of one list of a property, or fails with ErrMissing.
func (db *DB) TakenList(ctx context.Context, p doorlink.PropertyID, id doorlink.TakenID) (Taken, error) {
	return oneTaken.first(ctx, db.read, p, id)
}

func scanTaken(r *sql.Rows) (t Taken, err error) {
	err = r.Scan(&t.ID, &t.Property, instant{&t.At}, &t.File, &t.Result, &t.Skipped)
	return t, err
}
