package store

import (
	"context"

	"doorlink"
)

// edit is a statement that changes what a directory may show, and returns the
// property that it is a directory of.
type edit = query[doorlink.PropertyID]

var (
	raiseRevision = statement{"raising a revision", `UPDATE properties SET revision = revision + 1 WHERE id = $1`}

	revisionOf = query[int64]{"reading a revision",
		`SELECT revision FROM properties WHERE id = $1`, number[int64], ErrNoProperty}
)

// edit makes a change and raises the property's revision, once in a
// transaction. On PostgreSQL the property is held from then on, so that changes
// to one take turns. An edit that concerns nothing, and may, is no change.
func (tx *Tx) edit(ctx context.Context, e edit, args ...any) error {
	_, err := tx.edited(ctx, e, args...)
	return err
}

// edited is edit for a caller who must know where the change was made.
func (tx *Tx) edited(ctx context.Context, e edit, args ...any) (doorlink.PropertyID, error) {
	p, err := e.first(ctx, tx.on, args...)
	if err != nil || p == "" || tx.raised[p] {
		return p, err
	}
	if tx.raised == nil {
		tx.raised = map[doorlink.PropertyID]bool{}
	}
	tx.raised[p] = true
	_, err = raiseRevision.exec(ctx, tx.on, p)
	return p, err
}

// Revision is a number that has grown whenever a directory or the Standing of the
// property may have changed by something that was written. That dates of keys begin
// and end does not count; see directory.NextChange. It fails with ErrNoProperty.
func (db *DB) Revision(ctx context.Context, p doorlink.PropertyID) (int64, error) {
	return revisionOf.first(ctx, db.read, p)
}
