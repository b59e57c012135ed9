package api

import (
	"context"
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
)

// DoorLink is the DOOR Link of a door as programs read it.
type DoorLink struct {
	Panel    doorlink.PanelID `json:"panel"`
	Label    string           `json:"label" doc:"Printed on it and shown to visitors"`
	Address  string           `json:"address,omitempty" doc:"What the QR code of the newest good sticker says; missing: no sticker is good"`
	Short    string           `json:"short_code,omitempty" doc:"What is printed beside it"`
	Stickers []Sticker        `json:"stickers" doc:"All it has had, the first one first"`
	Looked   time.Time        `json:"looked_at,omitzero" doc:"When somebody last found it uncovered; missing: never"`
	Overdue  bool             `json:"look_due" doc:"It is time to look again: see look_at_panels_days of the property"`
	Open     int              `json:"unused_doorcodes" doc:"Of today, at this door"`
	ETag     string           `json:"etag" doc:"For If-Match"`
}

// Sticker is what is or was printed on a DOOR Link.
type Sticker struct {
	ID      doorlink.StickerID `json:"id"`
	Number  int                `json:"number"`
	Made    time.Time          `json:"made"`
	Scanned time.Time          `json:"first_scanned,omitzero" doc:"Missing: not yet"`
	Ends    time.Time          `json:"ends,omitzero" doc:"When it stops or stopped; missing: it is good"`
}

func (s *Server) doorLinkOf(v office.LinkView) DoorLink {
	l := DoorLink{
		Panel: v.Panel.ID, Label: v.Panel.Label, Looked: v.Looked, Overdue: v.Overdue, Open: v.Open, ETag: etag(v.PanelTag),
		Stickers: words(v.Stickers, func(one doorlink.Sticker) Sticker {
			return Sticker{one.ID, one.Number, one.Made, one.Scanned, one.Ends}
		}),
	}
	if v.Live.ID != "" {
		l.Address, l.Short = s.Base+"/p/"+v.Live.Token.Reveal(), doorlink.ShortCode(v.Live.Short)
	}
	return l
}

func (s *Server) registerLinks() {
	const path = "/doors/{door}/link"
	at(s, http.MethodGet, path, says("readLink", "The DOOR Link of a door", doorlink.See), s.link)
	at(s, http.MethodPost, path, says("addLink", "Pairs a door with a new DOOR Link and its first sticker", doorlink.Devices), s.addLink)
	at(s, http.MethodPatch, path, says("changeLink", "Changes the label; stickers that hang keep what is printed on them", doorlink.Devices), s.changeLink)
	at(s, http.MethodDelete, path, says("retireLink", "Takes the DOOR Link away from the door; cannot be undone", doorlink.Devices), s.retireLink)
	at(s, http.MethodPost, path+"/change-qr", says("changeQR", "Change QR Code: draws up a new sticker; cannot be undone", doorlink.Devices), s.changeQR)
	at(s, http.MethodPost, path+"/looked", says("lookedAtLink", "Notes that somebody looked at it and found it uncovered", doorlink.Devices), s.lookedAt)
}

func (s *Server) link(ctx context.Context, d *office.Desk, in *AtDoor) (*one[DoorLink], error) {
	return s.readLink(ctx, d, in.Door, office.Receipt{})
}

// linked finds the DOOR Link of a door, or fails with office.ErrNoLink.
func linked(ctx context.Context, d *office.Desk, id doorlink.DoorID) (office.LinkView, error) {
	v, err := d.Link(ctx, id)
	if err == nil && v.Panel.ID == "" {
		err = office.ErrNoLink
	}
	return v, err
}

// readLink is a DOOR Link as it stands, after a change with a receipt.
func (s *Server) readLink(ctx context.Context, d *office.Desk, id doorlink.DoorID, r office.Receipt) (*one[DoorLink], error) {
	v, err := linked(ctx, d, id)
	if err != nil {
		return nil, err
	}
	return &one[DoorLink]{etag(v.PanelTag), deed(r), s.doorLinkOf(v)}, nil
}

// DoorLinkWish is a DOOR Link to be added.
type DoorLinkWish struct {
	Label string `json:"label" maxLength:"400" doc:"12 characters at most, as printed: N2"`
}

type addLinkInput struct {
	AtDoor
	Again
	Body DoorLinkWish
}

func (s *Server) addLink(ctx context.Context, d *office.Desk, in *addLinkInput) (*made[DoorLink], error) {
	_, r, err := d.AddLink(ctx, in.Door, in.Body.Label)
	if err != nil {
		return nil, err
	}
	at, err := s.readLink(ctx, d, in.Door, r)
	if err != nil {
		return nil, err
	}
	return &made[DoorLink]{at.ETag, at.Deed, askedBy(ctx).url.Path, at.Body}, nil
}

// DoorLinkPatch is what can be changed of a DOOR Link.
type DoorLinkPatch struct {
	Label Edit[string] `json:"label,omitzero"`
}

type changeLinkInput struct {
	AtDoor
	Match
	Body DoorLinkPatch
}

func (s *Server) changeLink(ctx context.Context, d *office.Desk, in *changeLinkInput) (*one[DoorLink], error) {
	was, err := linked(ctx, d, in.Door)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.PanelTag, s.doorLinkOf(was)); err != nil {
		return nil, err
	}
	label := was.Panel.Label
	in.Body.Label.over(&label)
	r, err := d.SetLabel(ctx, in.Door, label, was.PanelTag)
	if err != nil {
		return nil, err
	}
	return s.readLink(ctx, d, in.Door, r)
}

type retireLinkInput struct {
	AtDoor
	Match
}

func (s *Server) retireLink(ctx context.Context, d *office.Desk, in *retireLinkInput) (*gone, error) {
	was, err := linked(ctx, d, in.Door)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.PanelTag, s.doorLinkOf(was)); err != nil {
		return nil, err
	}
	r, err := d.RetireLink(ctx, in.Door, was.PanelTag)
	return &gone{deed(r)}, err
}

// QRWish is how a sticker is to be replaced.
type QRWish struct {
	Stops  string             `json:"old_stops" enum:"scan,now" doc:"scan: when the new sticker is first scanned, so that there is no gap at the door; now: for misuse and damage"`
	Latest time.Time          `json:"latest,omitzero" doc:"With scan: it stops at the latest then, within 30 days; missing: at 18:00 in three days"`
	Codes  bool               `json:"cancel_doorcodes,omitempty" doc:"Also cancel today's unused doorcodes at the door"`
	Seen   doorlink.StickerID `json:"seen,omitempty" maxLength:"60" doc:"The newest sticker as the asker saw it: if there is a newer one by now, it is refused"`
}

type changeQRInput struct {
	AtDoor
	Again
	Body QRWish
}

func (s *Server) changeQR(ctx context.Context, d *office.Desk, in *changeQRInput) (*one[DoorLink], error) {
	b := in.Body
	_, r, err := d.ChangeQR(ctx, in.Door, office.QRChange{Seen: b.Seen, Now: b.Stops == "now", Stop: b.Latest, Codes: b.Codes})
	if err != nil {
		return nil, err
	}
	return s.readLink(ctx, d, in.Door, r)
}

type lookedInput struct {
	AtDoor
	Again
}

func (s *Server) lookedAt(ctx context.Context, d *office.Desk, in *lookedInput) (*one[DoorLink], error) {
	r, err := d.Looked(ctx, in.Door)
	if err != nil {
		return nil, err
	}
	return s.readLink(ctx, d, in.Door, r)
}
