package store

import (
	"context"

	"doorlink"
)

var propertyOf = query[doorlink.PropertyID]{"finding whose something is", `
	SELECT property FROM doors WHERE id = $1
	UNION ALL SELECT property FROM units WHERE id = $1
	UNION ALL SELECT property FROM people WHERE id = $1
	UNION ALL SELECT property FROM keys WHERE id = $1
	UNION ALL SELECT property FROM hooks WHERE id = $1
	UNION ALL SELECT h.property FROM deliveries d JOIN hooks h ON h.id = d.hook WHERE d.id = $1
	UNION ALL SELECT property FROM tokens WHERE id = $1
	UNION ALL SELECT property FROM drafts WHERE id = $1
	UNION ALL SELECT property FROM conflicts WHERE id = $1`, text[doorlink.PropertyID], nil}

// PropertyOf is the property to which something belongs that managers can name by
// its ID: a door, unit, person, key, webhook, delivery, token, or a list and what
// it leaves open. It is empty for what is nowhere, or at no single property.
func (db *DB) PropertyOf(ctx context.Context, id string) (doorlink.PropertyID, error) {
	return propertyOf.first(ctx, db.read, id)
}
