package store

import (
	"context"
	"time"

	"doorlink/building"
)

// buildTime is the time limit for a whole building.
const buildTime = time.Minute

// Build stores a whole building in one commit: all of it or nothing. It takes
// a minute at most.
func (db *DB) Build(ctx context.Context, p *building.Plan, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, buildTime)
	defer cancel()
	return db.Write(ctx, func(tx *Tx) error {
		if err := tx.AddProperty(ctx, p.Property); err != nil {
			return err
		}
		for _, add := range []func() error{
			func() error { return each(ctx, p.Doors, tx.AddDoor) },
			func() error { return each(ctx, p.Panels, tx.AddPanel) },
			func() error { return each(ctx, p.Stickers, tx.AddSticker) },
			func() error { return each(ctx, p.Units, tx.AddUnit) },
			func() error { return each(ctx, p.Keys, tx.AddKey) },
			func() error { return each(ctx, p.KeyDoors, tx.AddKeyDoor) },
			func() error { return each(ctx, p.People, tx.AddPerson) },
			func() error { return each(ctx, p.Memberships, tx.AddMembership) },
			func() error { return each(ctx, p.Holders, tx.AddHolder) },
		} {
			if err := add(); err != nil {
				return err
			}
		}
		for _, h := range p.Handsets {
			if err := tx.AddHandset(ctx, h, "", now); err != nil {
				return err
			}
		}
		return nil
	})
}

func each[T any](ctx context.Context, all []T, add func(context.Context, T) error) error {
	for _, v := range all {
		if err := add(ctx, v); err != nil {
			return err
		}
	}
	return nil
}
