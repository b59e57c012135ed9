package console

import (
	"net/http"

	"doorlink"
	"doorlink/office"
)

// offKeyView is key_put.html: doors that are not on the key, to be put there.
type offKeyView struct {
	keyView
	hoursForm
	listing
	Rows []offKeyRow
}

// offKeyRow is a door to choose.
type offKeyRow struct {
	doorlink.Door
	Kind   string
	Chosen bool
}

func (s *Server) doorsOffKey(w http.ResponseWriter, r *http.Request, d *desk) error {
	at, err := s.atKey(r, d, "doors")
	if err != nil {
		return err
	}
	if !at.May {
		return office.ErrMayNot
	}
	return s.showOffKey(w, r, d, http.StatusOK, offKeyView{keyView: at, hoursForm: d.hoursForm(doorlink.KeyDoor{})})
}

func (s *Server) showOffKey(w http.ResponseWriter, r *http.Request, d *desk, status int, v offKeyView) error {
	found, err := d.DoorsOffKey(r.Context(), v.At.ID, asked(r))
	if err != nil {
		return err
	}
	v.listing = listed(d.lang, r, found, "console.doors.", "name", "type")
	for _, door := range found.Rows {
		v.Rows = append(v.Rows, offKeyRow{door, d.lang.Say("console.door.type." + string(door.Type)), chosen(r, "door", string(door.ID))})
	}
	return s.show(w, r, status, "key_put.html", v)
}

func (s *Server) putDoors(w http.ResponseWriter, r *http.Request, d *desk) error {
	at, err := s.atKey(r, d, "doors")
	if err != nil {
		return err
	}
	on := doorlink.KeyDoor{Key: at.At.ID, Own: r.PostFormValue("own") != ""}
	var did office.Receipt
	if on.Hours, err = hoursIn(r); err == nil {
		did, err = d.PutDoors(r.Context(), on, all[doorlink.DoorID](r, "door")...)
	}
	return s.saved(w, r, d, did, err, at.Key, form{}, func(status int, f form) error {
		at.form = f
		return s.showOffKey(w, r, d, status, offKeyView{keyView: at, hoursForm: d.hoursTyped(r)})
	})
}

// onKeyView is key_door.html: when the key opens one of its doors.
type onKeyView struct {
	keyView
	hoursForm
	On   office.DoorOnKey
	Self string // the address of this page
}

// atDoorOnKey finds the door on a key of a request.
func (s *Server) atDoorOnKey(r *http.Request, d *desk) (onKeyView, error) {
	at, err := s.atKey(r, d, "doors")
	if err != nil {
		return onKeyView{}, err
	}
	on, err := d.DoorOnKey(r.Context(), at.At.ID, doorlink.DoorID(r.PathValue("door")))
	v := onKeyView{
		keyView: at, hoursForm: d.hoursForm(on.KeyDoor), On: on, Self: at.Key + "/doors/" + string(on.Door.ID),
	}
	v.Title, v.Row = on.Door.Name, on.Tag
	return v, err
}

func (s *Server) doorOnKey(w http.ResponseWriter, r *http.Request, d *desk) error {
	v, err := s.atDoorOnKey(r, d)
	if err != nil {
		return err
	}
	if !v.May {
		return office.ErrMayNot
	}
	return s.show(w, r, http.StatusOK, "key_door.html", v)
}

func (s *Server) setDoorOnKey(w http.ResponseWriter, r *http.Request, d *desk) error {
	v, err := s.atDoorOnKey(r, d)
	if err != nil {
		return err
	}
	on := v.On.KeyDoor
	on.Own = r.PostFormValue("own") != ""
	var did office.Receipt
	if on.Hours, err = hoursIn(r); err == nil {
		did, err = d.SetKeyDoor(r.Context(), on, r.PostFormValue("tag"))
	}
	again := differ(v.On.Tag,
		difference{d.lang.Say("console.keys.hours"), d.hours(v.On.Hours), d.hours(on.Hours)},
		difference{d.lang.Say("console.keys.codes"), d.yes(v.On.Own), d.yes(on.Own)})
	return s.saved(w, r, d, did, err, v.Key, again, func(status int, f form) error {
		v.form, v.hoursForm = f, d.hoursTyped(r)
		return s.show(w, r, status, "key_door.html", v)
	})
}

func (s *Server) takeDoor(w http.ResponseWriter, r *http.Request, d *desk) error {
	k := doorlink.KeyID(r.PathValue("key"))
	did, err := d.TakeDoor(r.Context(), k, doorlink.DoorID(r.PathValue("door")), r.PostFormValue("tag"))
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.keyPath(k))
}
