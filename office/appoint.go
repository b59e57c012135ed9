package office

import (
	"context"
	"errors"
	"time"

	"doorlink"
	"doorlink/store"
)

// NewManager draws up a Portfolio Manager who is not appointed yet. It fails
// with ErrName or ErrEmail.
func NewManager(name, email string) (doorlink.Manager, error) {
	name, err := cleanName(name)
	if err != nil {
		return doorlink.Manager{}, err
	}
	email, err = cleanEmail(email)
	if err == nil && email == "" {
		err = ErrEmail
	}
	if err != nil {
		return doorlink.Manager{}, err
	}
	return doorlink.Manager{ID: doorlink.NewID[doorlink.ManagerID]("man"), Name: name, Email: email, Portfolio: true}, nil
}

// Appoint adds a Portfolio Manager for whom no other vouches: the one who sets
// the first building up, or whom the operator names at the server itself. Where
// the address belongs to a manager already, that one is returned as they are.
func (o *Office) Appoint(ctx context.Context, m doorlink.Manager) (doorlink.Manager, error) {
	known, err := o.db.ManagerByEmail(ctx, m.Email)
	if !errors.Is(err, store.ErrNoManager) {
		return known, err
	}
	now := time.Now()
	return m, o.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddManager(ctx, m, now); err != nil {
			return err
		}
		_, err := tx.Audit(ctx, doorlink.Deed{At: now, Action: "manager.appoint", Subject: string(m.ID)})
		return err
	})
}

// DeskLink makes the secret of a one-time link with which the manager with an
// address signs in until it ends. It fails with store.ErrNoManager.
func (o *Office) DeskLink(ctx context.Context, email string, ends time.Time) (doorlink.Manager, doorlink.Secret, error) {
	email, err := cleanEmail(email)
	if err != nil {
		return doorlink.Manager{}, "", err
	}
	m, err := o.db.ManagerByEmail(ctx, email)
	if err != nil {
		return doorlink.Manager{}, "", err
	}
	secret := doorlink.NewSecret()
	return m, secret, o.db.Write(ctx, func(tx *store.Tx) error {
		return tx.AddDeskLink(ctx, m.ID, secret.Hash(), ends)
	})
}
