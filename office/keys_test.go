package office_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

func TestKeysAreFoundAndSorted(t *testing.T) { onEach(t, keysAreFound) }

func keysAreFound(t *testing.T, h *house) {
	d := h.desk(t)
	name := h.plan.Keys[0].Name
	for _, tt := range []struct {
		name string
		q    office.Query
		want string
	}{
		{"by name", office.Query{}, name + " Roof"},
		{"the other way", office.Query{Sort: "-name"}, "Roof " + name},
		{"by doors", office.Query{Sort: "doors"}, "Roof " + name},
		{"by holders", office.Query{Sort: "-holders"}, name + " Roof"},
		{"a door's name", office.Query{Find: "gym"}, name},
		{"one for a page", office.Query{Limit: 1}, name},
	} {
		page, err := d.Keys(t.Context(), tt.q)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		var got []string
		for _, l := range page.Rows {
			got = append(got, l.Name)
		}
		if diff := cmp.Diff(strings.Join(got, " "), tt.want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", tt.name, diff)
		}
	}
	v, err := d.Key(t.Context(), h.key)
	if err != nil || len(v.Doors) != 2 || v.Doors[0].ID != h.front.ID || v.Holders != 3 {
		t.Errorf("got %+v, %v", v, err)
	}
	if _, err := d.Key(t.Context(), h.elsewhere.Keys[0].ID); !errors.Is(err, office.ErrKeyGone) {
		t.Errorf("another property's: got %v", err)
	}
}

func TestDoorsAreOnAKeyOrOffIt(t *testing.T) { onEach(t, doorsOnAndOff) }

func doorsOnAndOff(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	read := func(k doorlink.KeyID, q office.Query) (on, off string) {
		t.Helper()
		ons, err := d.DoorsOnKey(ctx, k, q)
		offs, err2 := d.DoorsOffKey(ctx, k, q)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		for _, r := range ons.Rows {
			on += r.Door.Name + r.Panel.Label + ";"
		}
		for _, r := range offs.Rows {
			off += r.Name + ";"
		}
		return on, off
	}
	if on, off := read(h.key, office.Query{}); on != "Front doorF1;GymG2;" || off != "" {
		t.Errorf("the residents' key: on %q, off %q", on, off)
	}
	shed, _, err := d.AddDoor(ctx, "Shed", doorlink.BuildingEntrance)
	if err != nil {
		t.Fatal(err)
	}
	for sort, want := range map[string]string{
		"name": "Front door;Gym;Shed;", "-name": "Shed;Gym;Front door;", "type": "Shed;Front door;Gym;", "-type": "Gym;Front door;Shed;",
	} {
		if _, off := read(h.roof, office.Query{Sort: sort}); off != want {
			t.Errorf("%s: got %s, want %s", sort, off, want)
		}
	}
	if on, _ := read(h.key, office.Query{Sort: "-name"}); on != "GymG2;Front doorF1;" {
		t.Errorf("the residents' key from the end: got %s", on)
	}
	must(t)(d.RemoveDoor(ctx, shed.ID, ""))
	if on, off := read(h.roof, office.Query{Find: "GYM"}); on != "" || off != "Gym;" {
		t.Errorf("the roof key: on %q, off %q", on, off)
	}
	evening := doorlink.Hours{From: 18 * 60, To: 22 * 60}
	put := must(t)(d.PutDoors(ctx, doorlink.KeyDoor{Key: h.roof, Hours: evening}, h.gym.ID, h.front.ID))
	must(t)(d.PutDoors(ctx, doorlink.KeyDoor{Key: h.roof, Own: true}, h.gym.ID))
	one, err := d.DoorOnKey(ctx, h.roof, h.gym.ID)
	if err != nil || one.Hours != evening || one.Own {
		t.Errorf("a door that was put there twice: got %+v, %v", one, err)
	}
	must(t)(d.Undo(ctx, put.Seq))
	if _, err := d.DoorOnKey(ctx, h.roof, h.gym.ID); !errors.Is(err, store.ErrMissing) {
		t.Errorf("undone: got %v", err)
	}
	for name, err := range map[string]error{
		"elsewhere": func() error {
			_, err := d.PutDoors(ctx, doorlink.KeyDoor{Key: h.roof}, h.gym.ID, h.elsewhere.Doors[0].ID)
			return err
		}(),
		"no key": func() error { _, err := d.DoorsOnKey(ctx, "key_none", office.Query{}); return err }(),
	} {
		if !errors.Is(err, store.ErrMissing) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := d.PutDoors(ctx, doorlink.KeyDoor{Key: h.roof, Hours: doorlink.Hours{To: -1}}, h.gym.ID); !errors.Is(err, office.ErrHours) {
		t.Errorf("hours before the day: got %v", err)
	}
}

func TestASpecificManagerSeesAndGivesOnlyTheirKeys(t *testing.T) { onEach(t, onlyTheirKeys) }

func onlyTheirKeys(t *testing.T, h *house) {
	ctx, d := t.Context(), h.as(t, doorlink.Role{Scope: doorlink.SpecificKeys, Keys: []doorlink.KeyID{h.roof}})
	page, err := d.Keys(ctx, office.Query{})
	if err != nil || page.Total != 1 || page.Rows[0].ID != h.roof {
		t.Errorf("got %+v, %v", page, err)
	}
	must(t)(d.GiveTo(ctx, doorlink.Holder{Key: h.roof}, h.ada, h.bram))
	for name, do := range map[string]func() error{
		"key":     func() error { _, err := d.Key(ctx, h.key); return err },
		"doors":   func() error { _, err := d.DoorsOnKey(ctx, h.key, office.Query{}); return err },
		"holders": func() error { _, err := d.Holders(ctx, h.key, office.Query{}); return err },
		"holder":  func() error { _, err := d.Holder(ctx, h.key, h.ada); return err },
	} {
		if err := do(); !errors.Is(err, office.ErrKeyGone) || !errors.Is(err, store.ErrMissing) {
			t.Errorf("%s: got %v, want %v", name, err, office.ErrKeyGone)
		}
	}
	if _, err := d.GiveTo(ctx, doorlink.Holder{Key: h.key}, h.ada); !errors.Is(err, office.ErrMayNot) {
		t.Errorf("giving another key: got %v", err)
	}
}

func TestAKeyIsAddedSetAndRemovedAndAllOfItUndone(t *testing.T) { onEach(t, keyLives) }

func keyLives(t *testing.T, h *house) {
	ctx, d, before := t.Context(), h.desk(t), h.standing(t)
	k, added, err := d.AddKey(ctx, "  Bike  cellar ", false)
	if err != nil || k.Name != "Bike cellar" {
		t.Fatalf("got %+v, %v", k, err)
	}
	hours := doorlink.Hours{From: 22 * 60, To: 6 * 60, Days: 0b0111110}
	on := doorlink.KeyDoor{Key: k.ID, Door: h.gym.ID, Hours: hours, Own: true}
	done := []office.Receipt{
		added,
		must(t)(d.SetKey(ctx, doorlink.Key{ID: k.ID, Name: "Bikes", MayShare: true}, doorlink.Row{Key: &k}.Tag())),
		must(t)(d.SetKeyDoor(ctx, on, "")),
		must(t)(d.GiveKey(ctx, doorlink.Holder{Key: k.ID, Person: h.bram})),
	}
	v, err := d.Key(ctx, k.ID)
	there, err2 := d.DoorOnKey(ctx, k.ID, h.gym.ID)
	if err != nil || err2 != nil || v.Name != "Bikes" || !v.MayShare || there.KeyDoor != on || v.Holders != 1 {
		t.Fatalf("got %+v with %+v, %v, %v", v, there, err, err2)
	}
	full := h.standing(t)
	gone := must(t)(d.RemoveKey(ctx, k.ID, v.Tag))
	same(t, "after removing", h.standing(t), before)
	must(t)(d.Undo(ctx, gone.Seq))
	same(t, "after undoing it", h.standing(t), full)
	off := must(t)(d.TakeDoor(ctx, k.ID, h.gym.ID, there.Tag))
	must(t)(d.Undo(ctx, off.Seq))
	for i := len(done) - 1; i >= 0; i-- {
		must(t)(d.Undo(ctx, done[i].Seq))
	}
	same(t, "after undoing all", h.standing(t), before)
}

func TestEachKeyHasANameOfItsOwn(t *testing.T) { onEach(t, keysAreNamed) }

func keysAreNamed(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	k, added, err := d.AddKey(ctx, "Bike cellar", false)
	if err != nil {
		t.Fatal(err)
	}
	taken := func(what, name string, err error) {
		t.Helper()
		e, ok := errors.AsType[*doorlink.Error](err)
		if !ok || !errors.Is(err, office.ErrKeyNamed) || !slices.Contains(e.Args, any(name)) {
			t.Errorf("%s: got %v, want that %s is taken", what, err, name)
		}
	}
	_, _, err = d.AddKey(ctx, " BIKE  cellar", false)
	taken("another case", "Bike cellar", err)
	_, _, err = d.AddKey(ctx, "Ｂike cellar", false)
	taken("another width", "Bike cellar", err)
	_, err = d.SetKey(ctx, doorlink.Key{ID: h.roof, Name: "bike cellar"}, "")
	taken("another key", "Bike cellar", err)
	k.Name = "BIKE CELLAR"
	renamed := must(t)(d.SetKey(ctx, k, ""))

	must(t)(d.Undo(ctx, renamed.Seq))
	must(t)(d.Undo(ctx, added.Seq))
	removed := must(t)(d.RemoveKey(ctx, h.roof, ""))
	if _, _, err := d.AddKey(ctx, "roof", false); err != nil {
		t.Fatal(err)
	}
	_, err = d.Undo(ctx, removed.Seq)
	taken("bringing one back", "roof", err)
	if elsewhere, err := h.office.At(ctx, office.Actor{Manager: h.root}, h.elsewhere.Property.ID); err != nil {
		t.Fatal(err)
	} else if _, _, err := elsewhere.AddKey(ctx, "Roof", false); err != nil {
		t.Errorf("at another property: got %v", err)
	}
}

// TestOfTwoKeysOfOneNameOneIsAdded lets many add the same at once.
func TestOfTwoKeysOfOneNameOneIsAdded(t *testing.T) { onEach(t, oneOfMany) }

func oneOfMany(t *testing.T, h *house) {
	d := h.desk(t)
	var all sync.WaitGroup
	var added atomic.Int32
	for range 8 {
		all.Go(func() {
			switch _, _, err := d.AddKey(t.Context(), "Parcel room", false); {
			case err == nil:
				added.Add(1)
			case !errors.Is(err, office.ErrKeyNamed):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := added.Load(); n != 1 {
		t.Errorf("got %d keys, want one", n)
	}
}

func TestKeysAreRefusedWhatTheyCannotBe(t *testing.T) { onEach(t, keysRefused) }

func keysRefused(t *testing.T, h *house) {
	ctx, d, before := t.Context(), h.desk(t), h.standing(t)
	set := func(on doorlink.KeyDoor, tag string) error { _, err := d.SetKeyDoor(ctx, on, tag); return err }
	_, _, nameless := d.AddKey(ctx, " ", false)
	_, unnamed := d.SetKey(ctx, doorlink.Key{ID: h.key}, "")
	_, unknown := d.SetKey(ctx, doorlink.Key{ID: "key_none", Name: "x"}, "")
	_, given := d.GiveKey(ctx, doorlink.Holder{Key: "key_none", Person: h.ada})
	_, off := d.TakeDoor(ctx, h.roof, h.gym.ID, "")
	for name, c := range map[string]struct{ got, want error }{
		"no name":                        {nameless, office.ErrName},
		"no name any more":               {unnamed, office.ErrName},
		"no such key":                    {unknown, office.ErrKeyGone},
		"giving no such key":             {given, office.ErrKeyGone},
		"the same, as a missing thing":   {given, store.ErrMissing},
		"a door that is not on it":       {off, store.ErrMissing},
		"a door of elsewhere":            {set(doorlink.KeyDoor{Key: h.key, Door: h.elsewhere.Doors[0].ID}, ""), store.ErrMissing},
		"a minute after the day":         {set(doorlink.KeyDoor{Key: h.key, Door: h.gym.ID, Hours: doorlink.Hours{To: 1440}}, ""), office.ErrHours},
		"a minute before it":             {set(doorlink.KeyDoor{Key: h.key, Door: h.gym.ID, Hours: doorlink.Hours{From: -1}}, ""), office.ErrHours},
		"an eighth day":                  {set(doorlink.KeyDoor{Key: h.key, Door: h.gym.ID, Hours: doorlink.Hours{Days: 1 << 7}}, ""), office.ErrHours},
		"a door taken off meanwhile":     {set(doorlink.KeyDoor{Key: h.roof, Door: h.gym.ID}, "seen"), doorlink.ErrChanged},
		"a door changed in the meantime": {set(doorlink.KeyDoor{Key: h.key, Door: h.gym.ID, Own: true}, "seen"), doorlink.ErrChanged},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", name, c.got, c.want)
		}
	}
	same(t, "refused", h.standing(t), before)
}

func TestTwoManagersDoNotOverwriteEachOthersKeys(t *testing.T) { onEach(t, twoManagersOfKeys) }

func twoManagersOfKeys(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	v, err := d.Key(ctx, h.key)
	if err != nil {
		t.Fatal(err)
	}
	must(t)(d.SetKey(ctx, doorlink.Key{ID: h.key, Name: "One"}, v.Tag))
	for name, try := range map[string]func() error{
		"setting":           func() error { _, err := d.SetKey(ctx, doorlink.Key{ID: h.key, Name: "Two"}, v.Tag); return err },
		"removing":          func() error { _, err := d.RemoveKey(ctx, h.key, v.Tag); return err },
		"taking a door off": func() error { _, err := d.TakeDoor(ctx, h.key, h.gym.ID, "seen"); return err },
	} {
		if err := try(); !errors.Is(err, doorlink.ErrChanged) {
			t.Errorf("%s: got %v, want %v", name, err, doorlink.ErrChanged)
		}
	}
}

// TestAKeyIsNotGivenWhileItIsRemoved lets both happen at once: one of them is
// told what happened, and nobody holds a key that is not there.
func TestAKeyIsNotGivenWhileItIsRemoved(t *testing.T) { onEach(t, givenAndRemoved) }

func givenAndRemoved(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	for i := range 8 {
		k, _, err := d.AddKey(ctx, fmt.Sprintf("Parcel room %d", i), false)
		if err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		var given, removed error
		both.Go(func() { _, given = d.GiveKey(ctx, doorlink.Holder{Key: k.ID, Person: h.ada}) })
		both.Go(func() { _, removed = d.RemoveKey(ctx, k.ID, "") })
		both.Wait()
		if given != nil && !errors.Is(given, office.ErrKeyGone) || removed != nil && !errors.Is(removed, doorlink.ErrChanged) ||
			given != nil && removed != nil {
			t.Fatalf("giving: %v, removing: %v", given, removed)
		}
	}
}

// TestAKeyIsRemovedOnce lets two remove it at once: the second is told that it
// is not there any more, not that it was changed.
func TestAKeyIsRemovedOnce(t *testing.T) { onEach(t, removedOnce) }

func removedOnce(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	for i := range 8 {
		k, _, err := d.AddKey(ctx, fmt.Sprintf("Parcel room %d", i), false)
		if err != nil {
			t.Fatal(err)
		}
		must(t)(d.GiveKey(ctx, doorlink.Holder{Key: k.ID, Person: h.ada}))
		var both sync.WaitGroup
		var errs [2]error
		for i := range errs {
			both.Go(func() { _, errs[i] = d.RemoveKey(ctx, k.ID, "") })
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs[:]...), office.ErrKeyGone) {
			t.Fatalf("got %v and %v, want one to be done and the other %v", errs[0], errs[1], office.ErrKeyGone)
		}
	}
}

func TestClosingADoorToAKeyCallsCodesBack(t *testing.T) { onEach(t, closingCancels) }

func closingCancels(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	h.talk(t) // Ada gives a code at the front door that is not used
	codes := func(r office.Receipt) string {
		deed, err := h.db.Deed(ctx, h.plan.Property.ID, r.Seq)
		if err != nil {
			t.Fatal(err)
		}
		return deed.Detail.Facts[office.CodesFact]
	}
	if got := codes(must(t)(d.TakeDoor(ctx, h.key, h.gym.ID, ""))); got != "" {
		t.Errorf("another door taken off: got %q codes", got)
	}
	must(t)(d.SetKeyDoor(ctx, doorlink.KeyDoor{Key: h.roof, Door: h.front.ID}, ""))
	second := must(t)(d.GiveKey(ctx, doorlink.Holder{Key: h.roof, Person: h.ada}))
	kept := must(t)(d.RemoveKey(ctx, h.key, ""))
	if got := codes(kept); got != "" {
		t.Errorf("another key opens the door: got %q codes", got)
	}
	must(t)(d.Undo(ctx, kept.Seq))
	must(t)(d.Undo(ctx, second.Seq))
	if got := codes(must(t)(d.RemoveKey(ctx, h.key, ""))); got != "1" {
		t.Errorf("the key removed: got %q codes", got)
	}
}

func TestKeysNeedTheirAbilities(t *testing.T) { onEach(t, keysNeedAbilities) }

func keysNeedAbilities(t *testing.T, h *house) {
	ctx, before := t.Context(), h.standing(t)
	edits := map[string]func(d *office.Desk) error{
		"add": func(d *office.Desk) error { _, _, err := d.AddKey(ctx, "x", false); return err },
		"set": func(d *office.Desk) error {
			_, err := d.SetKey(ctx, doorlink.Key{ID: h.key, Name: "x"}, "")
			return err
		},
		"door": func(d *office.Desk) error {
			_, err := d.SetKeyDoor(ctx, doorlink.KeyDoor{Key: h.roof, Door: h.gym.ID}, "")
			return err
		},
		"doors": func(d *office.Desk) error {
			_, err := d.PutDoors(ctx, doorlink.KeyDoor{Key: h.roof}, h.gym.ID)
			return err
		},
		"off":    func(d *office.Desk) error { _, err := d.TakeDoor(ctx, h.key, h.gym.ID, ""); return err },
		"remove": func(d *office.Desk) error { _, err := d.RemoveKey(ctx, h.key, ""); return err },
	}
	for name, do := range edits {
		for who, d := range map[string]*office.Desk{
			"a token for grants": h.within(t, doorlink.GrantKeys, doorlink.EditPeople),
			"a specific manager": h.as(t, doorlink.Role{Scope: doorlink.SpecificKeys, Keys: []doorlink.KeyID{h.key, h.roof}}),
		} {
			if err := do(d); !errors.Is(err, office.ErrMayNot) {
				t.Errorf("%s, %s: got %v, want %v", name, who, err, office.ErrMayNot)
			}
		}
	}
	if _, err := h.within(t, doorlink.EditKeys).RemoveKey(ctx, h.key, ""); !errors.Is(err, office.ErrMayNot) {
		t.Errorf("removing a key that is held without %q: got %v", doorlink.GrantKeys, err)
	}
	same(t, "refused", h.standing(t), before)
}
