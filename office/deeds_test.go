package office_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

func TestTheAuditNamesWhatWasChangedEvenOnceItIsGone(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		d := h.desk(t)
		u, _, err := d.AddUnit(t.Context(), "9Z")
		if err != nil {
			t.Fatal(err)
		}
		did, err := d.Undo(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		deeds, err := d.Deeds(t.Context(), office.Query{})
		if err != nil || len(deeds.Rows) != 2 {
			t.Fatalf("got %d entries and %v, want 2", len(deeds.Rows), err)
		}
		for _, deed := range deeds.Rows {
			if deed.About != "9Z" || deed.By != "Rut" || deed.Subject != string(u.ID) || !deed.Undoable {
				t.Errorf("got %q by %q, want 9Z by Rut, which can be taken back", deed.About, deed.By)
			}
		}
		if line, err := d.Did(t.Context(), did.Seq, false); err != nil || line.Detail.Facts[doorlink.Undone] != "unit.add" {
			t.Errorf("got %v and %v, want what was done just now", line.Detail.Facts, err)
		}
		if _, err := d.Deeds(t.Context(), office.Query{After: "first"}); doorlink.KindOf(err) != doorlink.Invalid {
			t.Errorf("got %v for a cursor that is none, want %v", err, office.ErrCursor)
		}
	})
}

func TestTheAuditIsChosenByWhoWhatAndDays(t *testing.T) { onEach(t, chosenDeeds) }

func chosenDeeds(t *testing.T, h *house) {
	ctx, d, zone := t.Context(), h.desk(t), h.desk(t).Location()
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, zone)
	deeds := []doorlink.Deed{
		{Manager: h.root.ID, Action: "unit.add"},
		{Manager: h.root.ID, Action: "unit.set", Via: "tok_gone"},
		{Manager: "man_gone", Action: "undo"},
		{Action: "list.sync"},
		{Manager: h.root.ID, Action: "unit.add"},
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		for i, deed := range deeds {
			deed.Property, deed.At = h.plan.Property.ID, noon.Add(time.Duration(i)*12*time.Hour)
			if _, err := tx.Audit(ctx, deed); err != nil {
				return err
			}
		}
		return nil
	})
	for _, tt := range []struct {
		only map[string]string
		want []int64
	}{
		{nil, []int64{5, 4, 3, 2, 1}},
		{map[string]string{"who": string(h.root.ID)}, []int64{5, 2, 1}},
		{map[string]string{"who": "tok_gone"}, []int64{2}},
		{map[string]string{"who": store.Itself}, []int64{4}},
		{map[string]string{"who": string(h.linden.ID)}, nil},
		{map[string]string{"what": "unit"}, []int64{5, 2, 1}},
		{map[string]string{"what": "unit.add"}, []int64{5, 1}},
		{map[string]string{"what": "undo"}, []int64{3}},
		{map[string]string{"what": "uni"}, nil},
		{map[string]string{"what": "%"}, nil},
		{map[string]string{"from": "2026-03-15", "to": "2026-03-15"}, []int64{3, 2}},
		{map[string]string{"from": "2026-03-15", "what": "unit"}, []int64{5, 2}},
	} {
		for _, sort := range []string{"", office.When} {
			var got []int64
			q := office.Query{Only: tt.only, Sort: sort, Limit: 1}
			for range tt.want {
				p, err := d.Deeds(ctx, q)
				if err != nil || len(p.Rows) != 1 {
					t.Fatalf("%v: got %d entries, %v", tt.only, len(p.Rows), err)
				}
				got, q.After = append(got, p.Rows[0].Seq), p.Next
			}
			if !slices.Equal(got, tt.want) || q.After != "" {
				t.Errorf("%v by %q: got %v and then %q, want %v and no more", tt.only, sort, got, q.After, tt.want)
			}
			slices.Reverse(tt.want)
		}
		if p, err := d.Deeds(ctx, office.Query{Only: tt.only}); err != nil || len(p.Rows) != len(tt.want) {
			t.Errorf("%v: got %d entries at once, %v", tt.only, len(p.Rows), err)
		}
	}
	if _, err := d.Deeds(ctx, office.Query{Only: map[string]string{"from": "2026-03-15", "to": "2026-03-14"}}); !errors.Is(err, office.ErrDays) {
		t.Errorf("got %v, want %v", err, office.ErrDays)
	}
	want := office.DeedChoices{
		Itself:   true,
		Managers: []office.Named{{ID: string(h.root.ID), Name: h.root.Name}, {ID: "man_gone"}},
		Programs: []office.Named{{ID: "tok_gone"}},
		Actions:  []string{"list.sync", "undo", "unit.add", "unit.set"},
	}
	if got, err := d.DeedChoices(ctx); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want nobody who is not in the audit: %+v", got, err, want)
	}
}

func TestTheAuditIsSearchedForWhatItIsAbout(t *testing.T) { onEach(t, soughtDeeds) }

func soughtDeeds(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	if _, err := d.AddHook(ctx, every()); err != nil {
		t.Fatal(err)
	}
	about := []string{
		string(h.ada), string(h.plan.Units[0].ID), string(h.front.ID), string(h.roof), string(h.plan.Property.ID),
		string(h.linden.ID), string(h.ada), "pers_gone", "",
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		for i, subject := range about {
			deed := doorlink.Deed{Property: h.plan.Property.ID, Subject: subject, Action: "unit.set", At: time.Now()}
			if i == 0 {
				deed.Manager = h.root.ID
			}
			if _, err := tx.Audit(ctx, deed); err != nil {
				return err
			}
		}
		return nil
	})
	for _, tt := range []struct {
		q    office.Query
		want []int64
	}{
		{office.Query{Find: "nwosu ADA"}, []int64{8, 2}},
		{office.Query{Find: "ada", Sort: office.When}, []int64{2, 8}},
		{office.Query{Find: "ada", Only: map[string]string{"who": string(h.root.ID)}}, []int64{2}},
		{office.Query{Find: "1a"}, []int64{3}},
		{office.Query{Find: "front"}, []int64{4}},
		{office.Query{Find: "roof"}, []int64{5}},
		{office.Query{Find: "linden"}, []int64{6}},
		{office.Query{Find: h.linden.Name}, []int64{7, 6}}, // Lin, of Linden Court
		{office.Query{Find: "example.org"}, []int64{1}},
		{office.Query{Find: "pers_gone"}, []int64{9}},
		{office.Query{Find: string(h.ada)}, []int64{8, 2}},
		{office.Query{Find: "ada@example.org"}, nil}, // which no entry tells
		{office.Query{Find: "bram"}, nil},            // about whom there is none
		{office.Query{Find: "pers"}, nil},
		{office.Query{Find: "eve elm"}, nil},
		{office.Query{Find: h.root.Name}, nil},
		{office.Query{Find: " "}, []int64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
	} {
		p, err := d.Deeds(ctx, tt.q)
		if err != nil {
			t.Fatalf("%q: %v", tt.q.Find, err)
		}
		var got []int64
		for _, line := range p.Rows {
			got = append(got, line.Seq)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %v, want %v", tt.q.Find, got, tt.want)
		}
	}
}

func TestTheAuditIsNotSearchedForTooMuchAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		ctx, d := t.Context(), h.desk(t)
		for i := range 21 {
			if i == 20 {
				if p, err := d.Deeds(ctx, office.Query{Find: "annex"}); err != nil || len(p.Rows) != 20 {
					t.Fatalf("got %d entries, %v", len(p.Rows), err)
				}
			}
			if _, _, err := d.AddUnit(ctx, fmt.Sprint("Annex ", i)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := d.Deeds(ctx, office.Query{Find: "annex"}); !errors.Is(err, office.ErrSubjectsMany) {
			t.Errorf("got %v, want %v", err, office.ErrSubjectsMany)
		}
	})
}

func TestTheAuditOfThePortfolioIsSearchedForPropertiesAndManagers(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.write(t, func(ctx context.Context, tx *store.Tx) error {
			for _, subject := range []string{string(h.elsewhere.Property.ID), string(h.linden.ID), string(h.ada)} {
				if _, err := tx.Audit(ctx, doorlink.Deed{Subject: subject, Action: "property.refused", At: time.Now()}); err != nil {
					return err
				}
			}
			return nil
		})
		for find, want := range map[string][]string{"elm house": {"Elm House"}, "LIN": {"Lin"}, "ada": nil} {
			p, err := h.office.PortfolioDeeds(ctx, office.Actor{Manager: h.root}, office.Query{Find: find})
			var got []string
			for _, line := range p.Rows {
				got = append(got, line.About)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: got %q and %v, want %q", find, got, err, want)
			}
		}
	})
}

func TestWhoMayNotReadTheAuditIsToldNothingOfIt(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		ctx, limited := t.Context(), h.as(t, doorlink.Role{Scope: doorlink.LimitedKeys})
		for name, ask := range map[string]func() error{
			"deeds":             func() error { _, err := limited.Deeds(ctx, office.Query{}); return err },
			"choices":           func() error { _, err := limited.DeedChoices(ctx); return err },
			"portfolio":         func() error { _, err := h.office.PortfolioDeeds(ctx, limited.Actor, office.Query{}); return err },
			"portfolio choices": func() error { _, err := h.office.PortfolioDeedChoices(ctx, limited.Actor); return err },
		} {
			if err := ask(); !errors.Is(err, office.ErrMayNot) {
				t.Errorf("%s: got %v, want %v", name, err, office.ErrMayNot)
			}
		}
	})
}
