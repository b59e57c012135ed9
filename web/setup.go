package web

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"doorlink"
	"doorlink/building"
	"doorlink/office"
	"doorlink/web/locale"
	"doorlink/web/page"
)

// Limits of what the set-up form takes.
const (
	maxName      = 120 // characters of a building's, door's or resident's name
	maxDoors     = 50
	maxResidents = 500
	inviteTime   = 7 * 24 * time.Hour // how long a resident's first link works
)

// SetupTime is how long a set-up link works.
const SetupTime = 24 * time.Hour

// setup is the one-time link with which an empty installation gets its first
// building. It lives in the memory of the node that printed it.
type setup struct {
	mu   sync.Mutex
	hash string // of the link's secret; empty when there is none
	ends time.Time
}

var (
	errSetupLink  = doorlink.Fail(doorlink.Gone, "setup.link")
	errNoName     = doorlink.Fail(doorlink.Invalid, "setup.name", "max", maxName)
	errNoDoor     = doorlink.Fail(doorlink.Invalid, "setup.doors", "max", maxDoors)
	errManyPeople = doorlink.Fail(doorlink.Invalid, "setup.residents", "max", maxResidents)
	errManager    = doorlink.Fail(doorlink.Invalid, "setup.manager")
	errLine       = doorlink.Fail(doorlink.Invalid, "setup.line")
)

// OfferSetup makes the link that sets up the first building, and ends any
// earlier one. It works once, for SetupTime.
func (s *Server) OfferSetup() string {
	secret := doorlink.NewSecret()
	s.setup.mu.Lock()
	defer s.setup.mu.Unlock()
	s.setup.hash, s.setup.ends = secret.Hash(), time.Now().Add(SetupTime)
	return s.base + "/setup/" + secret.Reveal()
}

func (t *setup) good(token string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.hash != "" && time.Now().Before(t.ends) && subtle.ConstantTimeCompare([]byte(doorlink.Secret(token).Hash()), []byte(t.hash)) == 1
}

// setupView is setup/form.html: what was typed, and what is wrong with it.
type setupView struct {
	*locale.Language
	Title                        string
	Name, Zone, Doors, Residents string
	Manager, Email               string
	Wrong                        string
}

// builtView is setup/done.html: the addresses to hand out.
type builtView struct {
	*locale.Language
	Title string
	Name  string
	Doors []builtDoor
	Homes []builtHome
	// Console says that the reader is signed in to the console.
	Console bool
}

type builtDoor struct{ Name, Label, URL, Short string }
type builtHome struct{ Unit, Name, URL string }

func (s *Server) setupForm(w http.ResponseWriter, r *http.Request, l *locale.Language) error {
	if !s.setup.good(r.PathValue("token")) {
		return errSetupLink
	}
	return s.showSetup(w, r, http.StatusOK, setupView{Language: l, Zone: "UTC"})
}

func (s *Server) showSetup(w http.ResponseWriter, r *http.Request, status int, view setupView) error {
	view.Title = view.Say("setup.title")
	views, err := s.look()
	if err != nil {
		return err
	}
	return views.Write(w, r, status, "setup/form.html", view)
}

// setUp puts up the first building. A mistake in the form brings it back with
// everything that was typed.
func (s *Server) setUp(w http.ResponseWriter, r *http.Request, l *locale.Language) error {
	if !s.setup.good(r.PathValue("token")) {
		return errSetupLink
	}
	view := setupView{
		Language: l,
		Name:     strings.TrimSpace(r.PostFormValue("name")), Zone: strings.TrimSpace(r.PostFormValue("zone")),
		Doors: r.PostFormValue("doors"), Residents: r.PostFormValue("residents"),
		Manager: strings.TrimSpace(r.PostFormValue("manager")), Email: strings.TrimSpace(r.PostFormValue("email")),
	}
	plan, err := view.plan()
	var m doorlink.Manager
	if err == nil {
		m, err = view.manager()
	}
	if e, ok := errors.AsType[*doorlink.Error](err); ok && e.Kind == doorlink.Invalid {
		view.Wrong = page.Sentence(l, e, nil)
		return s.showSetup(w, r, http.StatusBadRequest, view)
	}
	if err != nil {
		return err
	}
	done, err := s.build(r, l, plan)
	if err != nil {
		return err
	}
	if s.welcome != nil {
		if err := s.welcome(w, r, m); err != nil {
			return err
		}
		done.Console = true
	}
	views, err := s.look()
	if err != nil {
		return err
	}
	return views.Write(w, r, http.StatusOK, "setup/done.html", done)
}

// build stores the plan once: of two forms sent at the same time one finds the
// link used.
func (s *Server) build(r *http.Request, l *locale.Language, plan *building.Plan) (builtView, error) {
	s.setup.mu.Lock()
	defer s.setup.mu.Unlock()
	if s.setup.hash == "" {
		return builtView{}, errSetupLink
	}
	now := time.Now()
	if err := s.db.Build(r.Context(), plan, now); err != nil {
		return builtView{}, err
	}
	s.setup.hash = ""
	done := builtView{Language: l, Title: l.Say("setup.done"), Name: plan.Property.Name}
	for i, d := range plan.Doors {
		sticker := plan.Stickers[i]
		done.Doors = append(done.Doors, builtDoor{
			Name: d.Name, Label: plan.Panels[i].Label,
			URL: s.base + "/p/" + sticker.Token.Reveal(), Short: doorlink.ShortCode(sticker.Short),
		})
	}
	for i, who := range plan.People {
		link := doorlink.NewSecret()
		if err := s.db.AddLink(r.Context(), who.ID, link.Hash(), now.Add(inviteTime)); err != nil {
			return builtView{}, err
		}
		done.Homes = append(done.Homes, builtHome{
			Unit: unitName(plan, plan.Memberships[i].Unit), Name: who.As(doorlink.FullName, ""),
			URL: s.base + "/r/in/" + link.Reveal(),
		})
	}
	return done, nil
}

func unitName(plan *building.Plan, id doorlink.UnitID) string {
	for _, u := range plan.Units {
		if u.ID == id {
			return u.Name
		}
	}
	return ""
}

// plan draws up the building that the form describes. What is wrong comes as
// an Invalid error.
func (v setupView) plan() (*building.Plan, error) {
	if !named(v.Name) {
		return nil, errNoName
	}
	plan, err := building.New(v.Name, v.Zone)
	if err != nil {
		return nil, err
	}
	doors := lines(v.Doors)
	if len(doors) == 0 || len(doors) > maxDoors {
		return nil, errNoDoor
	}
	for i, name := range doors {
		if !named(name) {
			return nil, errLine.With("line", name)
		}
		kind := doorlink.Communal
		if i == 0 {
			kind = doorlink.BuildingEntrance
		}
		if _, err := plan.AddDoor(name, kind, "D"+strconv.Itoa(i+1)); err != nil {
			return nil, err
		}
	}
	return plan, addResidents(plan, lines(v.Residents))
}

// manager draws up who manages the building.
func (v setupView) manager() (doorlink.Manager, error) {
	m, err := office.NewManager(v.Manager, v.Email)
	if err != nil {
		return doorlink.Manager{}, errManager.Because(err)
	}
	return m, nil
}

// addResidents reads lines of "unit, given name, family name".
func addResidents(plan *building.Plan, residents []string) error {
	if len(residents) > maxResidents {
		return errManyPeople
	}
	for _, line := range residents {
		part := strings.SplitN(line, ",", 3)
		for i := range part {
			part[i] = strings.TrimSpace(part[i])
		}
		if len(part) < 2 || !named(part[0]) || !named(part[1]) {
			return errLine.With("line", line)
		}
		family := ""
		if len(part) == 3 && part[2] != "" {
			if family = part[2]; !named(family) {
				return errLine.With("line", line)
			}
		}
		plan.AddResident(part[0], part[1], family)
	}
	return nil
}

// named reports whether pages can show a text as a name.
func named(s string) bool {
	n := utf8.RuneCountInString(s)
	return n > 0 && n <= maxName && doorlink.Clean(s)
}

func lines(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}
