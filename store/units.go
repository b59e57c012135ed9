package store

import (
	"context"

	"doorlink"
)

var countFeatured = query[int]{"counting Featured Entries",
	`SELECT COUNT(*) FROM units WHERE property = $1 AND featured`, number[int], nil}

// Featured counts the Featured Entries of a property.
func (tx *Tx) Featured(ctx context.Context, p doorlink.PropertyID) (int, error) {
	return countFeatured.first(ctx, tx.on, p)
}
