package web

import (
	"doorlink"
	"doorlink/directory"
	"doorlink/web/locale"
)

// visitorView is what every page for visitors has. Templates call the methods
// of its Language to say things.
type visitorView struct {
	*locale.Language
	Languages []*locale.Language // to choose from
	Title     string             // of the browser's tab
}

// directoryView is visitor/directory.html, and visitor/rows with the list
// alone.
type directoryView struct {
	visitorView

	Door, Building, Label string
	Notice                string      // the manager's line; may be empty
	Quiet                 string      // asks to call only if expected; empty outside of quiet hours
	Zone                  string      // the IANA name of the door's clock
	State                 string      // directory, search or empty
	Listed                bool        // there is a resident to call
	Resume                bool        // the visit has a call or a code that matters
	List                  string      // the mark of the list; see markOf
	Query                 string      // what was typed
	Hint                  string      // how many matches, or what to type
	Featured              []personRow // the office and its like, for everyone
	RowsLabel             string
	Units                 []unitRow
	MaxLine               int
}

// unitRow is a plate with the people to call there.
type unitRow struct {
	Name   string
	People []personRow
}

// personRow is one button. The name is in three pieces around what matched.
type personRow struct {
	Entry                doorlink.EntryID
	Label                string // what the button is called when it is read aloud
	Before, Match, After string
}

// directory shows who can be called at a door. query is what the visitor
// searched for, empty if nothing: then everybody is listed, unless the property
// has its directory searched first. Featured Entries stand on top in any case.
func (v views) directory(l *locale.Language, p doorlink.Property, d doorlink.Door, at doorlink.Panel, all []directory.Entry, query string) directoryView {
	view := directoryView{
		visitorView: visitorView{l, v.Languages.Languages(), d.Name + ", " + p.Name},
		Door:        d.Name, Building: p.Name, Label: at.Label, Notice: p.Notice, Zone: p.Zone,
		State: "directory", Query: query, MaxLine: doorlink.MaxCallerLine,
		RowsLabel: l.Say("visitor.residents"),
	}
	first := p.SearchesFirst(len(all))
	for len(all) > 0 && all[0].Featured { // they come first
		view.Featured = append(view.Featured, personRow{Entry: all[0].ID, Before: all[0].Name,
			Label: l.Say("visitor.before.title", "name", all[0].Name)})
		all = all[1:]
	}
	view.Listed = len(all) > 0
	switch {
	case !view.Listed:
		view.State = "empty"
	case query != "":
		view.State, view.RowsLabel = "search", l.Say("visitor.search.matches")
		all = directory.Search(all, query)
		view.Hint = foundHint(l, len(all))
	case first:
		view.State, view.Hint = "search", l.Say("visitor.search.hint")
		all = nil
	}
	view.Units = unitRows(l, all, query)
	return view
}

func foundHint(l *locale.Language, n int) string {
	switch n {
	case 0:
		return l.Say("visitor.search.none")
	case directory.MaxMatches:
		return l.Say("visitor.search.many", "n", n)
	}
	return l.Say("visitor.search.found", "n", n)
}

// unitRows puts the lines of a directory, which come in house order, under
// their units.
func unitRows(l *locale.Language, all []directory.Entry, query string) []unitRow {
	var rows []unitRow
	var last doorlink.UnitID
	for _, e := range all {
		if len(rows) == 0 || e.Unit != last {
			rows, last = append(rows, unitRow{Name: e.Place}), e.Unit
		}
		unit := &rows[len(rows)-1]
		unit.People = append(unit.People, newPersonRow(l, e, query))
	}
	return rows
}

// newPersonRow names a line as the property shows it. Where that is the unit
// alone, the unit is called a unit.
func newPersonRow(l *locale.Language, e directory.Entry, query string) personRow {
	if e.Name == e.Place {
		return personRow{Entry: e.ID, Before: l.Say("visitor.script.unit", "unit", e.Place),
			Label: l.Say("visitor.row.unit", "unit", e.Place)}
	}
	r := personRow{Entry: e.ID, Label: l.Say("visitor.row", "name", e.Name, "unit", e.Place)}
	from, to := matched(e.Name, query)
	r.Before, r.Match, r.After = e.Name[:from], e.Name[from:to], e.Name[to:]
	return r
}

// matched finds the piece of a name that a search for query hit: the shortest
// one from the beginning of a word that reads the same as the query.
func matched(name, query string) (from, to int) {
	want := directory.Fold(query)
	if want == "" {
		return 0, 0
	}
	fresh := true // at the beginning of a word
	for i, r := range name {
		blank := directory.Fold(string(r)) == ""
		if fresh && !blank {
			for j := range name[i:] + " " {
				if directory.Fold(name[i:i+j]) == want {
					return i, i + j
				}
			}
		}
		fresh = blank
	}
	return 0, 0
}

// noticeView is visitor/notice.html: a sticker that leads nowhere, or what else
// went wrong. It says nothing about any building.
type noticeView struct {
	visitorView
	State         string // gone, unknown or failed
	Lead, Warning string
	Next          string // the link to the page where a code is typed
}

func (v views) gone(l *locale.Language) noticeView {
	return noticeView{
		visitorView: visitorView{l, v.Languages.Languages(), l.Say("visitor.gone.title")},
		State:       "gone", Lead: l.Say("visitor.gone.lead"),
		Warning: l.Say("visitor.gone.warning"), Next: l.Say("visitor.gone.type"),
	}
}

func (v views) unknown(l *locale.Language) noticeView {
	return noticeView{
		visitorView: visitorView{l, v.Languages.Languages(), l.Say("visitor.unknown.title")},
		State:       "unknown", Lead: l.Say("visitor.unknown.lead"), Next: l.Say("visitor.unknown.type"),
	}
}

// startView is visitor/start.html, where a short code is typed.
type startView struct {
	visitorView
	Typed string
	Wrong string // why the code leads nowhere; empty at first
}

// start asks for the code of a sticker. typed is what led nowhere, empty if
// nothing was typed yet.
func (v views) start(l *locale.Language, typed string) startView {
	view := startView{visitorView: visitorView{l, v.Languages.Languages(), l.Say("visitor.start.title")}, Typed: typed}
	if typed != "" {
		view.Wrong = l.Say("visitor.start.wrong", "code", typed)
	}
	return view
}

// screensView is visitor/screens.html: every screen of a call in one language,
// which the page loads when a name is tapped. It is the same for all visitors.
type screensView struct {
	*locale.Language
	MaxText int
	Helps   []help
}

// help is one answer to "What did the keypad do?".
type help struct {
	Name, Icon, Class string
	Title, Why        string
	Do                string // key of the advice
}

// addScreens renders the screens of a call in each language, to be served and
// kept like any other asset.
func (v views) addScreens() error {
	for _, l := range v.Languages.Languages() {
		body, err := v.Render("visitor/screens.html", newScreensView(l))
		if err != nil {
			return err
		}
		if err := v.Assets.Add("visitor/screens."+l.Tag+".html", body); err != nil {
			return err
		}
	}
	return nil
}

func newScreensView(l *locale.Language) screensView {
	view := screensView{Language: l, MaxText: doorlink.MaxText}
	for _, h := range []help{
		{Name: "blinked", Icon: "pad-no", Class: "no"},
		{Name: "dark", Icon: "pad-wake"},
		{Name: "circled", Icon: "pad-ok", Class: "ok"},
	} {
		key := "visitor.help." + h.Name
		h.Title, h.Why, h.Do = l.Say(key), l.Say(key+".why"), key+".do"
		view.Helps = append(view.Helps, h)
	}
	return view
}
