package sticker

import (
	"cmp"
	"io"

	"rsc.io/qr"
)

// Format is what a plate is printed on.
type Format string

const (
	// Panel is the plate alone, 90 × 130 mm, for whoever makes the panel. Its
	// colour reaches 3 mm beyond the trim; crop marks and the ruler lie farther
	// out, where a PDF shows them only to a printer's own programs.
	Panel Format = "panel"
	// A6 is one plate to cut out, with the ruler above it.
	A6 Format = "a6"
	// Sheet is A4 (and fits Letter): the plate in colour and in black, the
	// ruler, and how to hang it.
	Sheet Format = "sheet"
)

// Ink is the colour of a plate's enamel. The QR code is always black.
type Ink string

// The inks. The zero value is Blue; a sheet shows both whatever is asked.
const (
	Blue  Ink = "blue"
	Black Ink = "black"
)

// Level is how much of a QR code may be lost: of its codewords Q can restore a
// quarter, H three tenths in a denser code (ISO/IEC 18004, 6.5.1).
type Level string

// The levels. The zero value is H: a sticker hangs where people pass for years,
// and at H it still scans with a fifth of the code covered.
const (
	Q Level = "q"
	H Level = "h"
)

// Language says the sentences whose keys begin with "sticker." to people. It is
// asked for here because the tables stand beside this package, not below it.
type Language interface {
	Say(key string, places ...any) string
	Dir() string // "rtl" if written from the right
}

// Plate is everything that one printed panel shows. The address is the whole
// one in the QR code; its domain is printed in plain letters, so that the two
// cannot differ. Names are printed as they are, on as many lines as they need.
type Plate struct {
	Address   string
	Short     string // of the sticker, eight characters
	Door      string
	Property  string
	Label     string     // of the panel: "N2"
	Number    int        // of the sticker, on the sheet's instructions
	Languages []Language // the main one first; at least one
	Ink       Ink
	Level     Level
}

// PDF writes the plate in true size with embedded fonts. The same plate gives
// the same bytes. It fails with ErrAddress, ErrGlyph, ErrFull or ErrFormat
// before anything is written, or as w does.
func (p Plate) PDF(w io.Writer, f Format) error {
	d, err := p.draw(f)
	if err != nil {
		return err
	}
	return d.pdf(w)
}

// SVG writes the same drawing in true size, with letters as outlines, so that it
// needs no fonts. It fails like PDF.
func (p Plate) SVG(w io.Writer, f Format) error {
	d, err := p.draw(f)
	if err != nil {
		return err
	}
	return d.svg(w)
}

// mostModules is the widest code whose modules are still 0.6 mm on the fullest
// plate; printers and cameras blur smaller ones.
const mostModules = 53

// encode makes the QR code of an address of the web.
func encode(address string, l Level) (*qr.Code, error) {
	if _, err := host(address); err != nil {
		return nil, err
	}
	level, ok := map[Level]qr.Level{Q: qr.Q, H: qr.H}[cmp.Or(l, H)]
	if !ok {
		return nil, ErrFormat
	}
	code, err := qr.Encode(address, level)
	if err != nil {
		return nil, ErrAddress.Because(err)
	}
	if code.Size > mostModules {
		return nil, ErrAddress
	}
	return code, nil
}

// modules is a code as one path, row by row, in a square of a width that
// includes the margin. One path leaves no hairlines between the rows.
func modules(code *qr.Code, wide float64) path {
	size := wide / float64(code.Size+2*quiet)
	var p path
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for code.Black(x, y) { // outside the code nothing is black
				x++
			}
			if x > from {
				p = append(p, rectangle(float64(from+quiet)*size, float64(y+quiet)*size, float64(x-from)*size, size)...)
			}
		}
	}
	return p
}
