package console

import (
	"net/http"
	"slices"
	"time"

	"doorlink"
	"doorlink/office"
)

// holdersView is key_holders.html: who holds the key.
type holdersView struct {
	keyView
	listing
	Rows []holderRow
}

// holderRow is somebody who holds the key.
type holderRow struct {
	office.HeldBy
	Name, InUnits, Path string
	Begins, Ends        string // empty: it always has, or never does
	State               badge
}

func (s *Server) holderRoutes(on register) {
	on("GET /console/{property}/keys/{key}/holders", s.desk(s.holders))
	on("GET /console/{property}/keys/{key}/give", s.desk(s.withoutKey))
	on("POST /console/{property}/keys/{key}/give", s.desk(s.giveTo))
	on("GET /console/{property}/keys/{key}/holders/{person}", s.desk(s.holder))
	on("POST /console/{property}/keys/{key}/holders/{person}", s.desk(s.setHolder))
	on("POST /console/{property}/keys/{key}/holders/{person}/end", s.desk(s.takeKey))
}

func (s *Server) holders(w http.ResponseWriter, r *http.Request, d *desk) error {
	at, err := s.atKey(r, d, "holders")
	if err != nil {
		return err
	}
	found, err := d.Holders(r.Context(), at.At.ID, asked(r))
	if err != nil {
		return err
	}
	v := holdersView{keyView: at, listing: listed(d.lang, r, found, "console.holders.", "name", "unit", "to")}
	for _, h := range found.Rows {
		v.Rows = append(v.Rows, d.holderRow(h))
	}
	return s.show(w, r, http.StatusOK, "key_holders.html", v)
}

func (d *desk) holderRow(h office.HeldBy) holderRow {
	return holderRow{
		HeldBy: h, Name: nameOf(h.Person), InUnits: unitNames(h.Units),
		Path: d.keyPath(h.Key) + "/holders/" + string(h.Person.ID), Begins: d.moment(h.From), Ends: d.moment(h.To),
		State: d.holding(h),
	}
}

// holding says whether somebody can use the key now.
func (d *desk) holding(h office.HeldBy) badge {
	switch {
	case h.Now:
		return badge{"ok", "yes", d.lang.Say("console.holders.now")}
	case !h.To.IsZero() && h.To.Before(time.Now()):
		return badge{"bad", "no", d.lang.Say("console.holders.ended")}
	}
	return badge{"heed", "clock", d.lang.Say("console.holders.later")}
}

// nameOf is a person's whole name, or their address.
func nameOf(p doorlink.Person) string { return p.As(doorlink.FullName, p.Email) }

func unitNames(units []doorlink.Unit) string {
	return listOf(units, func(u doorlink.Unit) string { return u.Name })
}

// datesForm are the fields in which it is typed how somebody holds a key.
type datesForm struct {
	From, To string // as browsers write moments
	Resident bool
}

// local is a moment as browsers write it, on the doors' clock; empty for none.
func (d *desk) local(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(d.Location()).Format(localTime)
}

func (d *desk) datesForm(h doorlink.Holder) datesForm {
	return datesForm{d.local(h.From), d.local(h.To), h.Resident}
}

func datesTyped(r *http.Request) datesForm {
	return datesForm{r.PostFormValue("from"), r.PostFormValue("to"), r.PostFormValue("resident") != ""}
}

// datesIn reads the fields over how somebody holds a key. A moment that was not
// touched stays as it is to the second, which browsers do not show.
func (d *desk) datesIn(r *http.Request, h doorlink.Holder) (doorlink.Holder, error) {
	h.Resident = r.PostFormValue("resident") != ""
	for name, to := range map[string]*time.Time{"from": &h.From, "to": &h.To} {
		typed := r.PostFormValue(name)
		if typed == d.local(*to) {
			continue
		}
		if *to = d.readLocal(typed); typed != "" && to.IsZero() {
			return h, office.ErrDates
		}
	}
	return h, nil
}

// giveView is key_give.html: people who do not hold the key, to be given it.
type giveView struct {
	keyView
	datesForm
	listing
	Rows []giveRow
}

// giveRow is a person to choose.
type giveRow struct {
	ID            doorlink.PersonID
	Name, InUnits string
	Chosen        bool
}

func (s *Server) withoutKey(w http.ResponseWriter, r *http.Request, d *desk) error {
	at, err := s.atKey(r, d, "holders")
	if err != nil {
		return err
	}
	if !at.Grant {
		return office.ErrMayNot
	}
	return s.showGive(w, r, d, http.StatusOK, giveView{keyView: at, datesForm: datesForm{Resident: true}})
}

func (s *Server) showGive(w http.ResponseWriter, r *http.Request, d *desk, status int, v giveView) error {
	found, err := d.WithoutKey(r.Context(), v.At.ID, asked(r))
	if err != nil {
		return err
	}
	v.listing = listed(d.lang, r, found, "console.holders.", "name", "unit")
	for _, p := range found.Rows {
		v.Rows = append(v.Rows, giveRow{p.ID, nameOf(p.Person), unitNames(p.Units), chosen(r, "person", string(p.ID))})
	}
	return s.show(w, r, status, "key_give.html", v)
}

func (s *Server) giveTo(w http.ResponseWriter, r *http.Request, d *desk) error {
	at, err := s.atKey(r, d, "holders")
	if err != nil {
		return err
	}
	h, err := d.datesIn(r, doorlink.Holder{Key: at.At.ID})
	var did office.Receipt
	if err == nil {
		did, err = d.GiveTo(r.Context(), h, all[doorlink.PersonID](r, "person")...)
	}
	return s.saved(w, r, d, did, err, at.Key+"/holders", form{}, func(status int, f form) error {
		at.form = f
		return s.showGive(w, r, d, status, giveView{keyView: at, datesForm: datesTyped(r)})
	})
}

// holderView is key_holder.html: how one person holds the key.
type holderView struct {
	keyView
	datesForm
	Held holderRow
}

// atHolder finds the person who holds the key of a request.
func (s *Server) atHolder(r *http.Request, d *desk) (holderView, error) {
	at, err := s.atKey(r, d, "holders")
	if err != nil {
		return holderView{}, err
	}
	h, err := d.Holder(r.Context(), at.At.ID, doorlink.PersonID(r.PathValue("person")))
	v := holderView{keyView: at, datesForm: d.datesForm(h.Holder), Held: d.holderRow(h)}
	v.Title, v.Row = v.Held.Name, h.Tag
	return v, err
}

func (s *Server) holder(w http.ResponseWriter, r *http.Request, d *desk) error {
	v, err := s.atHolder(r, d)
	if err != nil {
		return err
	}
	if !v.Grant {
		return office.ErrMayNot
	}
	return s.show(w, r, http.StatusOK, "key_holder.html", v)
}

func (s *Server) setHolder(w http.ResponseWriter, r *http.Request, d *desk) error {
	v, err := s.atHolder(r, d)
	if err != nil {
		return err
	}
	was := v.Held
	h, err := d.datesIn(r, was.Holder)
	var did office.Receipt
	if err == nil {
		did, err = d.SetHolding(r.Context(), h, r.PostFormValue("tag"))
	}
	again := differ(was.Tag,
		difference{d.lang.Say("console.holders.from"), d.or(was.Begins), d.or(d.moment(h.From))},
		difference{d.lang.Say("console.holders.to"), d.or(was.Ends), d.or(d.moment(h.To))},
		difference{d.lang.Say("console.holders.resident"), d.yes(was.Resident), d.yes(h.Resident)})
	return s.saved(w, r, d, did, err, v.Key+"/holders", again, func(status int, f form) error {
		v.form, v.datesForm = f, datesTyped(r)
		return s.show(w, r, status, "key_holder.html", v)
	})
}

func (s *Server) takeKey(w http.ResponseWriter, r *http.Request, d *desk) error {
	k := doorlink.KeyID(r.PathValue("key"))
	did, err := d.EndKey(r.Context(), doorlink.PersonID(r.PathValue("person")), k, r.PostFormValue("tag"))
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.keyPath(k)+"/holders")
}

// all are the rows that were ticked in a list.
func all[ID ~string](r *http.Request, field string) []ID {
	ids := make([]ID, len(r.PostForm[field]))
	for i, id := range r.PostForm[field] {
		ids[i] = ID(id)
	}
	return ids
}

// chosen reports whether a row was ticked.
func chosen(r *http.Request, field, id string) bool { return slices.Contains(r.PostForm[field], id) }
