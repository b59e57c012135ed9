package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"doorlink"
	"doorlink/office"
	"doorlink/sticker"
	"doorlink/web/page"
)

func (s *Server) registerPrint() {
	at(s, http.MethodGet, "/doors/{door}/link/sticker", says("printSticker", "The newest sticker of a DOOR Link as a file; every print is in the audit", doorlink.Devices), s.printSticker)
}

type printInput struct {
	Here
	Door      doorlink.DoorID    `path:"door" doc:"door_…"`
	Sticker   doorlink.StickerID `query:"sticker" doc:"Only if this is still the newest one: stick_…"`
	As        office.FileKind    `query:"as" enum:"pdf,svg,ndef" default:"pdf" doc:"ndef is the content of the NFC tag"`
	Format    sticker.Format     `query:"format" enum:"sheet,a6,panel" default:"sheet" doc:"A4, A6, or the panel of 90 × 130 mm"`
	Level     sticker.Level      `query:"level" enum:"q,h" default:"h" doc:"Error correction of the QR code"`
	Ink       sticker.Ink        `query:"ink" enum:"blue,black" default:"blue"`
	Languages []string           `query:"languages" maxItems:"6" doc:"Of the property’s, with commas between; all of them unless given"`
}

// binary is an answer that is a file.
type binary struct {
	Type string `header:"Content-Type"`
	Name string `header:"Content-Disposition" doc:"What to call the file"`
	Deed string `header:"Doorlink-Deed" doc:"Its entry in the audit"`
	Body []byte
}

func (binary) content() map[string]*huma.MediaType {
	file := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	return map[string]*huma.MediaType{"application/pdf": file, "image/svg+xml": file, "application/octet-stream": file}
}

func (s *Server) printSticker(ctx context.Context, d *office.Desk, in *printInput) (*binary, error) {
	f, r, err := d.Print(ctx, in.Door, s.press, office.Print{
		Seen: in.Sticker, As: in.As, Format: in.Format, Level: in.Level, Ink: in.Ink, Languages: in.Languages,
	})
	if err != nil {
		return nil, err
	}
	return &binary{f.Type, page.Attachment(f.Name), deed(r), f.Body}, nil
}
