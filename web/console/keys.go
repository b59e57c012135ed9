package console

import (
	"net/http"
	"strings"

	"doorlink"
	"doorlink/office"
)

// keysView is keys.html.
type keysView struct {
	shell
	form
	listing
	Rows     []keyRow
	May      bool   // add keys
	Name     string // of the one to add, as typed
	MayShare bool
}

// keyRow is a key in the list.
type keyRow struct {
	office.KeyLine
	Path, Opens string
}

func (s *Server) keyRoutes(on register) {
	on("GET /console/{property}/keys", s.desk(s.keys))
	on("POST /console/{property}/keys", s.desk(s.addKey))
	on("GET /console/{property}/keys/{key}", s.desk(s.key))
	on("POST /console/{property}/keys/{key}", s.desk(s.setKey))
	on("POST /console/{property}/keys/{key}/remove", s.desk(s.removeKey))
	on("GET /console/{property}/keys/{key}/doors", s.desk(s.doorsOffKey))
	on("POST /console/{property}/keys/{key}/doors", s.desk(s.putDoors))
	on("GET /console/{property}/keys/{key}/doors/{door}", s.desk(s.doorOnKey))
	on("POST /console/{property}/keys/{key}/doors/{door}", s.desk(s.setDoorOnKey))
	on("POST /console/{property}/keys/{key}/doors/{door}/off", s.desk(s.takeDoor))
}

func (s *Server) keys(w http.ResponseWriter, r *http.Request, d *desk) error {
	return s.showKeys(w, r, d, http.StatusOK, keysView{})
}

func (s *Server) showKeys(w http.ResponseWriter, r *http.Request, d *desk, status int, v keysView) error {
	found, err := d.Keys(r.Context(), asked(r))
	if err != nil {
		return err
	}
	v.shell, v.May = s.shell(r, d, "keys"), d.May(doorlink.EditKeys)
	v.listing = listed(d.lang, r, found, "console.keys.", "name", "doors", "holders")
	for _, l := range found.Rows {
		v.Rows = append(v.Rows, keyRow{l, d.keyPath(l.ID), d.few(l.Doors)})
	}
	return s.show(w, r, status, "keys.html", v)
}

func (d *desk) keyPath(k doorlink.KeyID) string { return d.path("keys/" + string(k)) }

// few names the first of some doors, and counts the others.
func (d *desk) few(doors []doorlink.Door) string {
	const shown = 3
	names := make([]string, 0, shown)
	for _, door := range doors[:min(len(doors), shown)] {
		names = append(names, door.Name)
	}
	return d.lang.Say("console.keys.opens", "doors", strings.Join(names, ", "), "more", len(doors)-len(names))
}

func (s *Server) addKey(w http.ResponseWriter, r *http.Request, d *desk) error {
	name, share := r.PostFormValue("name"), r.PostFormValue("share") != ""
	k, did, err := d.AddKey(r.Context(), name, share)
	return s.saved(w, r, d, did, err, d.keyPath(k.ID), form{}, func(status int, f form) error {
		return s.showKeys(w, r, d, status, keysView{form: f, Name: name, MayShare: share})
	})
}

// keyView is what the pages of one key have in common.
type keyView struct {
	shell
	form
	At    office.KeyLine
	Key   string // the address of the key's first page
	Tab   string
	May   bool // change it
	Grant bool // give it to people
}

// atKey makes what stands on every page of the key of a request.
func (s *Server) atKey(r *http.Request, d *desk, tab string) (keyView, error) {
	line, err := d.Key(r.Context(), doorlink.KeyID(r.PathValue("key")))
	if err != nil {
		return keyView{}, err
	}
	v := keyView{
		shell: s.shell(r, d, "keys"), At: line, Key: d.keyPath(line.ID), Tab: tab,
		May: d.May(doorlink.EditKeys), Grant: d.May(doorlink.GrantKeys),
	}
	v.Title, v.Row = line.Name, line.Tag
	return v, nil
}

// keyDoorsView is key.html: what the key opens, and the key itself.
type keyDoorsView struct {
	keyView
	listing
	Rows     []onKeyRow
	Name     string // as typed, or as it is
	MayShare bool
	Refused  string // doors with a DOOR Link at which holders cannot give doorcodes; empty: none
	Unshared string // doors with a DOOR Link, if the key may not be shared; empty: none
}

// onKeyRow is a door on the key.
type onKeyRow struct {
	office.DoorOnKey
	Path, Kind, Hours string
}

func (s *Server) key(w http.ResponseWriter, r *http.Request, d *desk) error {
	at, err := s.atKey(r, d, "doors")
	if err != nil {
		return err
	}
	v := keyDoorsView{keyView: at, Name: at.At.Name, MayShare: at.At.MayShare}
	return s.showKey(w, r, d, http.StatusOK, v)
}

func (s *Server) showKey(w http.ResponseWriter, r *http.Request, d *desk, status int, v keyDoorsView) error {
	found, err := d.DoorsOnKey(r.Context(), v.At.ID, asked(r))
	if err != nil {
		return err
	}
	v.listing = listed(d.lang, r, found, "console.doors.", "name", "type")
	for _, on := range found.Rows {
		v.Rows = append(v.Rows, onKeyRow{on, v.Key + "/doors/" + string(on.Door.ID), d.lang.Say("console.door.type." + string(on.Door.Type)), d.hours(on.Hours)})
	}
	if !v.At.MayShare {
		if err := v.findUnshared(r, d); err != nil {
			return err
		}
	}
	return s.show(w, r, status, "key.html", v)
}

// findUnshared finds the doors at which it matters to visitors that the key may
// not be shared.
func (v *keyDoorsView) findUnshared(r *http.Request, d *desk) error {
	roll, err := d.Roll(r.Context())
	if err != nil {
		return err
	}
	var linked, refusing []doorlink.Door
	for _, door := range v.At.Doors {
		if _, ok := roll.Panel(door.ID); ok {
			linked = append(linked, door)
			if door.NeedsShare {
				refusing = append(refusing, door)
			}
		}
	}
	switch {
	case len(refusing) > 0:
		v.Refused = d.few(refusing)
	case len(linked) > 0:
		v.Unshared = d.few(linked)
	}
	return nil
}

func (s *Server) setKey(w http.ResponseWriter, r *http.Request, d *desk) error {
	at, err := s.atKey(r, d, "doors")
	if err != nil {
		return err
	}
	k := at.At.Key
	k.Name, k.MayShare = r.PostFormValue("name"), r.PostFormValue("share") != ""
	did, err := d.SetKey(r.Context(), k, r.PostFormValue("tag"))
	again := differ(at.At.Tag,
		difference{d.lang.Say("console.settings.name"), at.At.Name, k.Name},
		difference{d.lang.Say("console.keys.share"), d.yes(at.At.MayShare), d.yes(k.MayShare)})
	return s.saved(w, r, d, did, err, at.Key, again, func(status int, f form) error {
		at.form = f
		return s.showKey(w, r, d, status, keyDoorsView{keyView: at, Name: k.Name, MayShare: k.MayShare})
	})
}

func (s *Server) removeKey(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.RemoveKey(r.Context(), doorlink.KeyID(r.PathValue("key")), r.PostFormValue("tag"))
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("keys"))
}
