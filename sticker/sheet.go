package sticker

import (
	"cmp"
	"strconv"
)

// draw lays a plate out on a format.
func (p Plate) draw(f Format) (drawing, error) {
	if len(p.Languages) == 0 {
		return drawing{}, ErrFormat
	}
	ink, ok := map[Ink]colour{Blue: blue, Black: black}[cmp.Or(p.Ink, Blue)]
	if !ok {
		return drawing{}, ErrFormat
	}
	var d drawing
	var err error
	switch f {
	case Panel:
		d, err = p.alone(ink)
	case A6:
		d, err = p.card(ink)
	case Sheet:
		d, err = p.sheet()
	default:
		return d, ErrFormat
	}
	d.title = clean(p.Label + " " + p.Door + ", " + p.Property)
	return d, err
}

// alone is the plate with colour beyond the trim, and what a printer needs
// outside of it.
func (p Plate) alone(ink colour) (drawing, error) {
	d := drawing{wide: panelWide, high: panelHigh, slug: 16}
	d.add(fill(rectangle(-bleed, -bleed, panelWide+2*bleed, panelHigh+2*bleed), ink))
	d.window()
	d.cropMarks()
	const clear = 1.5 // of the crop marks
	if err := p.check(&d, clear, panelHigh+bleed+clear, panelWide-2*clear, 2); err != nil {
		return d, err
	}
	return d, p.contents(&d, ink, point{})
}

// card is the plate on a card of A6, with a line to cut along.
func (p Plate) card(ink colour) (drawing, error) {
	d := drawing{wide: 105, high: 148}
	if err := p.check(&d, 5, 3, 95, 2); err != nil {
		return d, err
	}
	return d, p.whole(&d, ink, point{7.5, 14})
}

// sheet is the plate in both inks, with instructions.
func (p Plate) sheet() (drawing, error) {
	const margin, gap, first, hints = 11, 8, 24, 160
	d := drawing{wide: 210, high: 297}
	if err := p.check(&d, margin, 10, 210-2*margin, 3.4); err != nil {
		return d, err
	}
	if err := p.whole(&d, blue, point{margin, first}); err != nil {
		return d, err
	}
	if err := p.whole(&d, black, point{margin + panelWide + gap, first}); err != nil {
		return d, err
	}
	return d, p.hints(&d, margin, hints, 210-2*margin)
}

// whole is a plate with its frame and the line to cut along.
func (p Plate) whole(d *drawing, ink colour, at point) error {
	plate := drawing{}
	plate.add(figure{path: rounded(-1, -1, panelWide+2, panelHigh+2, corner+1), width: 0.2, dash: 1, colour: grey},
		fill(rounded(0, 0, panelWide, panelHigh, corner), ink))
	plate.window()
	d.place(plate, at)
	return p.contents(d, ink, at)
}

// window is the white within the frame, and the spot of the raised dot by which
// a hand finds the plate.
func (d *drawing) window() {
	d.add(fill(rounded(frame, frame, panelWide-2*frame, panelHigh-2*frame, corner-frame), white),
		fill(circle(point{panelWide / 2, panelHigh - frame/2.0}, frame/2.0), white))
}

func (p Plate) contents(d *drawing, ink colour, at point) error {
	panel, err := p.panel(ink)
	d.place(panel, at)
	return err
}

// cropMarks show where to cut, clear of the bleed.
func (d *drawing) cropMarks() {
	const from, to, w = bleed + 1.5, bleed + 6.5, 0.1
	for _, x := range []float64{0, panelWide} {
		d.add(line(w, black, point{x, -from}, point{x, -to}), line(w, black, point{x, panelHigh + from}, point{x, panelHigh + to}))
	}
	for _, y := range []float64{0, panelHigh} {
		d.add(line(w, black, point{-from, y}, point{-to, y}), line(w, black, point{panelWide + from, y}, point{panelWide + to, y}))
	}
}

// ruler is how long the line is that proves the scale of a print.
const ruler = 50

// check is the ruler, and beside it what to do with it.
func (p Plate) check(d *drawing, x, y, wide, size float64) error {
	const gap, high = 4, 6
	w := p.Languages[0]
	l := layout{Plate: p}
	at, textAt := x+wide-ruler, x
	if l.start() == right {
		at, textAt = x, x+ruler+gap
	}
	d.ruler(point{at, y + high})
	text := w.Say("sticker.print") + " " + w.Say("sticker.measure")
	_, err := d.say(text, style{size: size}, textAt, y, wide-ruler-gap, l.start(), 4)
	return err
}

// ruler draws millimetres upwards from a line of 50 mm.
func (d *drawing) ruler(at point) {
	const w = 0.15
	d.add(line(w, black, at, point{at.x + ruler, at.y}))
	for mm := range ruler + 1 {
		high := 2.0
		switch {
		case mm%10 == 0:
			high = 4
		case mm%5 == 0:
			high = 2.8
		}
		x := at.x + float64(mm)
		d.add(line(w, black, point{x, at.y}, point{x, at.y - high}))
	}
}

// hints say how to hang a plate, in four columns, and what the two plates are.
func (p Plate) hints(d *drawing, x, y, wide float64) error {
	const columns, gap = 4, 5
	plain, strong := style{size: 3.2}, style{size: 3.2, bold: true}
	w, l := p.Languages[0], layout{Plate: p}
	column := (wide - (columns-1)*gap) / columns
	lowest := y
	heads := []string{w.Say("sticker.place"), w.Say("sticker.tag"), w.Say("sticker.touch"), w.Say("sticker.try")}
	texts, small, err := plain.alike(column, w.Say("sticker.place.how"), w.Say("sticker.tag.how"), w.Say("sticker.touch.how"),
		w.Say("sticker.try.how", "door", p.Door, "n", strconv.Itoa(p.Number)))
	if err != nil {
		return err
	}
	for i, text := range texts {
		at := x + float64(i)*(column+gap)
		if l.start() == right {
			at = x + wide - float64(i)*(column+gap) - column
		}
		head, err := d.say(heads[i], strong, at, y, column, l.start(), 2)
		if err != nil {
			return err
		}
		high, err := d.write(text, small, at, y+head, column, l.start())
		if err != nil {
			return err
		}
		lowest = max(lowest, y+head+high)
	}
	_, err = d.say(w.Say("sticker.spare"), plain, x, lowest+4, wide, l.start(), 3)
	return err
}
