package console

import (
	"net/http"
	"net/url"
	"strings"

	"doorlink"
	"doorlink/office"
)

// doorsView is doors.html.
type doorsView struct {
	shell
	form
	listing
	Rows  []doorRow
	Types []choice
	May   bool   // add doors
	Name  string // of the one to add, as typed
}

// doorRow is a door in the list.
type doorRow struct {
	office.DoorLine
	Path, Kind string
	Ends       string // when the sticker before stops; empty: there is none
}

func (s *Server) doorRoutes(on register) {
	on("GET /console/{property}/doors", s.desk(s.doors))
	on("POST /console/{property}/doors", s.desk(s.addDoor))
	on("GET /console/{property}/doors/{door}", s.desk(s.door))
	on("POST /console/{property}/doors/{door}", s.desk(s.setDoor))
	on("POST /console/{property}/doors/{door}/remove", s.desk(s.removeDoor))
	on("GET /console/{property}/doors/{door}/lock", s.desk(s.setupForm))
	on("POST /console/{property}/doors/{door}/lock", s.desk(s.setUpLock))
	on("GET /console/{property}/doors/{door}/directory", s.desk(s.doorDirectory))
	on("GET /console/{property}/locks", s.desk(s.locks))
}

func (s *Server) doors(w http.ResponseWriter, r *http.Request, d *desk) error {
	return s.showDoors(w, r, d, http.StatusOK, doorsView{})
}

func (s *Server) showDoors(w http.ResponseWriter, r *http.Request, d *desk, status int, v doorsView) error {
	found, err := d.Doors(r.Context(), asked(r))
	if err != nil {
		return err
	}
	v.shell, v.May = s.shell(r, d, "doors"), d.May(doorlink.Devices)
	v.listing = listed(d.lang, r, found, "console.doors.", "name", "type", "listed")
	if v.Types == nil {
		v.Types = d.doorTypes(doorlink.Communal)
		if v.Total == 0 && v.Find == "" { // the first door is the one at which visitors stand
			v.Types = d.doorTypes(doorlink.BuildingEntrance)
		}
	}
	for _, l := range found.Rows {
		v.Rows = append(v.Rows, doorRow{
			DoorLine: l, Path: d.path("doors/" + string(l.ID)), Kind: d.lang.Say("console.door.type." + string(l.Type)),
			Ends: d.moment(l.Before.Ends),
		})
	}
	return s.show(w, r, status, "doors.html", v)
}

// doorTypes are the types to choose from.
func (d *desk) doorTypes(now doorlink.DoorType) []choice {
	var all []choice
	for _, t := range office.DoorTypes {
		all = append(all, choice{Value: string(t), Name: d.lang.Say("console.door.type." + string(t)), On: t == now})
	}
	return all
}

func (s *Server) addDoor(w http.ResponseWriter, r *http.Request, d *desk) error {
	name, kind := r.PostFormValue("name"), doorlink.DoorType(r.PostFormValue("type"))
	door, did, err := d.AddDoor(r.Context(), name, kind)
	return s.saved(w, r, d, did, err, d.path("doors/"+string(door.ID)), form{}, func(status int, f form) error {
		return s.showDoors(w, r, d, status, doorsView{form: f, Name: name, Types: d.doorTypes(kind)})
	})
}

// doorView is what the pages of one door have in common.
type doorView struct {
	shell
	form
	At   office.DoorLine
	Door string // the address of the door's first page
	Tab  string
	Kind string
	May  bool // change it

	Name     string // as typed, or as it is
	Share    bool   // doorcodes need a key with May Share Key
	Types    []choice
	KeyNames string // the keys that open it; empty: none
}

// atDoor makes what stands on every page of the door of a request.
func (s *Server) atDoor(r *http.Request, d *desk, tab string) (doorView, error) {
	line, err := d.Door(r.Context(), doorlink.DoorID(r.PathValue("door")))
	if err != nil {
		return doorView{}, err
	}
	v := doorView{
		shell: s.shell(r, d, "doors"), At: line, Door: d.path("doors/" + string(line.ID)), Tab: tab,
		Kind: d.lang.Say("console.door.type." + string(line.Type)), May: d.May(doorlink.Devices),
		Types: d.doorTypes(line.Type),
	}
	v.Title, v.Name, v.Share, v.Row = line.Name, line.Name, line.NeedsShare, line.Tag
	names := make([]string, len(line.Keys))
	for i, k := range line.Keys {
		names[i] = k.Name
	}
	v.KeyNames = strings.Join(names, ", ")
	return v, nil
}

func (s *Server) door(w http.ResponseWriter, r *http.Request, d *desk) error {
	v, err := s.atLock(r, d)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "door.html", v)
}

// atLock makes what stands on the tab of a door's lock.
func (s *Server) atLock(r *http.Request, d *desk) (lockView, error) {
	at, err := s.atDoor(r, d, "lock")
	if err != nil {
		return lockView{}, err
	}
	l, err := d.Lock(r.Context(), at.At.ID)
	return lockView{at, d.lockRow(l)}, err
}

func (s *Server) setDoor(w http.ResponseWriter, r *http.Request, d *desk) error {
	v, err := s.atLock(r, d)
	if err != nil {
		return err
	}
	was, door := v.At.Door, v.At.Door
	door.Name, door.NeedsShare = r.PostFormValue("name"), r.PostFormValue("share") != ""
	if t := r.PostFormValue("type"); t != "" {
		door.Type = doorlink.DoorType(t)
	}
	did, err := d.SetDoor(r.Context(), door, r.PostFormValue("tag"))
	again := differ(v.At.Tag,
		difference{d.lang.Say("console.doors.name"), was.Name, door.Name},
		difference{d.lang.Say("console.doors.type"), v.Kind, d.lang.Say("console.door.type." + string(door.Type))},
		difference{d.lang.Say("console.door.share"), d.yes(was.NeedsShare), d.yes(door.NeedsShare)})
	return s.saved(w, r, d, did, err, v.Door, again, func(status int, f form) error {
		v.form, v.Name, v.Share, v.Types = f, door.Name, door.NeedsShare, d.doorTypes(door.Type)
		return s.show(w, r, status, "door.html", v)
	})
}

func (s *Server) removeDoor(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.RemoveDoor(r.Context(), doorlink.DoorID(r.PathValue("door")), r.PostFormValue("tag"))
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("doors"))
}

// directoryView is door_directory.html: what visitors read at the door.
type directoryView struct {
	doorView
	listing
	Entries  []entryRow
	Missing  string // the address of the list of those who are not in it
	Searched bool
	Notice   string
	Settings string // the address of the settings; empty: the reader may not
}

type entryRow struct {
	Name, Place string
	Path        string // of the person's page
	Featured    bool
}

func (s *Server) doorDirectory(w http.ResponseWriter, r *http.Request, d *desk) error {
	at, err := s.atDoor(r, d, "directory")
	if err != nil {
		return err
	}
	all, err := d.Directory(r.Context(), at.At.ID)
	if err != nil {
		return err
	}
	found, err := office.FindEntries(all, asked(r))
	if err != nil {
		return err
	}
	v := directoryView{doorView: at, listing: listed(d.lang, r, found, ""), Searched: d.Property.SearchesFirst(len(all)), Notice: d.Property.Notice}
	v.Missing = d.path("people") + "?" + url.Values{"show": {office.Unlisted}, "door": {string(at.At.ID)}}.Encode()
	if d.May(doorlink.Settings) {
		v.Settings = d.path("settings")
	}
	for _, e := range found.Rows {
		v.Entries = append(v.Entries, entryRow{e.Name, e.Place, d.person(e.Person), e.Featured})
	}
	return s.show(w, r, http.StatusOK, "door_directory.html", v)
}
