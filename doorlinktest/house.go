package doorlinktest

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"doorlink"
	"doorlink/building"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/server"
	"doorlink/store"
)

// House is a building in a cluster. Its doors are called "Front door", "North gate"
// and "Side gate", which has no lock yet; nobody lives in it until Resident is
// called.
type House struct {
	*Cluster
	Property doorlink.Property

	tb    testing.TB
	doors map[string]*place
	key   doorlink.KeyID // the residents'
	units map[string]doorlink.UnitID
}

// place is a door of a house with all that hangs there.
type place struct {
	door    doorlink.Door
	sticker doorlink.Sticker
	file    string  // the lock's provisioning file, if it has a lock
	keypad  *Keypad // nil until asked for
}

// New is a house in a cluster of its own: one node with everything embedded.
func New(tb testing.TB) *House {
	tb.Helper()
	return Alone(tb).House(tb)
}

// House puts up a house. tb is the test that it belongs to, which may be a part
// of the cluster's.
func (c *Cluster) House(tb testing.TB) *House {
	tb.Helper()
	h := &House{Cluster: c, tb: tb, doors: map[string]*place{}, units: map[string]doorlink.UnitID{}}
	h.build()
	return h
}

// build draws up the house, stores it, and provisions a lock for every door but
// the last. A code is spent at once: the locks have no time of reuse.
func (h *House) build() {
	h.tb.Helper()
	now := time.Now()
	plan, err := building.New("Dock House", "Europe/Berlin")
	must(h.tb, err)
	for i, name := range []string{"Front door", "North gate", lockless} {
		door, err := plan.AddDoor(name, doorlink.BuildingEntrance, string(rune('A'+i)))
		must(h.tb, err)
		h.doors[name] = &place{door: door, sticker: plan.Stickers[i], file: filepath.Join(h.tb.TempDir(), "lock.json")}
	}
	h.Property, h.key = plan.Property, plan.Keys[0].ID
	must(h.tb, h.DB.Build(context.Background(), plan, now))
	h.Log.keep("the building's name", plan.Property.Name)
	for name, p := range h.doors {
		h.Log.keep("a door's name", name)
		h.Log.keep("a sticker's token", p.sticker.Token.Reveal())
		h.Log.keep("a sticker's short code", p.sticker.Short)
		if name == lockless {
			continue
		}
		_, err := server.Provision(context.Background(), h.DB, h.keys, p.door.ID, office.LockWish{Model: "M2"}, p.file)
		must(h.tb, err)
	}
}

// lockless is the door whose lock is activated by whoever needs one.
const lockless = "Side gate"

// write changes the house's database.
func (h *House) write(f func(ctx context.Context, tx *store.Tx) error) {
	h.tb.Helper()
	ctx := context.Background()
	must(h.tb, h.DB.Write(ctx, func(tx *store.Tx) error { return f(ctx, tx) }))
}

// Settings changes the settings of the property.
func (h *House) Settings(change func(*doorlink.Property)) {
	h.tb.Helper()
	change(&h.Property)
	h.write(func(ctx context.Context, tx *store.Tx) error { return tx.SetProperty(ctx, h.Property) })
}

// RingsOut makes the time of a call's present state end now. The nodes notice that
// by themselves, as they do of a call that nobody ended.
func (h *House) RingsOut(call doorlink.CallID) {
	h.tb.Helper()
	_, err := h.DB.ChangeCall(context.Background(), call, func(c doorlink.Call) (doorlink.Call, error) {
		c.Until = time.Now()
		return c, nil
	})
	must(h.tb, err)
}

// LosesZone has the tz database no longer know the zone of the property, nor of
// any lock that was provisioned in it.
func (h *House) LosesZone(zone string) {
	h.tb.Helper()
	h.Settings(func(p *doorlink.Property) { p.Zone = zone })
	for _, p := range h.doors {
		h.write(func(ctx context.Context, tx *store.Tx) error {
			setup, err := h.DB.Setup(ctx, p.door.ID)
			if errors.Is(err, doorcode.ErrNoLock) {
				return nil
			}
			if err != nil {
				return err
			}
			setup.Version++
			setup.Zone = zone
			return tx.AddLock(ctx, setup)
		})
	}
}

// OpensFrom has the residents' key open the doors from one time of day to
// another alone.
func (h *House) OpensFrom(from, to doorlink.Minute) {
	h.tb.Helper()
	for _, p := range h.doors {
		h.edit(doorlink.Row{KeyDoor: &doorlink.KeyDoor{Key: h.key, Door: p.door.ID}}, func(r *doorlink.Row) {
			r.KeyDoor.Hours = doorlink.Hours{From: from, To: to}
		})
	}
}

// edit changes a row as managers do. like has the row's ID.
func (h *House) edit(like doorlink.Row, change func(*doorlink.Row)) {
	h.tb.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		before, err := tx.Row(ctx, like)
		if err != nil {
			return err
		}
		after, err := tx.Row(ctx, like)
		if err != nil {
			return err
		}
		change(after)
		return tx.Arrange(ctx, h.Property.ID, []doorlink.Change{doorlink.Edit(*before, *after)})
	})
}

func (h *House) at(door string) *place {
	h.tb.Helper()
	p := h.doors[door]
	if p == nil {
		h.tb.Fatalf("the house has no door %q", door)
	}
	return p
}

// Resident moves somebody in, with the residents' key and one handset that is
// signed in and open. The unit is added if there is none of that name.
func (h *House) Resident(name, unit string) *Resident {
	h.tb.Helper()
	who := doorlink.Person{
		ID: doorlink.NewID[doorlink.PersonID]("pers"), Property: h.Property.ID, Given: name, Shown: true,
	}
	in, known := h.units[unit]
	if !known {
		in = doorlink.NewID[doorlink.UnitID]("unit")
		h.units[unit] = in
	}
	member := doorlink.Membership{
		ID: doorlink.NewID[doorlink.MembershipID]("memb"), Entry: doorlink.NewEntryID(), Person: who.ID, Unit: in,
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		if !known {
			if err := tx.AddUnit(ctx, doorlink.Unit{ID: in, Property: h.Property.ID, Name: unit}); err != nil {
				return err
			}
		}
		if err := tx.AddPerson(ctx, who); err != nil {
			return err
		}
		if err := tx.AddMembership(ctx, member); err != nil {
			return err
		}
		return tx.AddHolder(ctx, doorlink.Holder{Key: h.key, Person: who.ID})
	})
	h.Log.keep("a resident's name", name)
	r := &Resident{Person: who.ID, Entry: member.Entry}
	r.Handset = h.signIn(who.ID, h.Nodes[0])
	r.Open()
	return r
}

// Scan opens the page behind a door's sticker in a new browser.
func (h *House) Scan(door string) *Visit {
	h.tb.Helper()
	v := &Visit{browser: h.browser(h.Nodes[0]), path: "/p/" + h.at(door).sticker.Token.Reveal()}
	v.Load()
	return v
}
