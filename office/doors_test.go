package office_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/store"
)

// activate gives a door a lock.
func (h *house) activate(t *testing.T, d doorlink.Door) {
	t.Helper()
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddLock(ctx, doorcode.Setup{Version: 1, Lock: "lock_1", Property: d.Property, Door: d.ID, Epoch: 1, Places: 4, Params: doorcode.Defaults()})
	})
}

func TestDoorsAreFoundAndSorted(t *testing.T) { onEach(t, doorsAreFound) }

func doorsAreFound(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	if _, _, err := d.AddDoor(ctx, "Apartment 1A", doorlink.Residence); err != nil {
		t.Fatal(err)
	}
	h.activate(t, h.gym)
	for _, tt := range []struct {
		q    office.Query
		want string
	}{
		{office.Query{}, "Apartment 1A/ Front door/F1 Gym/G2+lock"},
		{office.Query{Sort: "-name"}, "Gym/G2+lock Front door/F1 Apartment 1A/"},
		{office.Query{Sort: "-type"}, "Apartment 1A/ Gym/G2+lock Front door/F1"},
		{office.Query{Find: "gym"}, "Gym/G2+lock"},
		{office.Query{Find: "f"}, "Front door/F1"},
	} {
		page, err := d.Doors(ctx, tt.q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range page.Rows {
			name := l.Name + "/" + l.Panel.Label
			if l.Active() {
				name += "+lock"
			}
			got = append(got, name)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%+v: got %s, want %s", tt.q, strings.Join(got, " "), tt.want)
		}
	}
	front, err := d.Door(ctx, h.front.ID)
	if err != nil || front.Listed != 1 || len(front.Keys) != 1 || front.Live.Number != 1 || front.Before.ID != "" {
		t.Errorf("got %+v, %v", front, err)
	}
	if _, err := d.Door(ctx, h.elsewhere.Doors[0].ID); !errors.Is(err, store.ErrMissing) {
		t.Errorf("a door of another property: got %v", err)
	}
}

func TestADoorIsAddedChangedAndRemoved(t *testing.T) { onEach(t, doorChanges) }

func doorChanges(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	before := h.standing(t)
	door, added, err := d.AddDoor(ctx, "  Roof   terrace ", doorlink.Communal)
	if err != nil || door.Name != "Roof terrace" {
		t.Fatalf("got %q, %v", door.Name, err)
	}
	line, err := d.Door(ctx, door.ID)
	if err != nil {
		t.Fatal(err)
	}
	door.NeedsShare, door.Type = true, doorlink.Residence
	must(t)(d.SetDoor(ctx, door, line.Tag))
	if _, err := d.SetDoor(ctx, door, line.Tag); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("as it was before: got %v", err)
	}
	if _, err := d.Undo(ctx, added.Seq); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("undoing what was changed since: got %v", err)
	}
	must(t)(d.HideUnit(ctx, doorlink.Hidden{Door: door.ID, Unit: h.plan.Units[0].ID}, true))
	gone := must(t)(d.RemoveDoor(ctx, door.ID, ""))
	same(t, "removed", h.standing(t), before)
	must(t)(d.Undo(ctx, gone.Seq))
	if back, err := d.Door(ctx, door.ID); err != nil || !back.NeedsShare {
		t.Errorf("after undoing: got %+v, %v", back, err)
	}
}

func TestADoorIsRefused(t *testing.T) { onEach(t, doorRefused) }

func doorRefused(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	for _, tt := range []struct {
		name string
		kind doorlink.DoorType
		want error
	}{
		{"", doorlink.Communal, office.ErrName},
		{strings.Repeat("x", 5000), doorlink.Communal, office.ErrName},
		{"Front \u202edoor", doorlink.Communal, office.ErrName},
		{"Attic", "", office.ErrDoorKind},
		{"Attic", "airlock", office.ErrDoorKind},
	} {
		if _, _, err := d.AddDoor(ctx, tt.name, tt.kind); !errors.Is(err, tt.want) {
			t.Errorf("%.20q, %q: got %v, want %v", tt.name, tt.kind, err, tt.want)
		}
	}
	h.activate(t, h.gym)
	gym := h.gym
	gym.Type = doorlink.Service
	if _, err := d.SetDoor(ctx, gym, ""); !errors.Is(err, doorlink.ErrDoorType) {
		t.Errorf("another type under a lock: got %v", err)
	}
	gym.Type, gym.Name = h.gym.Type, "Fitness"
	must(t)(d.SetDoor(ctx, gym, ""))
	front := h.front
	front.Type = doorlink.Residence
	if _, err := d.SetDoor(ctx, front, ""); !errors.Is(err, doorlink.ErrResidenceDoor) {
		t.Errorf("a unit's own door with a DOOR Link: got %v", err)
	}

	attic, _, err := d.AddDoor(ctx, "Attic", doorlink.Residence)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.AddLink(ctx, attic.ID, "A"); !errors.Is(err, doorlink.ErrResidenceDoor) {
		t.Errorf("a DOOR Link at a unit's own door: got %v", err)
	}
	if _, err := d.RemoveDoor(ctx, h.front.ID, ""); !errors.Is(err, office.ErrDoorOnKeys) {
		t.Errorf("removing a door on a key: got %v", err)
	}
	attic.Type = doorlink.Service
	must(t)(d.SetDoor(ctx, attic, ""))
	if _, _, err := d.AddLink(ctx, attic.ID, "A"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.RemoveDoor(ctx, attic.ID, ""); !errors.Is(err, office.ErrDoorLinked) {
		t.Errorf("removing a door with a DOOR Link: got %v", err)
	}
	must(t)(d.RetireLink(ctx, attic.ID, ""))
	h.activate(t, attic)
	if _, err := d.RemoveDoor(ctx, attic.ID, ""); !errors.Is(err, office.ErrDoorLocked) {
		t.Errorf("removing a door with a lock: got %v", err)
	}
}

func TestPlacesNeedTheirAbilities(t *testing.T) { onEach(t, placesNeedAbilities) }

func placesNeedAbilities(t *testing.T, h *house) {
	ctx := t.Context()
	for name, c := range map[string]struct {
		needs doorlink.Ability
		do    func(d *office.Desk) error
	}{
		"add a door":    {doorlink.Devices, func(d *office.Desk) error { _, _, err := d.AddDoor(ctx, "x", doorlink.Service); return err }},
		"set a door":    {doorlink.Devices, func(d *office.Desk) error { _, err := d.SetDoor(ctx, h.front, ""); return err }},
		"remove a door": {doorlink.Devices, func(d *office.Desk) error { _, err := d.RemoveDoor(ctx, h.front.ID, ""); return err }},
		"add a link":    {doorlink.Devices, func(d *office.Desk) error { _, _, err := d.AddLink(ctx, h.front.ID, "x"); return err }},
		"label":         {doorlink.Devices, func(d *office.Desk) error { _, err := d.SetLabel(ctx, h.front.ID, "x", ""); return err }},
		"change QR": {doorlink.Devices, func(d *office.Desk) error {
			_, _, err := d.ChangeQR(ctx, h.front.ID, office.QRChange{})
			return err
		}},
		"retire":   {doorlink.Devices, func(d *office.Desk) error { _, err := d.RetireLink(ctx, h.front.ID, ""); return err }},
		"looked":   {doorlink.Devices, func(d *office.Desk) error { _, err := d.Looked(ctx, h.front.ID); return err }},
		"settings": {doorlink.Settings, func(d *office.Desk) error { _, err := d.SetProperty(ctx, d.Property, ""); return err }},
		"add a property": {doorlink.Govern, func(d *office.Desk) error {
			_, _, err := h.office.AddProperty(ctx, d.Actor, doorlink.Property{Name: "x", Zone: "UTC"})
			return err
		}},
	} {
		before := h.standing(t)
		var may []doorlink.Ability
		for _, a := range doorlink.Abilities {
			if a != c.needs {
				may = append(may, a)
			}
		}
		if err := c.do(h.within(t, may...)); !errors.Is(err, office.ErrMayNot) {
			t.Errorf("%s without %q: got %v, want %v", name, c.needs, err, office.ErrMayNot)
		}
		same(t, name+", refused", h.standing(t), before)
	}
}

func TestTheOldStickerStopsWhenTheNewOneIsScanned(t *testing.T) { onEach(t, stickerTakesOver) }

func stickerTakesOver(t *testing.T, h *house) {
	ctx, d, old := t.Context(), h.desk(t), h.plan.Stickers[0]
	next, r, err := d.ChangeQR(ctx, h.front.ID, office.QRChange{Seen: old.ID})
	if err != nil || r.Undoable || next.Number != 2 {
		t.Fatalf("got %+v, %+v, %v", next, r, err)
	}
	line, err := d.Door(ctx, h.front.ID)
	if err != nil || line.Live.ID != next.ID || line.Before.ID != old.ID || line.Before.Ends.IsZero() {
		t.Fatalf("got %+v, %v", line, err)
	}
	if _, _, err := d.ChangeQR(ctx, h.front.ID, office.QRChange{Seen: old.ID}); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("with an older sticker in sight: got %v", err)
	}

	now := time.Now()
	for _, s := range []doorlink.Sticker{old, next} {
		if _, err := h.db.Scan(ctx, s.Token, now); err != nil {
			t.Fatalf("sticker %d before: %v", s.Number, err)
		}
	}
	if err := h.db.FirstScan(ctx, old.ID, now); err != nil {
		t.Fatal(err)
	}
	if _, err := h.db.Scan(ctx, next.Token, now); err != nil {
		t.Errorf("the new one after a scan of the old one: %v", err)
	}
	for range 2 {
		if err := h.db.FirstScan(ctx, next.ID, now); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.db.Scan(ctx, old.Token, now); !errors.Is(err, doorlink.ErrStickerOld) {
		t.Errorf("the old one after: got %v", err)
	}
	line, err = d.Door(ctx, h.front.ID)
	if err != nil || line.Live.ID != next.ID || line.Before.ID != "" {
		t.Errorf("after: got %+v, %v", line, err)
	}
}

func TestTheOldStickerStopsAtItsDate(t *testing.T) { onEach(t, stickerStops) }

func stickerStops(t *testing.T, h *house) {
	ctx, d, now := t.Context(), h.desk(t), time.Now()
	stop := now.Add(36 * time.Hour)
	second, _, err := d.ChangeQR(ctx, h.front.ID, office.QRChange{Stop: stop})
	if err != nil {
		t.Fatal(err)
	}
	first := h.plan.Stickers[0].Token
	if _, err := h.db.Scan(ctx, first, stop.Add(-time.Minute)); err != nil {
		t.Errorf("before its date: %v", err)
	}
	if _, err := h.db.Scan(ctx, first, stop); !errors.Is(err, doorlink.ErrStickerOld) {
		t.Errorf("at its date: got %v", err)
	}
	third, _, err := d.ChangeQR(ctx, h.front.ID, office.QRChange{})
	if err != nil || third.Number != 3 {
		t.Fatalf("got %+v, %v", third, err)
	}
	if _, err := h.db.Scan(ctx, second.Token, time.Now()); !errors.Is(err, doorlink.ErrStickerOld) {
		t.Errorf("one that never hung: got %v", err)
	}
	if _, err := h.db.Scan(ctx, first, time.Now()); err != nil {
		t.Errorf("the one that hangs: %v", err)
	}
	if _, _, err := d.ChangeQR(ctx, h.front.ID, office.QRChange{Now: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.db.Scan(ctx, first, time.Now()); !errors.Is(err, doorlink.ErrStickerOld) {
		t.Errorf("now: got %v", err)
	}
	for _, wrong := range []time.Time{now.Add(-time.Second), now.Add(office.MaxOverlap + time.Hour)} {
		if _, _, err := d.ChangeQR(ctx, h.front.ID, office.QRChange{Stop: wrong}); !errors.Is(err, office.ErrStop) {
			t.Errorf("%v: got %v", wrong, err)
		}
	}
}

func TestTheDateThatIsProposedIsAnEveningAtTheProperty(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for now, want := range map[string]string{
		"2026-05-14T23:59:00Z": "2026-05-18T18:00:00+02:00", // the 15th there
		"2026-03-27T09:00:00Z": "2026-03-30T18:00:00+02:00", // over a change of clocks
		"2026-12-30T09:00:00Z": "2027-01-02T18:00:00+01:00",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := office.StopFor(at.In(berlin)).Format(time.RFC3339); got != want {
			t.Errorf("%s: got %s, want %s", now, got, want)
		}
	}
}

func TestAChangeCallsTheCodesOfTodayBack(t *testing.T) { onEach(t, changeCancels) }

func changeCancels(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	today := doorlink.DayIn(time.Now(), d.Location())
	for _, door := range []doorlink.Door{h.front, h.gym} {
		_, err := h.db.ChangeSlot(ctx, door.ID, 1, today, 4, h.ada, func(s doorcode.Slot) (doorcode.Slot, error) {
			s.Given = append(s.Given, doorcode.Given{Ask: doorcode.Ask{Call: doorlink.CallID("call_" + door.ID), Nth: 1}})
			return s, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		change office.QRChange
		open   int
	}{{office.QRChange{Now: true}, 1}, {office.QRChange{Codes: true}, 0}} {
		_, r, err := d.ChangeQR(ctx, h.front.ID, tt.change)
		if err != nil {
			t.Fatal(err)
		}
		v, err := d.Link(ctx, h.front.ID)
		if err != nil || v.Open != tt.open {
			t.Errorf("%+v: got %d open, %v", tt.change, v.Open, err)
		}
		deed, err := h.db.Deed(ctx, h.plan.Property.ID, r.Seq)
		if got := deed.Detail.Facts[office.CodesFact]; err != nil || got != map[bool]string{true: "1"}[tt.change.Codes] {
			t.Errorf("%+v: the audit says %q, %v", tt.change, got, err)
		}
	}
	if gym, err := d.Link(ctx, h.gym.ID); err != nil || gym.Open != 1 {
		t.Errorf("the other door: got %d open, %v", gym.Open, err)
	}
}

func TestALinkIsLabelledLookedAtAndRetired(t *testing.T) { onEach(t, linkLives) }

func linkLives(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	v, err := d.Link(ctx, h.front.ID)
	if err != nil || !v.Looked.IsZero() || len(v.Stickers) != 1 {
		t.Fatalf("got %+v, %v", v, err)
	}
	r := must(t)(d.SetLabel(ctx, h.front.ID, "N2", v.PanelTag))
	for _, wrong := range []string{"", " ", "far too long a label", "N\u20662"} {
		if _, err := d.SetLabel(ctx, h.front.ID, wrong, ""); !errors.Is(err, office.ErrLabel) {
			t.Errorf("%q: got %v", wrong, err)
		}
	}
	if _, err := d.RetireLink(ctx, h.front.ID, v.PanelTag); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("as it was before: got %v", err)
	}
	must(t)(d.Undo(ctx, r.Seq))
	must(t)(d.Looked(ctx, h.front.ID))
	if v, err = d.Link(ctx, h.front.ID); err != nil || v.Looked.IsZero() || v.Panel.Label != "F1" {
		t.Errorf("got %+v, %v", v, err)
	}
	if _, _, err := d.AddLink(ctx, h.front.ID, "N3"); !errors.Is(err, office.ErrLinked) {
		t.Errorf("a second one: got %v", err)
	}
	must(t)(d.RetireLink(ctx, h.front.ID, v.PanelTag))
	if _, err := h.db.Scan(ctx, h.plan.Stickers[0].Token, time.Now()); !errors.Is(err, doorlink.ErrStickerUnknown) {
		t.Errorf("a retired sticker: got %v", err)
	}
	if _, err := d.Looked(ctx, h.front.ID); !errors.Is(err, store.ErrMissing) {
		t.Errorf("looking at none: got %v", err)
	}
	first, _, err := d.AddLink(ctx, h.front.ID, "N3")
	if err != nil || first.Number != 1 {
		t.Fatalf("got %+v, %v", first, err)
	}
	if at, err := h.db.Scan(ctx, first.Token, time.Now()); err != nil || at.Panel.Label != "N3" {
		t.Errorf("got %+v, %v", at.Panel, err)
	}
}

func TestADirectoryIsSearchedAndPagedInItsOwnOrder(t *testing.T) {
	t.Parallel()
	all := []directory.Entry{
		{ID: "e3", Name: "Office", Place: "Office", Featured: true},
		{ID: "e1", Name: "Ada N.", Place: "2B", Known: []string{"nwosu", "adanwosu", "nwosuada"}},
		{ID: "e4", Name: "Émile Ö.", Place: "3"},
		{ID: "e2", Name: "Bram V.", Place: "10A", Known: []string{"visser"}},
	}
	for find, want := range map[string]string{
		"": "Office Ada N. Émile Ö. Bram V.", "emile": "Émile Ö.", "ÉMILE ö": "Émile Ö.", "office": "Office", "2b": "Ada N.", "NWOSU": "Ada N.", "ada 2b": "Ada N.", "ada 10": "", "a": "Ada N. Bram V.",
	} {
		q, got := office.Query{Find: find, Sort: "-name", Limit: 1}, []string(nil)
		for {
			p, err := office.FindEntries(all, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range p.Rows {
				got = append(got, e.Name)
			}
			if q.After = p.Next; q.After == "" {
				break
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %v, want %s", find, got, want)
		}
	}
}
