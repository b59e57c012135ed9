package console

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/web/page"
)

// settingsView is settings.html: what was kept, or typed, and what is wrong with
// it.
type settingsView struct {
	shell
	doorlink.Property
	Row    string // the tag of the property's row
	Wrong  string
	Names  []choice
	Digits []choice
	Kept   []keptRow
	Langs  string
	Purged string // what the last purge removed; empty: there was none, or the reader may not know
}

// keptRow is how long records of a kind are kept.
type keptRow struct {
	Kind, Name string
	Days       int
}

func (s *Server) settings(w http.ResponseWriter, r *http.Request, d *desk) error {
	if !d.May(doorlink.Settings) {
		return office.ErrMayNot
	}
	return s.showSettings(w, r, d, http.StatusOK, settingsView{Property: d.Property, Row: d.Tag()})
}

// showSettings shows the form with the values of a property.
func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, d *desk, status int, v settingsView) error {
	v.shell = s.shell(r, d, "settings")
	v.Langs = strings.Join(v.Languages, " ")
	for _, f := range office.NameFormats {
		v.Names = append(v.Names, choice{
			Value: string(f), Name: d.lang.Say("console.names." + string(f)),
			Hint: doorlink.Person{Given: "Ada", Family: "Nwosu"}.As(f, "1A"), On: f == v.Property.Names,
		})
	}
	for n := doorcode.MinDigits; n <= doorcode.MaxDigits; n++ {
		v.Digits = append(v.Digits, choice{
			Value: strconv.Itoa(n), Name: d.lang.Say("console.settings.length", "n", n),
			On: n == v.Property.Digits || v.Property.Digits == 0 && n == doorlink.DefaultDigits,
		})
	}
	for _, k := range doorlink.RecordKinds {
		days, ok := v.Property.Kept[k]
		if !ok {
			days = usual(k)
		}
		v.Kept = append(v.Kept, keptRow{string(k), d.lang.Say("console.kept." + string(k)), days})
	}
	var err error
	if v.Purged, err = d.lastPurge(r.Context()); err != nil {
		return err
	}
	return s.show(w, r, status, "settings.html", v)
}

// saveSettings brings a form with a mistake back with everything that was typed.
func (s *Server) saveSettings(w http.ResponseWriter, r *http.Request, d *desk) error {
	p := d.settingsIn(r)
	did, err := d.SetProperty(r.Context(), p, r.PostFormValue("tag"))
	if e, ok := errors.AsType[*doorlink.Error](err); ok && e.Kind == doorlink.Invalid {
		return s.showSettings(w, r, d, http.StatusBadRequest, settingsView{
			Property: p, Row: r.PostFormValue("tag"), Wrong: page.Sentence(d.lang, e, d.Location()),
		})
	}
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("settings"))
}

// settingsIn reads the form over what the property has.
func (d *desk) settingsIn(r *http.Request) doorlink.Property {
	p := d.Property
	p.Name, p.Zone = r.PostFormValue("name"), strings.TrimSpace(r.PostFormValue("zone"))
	p.Names, p.SearchFirst = doorlink.NameFormat(r.PostFormValue("names")), r.PostFormValue("search") != ""
	p.Notice, p.HookNames = r.PostFormValue("notice"), r.PostFormValue("hook_names") != ""
	p.CountsOnly = r.PostFormValue("counts_only") != ""
	p.Languages = strings.Fields(r.PostFormValue("languages"))
	p.Digits = number(r.PostFormValue("digits"))
	p.Kept = map[doorlink.RecordKind]int{}
	for _, k := range doorlink.RecordKinds {
		p.Kept[k] = number(r.PostFormValue("kept_" + string(k)))
	}
	return p
}

// usual is how many days records of a kind are kept unless a property says
// otherwise.
func usual(k doorlink.RecordKind) int { return int(k.Retention().Hours() / 24) }

// number reads a whole number; -1, which no setting takes, for what is none.
func number(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return -1
	}
	return n
}
