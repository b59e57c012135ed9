package office

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"

	"doorlink"
	"doorlink/sticker"
	"doorlink/web/locale"
)

// FileKind is what a sticker is written as.
type FileKind string

const (
	PDF  FileKind = "pdf"  // for printers
	SVG  FileKind = "svg"  // for whoever makes the panel
	NDEF FileKind = "ndef" // for the NFC tag behind it
)

// Press is what printing takes beside the building: where the codes lead, and
// the languages there are.
type Press struct {
	Base  string // the address browsers use, without a path
	Words *locale.Catalogue
}

// Address is where the QR code of a sticker leads.
func (p Press) Address(s doorlink.Sticker) string { return p.Base + "/p/" + s.Token.Reveal() }

// Languages are those of a property's printed panels, each once, the main one
// first: at least one.
func (p Press) Languages(at doorlink.Property) []*locale.Language {
	var all []*locale.Language
	for _, tag := range at.Languages {
		if l := p.Words.Match("", tag); !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	if len(all) == 0 {
		all = append(all, p.Words.Match("", ""))
	}
	return all
}

// Print is how a sticker is wanted. The zero value of the rest is a PDF of the
// sheet, at level H in blue, in every language of the property.
type Print struct {
	Seen      doorlink.StickerID // the newest sticker as the asker saw it; empty: whichever
	As        FileKind
	Format    sticker.Format
	Level     sticker.Level
	Ink       sticker.Ink
	Languages []string // tags of those wanted, of the property's
}

// File is something to download.
type File struct {
	Name, Type string // Type is of RFC 6838
	Body       []byte
}

// Print draws the newest sticker of the DOOR Link of a door, whose print is
// audited: whoever has it can hang it elsewhere. It fails with ErrNoSticker
// where no sticker is good, with doorlink.ErrChanged if there is a newer one
// than Seen, and with ErrAddress, ErrGlyph, ErrFull or ErrFormat of package
// sticker. Needs Devices.
func (d *Desk) Print(ctx context.Context, id doorlink.DoorID, on Press, how Print) (File, Receipt, error) {
	line, err := d.linked(ctx, id)
	if err != nil {
		return File{}, Receipt{}, err
	}
	live := line.Live
	switch {
	case live.ID == "":
		return File{}, Receipt{}, ErrNoSticker
	case how.Seen != "" && how.Seen != live.ID:
		return File{}, Receipt{}, doorlink.ErrChanged
	}
	how.As, how.Format = cmp.Or(how.As, PDF), cmp.Or(how.Format, sticker.Sheet)
	words, err := on.chosen(d.Property, how.Languages)
	if err != nil {
		return File{}, Receipt{}, err
	}
	f, err := how.draw(sticker.Plate{
		Address: on.Address(live), Short: live.Short, Door: line.Name, Property: d.Property.Name,
		Label: line.Panel.Label, Number: live.Number, Languages: words, Ink: how.Ink, Level: how.Level,
	})
	if err != nil {
		return File{}, Receipt{}, err
	}
	r, err := d.do(ctx, act{
		action: "link.print", subject: string(id),
		facts: map[string]string{"number": strconv.Itoa(live.Number), "as": string(how.As), "format": string(how.Format)},
		also:  nothing, // printing changes nothing, and is told all the same
	})
	return f, r, err
}

// chosen are the languages of a property's panels with these tags; without tags
// all.
func (p Press) chosen(at doorlink.Property, tags []string) ([]sticker.Language, error) {
	var words []sticker.Language
	for _, l := range p.Languages(at) {
		if len(tags) == 0 || slices.Contains(tags, l.Tag) {
			words = append(words, l)
		}
	}
	if len(tags) > len(words) {
		return nil, sticker.ErrFormat
	}
	return words, nil
}

// draw makes the file of a plate.
func (how Print) draw(p sticker.Plate) (File, error) {
	f := File{Name: fmt.Sprintf("%s %d.%s", p.Label, p.Number, how.As)}
	write := map[FileKind]func(io.Writer, sticker.Format) error{PDF: p.PDF, SVG: p.SVG}[how.As]
	switch {
	case how.As == NDEF:
		// No type is registered for it; writing apps go by the name.
		tag, err := sticker.NDEF(p.Address)
		f.Type, f.Body = "application/octet-stream", tag
		return f, err
	case write == nil:
		return f, sticker.ErrFormat
	}
	f.Type = map[FileKind]string{PDF: "application/pdf", SVG: "image/svg+xml"}[how.As]
	var b bytes.Buffer
	err := write(&b, how.Format)
	f.Body = b.Bytes()
	return f, err
}
