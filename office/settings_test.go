package office_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

func TestSettingsAreKeptAndTakenBack(t *testing.T) { onEach(t, settingsKept) }

func settingsKept(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	p, tag := d.Property, d.Tag()
	p.Name, p.Zone, p.Names, p.Notice = "Linden  Court ", "Asia/Kolkata", doorlink.UnitOnly, " The lift is out of order. "
	p.SearchFirst, p.CountsOnly, p.HookNames = true, true, true
	p.Languages, p.Digits = []string{"de", "zh-Hant"}, 8
	p.Quiet, p.Look = doorlink.Hours{From: 22 * 60, To: 7 * 60}, 14
	p.Kept = map[doorlink.RecordKind]int{doorlink.CallRecord: 7}
	r := must(t)(d.SetProperty(ctx, p, tag))
	p.Name, p.Notice = "Linden Court", "The lift is out of order."
	sameProperty(t, "kept", h.desk(t).Property, p)
	if _, err := d.SetProperty(ctx, p, tag); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("as it was before: got %v", err)
	}
	must(t)(d.Undo(ctx, r.Seq))
	sameProperty(t, "taken back", h.desk(t).Property, d.Property)
}

func sameProperty(t *testing.T, name string, got, want doorlink.Property) {
	t.Helper()
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("%s (-got +want):\n%s", name, diff)
	}
}

func TestSettingsAreRefused(t *testing.T) { onEach(t, settingsRefused) }

func settingsRefused(t *testing.T, h *house) {
	d := h.desk(t)
	_, noZone := doorlink.Property{Zone: "Europe/Atlantis"}.Location()
	for _, tt := range []struct {
		name  string
		wrong func(*doorlink.Property)
		want  error
	}{
		{"no name", func(p *doorlink.Property) { p.Name = "" }, office.ErrName},
		{"a name of 5,000 characters", func(p *doorlink.Property) { p.Name = strings.Repeat("ü", 5000) }, office.ErrName},
		{"a name that turns", func(p *doorlink.Property) { p.Name = "Linden \u202etruoC" }, office.ErrName},
		{"a zone that no longer exists", func(p *doorlink.Property) { p.Zone = "Europe/Atlantis" }, noZone},
		{"the server's zone", func(p *doorlink.Property) { p.Zone = "Local" }, noZone},
		{"no zone", func(p *doorlink.Property) { p.Zone = "" }, noZone},
		{"a way out", func(p *doorlink.Property) { p.Zone = "../../etc/passwd" }, noZone},
		{"looks every minus two days", func(p *doorlink.Property) { p.Look = -2 }, office.ErrLook},
		{"looks every 366 days", func(p *doorlink.Property) { p.Look = doorlink.MaxLook + 1 }, office.ErrLook},
		{"names", func(p *doorlink.Property) { p.Names = "nick" }, office.ErrNames},
		{"a long notice", func(p *doorlink.Property) { p.Notice = strings.Repeat("x", 201) }, office.ErrNotice},
		{"a notice that turns", func(p *doorlink.Property) { p.Notice = "\u2067x" }, office.ErrNotice},
		{"a language twice", func(p *doorlink.Property) { p.Languages = []string{"de", "de"} }, office.ErrLanguages},
		{"no language", func(p *doorlink.Property) { p.Languages = []string{"Deutsch, bitte"} }, office.ErrLanguages},
		{"many languages", func(p *doorlink.Property) { p.Languages = strings.Fields("de en fr es it tr ar") }, office.ErrLanguages},
		{"four digits", func(p *doorlink.Property) { p.Digits = 4 }, office.ErrDigits},
		{"nine digits", func(p *doorlink.Property) { p.Digits = 9 }, office.ErrDigits},
		{"25:00", func(p *doorlink.Property) { p.Quiet.To = 25 * 60 }, office.ErrQuiet},
		{"before midnight", func(p *doorlink.Property) { p.Quiet.From = -1 }, office.ErrQuiet},
		{"91 days", func(p *doorlink.Property) { p.Kept = map[doorlink.RecordKind]int{doorlink.CodeRecord: 91} }, office.ErrKept},
		{"no day", func(p *doorlink.Property) { p.Kept = map[doorlink.RecordKind]int{doorlink.CodeRecord: 0} }, office.ErrKept},
		{"what is not kept", func(p *doorlink.Property) { p.Kept = map[doorlink.RecordKind]int{"video": 3} }, office.ErrKept},
	} {
		p := d.Property
		tt.wrong(&p)
		if _, err := d.SetProperty(t.Context(), p, ""); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
		sameProperty(t, tt.name, h.desk(t).Property, d.Property)
	}
}

// A building whose zone was abolished can be given another.
func TestALostZoneIsMended(t *testing.T) { onEach(t, zoneMended) }

func zoneMended(t *testing.T, h *house) {
	p := h.plan.Property
	p.Zone = "Europe/Atlantis"
	h.write(t, func(ctx context.Context, tx *store.Tx) error { return tx.SetProperty(ctx, p) })
	d := h.desk(t)
	if _, err := d.Doors(t.Context(), office.Query{}); err != nil {
		t.Errorf("the doors: %v", err)
	}
	p.Zone = "Europe/Lisbon"
	must(t)(d.SetProperty(t.Context(), p, d.Tag()))
}
