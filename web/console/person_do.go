package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"doorlink"
	"doorlink/office"
)

// errNoUnit refuses a unit that nobody added.
var errNoUnit = doorlink.Fail(doorlink.NotFound, "units.unknown")

// afterPerson leads to a person's page once something was done there.
func (s *Server) afterPerson(w http.ResponseWriter, r *http.Request, d *desk, did office.Receipt, err error) error {
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.person(personOf(r)))
}

// personOf is the person whom a request's address names.
func personOf(r *http.Request) doorlink.PersonID { return doorlink.PersonID(r.PathValue("person")) }

// act does to a person what needs no further word.
func (s *Server) act(do func(*office.Desk, context.Context, doorlink.PersonID) (office.Receipt, error)) deskFunc {
	return func(w http.ResponseWriter, r *http.Request, d *desk) error {
		did, err := do(d.Desk, r.Context(), personOf(r))
		return s.afterPerson(w, r, d, did, err)
	}
}

// deletePerson and erasePerson lead to the list: there is no page any more.
func (s *Server) deletePerson(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.Delete(r.Context(), personOf(r), r.PostFormValue("tag"))
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("people"))
}

func (s *Server) erasePerson(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.Erase(r.Context(), personOf(r))
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("people"))
}

// exportPerson hands out what is kept about a person, as a file.
func (s *Server) exportPerson(w http.ResponseWriter, r *http.Request, d *desk) error {
	all, err := d.Export(r.Context(), personOf(r))
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+string(all.Person.ID)+`.json"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(text)
	return nil
}

func (s *Server) showPerson(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.Show(r.Context(), personOf(r), r.PostFormValue("on") != "")
	return s.afterPerson(w, r, d, did, err)
}

// assign puts a person into a unit that was typed by its name.
func (s *Server) assign(w http.ResponseWriter, r *http.Request, d *desk) error {
	typed := r.PostFormValue("unit")
	again := func(v *personView) { v.Unit = typed }
	u, err := d.unitNamed(r.Context(), typed)
	if err != nil {
		return s.mistaken(w, r, d, err, again)
	}
	did, err := d.Assign(r.Context(), personOf(r), u)
	if err != nil {
		return s.mistaken(w, r, d, err, again)
	}
	return s.afterPerson(w, r, d, did, nil)
}

// unitNamed finds the unit that somebody typed, or fails with errNoUnit.
func (d *desk) unitNamed(ctx context.Context, typed string) (doorlink.UnitID, error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return "", err
	}
	u, ok := roll.UnitNamed(typed)
	if !ok {
		return "", errNoUnit.With("unit", typed)
	}
	return u.ID, nil
}

func (s *Server) unassign(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.Unassign(r.Context(), personOf(r), doorlink.UnitID(r.PostFormValue("unit")))
	return s.afterPerson(w, r, d, did, err)
}

func (s *Server) giveKey(w http.ResponseWriter, r *http.Request, d *desk) error {
	h, err := d.datesIn(r, doorlink.Holder{Key: doorlink.KeyID(r.PostFormValue("key")), Person: personOf(r)})
	var did office.Receipt
	if err == nil {
		did, err = d.GiveKey(r.Context(), h)
	}
	if err == nil {
		return s.afterPerson(w, r, d, did, nil)
	}
	return s.mistaken(w, r, d, err, func(v *personView) {
		v.Give.datesForm, v.Give.Open = datesTyped(r), true
		for i, k := range v.Give.Keys {
			v.Give.Keys[i].On = k.Value == string(h.Key)
		}
	})
}

// setDates changes the dates and the status of a key that a person holds.
func (s *Server) setDates(w http.ResponseWriter, r *http.Request, d *desk) error {
	was, err := d.held(r.Context(), personOf(r), doorlink.KeyID(r.PostFormValue("key")))
	if err != nil {
		return err
	}
	h, err := d.datesIn(r, was)
	var did office.Receipt
	if err == nil {
		did, err = d.SetHolding(r.Context(), h, r.PostFormValue("tag"))
	}
	if err == nil {
		return s.afterPerson(w, r, d, did, nil)
	}
	return s.mistaken(w, r, d, err, func(v *personView) {
		for i := range v.Held {
			if row := &v.Held[i]; row.Key.ID == h.Key {
				row.Form.datesForm, row.Form.Open = datesTyped(r), true
				if !errors.Is(err, doorlink.ErrChanged) { // who was not told what stands there means what they saw
					row.Form.Row = r.PostFormValue("tag")
				}
			}
		}
	})
}

// held finds a key that a person holds, or fails with office.ErrNotHeld.
func (d *desk) held(ctx context.Context, p doorlink.PersonID, k doorlink.KeyID) (doorlink.Holder, error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return doorlink.Holder{}, err
	}
	for _, h := range roll.KeysOf(p) {
		if h.Key == k {
			return h, nil
		}
	}
	return doorlink.Holder{}, office.ErrNotHeld
}

func (s *Server) renewKey(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.RenewKey(r.Context(), personOf(r), doorlink.KeyID(r.PostFormValue("key")))
	return s.afterPerson(w, r, d, did, err)
}

func (s *Server) endKey(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.EndKey(r.Context(), personOf(r), doorlink.KeyID(r.PostFormValue("key")), r.PostFormValue("tag"))
	return s.afterPerson(w, r, d, did, err)
}

// letShare turns May Share Key on for a key, and so for everybody who holds it.
func (s *Server) letShare(w http.ResponseWriter, r *http.Request, d *desk) error {
	if !d.May(doorlink.EditKeys) {
		return office.ErrMayNot
	}
	k, err := d.Key(r.Context(), doorlink.KeyID(r.PostFormValue("key")))
	if err != nil {
		return err
	}
	k.MayShare = true
	did, err := d.SetKey(r.Context(), k.Key, k.Tag)
	return s.afterPerson(w, r, d, did, err)
}
