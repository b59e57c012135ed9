package office_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

// lines are "name key door standing" of a report, read two lines at a time.
func lines(t *testing.T, read func(context.Context, office.Query) (office.Page[office.AccessLine], error), q office.Query) (all []string) {
	t.Helper()
	for q.Limit = 2; ; {
		p, err := read(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range p.Rows {
			var text strings.Builder
			text.WriteString(l.Person.Given + " " + l.Key.Name)
			for _, door := range l.Doors {
				text.WriteString(" " + door.Name)
			}
			all = append(all, text.String()+" "+string(l.Standing))
		}
		if q.After = p.Next; q.After == "" {
			if p.Total != len(all) {
				t.Errorf("%d lines are counted, %d are there", p.Total, len(all))
			}
			return all
		}
	}
}

func TestAReportSaysWhoMayEnterWhere(t *testing.T) { onEach(t, accessReport) }

func accessReport(t *testing.T, h *house) {
	d := h.desk(t)
	must(t)(d.GiveKey(t.Context(), doorlink.Holder{Key: h.roof, Person: h.bram, From: time.Now().Add(time.Hour)}))
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddHolder(ctx, doorlink.Holder{Key: h.roof, Person: h.chidi, To: time.Now().Add(-time.Hour)})
	})
	own := h.plan.Keys[0].Name
	for _, of := range []struct {
		name string
		got  []string
		want []string
	}{
		{"access", lines(t, d.AssignedAccess, office.Query{}), []string{
			"Ada " + own + " Front door now", "Ada " + own + " Gym now", "Chidi " + own + " Front door now", "Chidi " + own + " Gym now",
			"Bram " + own + " Front door now", "Bram " + own + " Gym now",
		}},
		{"a door", lines(t, d.AssignedAccess, office.Query{Only: map[string]string{"door": string(h.gym.ID)}, Find: "1a"}),
			[]string{"Ada " + own + " Gym now", "Chidi " + own + " Gym now"}},
		{"keys", lines(t, d.PeopleKeys, office.Query{}), []string{
			"Ada " + own + " Front door Gym now", "Chidi " + own + " Front door Gym now", "Chidi Roof over",
			"Bram " + own + " Front door Gym now", "Bram Roof later",
		}},
		{"keys that have ended", lines(t, d.PeopleKeys, office.Query{Only: map[string]string{"when": "over"}}), []string{"Chidi Roof over"}},
		{"one key", lines(t, d.PeopleKeys, office.Query{Only: map[string]string{"key": string(h.roof)}}), []string{"Chidi Roof over", "Bram Roof later"}},
		{"by key, from the end", lines(t, d.PeopleKeys, office.Query{Sort: "-key"}), []string{
			"Chidi Roof over", "Bram Roof later", "Ada " + own + " Front door Gym now", "Chidi " + own + " Front door Gym now",
			"Bram " + own + " Front door Gym now",
		}},
		{"by end", lines(t, d.PeopleKeys, office.Query{Sort: "to", Find: "chidi"}), []string{"Chidi Roof over", "Chidi " + own + " Front door Gym now"}},
		{"by begin, from the end", lines(t, d.PeopleKeys, office.Query{Sort: "-from", Find: "bram"}),
			[]string{"Bram Roof later", "Bram " + own + " Front door Gym now"}},
		{"by people, from the end", lines(t, d.AssignedAccess, office.Query{Sort: "-person", Only: map[string]string{"door": string(h.gym.ID)}}),
			[]string{"Bram " + own + " Gym now", "Chidi " + own + " Gym now", "Ada " + own + " Gym now"}},
		{"nobody", lines(t, d.PeopleKeys, office.Query{Find: "zoe"}), nil},
	} {
		if !slices.Equal(of.got, of.want) {
			t.Errorf("%s: got %q, want %q", of.name, of.got, of.want)
		}
	}
	roof := h.as(t, doorlink.Role{Scope: doorlink.SpecificKeys, Keys: []doorlink.KeyID{h.roof}})
	if got := lines(t, roof.PeopleKeys, office.Query{}); !slices.Equal(got, []string{"Chidi Roof over", "Bram Roof later"}) {
		t.Errorf("the manager of the roof key reads %q", got)
	}
	for want, only := range map[error]map[string]string{
		office.ErrWhen: {"when": "soon"}, store.ErrMissing: {"door": "door_none"},
	} {
		if _, err := d.AssignedAccess(t.Context(), office.Query{Only: only}); !errors.Is(err, want) {
			t.Errorf("%v: got %v, want %v", only, err, want)
		}
	}
}

func TestReportsAreForThoseWhoMay(t *testing.T) { onEach(t, reportsAreForThoseWhoMay) }

func reportsAreForThoseWhoMay(t *testing.T, h *house) {
	ctx := t.Context()
	may := map[string]func(*office.Desk) error{
		"access":  func(d *office.Desk) error { _, err := d.AssignedAccess(ctx, office.Query{}); return err },
		"keys":    func(d *office.Desk) error { _, err := d.PeopleKeys(ctx, office.Query{}); return err },
		"purges":  func(d *office.Desk) error { _, err := d.Purges(ctx); return err },
		"exports": func(d *office.Desk) error { return d.ExportReport(ctx, "access") },
	}
	portfolio := map[string]func(*office.Desk) error{
		"actions": func(d *office.Desk) error { _, err := d.AdminActions(ctx, office.Query{}); return err },
	}
	for _, of := range []struct {
		desk               *office.Desk
		reports, portfolio bool
	}{
		{h.as(t, doorlink.Role{Scope: doorlink.LimitedKeys}), false, false},
		{h.as(t, doorlink.Role{Scope: doorlink.FullKeys}), true, false},
		{h.as(t, doorlink.Role{Scope: doorlink.SpecificKeys}), true, false},
		{h.within(t, doorlink.SeeReports), true, false},
		{h.desk(t), true, true},
	} {
		for name, ask := range may {
			if err := ask(of.desk); (err == nil) != of.reports || err != nil && !errors.Is(err, office.ErrMayNot) {
				t.Errorf("%+v, %s: got %v", of.desk.Role, name, err)
			}
		}
		for name, ask := range portfolio {
			if err := ask(of.desk); (err == nil) != of.portfolio || err != nil && !errors.Is(err, office.ErrMayNot) {
				t.Errorf("%+v, %s: got %v", of.desk.Role, name, err)
			}
		}
	}
}

func TestAdminActionsAreOfOneManager(t *testing.T) { onEach(t, adminActions) }

func adminActions(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	for range 3 {
		if err := d.ExportReport(ctx, "access"); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.as(t, doorlink.Role{Scope: doorlink.FullKeys}).ExportReport(ctx, "access"); err != nil {
		t.Fatal(err)
	}
	only := map[string]string{"manager": string(h.root.ID)}
	first, err := d.AdminActions(ctx, office.Query{Only: only, Limit: 2})
	if err != nil || len(first.Rows) != 2 || first.Next == "" || first.Rows[0].By != "Rut" {
		t.Fatalf("got %+v, %v", first, err)
	}
	if rest, err := d.AdminActions(ctx, office.Query{Only: only, After: first.Next}); err != nil || len(rest.Rows) != 1 {
		t.Errorf("the second page: got %+v, %v", rest, err)
	}
}

func TestAPurgeIsToldPropertyByProperty(t *testing.T) { onEach(t, purgeReport) }

func purgeReport(t *testing.T, h *house) {
	ctx, now := t.Context(), time.Now()
	h.records(t, doorlink.Record{Kind: doorlink.CallRecord, Door: h.front.ID, At: now.Add(-100 * 24 * time.Hour)})
	if _, err := h.db.PurgeDaily(ctx, now); err != nil {
		t.Fatal(err)
	}
	got, err := h.desk(t).Purges(ctx)
	if err != nil || len(got) != 1 || !got[0].Done || got[0].Gone[doorlink.CallRecord] != 1 {
		t.Errorf("got %v, %v", got, err)
	}
	elsewhere, err := h.office.At(ctx, office.Actor{Manager: h.root}, h.elsewhere.Property.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := elsewhere.Purges(ctx); err != nil || len(got) != 1 || len(got[0].Gone) != 0 {
		t.Errorf("at another property: got %v, %v", got, err)
	}
}
