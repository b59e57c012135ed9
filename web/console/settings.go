package console

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/office"
)

// settingsView is settings.html: what was kept, or typed, and what is wrong with
// it.
type settingsView struct {
	shell
	form
	doorlink.Property
	Names              []choice
	Digits             []choice
	Kept               []keptRow
	Langs              string
	QuietFrom, QuietTo string // as browsers write times of day
	LookDays           int    // after which somebody is to look at panels; 0: never

	Purged string // what the last purge removed; empty: there was none, or the reader may not know
}

// keptRow is how long records of a kind are kept.
type keptRow struct {
	Kind, Name string
	Days       int
}

func (s *Server) settingsRoutes(on register) {
	on("GET /console/{property}/settings", s.desk(s.settings))
	on("POST /console/{property}/settings", s.desk(s.saveSettings))
}

func (s *Server) settings(w http.ResponseWriter, r *http.Request, d *desk) error {
	if !d.May(doorlink.Settings) {
		return office.ErrMayNot
	}
	return s.showSettings(w, r, d, http.StatusOK, settingsView{Property: d.Property, form: form{Row: d.Tag()}})
}

// lengthWithOdds is a length of doorcodes, with how likely a number that somebody
// makes up opens a lock.
func (d *desk) lengthWithOdds(digits int) string {
	p := doorcode.Defaults()
	p.Digits = digits
	odds, _ := p.Odds(p.UsualPlaces(), 0) // there is always room for as many
	return d.lang.Say("console.settings.odds", "n", digits, "one", odds.OneIn, "places", p.UsualPlaces())
}

// showSettings shows the form with the values of a property.
func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, d *desk, status int, v settingsView) error {
	v.shell = s.shell(r, d, "settings")
	v.Langs, v.LookDays = strings.Join(v.Languages, " "), lookDays(v.Property)
	if q := v.Property.Quiet; q.From != q.To {
		v.QuietFrom, v.QuietTo = typed(q.From), typed(q.To)
	}
	for _, f := range office.NameFormats {
		v.Names = append(v.Names, choice{
			Value: string(f), Name: d.lang.Say("console.names." + string(f)),
			Hint: doorlink.Person{Given: "Ada", Family: "Nwosu"}.As(f, "1A"), On: f == v.Property.Names,
		})
	}
	for n := doorcode.MinDigits; n <= doorcode.MaxDigits; n++ {
		v.Digits = append(v.Digits, choice{
			Value: strconv.Itoa(n), Name: d.lengthWithOdds(n),
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

// saveSettings brings a form that cannot be saved back with everything that was
// typed.
func (s *Server) saveSettings(w http.ResponseWriter, r *http.Request, d *desk) error {
	p := d.settingsIn(r)
	did, err := d.SetProperty(r.Context(), p, r.PostFormValue("tag"))
	return s.saved(w, r, d, did, err, d.path("settings"), differ(d.Tag(), d.settingsDiffer(p)...), func(status int, f form) error {
		return s.showSettings(w, r, d, status, settingsView{form: f, Property: p})
	})
}

// settingsDiffer compares the settings as they are with those of a form.
func (d *desk) settingsDiffer(p doorlink.Property) []difference {
	now, say := d.Property, d.lang.Say
	fields := []difference{
		{say("console.settings.name"), now.Name, p.Name},
		{say("console.settings.zone"), now.Zone, p.Zone},
		{say("console.settings.languages"), d.or(strings.Join(now.Languages, " ")), d.or(strings.Join(p.Languages, " "))},
		{say("console.settings.names"), say("console.names." + string(now.Names)), say("console.names." + string(p.Names))},
		{say("console.settings.search"), d.yes(now.SearchFirst), d.yes(p.SearchFirst)},
		{say("console.notice"), d.or(now.Notice), d.or(p.Notice)},
		{say("console.settings.quiet"), d.or(d.quiet(now)), d.or(d.quiet(p))},
		{say("console.settings.digits"), digits(now), digits(p)},
		{say("console.settings.look"), strconv.Itoa(lookDays(now)), strconv.Itoa(lookDays(p))},
		{say("console.settings.counts_only"), d.yes(now.CountsOnly), d.yes(p.CountsOnly)},
		{say("console.settings.hooks"), d.yes(now.HookNames), d.yes(p.HookNames)},
	}
	for _, k := range doorlink.RecordKinds {
		fields = append(fields, difference{say("console.kept." + string(k)), days(now, k), days(p, k)})
	}
	return fields
}

// quiet words the quiet hours of a property; empty: it has none.
func (d *desk) quiet(p doorlink.Property) string {
	if p.Quiet.From == p.Quiet.To {
		return ""
	}
	return d.lang.Say("console.settings.quiet.span", "from", p.Quiet.From, "to", p.Quiet.To)
}

// typed is an end of quiet hours as it is typed; empty: it is missing.
func typed(end doorlink.Minute) string {
	if end < 0 {
		return ""
	}
	return end.Clock()
}

// quietIn reads the quiet hours of a form. An end that is missing is one that no
// property takes.
func quietIn(from, to string) doorlink.Hours {
	if from == "" && to == "" {
		return doorlink.Hours{}
	}
	return doorlink.Hours{From: quietEnd(from), To: quietEnd(to)}
}

func quietEnd(text string) doorlink.Minute {
	m, ok := doorlink.ReadMinute(text)
	if !ok {
		return -1
	}
	return m
}

// digits and days are figures of a property, also where it has those that are
// usual.
func digits(p doorlink.Property) string {
	return strconv.Itoa(cmp.Or(p.Digits, doorlink.DefaultDigits))
}

func days(p doorlink.Property, k doorlink.RecordKind) string {
	if n, ok := p.Kept[k]; ok {
		return strconv.Itoa(n)
	}
	return strconv.Itoa(usual(k))
}

// settingsIn reads the form over what the property has.
func (d *desk) settingsIn(r *http.Request) doorlink.Property {
	p := d.Property
	p.Name, p.Zone = r.PostFormValue("name"), strings.TrimSpace(r.PostFormValue("zone"))
	p.Names, p.SearchFirst = doorlink.NameFormat(r.PostFormValue("names")), r.PostFormValue("search") != ""
	p.Notice, p.HookNames = r.PostFormValue("notice"), r.PostFormValue("hook_names") != ""
	p.CountsOnly = r.PostFormValue("counts_only") != ""
	p.Quiet = quietIn(r.PostFormValue("quiet_from"), r.PostFormValue("quiet_to"))
	p.Languages = strings.Fields(r.PostFormValue("languages"))
	p.Look = lookIn(r.PostFormValue("look"))
	p.Digits = number(r.PostFormValue("digits"))
	p.Kept = map[doorlink.RecordKind]int{}
	for _, k := range doorlink.RecordKinds {
		p.Kept[k] = number(r.PostFormValue("kept_" + string(k)))
	}
	return p
}

// lookDays is after how many days somebody is to look at panels; 0: never.
func lookDays(p doorlink.Property) int {
	if p.Look == doorlink.NoLook {
		return 0
	}
	return cmp.Or(p.Look, doorlink.DefaultLook)
}

// lookIn reads what lookDays shows. What cannot be read is more than any property
// takes.
func lookIn(text string) int {
	switch n := number(text); n {
	case 0:
		return doorlink.NoLook
	case -1:
		return doorlink.MaxLook + 1
	default:
		return n
	}
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
