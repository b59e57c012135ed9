package office

import (
	"context"

	"doorlink/store"
)

// Event is something that webhooks are told: a kind such as "person.added", and
// the IDs of what it concerns.
type Event struct {
	Kind string
	Data map[string]string
}

// tell puts events into the queue of each webhook that wants them, in the
// transaction of what happened.
func (d *Desk) tell(ctx context.Context, tx *store.Tx, all []Event) error {
	for _, e := range all {
		if err := tx.Tell(ctx, d.Property.ID, e.Kind, e.Data); err != nil {
			return err
		}
	}
	return nil
}
