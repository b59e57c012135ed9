package doorlinktest

import (
	"context"
	"net"
	"path/filepath"
	"testing"
	"time"

	"doorlink"
	"doorlink/building"
	"doorlink/server"
	"doorlink/store"
)

const (
	// patience is how long something expected is waited for before the test
	// fails. It is no measure of speed.
	patience = 30 * time.Second
	// bubblePatience is the same in fake time: longer than any state of a call.
	bubblePatience = 10 * time.Minute
)

// House is a building and the nodes that serve it. Its doors are called "Front
// door" and "North gate"; nobody lives in it until Resident is called.
type House struct {
	DB       *store.DB // of the first node
	Property doorlink.Property
	Nodes    []*Node
	Log      *Log

	tb       testing.TB
	voice    bool // real audio can be had
	patience time.Duration
	keys     server.Keys
	doors    map[string]*place
	key      doorlink.KeyID // the residents'
	units    map[string]doorlink.UnitID
}

// place is a door of a house with all that hangs there.
type place struct {
	door    doorlink.Door
	sticker doorlink.Sticker
	file    string  // the lock's provisioning file
	keypad  *Keypad // nil until asked for
}

// New puts up a house with one node on SQLite. It lasts until the end of the
// test.
func New(tb testing.TB) *House {
	tb.Helper()
	h := newHouse(tb)
	h.voice = true
	h.add(server.Config{
		Data: tb.TempDir(), Listen: "127.0.0.1:0", RelayListen: "127.0.0.1:0", RelayLAN: true,
	}, h.listen("127.0.0.1:0"))
	return h
}

func newHouse(tb testing.TB) *House {
	return &House{
		Log: newLog(tb), tb: tb, patience: patience,
		doors: map[string]*place{}, units: map[string]doorlink.UnitID{},
	}
}

func (h *House) listen(address string) net.Listener {
	h.tb.Helper()
	l, err := net.Listen("tcp", address)
	h.must(err)
	return l
}

// add starts a node. The first one finds an empty database and builds.
func (h *House) add(c server.Config, l net.Listener) *Node {
	h.tb.Helper()
	s, err := server.On(context.Background(), c, l, h.Log.logger())
	h.must(err)
	if h.DB == nil {
		h.DB, h.keys = s.DB, s.Keys
		h.build()
	}
	n := serve(h.tb, s)
	h.Nodes = append(h.Nodes, n)
	return n
}

// build draws up the house, stores it, and provisions a lock for every door. A
// code is spent at once: the locks have no time of reuse.
func (h *House) build() {
	h.tb.Helper()
	now := time.Now()
	plan, err := building.New("Dock House", "Europe/Berlin")
	h.must(err)
	for i, name := range []string{"Front door", "North gate"} {
		door, err := plan.AddDoor(name, doorlink.BuildingEntrance, string(rune('A'+i)))
		h.must(err)
		h.doors[name] = &place{door: door, sticker: plan.Stickers[i], file: filepath.Join(h.tb.TempDir(), "lock.json")}
	}
	h.Property, h.key = plan.Property, plan.Keys[0].ID
	h.must(h.DB.Build(context.Background(), plan, now))
	for _, p := range h.doors {
		_, err := server.Provision(context.Background(), h.DB, h.keys, p.door.ID, server.LockChoice{Model: "M2"}, p.file, now)
		h.must(err)
	}
}

// write changes the house's database.
func (h *House) write(f func(ctx context.Context, tx *store.Tx) error) {
	h.tb.Helper()
	ctx := context.Background()
	h.must(h.DB.Write(ctx, func(tx *store.Tx) error { return f(ctx, tx) }))
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
	r := &Resident{Person: who.ID, Entry: member.Entry}
	r.Handset = h.handset(who.ID, h.Nodes[0])
	return r
}

// Scan opens the page behind a door's sticker in a new browser.
func (h *House) Scan(door string) *Visit {
	h.tb.Helper()
	v := &Visit{browser: h.browser(h.Nodes[0]), path: "/p/" + h.at(door).sticker.Token.Reveal()}
	v.Load()
	return v
}

func (h *House) must(err error) {
	h.tb.Helper()
	if err != nil {
		h.tb.Fatal(err)
	}
}
