package console

import (
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/sticker"
)

// linkView is door_link.html and door_change.html: the DOOR Link of a door.
type linkView struct {
	doorView
	PanelTag   string
	Newest     doorlink.StickerID
	QR         string // the path of the QR code; empty: no sticker is good
	Side       int    // of its view box
	Short      string
	Scanned    string // when it was first scanned; empty: not yet
	Ends       string // when the sticker before stops; empty: there is none
	Looked     string
	Overdue    bool // it is time to look again
	LookDays   int  // after how many it is; 0: never
	Open       int
	Stickers   []stickerRow
	Stop       string // what is proposed for the old sticker, as browsers write it
	StopText   string
	MayNotHang bool
	Counts     countsView
	Uses       usesView
	Silence    *silence // nil: nothing to tell
}

// silence is what the overlay watch tells.
type silence struct {
	Since  string
	Missed int
}

type stickerRow struct {
	Number              int
	Made, Scanned, Ends string
}

// atLink makes what the pages of a DOOR Link show.
func (s *Server) atLink(r *http.Request, d *desk) (linkView, error) {
	at, err := s.atDoor(r, d, "link")
	if err != nil {
		return linkView{}, err
	}
	link, err := d.Link(r.Context(), at.At.ID)
	if err != nil {
		return linkView{}, err
	}
	stop := office.StopFor(time.Now().In(d.Location()))
	v := linkView{
		doorView: at, PanelTag: link.PanelTag, Looked: d.moment(link.Looked), Open: link.Open,
		Overdue: link.Overdue, LookDays: lookDays(d.Property),
		Short: doorlink.ShortCode(link.Live.Short), Scanned: d.moment(link.Live.Scanned), Ends: d.moment(link.Before.Ends),
		Stop: stop.Format(localTime), StopText: d.moment(stop), MayNotHang: at.At.Type.MayHang() != nil,
	}
	if link.Panel.ID != "" {
		v.Counts, v.Uses = d.linkCounts(link), d.uses(link.Days)
	}
	if link.Silence != nil {
		v.Silence = &silence{d.date(link.Silence.Since), link.Silence.Missed}
	}
	for i := len(link.Stickers) - 1; i >= 0; i-- {
		one := link.Stickers[i]
		v.Stickers = append(v.Stickers, stickerRow{one.Number, d.moment(one.Made), d.moment(one.Scanned), d.moment(one.Ends)})
	}
	if n := len(link.Stickers); n > 0 {
		v.Newest = link.Stickers[n-1].ID
	}
	if link.Live.ID != "" {
		v.QR, v.Side, err = sticker.Path(s.press.Address(link.Live))
	}
	return v, err
}

func (s *Server) linkRoutes(on register) {
	on("GET /console/{property}/doors/{door}/link", s.desk(s.link))
	on("POST /console/{property}/doors/{door}/link", s.desk(s.addLink))
	on("GET /console/{property}/doors/{door}/link/live", s.aside(s.liveLink))
	on("GET /console/{property}/doors/{door}/link/change", s.desk(s.changeForm))
	on("POST /console/{property}/doors/{door}/link/change", s.desk(s.changeQR))
	on("POST /console/{property}/doors/{door}/link/label", s.desk(s.labelLink))
	on("POST /console/{property}/doors/{door}/link/looked", s.desk(s.lookedAt))
	on("POST /console/{property}/doors/{door}/link/retire", s.desk(s.retireLink))
	on("GET /console/{property}/doors/{door}/link/print", s.desk(s.printForm))
	on("POST /console/{property}/doors/{door}/link/print", s.desk(s.print))
}

func (s *Server) link(w http.ResponseWriter, r *http.Request, d *desk) error {
	v, err := s.atLink(r, d)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "door_link.html", v)
}

// changeForm asks how a sticker is to be replaced.
func (s *Server) changeForm(w http.ResponseWriter, r *http.Request, d *desk) error {
	v, err := s.atLink(r, d)
	if err != nil {
		return err
	}
	if !v.May {
		return office.ErrMayNot
	}
	if v.At.Panel.ID == "" {
		return errNowhere
	}
	return s.show(w, r, http.StatusOK, "door_change.html", v)
}

func (s *Server) changeQR(w http.ResponseWriter, r *http.Request, d *desk) error {
	how := office.QRChange{
		Seen: doorlink.StickerID(r.PostFormValue("seen")), Now: r.PostFormValue("when") == "now",
		Codes: r.PostFormValue("codes") != "",
	}
	if !how.Now {
		if how.Stop = d.readLocal(r.PostFormValue("stop")); how.Stop.IsZero() {
			return office.ErrStop
		}
	}
	_, did, err := d.ChangeQR(r.Context(), doorlink.DoorID(r.PathValue("door")), how)
	return s.afterLink(w, r, d, did, err)
}

// afterLink leads back to the DOOR Link once something was done to it.
func (s *Server) afterLink(w http.ResponseWriter, r *http.Request, d *desk, did office.Receipt, err error) error {
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("doors/"+r.PathValue("door")+"/link"))
}

func (s *Server) addLink(w http.ResponseWriter, r *http.Request, d *desk) error {
	_, did, err := d.AddLink(r.Context(), doorlink.DoorID(r.PathValue("door")), r.PostFormValue("label"))
	return s.afterLink(w, r, d, did, err)
}

func (s *Server) labelLink(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.SetLabel(r.Context(), doorlink.DoorID(r.PathValue("door")), r.PostFormValue("label"), r.PostFormValue("tag"))
	return s.afterLink(w, r, d, did, err)
}

func (s *Server) retireLink(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.RetireLink(r.Context(), doorlink.DoorID(r.PathValue("door")), r.PostFormValue("tag"))
	return s.afterLink(w, r, d, did, err)
}

func (s *Server) lookedAt(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.Looked(r.Context(), doorlink.DoorID(r.PathValue("door")))
	return s.afterLink(w, r, d, did, err)
}

// localTime is how browsers write a moment without a zone.
const localTime = "2006-01-02T15:04"

// readLocal reads a moment as a browser wrote it, on the doors' clock; the zero
// time for what is none.
func (d *desk) readLocal(text string) time.Time {
	t, err := time.ParseInLocation(localTime, text, d.Location())
	if err != nil {
		return time.Time{}
	}
	return t
}
