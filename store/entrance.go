package store

import (
	"context"

	"doorlink"
)

// Entrance reads a door with its property and panel, or fails with ErrNoDoor.
// The panel of a door that has none is empty.
func (db *DB) Entrance(ctx context.Context, id doorlink.DoorID) (doorlink.Entrance, error) {
	s, err := doorByID.first(ctx, db.read, id)
	return s.Entrance(), err
}

// Entrance is the part of what was scanned that stands on the sign.
func (s Scanned) Entrance() doorlink.Entrance {
	return doorlink.Entrance{Property: s.Property, Door: s.Door, Panel: s.Panel}
}
