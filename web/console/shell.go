package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/web/locale"
)

// shell is what stands around every page: its title, the rail of the property's
// pages, and what was done just now. Views of pages embed it.
type shell struct {
	*locale.Language
	Title string
	House string // the property; empty outside of one
	Path  string // of the property's pages, ending in a slash
	Here  string // the address of this page, to come back to
	Rail  []railEntry
	Note  *note
	Owner string // who is signed in; empty: nobody

	AtAccount bool // this is the page about the reader
}

// railEntry is one page in the rail.
type railEntry struct {
	Name, Icon, Path string
	Current          bool
}

// rail lists the pages of a property: the last part of their address, their
// icon, and the ability without which a manager has no use for them.
var rail = []struct {
	page, icon string
	needs      doorlink.Ability
}{
	{"overview", "bar", doorlink.See},
	{"doors", "door", doorlink.See},
	{"people", "person", doorlink.See},
	{"units", "desk", doorlink.See},
	{"keys", "key", doorlink.See},
	{"history", "clock", doorlink.SeeHistory},
	{"import", "in", doorlink.EditPeople},
	{"reports", "file", doorlink.SeeReports},
	{"audit", "eye", doorlink.SeeReports},
	{"tokens", "code", doorlink.Connect},
	{"managers", "people", doorlink.Govern},
	{"webhooks", "out", doorlink.Connect},
	{"settings", "gear", doorlink.Settings},
}

// note says what was done, with the number by which it can be undone; 0 offers
// nothing.
type note struct {
	Text string
	Undo int64
}

// shell makes what stands around a page of a property, whose name in the rail
// is at.
func (s *Server) shell(r *http.Request, d *desk, at string) shell {
	v := shell{
		Language: d.lang, House: d.Property.Name, Path: d.path(""), Here: here(r),
		Note: d.done(r), Owner: d.Manager.Name,
	}
	if at != "" {
		v.Title = d.lang.Say("console.rail." + at)
	}
	for _, p := range rail {
		if d.May(p.needs) {
			v.Rail = append(v.Rail, railEntry{
				Name: d.lang.Say("console.rail." + p.page), Icon: p.icon, Path: d.path(p.page), Current: p.page == at,
			})
		}
	}
	return v
}

// bare is the shell of a page outside of any property, with the key of its
// title.
func (s *Server) bare(title string) shell {
	return shell{Language: s.words, Title: s.words.Say(title)}
}

// shell makes what stands around a page outside of any property, whose name in
// the rail is at.
func (o *own) shell(at string) shell {
	v := shell{Language: o.lang, Title: o.lang.Say("console." + at), Owner: o.Manager.Name, AtAccount: at == "account"}
	v.Rail = []railEntry{{o.lang.Say("console.properties"), "desk", root + "properties", at == "properties"}}
	if o.Governs() {
		v.Rail = append(v.Rail, railEntry{o.lang.Say("console.audit"), "eye", root + "audit", at == "audit"})
	}
	return v
}

// path is the address of a page of the property: "people", or "" for the first.
func (d *desk) path(page string) string { return root + string(d.Property.ID) + "/" + page }

// moment is a moment as managers read it, in the property's zone; empty for
// none.
func (d *desk) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(d.Location()).Format("2 January 2006, 15:04")
}

// doneParam carries the number of a deed to the page that says it was done.
const doneParam = "done"

// everywhereMark begins the number of a deed of no single property.
const everywhereMark = "all-"

// here is a request's address without what was done before.
func here(r *http.Request) string {
	q := r.URL.Query()
	q.Del(doneParam)
	return (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()
}

// done finds what the page is to say was done just now. Whatever is not a recent
// deed of the reader's own says nothing.
func (d *desk) done(r *http.Request) *note {
	asked := r.URL.Query().Get(doneParam)
	if asked == "0" {
		return &note{Text: d.lang.Say("console.unchanged")}
	}
	number, everywhere := strings.CutPrefix(asked, everywhereMark)
	seq, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return nil
	}
	deed, err := d.Did(r.Context(), seq, everywhere)
	if err != nil {
		return nil
	}
	n := &note{Text: d.tell(deed)}
	if deed.Undoable {
		n.Undo = seq
	}
	return n
}

// tell words a deed, with what it did beside.
func (d *desk) tell(deed office.DeedLine) string {
	text := []string{d.what(deed) + "."}
	for _, beside := range []struct{ fact, key string }{
		{office.HandsetsFact, "console.did.handsets"}, {office.CodesFact, "console.did.codes"},
	} {
		if n, err := strconv.Atoi(deed.Detail.Facts[beside.fact]); err == nil && n > 0 {
			text = append(text, d.lang.Say(beside.key, "n", n))
		}
	}
	return strings.Join(text, " ")
}

// after leads to an address once something was done there, whose page says so.
// What is no address of the property leads to its first page.
func (s *Server) after(w http.ResponseWriter, r *http.Request, d *desk, did office.Receipt, address string) error {
	to, err := url.Parse(address)
	if err != nil || to.Host != "" || to.Scheme != "" || !strings.HasPrefix(to.Path, d.path("")) {
		to = &url.URL{Path: d.path("")}
	}
	http.Redirect(w, r, saying(to, did), http.StatusSeeOther)
	return nil
}

// saying is an address of a property that says what was done.
func saying(to *url.URL, did office.Receipt) string {
	q, seq := to.Query(), strconv.FormatInt(did.Seq, 10)
	if did.Everywhere {
		seq = everywhereMark + seq
	}
	q.Set(doneParam, seq)
	to.RawQuery = q.Encode()
	return to.String()
}

// undo takes back what a note or the audit offers to.
func (s *Server) undo(w http.ResponseWriter, r *http.Request, d *desk) error {
	seq, err := strconv.ParseInt(r.PostFormValue("seq"), 10, 64)
	if err != nil {
		return office.ErrNotUndone
	}
	did, err := d.Undo(r.Context(), seq)
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, r.PostFormValue("back"))
}
