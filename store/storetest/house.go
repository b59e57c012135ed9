package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/building"
	"doorlink/store"
)

// Plan draws up a building in Berlin with doors of one type, whose panels are labelled
// by their first letter and their number, such as F1.
func Plan(tb testing.TB, name string, t doorlink.DoorType, doors ...string) *building.Plan {
	tb.Helper()
	p, err := building.New(name, "Europe/Berlin")
	must(tb, err)
	for i, door := range doors {
		_, err := p.AddDoor(door, t, fmt.Sprint(door[:1], i+1))
		must(tb, err)
	}
	return p
}

// Build stores buildings.
func Build(tb testing.TB, db *store.DB, plans ...*building.Plan) {
	tb.Helper()
	for _, p := range plans {
		must(tb, db.Build(tb.Context(), p, time.Now()))
	}
}

// Manager is somebody who manages nothing yet, with an address at example.org.
func Manager(name string) doorlink.Manager {
	return doorlink.Manager{
		ID: doorlink.NewID[doorlink.ManagerID]("man"), Name: name, Email: strings.ToLower(name) + "@example.org",
	}
}

// PortfolioManager is Manager for one of all properties.
func PortfolioManager(name string) doorlink.Manager {
	m := Manager(name)
	m.Portfolio = true
	return m
}

// Appoint stores managers.
func Appoint(tb testing.TB, db *store.DB, managers ...doorlink.Manager) {
	tb.Helper()
	Write(tb, db, func(ctx context.Context, tx *store.Tx) error {
		for _, m := range managers {
			if err := tx.AddManager(ctx, m, time.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// Write does something in a database that must succeed.
func Write(tb testing.TB, db *store.DB, f func(context.Context, *store.Tx) error) {
	tb.Helper()
	must(tb, db.Write(tb.Context(), func(tx *store.Tx) error { return f(tb.Context(), tx) }))
}
