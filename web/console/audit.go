package console

import (
	"net/http"
	"net/url"

	"doorlink"
	"doorlink/office"
)

// auditView is audit.html: what was changed, by whom, the latest first.
type auditView struct {
	shell
	Deeds []deedRow
	Next  string // the address of the page after; empty: this is the last
}

type deedRow struct {
	When, By, What, About string
	Seq                   int64
	Undoable, Erased      bool
}

func (s *Server) audit(w http.ResponseWriter, r *http.Request, d *desk) error {
	deeds, err := d.Deeds(r.Context(), r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	v := auditView{shell: s.shell(r, d, "audit")}
	for _, deed := range deeds.Rows {
		v.Deeds = append(v.Deeds, deedRow{
			When: d.moment(deed.At), By: d.by(deed), What: d.what(deed), About: deed.About,
			Seq: deed.Seq, Undoable: deed.Undoable, Erased: deed.Erased,
		})
	}
	if deeds.Next != "" {
		v.Next = d.path("audit") + "?" + url.Values{"after": {deeds.Next}}.Encode()
	}
	return s.show(w, r, http.StatusOK, "audit.html", v)
}

// by says who did something, and through what.
func (d *desk) by(deed office.DeedLine) string {
	who := deed.By
	switch {
	case who == "" && deed.Manager == "":
		who = d.lang.Say("console.audit.itself")
	case who == "":
		who = d.lang.Say("console.audit.former")
	}
	if deed.Via == "" {
		return who
	}
	return d.lang.Say("console.audit.program", "who", who, "program", deed.Program)
}

// what says what was done; of a change that was taken back, which.
func (d *desk) what(deed office.DeedLine) string {
	if back := deed.Detail.Facts[doorlink.Undone]; back != "" {
		return d.lang.Say("console.audit.undone", "what", d.lang.Say("audit."+back))
	}
	return d.lang.Say("audit." + deed.Action)
}
