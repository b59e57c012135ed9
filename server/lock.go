package server

import (
	"context"
	"fmt"
	"log/slog"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/store"
)

// Provision makes a door's lock ready as a manager does in the console: see
// office.Desk.Activate. It writes the provisioning file, readable by its owner
// alone; a file that is there is replaced.
func Provision(ctx context.Context, db *store.DB, k Keys, door doorlink.DoorID, w office.LockWish, file string) (doorcode.Odds, error) {
	o := office.New(db, slog.New(slog.DiscardHandler)) // the audit tells what it does
	o.Use(office.Ways{Locks: k.Doorcodes})
	made, err := o.Provision(ctx, door, w)
	if err != nil {
		return made.Odds, err
	}
	if err := writeSecret(file, made.Body); err != nil {
		return made.Odds, fmt.Errorf("writing the provisioning file: %w", err)
	}
	return made.Odds, nil
}
