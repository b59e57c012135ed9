package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/roster"
	"doorlink/web/page"
)

// planView is import_list.html: what a list would change, and what became of it.
type planView struct {
	shell
	Name, List string // of the file, and the address of this page
	At         string // when it was uploaded
	Sheet      *roster.Sheet
	Foreign    bool   // it is in an encoding that was guessed
	Ignored    string // headings that mean nothing

	Figures []figure
	listing
	Show string
	Rows []planRow

	Choices office.Choices
	Keys    []choice
	Seal    string
	Changes int
	Skipped int

	Working   bool // a node is at it
	Done      string
	Failed    string
	Imported  *note
	Uninvited int
	CanMail   bool
}

// figure is one count of a list, and the address that shows those lines alone;
// empty: they are no more.
type figure struct {
	What, N   string
	Text, Why string
	Path      string
	Current   bool
}

// planRow is a line of a plan as managers read it.
type planRow struct {
	Row         int // 0: not in the file
	What        string
	Kind        string // as office.PlanLine has it
	Name, Email piece
	Why         string
	Units, Keys []piece
	Other       doorlink.PersonID // who an undecided line may be; empty: that is no question
	Decided     bool
}

// piece is a word that stays, comes, or goes for another.
type piece struct {
	Gone, Text string
	New        bool   // the text
	Dates      string // new ones of a key
}

// plan shows what a list would change, a page at a time.
func (s *Server) plan(w http.ResponseWriter, r *http.Request, d *desk) error {
	p, err := d.Plan(r.Context(), d.list(r))
	if err != nil {
		return err
	}
	v := planView{
		shell: s.shell(r, d, "import"), Name: d.listName(p.Draft), List: d.listPath(p.Draft.ID), At: d.moment(p.Draft.Made),
		Sheet: p.Sheet, Foreign: p.Sheet.Encoding != roster.UTF8, Ignored: strings.Join(p.Sheet.Ignored, ", "),
		Choices: p.Draft.Choices, Seal: p.Seal, Failed: p.Draft.Failed, Done: d.moment(p.Draft.Done),
		Working: p.Draft.Until.After(time.Now()), CanMail: d.CanMail(),
	}
	if v.Uninvited, err = d.Uninvited(r.Context()); err != nil {
		return err
	}
	if v.Working {
		w.Header().Set("Refresh", "2")
		return s.show(w, r, http.StatusOK, "import_work.html", v)
	}
	c := p.Counts()
	v.Skipped = c.Skipped + c.Undecided
	if v.Failed == "" && v.Done == "" && !p.Draft.Until.IsZero() {
		v.Failed = d.lang.Say("console.import.broken")
	}
	if err := v.addOutcome(r.Context(), d, p); err != nil {
		return err
	}
	if v.Done == "" {
		if err := v.addLines(r, d, p); err != nil {
			return err
		}
	}
	return s.show(w, r, http.StatusOK, "import_list.html", v)
}

// list is the list that a request is about.
func (d *desk) list(r *http.Request) doorlink.DraftID {
	return doorlink.DraftID(r.PathValue("list"))
}

// addOutcome adds what became of the list, or what can still be chosen.
func (v *planView) addOutcome(ctx context.Context, d *desk, p *office.Proposal) error {
	if v.Done != "" {
		deed, ok, err := d.Imported(ctx, p.Draft.ID)
		if err != nil {
			return err
		}
		v.Imported = &note{Text: d.lang.Say("console.import.undone")}
		if ok {
			v.Imported.Text = d.lang.Say("console.import.done", "when", v.Done)
			v.Figures = d.figures(func(what string) int {
				n, _ := strconv.Atoi(deed.Detail.Facts[what]) // none is no fact
				return n
			})
		}
		if ok && deed.Undoable {
			v.Imported.Undo = deed.Seq
		}
		return nil
	}
	roll, err := d.Roll(ctx)
	if err != nil {
		return err
	}
	for _, k := range roll.Keys {
		if d.Manages(k.ID) {
			v.Keys = append(v.Keys, choice{Value: string(k.ID), Name: k.Name, On: slices.Contains(v.Choices.Keys, k.ID)})
		}
	}
	return nil
}

// addLines adds the counts and a page of lines.
func (v *planView) addLines(r *http.Request, d *desk, p *office.Proposal) error {
	c := p.Counts()
	v.Changes, v.Show = c.Units+c.New+c.Change+c.Leave, r.FormValue("show")
	counts := map[string]int{
		office.NewUnit: c.Units, string(roster.New): c.New, string(roster.Change): c.Change, string(roster.Leave): c.Leave,
		string(roster.Same): c.Same, string(roster.Undecided): c.Undecided, string(roster.Skipped): c.Skipped,
	}
	v.Figures = d.figures(func(what string) int { return counts[what] })
	for i, f := range v.Figures {
		to := f.What
		if v.Figures[i].Current = to == v.Show; v.Figures[i].Current {
			to = "" // a second look shows everything again
		}
		v.Figures[i].Path = with(r, "show", to)
	}
	q := asked(r)
	q.Only = map[string]string{"what": v.Show}
	if v.Show == "" && q.Find == "" {
		q.Only["what"] = office.Busy
	}
	found, err := p.Rows(q)
	if err != nil {
		return err
	}
	v.listing = listed(d.lang, r, found, "console.import.column.", "row", "name", "unit")
	for _, l := range found.Rows {
		v.Rows = append(v.Rows, d.planRow(l, p.Draft.Choices))
	}
	return nil
}

// figures are the counts of a list that are not zero.
func (d *desk) figures(count func(what string) int) (all []figure) {
	for _, what := range []string{
		office.NewUnit, string(roster.New), string(roster.Change), string(roster.Leave),
		string(roster.Same), string(roster.Undecided), string(roster.Skipped),
	} {
		words := "console.import.count." + what
		n := count(what)
		if n == 0 {
			continue
		}
		f := figure{What: what, N: d.lang.Number(n), Text: d.lang.Say(words, "n", n)}
		switch roster.What(what) {
		case roster.Leave, roster.Undecided, roster.Skipped:
			f.Why = d.lang.Say(words + ".why")
		}
		all = append(all, f)
	}
	return all
}

// planRow words a line.
func (d *desk) planRow(l office.PlanLine, c office.Choices) planRow {
	row := planRow{Row: l.Row, Kind: l.What(), What: d.lang.Say("console.import.what." + l.What())}
	if l.Unit != "" {
		row.Units = []piece{{Text: l.Unit, New: true}}
		return row
	}
	name := func(p doorlink.Person) string { return p.As(doorlink.FullName, "") }
	row.Name, row.Email = piece{Text: name(l.Person)}, piece{Text: l.Person.Email}
	if row.Kind == string(roster.Change) {
		row.Name, row.Email = changed(name(l.Was), name(l.Person)), changed(l.Was.Email, l.Person.Email)
	}
	if l.Err != nil {
		row.Why = page.Sentence(d.lang, l.Err, d.Location())
		if errors.Is(l.Err, roster.ErrPartial) {
			row.Other = l.Other
		}
	} else if row.Kind == string(roster.Change) && l.Was.Shown != l.Person.Shown {
		row.Why = d.lang.Say("console.import.shown." + strconv.FormatBool(l.Person.Shown))
	}
	_, row.Decided = c.Decided[l.Person.Email]
	for _, u := range l.Units {
		row.Units = append(row.Units, d.piece(u))
	}
	for _, k := range l.Keys {
		row.Keys = append(row.Keys, d.piece(k))
	}
	return row
}

// changed is a text in the place of another, or of the same.
func changed(was, is string) piece {
	if was == is {
		return piece{Text: is}
	}
	return piece{Gone: was, Text: is, New: true}
}

// piece words a unit or key.
func (d *desk) piece(i roster.Item) piece {
	switch i.Move {
	case roster.Removed:
		return piece{Gone: i.Name}
	case roster.Added:
		return piece{Text: i.Name, New: true, Dates: d.span(i.Will)}
	case roster.Dated:
		return piece{Text: i.Name, Dates: d.span(i.Will)}
	}
	return piece{Text: i.Name}
}

// span words the days on which a key is held; none for always.
func (d *desk) span(s roster.Span) string {
	day := func(t time.Time) string { return t.In(d.Location()).Format("2 January 2006") }
	from, to := day(s.From), day(s.To.Add(-time.Nanosecond))
	switch {
	case s.From.IsZero() && s.To.IsZero():
		return ""
	case s.To.IsZero():
		return d.lang.Say("console.import.from", "from", from)
	case s.From.IsZero():
		return d.lang.Say("console.import.to", "to", to)
	}
	return d.lang.Say("console.import.span", "from", from, "to", to)
}
