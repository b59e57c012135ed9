package office_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

func TestAPropertyIsAdded(t *testing.T) { onEach(t, propertyAdded) }

func propertyAdded(t *testing.T, h *house) {
	ctx, root := t.Context(), office.Actor{Manager: h.root}
	ash := doorlink.Property{Name: " Ash  House", Zone: "Europe/Lisbon", Languages: []string{"pt", "en"}}
	p, r, err := h.office.AddProperty(ctx, root, ash)
	if err != nil || p.Name != "Ash House" {
		t.Fatalf("got %q, %v", p.Name, err)
	}
	d, err := h.office.At(ctx, root, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	sameProperty(t, "added", d.Property, p)
	if roll, err := d.Roll(ctx); err != nil || len(roll.Keys) != 1 {
		t.Errorf("got %+v, %v", roll.Keys, err)
	}
	for _, chain := range []doorlink.PropertyID{"", p.ID} {
		deeds, err := h.db.Deeds(ctx, store.DeedQuery{Property: chain, Action: "property.add", Limit: 2})
		if err != nil || len(deeds) != 1 || deeds[0].Subject != string(p.ID) {
			t.Errorf("the audit of %q: got %+v, %v", chain, deeds, err)
		}
	}
	if deed, err := d.Did(ctx, r.Seq, false); err != nil || deed.Undoable {
		t.Errorf("the receipt: got %+v, %v", deed, err)
	}
}

func TestAPropertyIsNotAdded(t *testing.T) { onEach(t, propertyRefused) }

func propertyRefused(t *testing.T, h *house) {
	ctx := t.Context()
	here := &doorlink.Token{ID: "tok_1", Property: h.plan.Property.ID, May: doorlink.Abilities}
	everywhere := &doorlink.Token{ID: "tok_2", May: []doorlink.Ability{doorlink.See, doorlink.Connect}}
	_, noZone := doorlink.Property{Zone: "Nowhere"}.Location()
	for name, tt := range map[string]struct {
		who  office.Actor
		wish doorlink.Property
		want error
	}{
		"by a Property Manager":   {office.Actor{Manager: h.linden}, doorlink.Property{Name: "Ash", Zone: "UTC"}, office.ErrMayNot},
		"by a token of one house": {office.Actor{Manager: h.root, Token: here}, doorlink.Property{Name: "Ash", Zone: "UTC"}, office.ErrMayNot},
		"by a token without it":   {office.Actor{Manager: h.root, Token: everywhere}, doorlink.Property{Name: "Ash", Zone: "UTC"}, office.ErrMayNot},
		"in no zone":              {office.Actor{Manager: h.root}, doorlink.Property{Name: "Ash", Zone: "Nowhere"}, noZone},
		"without a name":          {office.Actor{Manager: h.root}, doorlink.Property{Name: " ", Zone: "UTC"}, office.ErrName},
		"in no language":          {office.Actor{Manager: h.root}, doorlink.Property{Name: "Ash", Zone: "UTC", Languages: []string{"de", "de"}}, office.ErrLanguages},
	} {
		if _, _, err := h.office.AddProperty(ctx, tt.who, tt.wish); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	if all, err := h.db.Properties(ctx); err != nil || len(all) != 2 {
		t.Errorf("got %d properties, %v", len(all), err)
	}
}

func TestPropertiesAreFoundAmongTheirs(t *testing.T) { onEach(t, propertiesFound) }

func propertiesFound(t *testing.T, h *house) {
	ctx, root := t.Context(), office.Actor{Manager: h.root}
	if _, _, err := h.office.AddProperty(ctx, root, doorlink.Property{Name: "ash house", Zone: "Asia/Tokyo"}); err != nil {
		t.Fatal(err)
	}
	h.as(t, doorlink.Role{Scope: doorlink.LimitedKeys})
	for name, tt := range map[string]struct {
		who  office.Actor
		q    office.Query
		want []string
	}{
		"all":             {root, office.Query{}, []string{"ash house", "Elm House", "Linden Court"}},
		"from the end":    {root, office.Query{Sort: "-name"}, []string{"Linden Court", "Elm House", "ash house"}},
		"by zone":         {root, office.Query{Sort: "zone"}, []string{"ash house", "Elm House", "Linden Court"}},
		"by a word":       {root, office.Query{Find: "HOUSE"}, []string{"ash house", "Elm House"}},
		"by a zone":       {root, office.Query{Find: "tokyo"}, []string{"ash house"}},
		"of one manager":  {office.Actor{Manager: h.linden}, office.Query{}, []string{"Linden Court"}},
		"of somebody new": {office.Actor{Manager: doorlink.Manager{ID: "man_new"}}, office.Query{}, nil},
	} {
		found, err := h.office.FindProperties(ctx, tt.who, tt.q)
		var got []string
		for _, p := range found.Rows {
			got = append(got, p.Name)
		}
		if diff := cmp.Diff(got, tt.want); diff != "" || err != nil {
			t.Errorf("%s: %v (-got +want):\n%s", name, err, diff)
		}
	}
}

func TestFirstStepsAreTakenOneAfterTheOther(t *testing.T) { onEach(t, stepsTaken) }

func stepsTaken(t *testing.T, h *house) {
	ctx, root := t.Context(), office.Actor{Manager: h.root}
	p, _, err := h.office.AddProperty(ctx, root, doorlink.Property{Name: "Ash House", Zone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := h.office.At(ctx, root, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	var door doorlink.Door
	steps := []struct {
		step office.Step
		take func() error
	}{
		{office.DoorStep, func() (err error) { door, _, err = d.AddDoor(ctx, "Front", doorlink.Communal); return err }},
		{office.KeyStep, func() error {
			k, _, err := d.AddKey(ctx, "Everybody", false)
			if err == nil {
				_, err = d.SetKeyDoor(ctx, doorlink.KeyDoor{Key: k.ID, Door: door.ID}, "")
			}
			return err
		}},
		{office.PeopleStep, func() error {
			u, _, err := d.AddUnit(ctx, "1A")
			if err == nil {
				_, err = d.Invite(ctx, office.Invitation{Given: "Ada", Units: []doorlink.UnitID{u.ID}})
			}
			return err
		}},
		{office.LinkStep, func() error { _, _, err := d.AddLink(ctx, door.ID, "F"); return err }},
		{office.StickerStep, func() error {
			link, err := d.Link(ctx, door.ID)
			if err == nil {
				err = h.db.FirstScan(ctx, link.Live.ID, time.Now())
			}
			return err
		}},
	}
	for i, next := range steps {
		for j, line := range firstSteps(t, d) {
			if line.Step != steps[j].step || line.Done != (j < i) {
				t.Errorf("before %s: %s is done: %v", next.step, line.Step, line.Done)
			}
		}
		if err := next.take(); err != nil {
			t.Fatalf("%s: %v", next.step, err)
		}
	}
	for _, line := range firstSteps(t, d) {
		if !line.Done {
			t.Errorf("at the end %s is not done", line.Step)
		}
	}
}

func firstSteps(t *testing.T, d *office.Desk) []office.StepLine {
	t.Helper()
	roll, err := d.Roll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return roll.FirstSteps()
}
