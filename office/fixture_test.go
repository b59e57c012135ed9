package office_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"doorlink"
	"doorlink/building"
	"doorlink/office"
	"doorlink/store"
	"doorlink/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(storetest.Tests{M: m}) }

// onEach runs a test on every engine there is, each with a house to itself.
func onEach(t *testing.T, test func(*testing.T, *house)) {
	t.Helper()
	t.Parallel()
	storetest.OnEach(t, func(t *testing.T, db *store.DB) { test(t, newHouse(t, db)) })
}

// house is a building with its office. Ada (with a handset) and Chidi live in
// 1A, Bram in 1B; each holds the residents' key, which opens the front door and
// the gym. Linden is their manager, with a role of their own; root manages the
// portfolio.
type house struct {
	db               *store.DB
	office           *office.Office
	plan             *building.Plan
	ada, chidi, bram doorlink.PersonID
	front, gym       doorlink.Door
	key, roof        doorlink.KeyID // the roof key opens nothing yet
	root, linden     doorlink.Manager
	elsewhere        *building.Plan // another property, of root alone
}

func newHouse(tb testing.TB, db *store.DB) *house {
	tb.Helper()
	h := &house{
		db: db, office: office.New(db, slog.New(slog.DiscardHandler)),
		plan:      storetest.Plan(tb, "Linden Court", doorlink.Communal, "Front door", "Gym"),
		elsewhere: storetest.Plan(tb, "Elm House", doorlink.Communal, "Front door", "Gym"),
		root:      storetest.PortfolioManager("Rut"), linden: storetest.Manager("Lin"),
	}
	h.ada = h.plan.AddResident("1A", "Ada", "Nwosu")
	h.chidi = h.plan.AddResident("1A", "Chidi", "Nwosu")
	h.bram = h.plan.AddResident("1B", "Bram", "Visser")
	h.plan.AddHandset(h.ada, "Firefox · Android")
	for i := range h.plan.People {
		h.plan.People[i].Email = strings.ToLower(h.plan.People[i].Given) + "@example.org"
	}
	h.elsewhere.AddResident("1A", "Eve", "Elm")
	h.front, h.gym = h.plan.Doors[0], h.plan.Doors[1]
	h.key, h.roof = h.plan.Keys[0].ID, h.plan.AddKey("Roof")
	storetest.Build(tb, db, h.plan, h.elsewhere)
	storetest.Appoint(tb, db, h.root, h.linden)
	return h
}

// write does something in the database that must succeed.
func (h *house) write(tb testing.TB, f func(context.Context, *store.Tx) error) {
	tb.Helper()
	storetest.Write(tb, h.db, f)
}

// desk is the portfolio manager's.
func (h *house) desk(tb testing.TB) *office.Desk {
	tb.Helper()
	d, err := h.office.At(tb.Context(), office.Actor{Manager: h.root}, h.plan.Property.ID)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// as is the desk of the house's own manager in a role.
func (h *house) as(tb testing.TB, r doorlink.Role) *office.Desk {
	tb.Helper()
	r.Manager, r.Property = h.linden.ID, h.plan.Property.ID
	h.write(tb, func(ctx context.Context, tx *store.Tx) error { return tx.SetRole(ctx, r) })
	d, err := h.office.At(tb.Context(), office.Actor{Manager: h.linden}, h.plan.Property.ID)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// within is the portfolio manager's desk with a token of these abilities.
func (h *house) within(tb testing.TB, may ...doorlink.Ability) *office.Desk {
	tb.Helper()
	t := &doorlink.Token{ID: doorlink.NewID[doorlink.TokenID]("tok"), Property: h.plan.Property.ID, May: append(may, doorlink.See)}
	d, err := h.office.At(tb.Context(), office.Actor{Manager: h.root, Token: t}, h.plan.Property.ID)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}
