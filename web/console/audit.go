package console

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/office"
	"doorlink/store"
	"doorlink/web/locale"
)

// auditView is audit.html: what was changed, by whom.
type auditView struct {
	shell
	listing
	From, To string
	By, What []group
	Wrong    string // what is wrong with what was asked for; empty: nothing
	Chips    []chip
	Deeds    []deedRow
	All      string // the address without any choice
}

// group is choices under a heading, if it has a Name.
type group struct {
	Name    string
	Choices []choice
}

type deedRow struct {
	When, By, What, About string
	Seq                   int64
	Undoable, Erased      bool
}

func (s *Server) auditRoutes(on register) {
	on("GET /console/{property}/audit", s.desk(s.audit))
	on("POST /console/{property}/undo", s.desk(s.undo))
}

func (s *Server) audit(w http.ResponseWriter, r *http.Request, d *desk) error {
	choices, err := d.DeedChoices(r.Context())
	if err != nil {
		return err
	}
	v := auditView{shell: s.shell(r, d, "audit"), All: d.path("audit")}
	v.choose(r, choices)
	deeds, err := d.Deeds(r.Context(), auditQuery(r))
	return s.showAudit(w, r, v, deeds, err, d.moment)
}

// portfolioAudit is the audit of what belongs to no single property. Its moments
// are in UTC.
func (s *Server) portfolioAudit(w http.ResponseWriter, r *http.Request, o *own) error {
	choices, err := s.office.PortfolioDeedChoices(r.Context(), o.Actor)
	if err != nil {
		return err
	}
	v := auditView{shell: o.shell("audit"), All: root + "audit"}
	v.choose(r, choices)
	deeds, err := s.office.PortfolioDeeds(r.Context(), o.Actor, auditQuery(r))
	return s.showAudit(w, r, v, deeds, err, func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 MST") })
}

// auditQuery reads the address of an audit.
func auditQuery(r *http.Request) office.Query { return asked(r, "from", "to", "who", "what") }

// showAudit shows what was found. What was asked for wrongly is said beside what
// was asked.
func (s *Server) showAudit(w http.ResponseWriter, r *http.Request, v auditView, found office.Page[office.DeedLine], err error, moment func(time.Time) string) error {
	status, wrong, err := wrongly(v.Language, time.UTC, err)
	if err != nil {
		return err
	}
	v.Wrong = wrong
	v.listing = logged(v.Language, r, found, "console.audit.")
	for _, deed := range found.Rows {
		v.Deeds = append(v.Deeds, deedRow{
			When: moment(deed.At), By: byWhom(v.Language, deed), What: whatWas(v.Language, deed), About: deed.About,
			Seq: deed.Seq, Undoable: deed.Undoable, Erased: deed.Erased,
		})
	}
	return s.show(w, r, status, "audit.html", v)
}

// choose fills the form above the list, and says what was chosen. Who did nothing
// here is called by the ID that was asked for: the audit does not name them.
func (v *auditView) choose(r *http.Request, c office.DeedChoices) {
	q := auditQuery(r)
	chosen := q.Only
	v.From, v.To, chosen["q"] = chosen["from"], chosen["to"], q.Find
	v.By, v.What = doers(v.Language, c), kinds(v.Language, c.Actions)
	chosen["who"], chosen["what"] = pick(v.By, chosen["who"]), pick(v.What, chosen["what"])
	for _, name := range []string{"from", "to", "who", "what", "q"} {
		if text := chosen[name]; text != "" {
			v.Chips = append(v.Chips, chip{v.Say("console.audit.chip."+name, "text", text), with(r, name, "")})
		}
	}
}

// pick marks the choice of a value and returns its name; of none, the value.
func pick(groups []group, value string) string {
	name := value
	for _, g := range groups {
		for i := range g.Choices {
			if one := &g.Choices[i]; one.Value == value {
				one.On, name = true, one.Name
			}
		}
	}
	return name
}

// doers are those who did something: doorlink, managers and programs.
func doers(l *locale.Language, c office.DeedChoices) []group {
	var all []group
	if c.Itself {
		all = append(all, group{Choices: []choice{{Value: store.Itself, Name: l.Say("console.audit.itself")}}})
	}
	for _, some := range []struct {
		heading, unnamed string
		who              []office.Named
	}{
		{l.Say("console.audit.managers"), l.Say("console.audit.former"), c.Managers},
		{l.Say("console.audit.programs"), l.Say("console.audit.former_program"), c.Programs},
	} {
		g := group{Name: some.heading}
		for _, one := range some.who {
			g.Choices = append(g.Choices, choice{Value: one.ID, Name: cmp.Or(one.Name, some.unnamed)})
		}
		if len(g.Choices) > 0 {
			all = append(all, g)
		}
	}
	return all
}

// kinds are the actions by what they are about, which can be chosen as a whole.
func kinds(l *locale.Language, actions []string) []group {
	var all []group
	last := ""
	for _, action := range actions {
		kind, _, one := strings.Cut(action, ".")
		if kind != last {
			g := group{Name: l.Say("console.audit.kind." + kind)}
			if one {
				g.Choices = []choice{{Value: kind, Name: l.Say("console.audit.all_of", "kind", g.Name)}}
			}
			all, last = append(all, g), kind
		}
		g := &all[len(all)-1]
		g.Choices = append(g.Choices, choice{Value: action, Name: l.Say("audit." + action)})
	}
	slices.SortFunc(all, func(a, b group) int { return directory.CompareNames(a.Name, b.Name) })
	return all
}

// by is byWhom in the reader's language.
func (d *desk) by(deed office.DeedLine) string { return byWhom(d.lang, deed) }

// what is whatWas in the reader's language.
func (d *desk) what(deed office.DeedLine) string { return whatWas(d.lang, deed) }

// byWhom says who did something, and through what.
func byWhom(l *locale.Language, deed office.DeedLine) string {
	who := deed.By
	switch {
	case who == "" && deed.Manager == "":
		who = l.Say("console.audit.itself")
	case who == "":
		who = l.Say("console.audit.former")
	}
	if deed.Via == "" {
		return who
	}
	return l.Say("console.audit.program", "who", who, "program", deed.Program)
}

// whatWas says what was done; of a change that was taken back, which.
func whatWas(l *locale.Language, deed office.DeedLine) string {
	if back := deed.Detail.Facts[doorlink.Undone]; back != "" {
		return l.Say("console.audit.undone", "what", l.Say("audit."+back))
	}
	return l.Say("audit." + deed.Action)
}
