package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"doorlink"
	"doorlink/office"
	"doorlink/web/page"
)

// unitsView is units.html.
type unitsView struct {
	shell
	listing
	Shows        []choice
	Rows         []unitRow
	Empty        bool // there is no unit at all
	May          bool
	Typed, Wrong string // a unit that could not be added
	Featured     bool   // another Featured Entry fits
}

// unitRow is a unit in the list.
type unitRow struct {
	office.UnitLine
	Path, Lives, HiddenAt string
	Listing               string
	Moves                 []move // by one place, in the list as it is shown
}

// move is a button that moves a unit by one place.
type move struct {
	Text, Icon string
	From, To   int
}

func (s *Server) unitRoutes(on register) {
	on("GET /console/{property}/units", s.desk(s.units))
	on("POST /console/{property}/units", s.desk(s.addUnit))
	on("POST /console/{property}/units/by-name", s.desk(s.orderUnits))
	on("GET /console/{property}/units/featured", s.desk(s.featuredForm))
	on("POST /console/{property}/units/featured", s.desk(s.addFeatured))
	on("GET /console/{property}/units/{unit}", s.desk(s.unit))
	on("POST /console/{property}/units/{unit}", s.desk(s.setUnit))
	on("POST /console/{property}/units/{unit}/move", s.desk(s.moveUnit))
	on("POST /console/{property}/units/{unit}/hidden", s.desk(s.hideUnit))
	on("POST /console/{property}/units/{unit}/remove", s.desk(s.removeUnit))
}

func (s *Server) units(w http.ResponseWriter, r *http.Request, d *desk) error {
	return s.showUnits(w, r, d, http.StatusOK, unitsView{})
}

func (s *Server) showUnits(w http.ResponseWriter, r *http.Request, d *desk, status int, v unitsView) error {
	q := asked(r, "show")
	found, err := d.Units(r.Context(), q)
	if err != nil {
		return err
	}
	roll, err := d.Roll(r.Context())
	if err != nil {
		return err
	}
	v.shell, v.listing = s.shell(r, d, "units"), listed(d.lang, r, found, "console.units.by.", "place", "name", "people")
	v.Empty, v.May = len(roll.Units) == 0, d.May(doorlink.EditPeople)
	for _, show := range []string{"", office.EmptyUnits, office.HiddenUnits} {
		v.Shows = append(v.Shows, choice{Value: show, Name: d.lang.Say("console.units.show." + show), On: show == q.Only["show"]})
	}
	for _, u := range found.Rows {
		v.Rows = append(v.Rows, d.unitRow(u))
	}
	if v.May && q.Find == "" && q.Sort == "" && q.Only["show"] == "" {
		d.movable(v.Rows, found.Next == "")
	}
	featured := 0
	for _, u := range roll.Units {
		if u.Featured {
			featured++
		}
	}
	v.Featured = featured < doorlink.MaxFeatured
	return s.show(w, r, status, "units.html", v)
}

// movable offers to move units by one place, in the directory's own order;
// Featured Entries among themselves. last is that no page follows.
func (d *desk) movable(rows []unitRow, last bool) {
	for i := range rows {
		u, end := &rows[i], i == len(rows)-1
		if u.Place > 1 {
			u.Moves = append(u.Moves, move{d.lang.Say("console.units.up", "unit", u.Name), "up", u.Place, u.Place - 1})
		}
		if end && !last || !end && u.Featured == rows[i+1].Featured {
			u.Moves = append(u.Moves, move{d.lang.Say("console.units.down", "unit", u.Name), "down", u.Place, u.Place + 1})
		}
	}
}

func (d *desk) unitRow(u office.UnitLine) unitRow {
	row := unitRow{
		UnitLine: u, Path: d.unit(u.ID), Lives: listOf(u.People, nameOf),
		HiddenAt: listOf(u.Hidden, func(door doorlink.Door) string { return door.Name }),
	}
	switch {
	case len(u.People) == 0:
		row.Listing = d.lang.Say("console.units.empty")
	case u.Listed == 0:
		row.Listing = d.lang.Say("console.units.unlisted")
	default:
		row.Listing = d.lang.Say("console.units.listed", "n", u.Listed, "all", len(u.People))
	}
	return row
}

// unit is the address of a unit's page.
func (d *desk) unit(id doorlink.UnitID) string { return d.path("units/" + string(id)) }

// addUnit adds a unit and leads back to the list, since one is seldom all.
func (s *Server) addUnit(w http.ResponseWriter, r *http.Request, d *desk) error {
	typed := r.PostFormValue("name")
	_, did, err := d.AddUnit(r.Context(), typed)
	if e, ok := mistake(err); ok {
		return s.showUnits(w, r, d, page.Status(e.Kind), unitsView{Typed: typed, Wrong: page.Sentence(d.lang, e, d.Location())})
	}
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("units"))
}

func (s *Server) orderUnits(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.OrderByName(r.Context())
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("units"))
}

// unitView is unit.html: one unit, who lives there, and where it stands.
type unitView struct {
	shell
	At     office.UnitLine
	Self   string
	Lives  []livesRow
	Doors  []hiddenRow
	Name   string // in the form
	Row    string // the tag of the unit's row
	Wrong  string
	May    bool
	Invite string // the address of the form for somebody new
	People string // the address of the list of its people
}

type livesRow struct{ Name, Path, Email string }

// hiddenRow is a door whose directory shows the unit, or leaves it out.
type hiddenRow struct {
	Door   choice
	Hidden bool
}

func (s *Server) unit(w http.ResponseWriter, r *http.Request, d *desk) error {
	v, err := s.readUnit(r, d)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "unit.html", v)
}

// unitOf is the unit that a request's address names.
func unitOf(r *http.Request) doorlink.UnitID { return doorlink.UnitID(r.PathValue("unit")) }

func (s *Server) readUnit(r *http.Request, d *desk) (unitView, error) {
	at, err := d.Unit(r.Context(), unitOf(r))
	if err != nil {
		return unitView{}, err
	}
	roll, err := d.Roll(r.Context())
	if err != nil {
		return unitView{}, err
	}
	v := unitView{
		shell: s.shell(r, d, "units"), At: at, Self: d.unit(at.ID), Name: at.Name, Row: at.Tag, May: d.May(doorlink.EditPeople),
		Invite: d.path("people/invite") + "?" + url.Values{"unit": {at.Name}}.Encode(), People: d.path("people") + "?unit=" + string(at.ID),
	}
	v.Title, v.Here = at.Name, v.Self
	for _, p := range at.People {
		v.Lives = append(v.Lives, livesRow{nameOf(p), d.person(p.ID), p.Email})
	}
	for _, door := range linkedDoors(roll, "") {
		hidden := slices.ContainsFunc(at.Hidden, func(h doorlink.Door) bool { return string(h.ID) == door.Value })
		v.Doors = append(v.Doors, hiddenRow{door, hidden})
	}
	return v, nil
}

// setUnit renames a unit. If somebody else was faster, the form comes back with
// what was typed, and tells what they wrote.
func (s *Server) setUnit(w http.ResponseWriter, r *http.Request, d *desk) error {
	typed, tag := r.PostFormValue("name"), r.PostFormValue("tag")
	did, err := d.SetUnit(r.Context(), doorlink.Unit{ID: unitOf(r), Name: typed}, tag)
	e, ok := mistake(err)
	if !ok {
		return s.afterUnit(w, r, d, did, err)
	}
	v, err := s.readUnit(r, d)
	if err != nil {
		return err
	}
	v.Name, v.Wrong = typed, page.Sentence(d.lang, e, d.Location())
	if errors.Is(e, doorlink.ErrChanged) {
		v.Wrong = d.lang.Say("console.unit.clash", "now", v.At.Name, "typed", typed)
	} else {
		v.Row = tag
	}
	return s.show(w, r, page.Status(e.Kind), "unit.html", v)
}

// afterUnit leads to a unit's page once something was done there.
func (s *Server) afterUnit(w http.ResponseWriter, r *http.Request, d *desk, did office.Receipt, err error) error {
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.unit(unitOf(r)))
}

func (s *Server) removeUnit(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.RemoveUnit(r.Context(), unitOf(r), r.PostFormValue("tag"))
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("units"))
}

// moveUnit puts a unit at a place, and leads back to where that was asked: in the
// list to the unit itself, so that it can be moved on with the same key.
func (s *Server) moveUnit(w http.ResponseWriter, r *http.Request, d *desk) error {
	to := number(r.PostFormValue("to"))
	if to < 1 {
		return errPlace
	}
	did, err := d.MoveUnit(r.Context(), unitOf(r), max(number(r.PostFormValue("from")), 0), to)
	if err != nil {
		return err
	}
	if back := r.PostFormValue("back"); back != "" {
		return s.after(w, r, d, did, back+"#"+string(unitOf(r)))
	}
	return s.afterUnit(w, r, d, did, nil)
}

// errPlace refuses what is no place in the directory.
var errPlace = doorlink.Fail(doorlink.Invalid, "units.place")

// hideUnit leaves a unit out of the directory of a door, or shows it there again.
func (s *Server) hideUnit(w http.ResponseWriter, r *http.Request, d *desk) error {
	h := doorlink.Hidden{Door: doorlink.DoorID(r.PostFormValue("door")), Unit: unitOf(r)}
	did, err := d.HideUnit(r.Context(), h, r.PostFormValue("hide") != "")
	if back := r.PostFormValue("back"); err == nil && back != "" {
		return s.after(w, r, d, did, back)
	}
	return s.afterUnit(w, r, d, did, err)
}
