package office_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

// wish is a token for a day.
func wish(may ...doorlink.Ability) office.TokenWish {
	return office.TokenWish{Name: "Rent roll", May: may, Ends: time.Now().Add(24 * time.Hour)}
}

func TestATokenIsItsMakerHeldToItsAbilities(t *testing.T) { onEach(t, tokenIsHeld) }

func tokenIsHeld(t *testing.T, h *house) {
	ctx := t.Context()
	d := h.as(t, doorlink.Role{Scope: doorlink.FullKeys})
	made, err := d.AddToken(ctx, wish(doorlink.EditPeople, doorlink.EditKeys, doorlink.EditPeople))
	if err != nil {
		t.Fatal(err)
	}
	who, err := h.office.ByToken(ctx, made.Secret, time.Now())
	if err != nil || who.Manager.ID != h.linden.ID {
		t.Fatalf("got %v, %v", who.Manager.ID, err)
	}
	for scope, want := range map[doorlink.KeyScope][]doorlink.Ability{
		doorlink.FullKeys:    {doorlink.See, doorlink.EditPeople, doorlink.EditKeys},
		doorlink.LimitedKeys: {doorlink.See, doorlink.EditPeople}, // the maker's role has shrunk since
	} {
		h.as(t, doorlink.Role{Scope: scope})
		desk, err := h.office.At(ctx, who, h.plan.Property.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range doorlink.Abilities {
			if got := desk.May(a); got != slices.Contains(want, a) {
				t.Errorf("%s may %s: %v", scope, a, got)
			}
		}
	}
	if _, err := h.office.At(ctx, who, h.elsewhere.Property.ID); !errors.Is(err, store.ErrNoProperty) {
		t.Errorf("at another property: got %v", err)
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error { return tx.RemoveManager(ctx, h.linden.ID) })
	if _, err := h.office.ByToken(ctx, made.Secret, time.Now()); !errors.Is(err, office.ErrToken) {
		t.Errorf("of a manager who has gone: got %v", err)
	}
}

func TestATokenNeverExceedsItsMaker(t *testing.T) { onEach(t, tokenNeverExceeds) }

func tokenNeverExceeds(t *testing.T, h *house) {
	full := h.as(t, doorlink.Role{Scope: doorlink.FullKeys})
	long := wish(doorlink.See)
	long.Ends = time.Now().Add(doorlink.MaxTokenTime + time.Minute)
	everywhere := wish(doorlink.See)
	everywhere.Everywhere = true
	nameless := wish(doorlink.See)
	nameless.Name = "\u202e"
	program := h.within(t, doorlink.Connect)
	program.Token.Ends = time.Now().Add(time.Hour)
	for name, tt := range map[string]struct {
		by   *office.Desk
		wish office.TokenWish
		want error
	}{
		"a role without the ability":       {full, wish(doorlink.Devices), office.ErrMayNot},
		"a role that does not connect":     {h.within(t, doorlink.EditPeople), wish(doorlink.EditPeople), office.ErrMayNot},
		"a token without the ability":      {program, wish(doorlink.EditPeople), office.ErrMayNot},
		"a token that outlives its maker":  {program, wish(doorlink.See), office.ErrTokenTime},
		"everywhere by a property manager": {full, everywhere, office.ErrMayNot},
		"everywhere by a narrower token":   {program, everywhere, office.ErrMayNot},
		"no abilities":                     {full, wish(), office.ErrTokenMay},
		"an ability that there is not":     {full, wish("everything"), office.ErrTokenMay},
		"more than a year":                 {full, long, office.ErrTokenTime},
		"no end":                           {full, office.TokenWish{Name: "x", May: []doorlink.Ability{doorlink.See}}, office.ErrTokenTime},
		"a name that hides":                {full, nameless, office.ErrName},
	} {
		if _, err := tt.by.AddToken(t.Context(), tt.wish); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	all, err := full.Tokens(t.Context())
	if err != nil || len(all) != 0 {
		t.Errorf("got %v, %v: something was made", all, err)
	}
}

func TestTokensEndNow(t *testing.T) { onEach(t, tokensEnd) }

func tokensEnd(t *testing.T, h *house) {
	ctx, root := t.Context(), h.desk(t)
	everywhere := wish(doorlink.See)
	everywhere.Everywhere = true
	one, err := root.AddToken(ctx, wish(doorlink.See))
	if err != nil {
		t.Fatal(err)
	}
	all, err := root.AddToken(ctx, everywhere)
	if err != nil {
		t.Fatal(err)
	}
	full := h.as(t, doorlink.Role{Scope: doorlink.FullKeys})
	if _, err := full.EndToken(ctx, all.ID); !errors.Is(err, office.ErrMayNot) {
		t.Errorf("ending one for every property: got %v", err)
	}
	at, err := h.office.At(ctx, office.Actor{Manager: h.root}, h.elsewhere.Property.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := at.EndToken(ctx, one.ID); !errors.Is(err, store.ErrNoToken) {
		t.Errorf("ending one of another property: got %v", err)
	}
	must(t)(full.EndToken(ctx, one.ID))
	must(t)(root.EndToken(ctx, all.ID))
	for _, secret := range []doorlink.Secret{one.Secret, all.Secret, "dl_", "", doorlink.Secret(one.Secret.Hash())} {
		if _, err := h.office.ByToken(ctx, secret, time.Now()); !errors.Is(err, office.ErrToken) {
			t.Errorf("got %v, want %v", err, office.ErrToken)
		}
	}
	deeds, err := h.db.Deeds(ctx, store.DeedQuery{Property: h.plan.Property.ID, Subjects: []string{string(one.ID)}, Limit: 9})
	if err != nil || len(deeds) != 2 || deeds[0].Action != "token.end" || deeds[1].Detail.Facts["name"] != "Rent roll" {
		t.Errorf("audit: got %+v, %v", deeds, err)
	}
	deeds, err = h.db.Deeds(ctx, store.DeedQuery{Subjects: []string{string(all.ID)}, Limit: 9})
	if err != nil || len(deeds) != 2 {
		t.Errorf("audit of the whole: got %+v, %v", deeds, err)
	}
}

func TestTokensAreFound(t *testing.T) { onEach(t, tokensFound) }

func tokensFound(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	for name, days := range map[string]int{"Rent roll": 30, "bikes": 10, "Alarm": 20} {
		w := wish(doorlink.See)
		w.Name, w.Ends = name, time.Now().AddDate(0, 0, days)
		if _, err := d.AddToken(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		q    office.Query
		want []string
	}{
		{office.Query{}, []string{"Alarm", "bikes", "Rent roll"}},
		{office.Query{Sort: "-ends"}, []string{"Rent roll", "Alarm", "bikes"}},
		{office.Query{Find: "BIKE rut"}, []string{"bikes"}},
		{office.Query{Find: "somebody else"}, nil},
	} {
		p, err := d.FindTokens(ctx, tt.q)
		var got []string
		for _, l := range p.Rows {
			got = append(got, l.Name)
		}
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%+v: got %v, %v, want %v", tt.q, got, err, tt.want)
		}
	}
}
