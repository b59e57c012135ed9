package sticker

import (
	"errors"
	"strconv"
	"strings"

	"doorlink"
	"rsc.io/qr"
)

// The plate in millimetres: a frame of enamel, and what stands in it.
const (
	panelWide, panelHigh = 90, 130
	frame, corner        = 3, 5
	bleed                = 3
	inset                = 8.5 // of the contents from the left and right edge
	insideWide           = panelWide - 2*inset
	top, bottom          = 7, 123.2
	codeWide             = 45.8 // with the margin: scans from half a metre
	leastGap             = 1.2
)

// layout is a plate being laid out at one scale of its text.
type layout struct {
	Plate
	code  *qr.Code
	host  string
	ink   colour
	scale float64
}

// panel lays out the contents of a plate, 90 × 130 mm with the trim at the
// origin. All text shrinks alike until everything has room: long names, long
// translations and several languages share the plate.
func (p Plate) panel(ink colour) (drawing, error) {
	code, err := encode(p.Address, p.Level)
	if err != nil {
		return drawing{}, err
	}
	name, err := host(p.Address)
	if err != nil {
		return drawing{}, err
	}
	d := drawing{wide: panelWide, high: panelHigh}
	for scale := 1.0; scale > 0.4; scale *= 0.97 {
		l := layout{p, code, name, ink, scale}
		err = l.stack(&d)
		if !errors.Is(err, ErrFull) {
			return d, err
		}
	}
	return d, err
}

// stack puts the blocks of a plate one below the other, spread over its height.
// When they are too high it gives ErrFull and leaves d as it was.
func (l layout) stack(d *drawing) error {
	room := float64(bottom - top)
	var blocks []drawing
	for _, make := range []func() (drawing, error){l.header, l.aim, l.typed, l.steps, l.door, l.never} {
		b, err := make()
		if err != nil {
			return err
		}
		room -= b.high
		blocks = append(blocks, b)
	}
	gap := room / float64(len(blocks)-1)
	if gap < leastGap*l.scale {
		return ErrFull.With("text", l.Door)
	}
	y := float64(top)
	for _, b := range blocks {
		d.place(b, point{inset, y})
		y += b.high + gap
	}
	return nil
}

// header asks what the plate is for, in every language.
func (l layout) header() (d drawing, err error) {
	for i, w := range l.Languages {
		title, lead := 6.8*l.scale, 3.9*l.scale
		if i > 0 {
			d.high += 1.1 * l.scale
			title, lead = 4.6*l.scale, 3.3*l.scale
		}
		if err := d.below(w.Say("sticker.title"), style{size: title, bold: true, colour: l.ink}, 2); err != nil {
			return d, err
		}
		if err := d.below(w.Say("sticker.lead"), style{size: lead}, 2); err != nil {
			return d, err
		}
	}
	return d, nil
}

// below adds centred text under what a block has.
func (d *drawing) below(text string, s style, most int) error {
	high, err := d.say(text, s, 0, d.high, insideWide, centre, most)
	d.high += high
	return err
}

// aim is the code, and the spot of the NFC tag beside it.
func (l layout) aim() (d drawing, err error) {
	const out = 2.5 // the code's margin reaches into the plate's
	wide := codeWide * max(0.8, l.scale)
	d.high = wide
	d.add(fill(modules(l.code, wide).scaled(1, point{l.mirror(-out, wide), 0}), black))

	const spot, gap = 22, 1.5
	x, width := wide-out, insideWide+2*out-wide
	hint := drawing{}
	for i, w := range l.Languages {
		high, err := hint.say(w.Say("sticker.hold"), style{size: l.size(i, 3.2, 2.8)}, 1, hint.high, width-2, centre, 3)
		if err != nil {
			return d, err
		}
		hint.high += high + 0.5*l.scale
	}
	y := (wide - spot - gap - hint.high) / 2
	if y < 0 {
		return d, ErrFull.With("text", l.Door)
	}
	x = l.mirror(x, width)
	d.add(holdPicture(spot, point{x + (width-spot)/2, y}, l.ink)...)
	d.place(hint, point{x, y + spot + gap})
	return d, nil
}

// typed is the way in for those who neither scan nor hold.
func (l layout) typed() (d drawing, err error) {
	const pad, gap = 1.6, 2
	caption := style{size: l.size(0, 3.4, 0)}
	domain, short := style{size: l.size(0, 4.3, 0), bold: true}, style{size: l.size(0, 4.5, 0), mono: true, bold: true, space: 0.08}
	code := doorlink.ShortCode(l.Short)
	row := []item{{l.Languages[0].Say("sticker.type"), caption, 0}, {l.host, domain, 0}, {code, short, pad}}
	if len(l.Languages) > 1 {
		caption.size = l.size(1, 3.4, 3)
		if err := d.below(l.eachSays("sticker.type"), caption, 2); err != nil {
			return d, err
		}
		row = row[1:]
	}
	width, err := measure(row, gap)
	if err != nil || width <= insideWide {
		return d, errors.Join(err, l.row(&d, row, gap, width))
	}
	for ; len(row) > 1; row = row[1:] {
		if err := d.below(row[0].text, row[0].style, 3); err != nil {
			return d, err
		}
	}
	if width, err = measure(row, gap); err != nil {
		return d, err
	}
	return d, l.row(&d, row, gap, width)
}

// eachSays is a sentence in every language, each once.
func (l layout) eachSays(key string) string {
	var all []string
	said := map[string]bool{}
	for _, w := range l.Languages {
		if text := w.Say(key); !said[text] {
			said[text] = true
			all = append(all, text)
		}
	}
	return strings.Join(all, " · ")
}

// item is a piece of a row; a pad draws a box around it.
type item struct {
	text  string
	style style
	pad   float64
}

func measure(row []item, gap float64) (width float64, err error) {
	for _, i := range row {
		_, long, err := i.style.set(clean(i.text))
		if err != nil {
			return 0, err
		}
		width += long + 2*i.pad + gap
	}
	return width - gap, nil
}

// row sets items side by side, from the right in languages that are read so.
func (l layout) row(d *drawing, row []item, gap, width float64) error {
	if width > insideWide {
		return ErrFull.With("text", row[0].text)
	}
	high := row[len(row)-1].style.size*leading + 0.8
	x := (insideWide - width) / 2
	for _, i := range row {
		_, long, err := i.style.set(clean(i.text))
		if err != nil {
			return err
		}
		box := long + 2*i.pad
		at := l.mirror(x, box)
		if _, err := d.say(i.text, i.style, at+i.pad-1, d.high+(high-i.style.size*leading)/2, long+2, centre, 1); err != nil {
			return err
		}
		if i.pad > 0 {
			d.add(figure{path: rounded(at, d.high, box, high, 1), width: 0.35, colour: black})
		}
		x += box + gap
	}
	d.high += high
	return nil
}

// size is a size of text for the main language, or for the others.
func (l layout) size(language int, main, others float64) float64 {
	if language > 0 {
		main = others
	}
	return max(smallest, main*l.scale)
}

// mirror is where a box at x begins in the main language's direction.
func (l layout) mirror(x, width float64) float64 {
	if l.Languages[0].Dir() == "rtl" {
		return insideWide - x - width
	}
	return x
}

// steps are the three things to do, as pictures and words.
func (l layout) steps() (d drawing, err error) {
	const gap = 2
	column := (insideWide - 2*gap) / 3.4
	x := 0.0
	for n, s := range []struct {
		key     string
		picture pictogram
		wide    float64
	}{{"sticker.scan", scanPicture, column}, {"sticker.call", callPicture, column}, {"sticker.code", codePicture, 1.4 * column}} {
		b, err := l.step(n+1, s.key, s.picture, s.wide)
		if err != nil {
			return d, err
		}
		d.place(b, point{l.mirror(x, s.wide), 0})
		d.high = max(d.high, b.high)
		x += s.wide + gap
	}
	return d, nil
}

// step is a picture above its number and words.
func (l layout) step(n int, key string, picture pictogram, wide float64) (d drawing, err error) {
	size, disc := 9.5*max(0.75, l.scale), max(3.4, 4*l.scale)
	d.add(picture(size, point{(wide - size) / 2, 0}, l.ink)...)
	d.high = size + 0.8
	words := style{size: l.size(0, 3.5, 0)}
	lines, words, err := words.fit(clean(l.Languages[0].Say(key)), wide-disc-1, 2)
	if err != nil {
		return d, err
	}
	long := 0.0
	for _, text := range lines {
		_, w, err := words.set(text)
		if err != nil {
			return d, err
		}
		long = max(long, w)
	}
	x := (wide - long - disc - 1) / 2
	at, textAt := x, x+disc+1
	if l.Languages[0].Dir() == "rtl" {
		at, textAt = wide-x-disc, x
	}
	d.add(fill(circle(point{at + disc/2, d.high + disc/2}, disc/2), l.ink))
	number := style{size: 0.7 * disc, bold: true, colour: white}
	if _, err := d.say(strconv.Itoa(n), number, at, d.high+(disc-number.size*leading)/2, disc, centre, 1); err != nil {
		return d, err
	}
	y := d.high + max(0, (disc-words.size*leading)/2)
	for _, text := range lines {
		high, err := d.say(text, words, textAt-0.5, y, long+1, l.start(), 1)
		if err != nil {
			return d, err
		}
		y += high
	}
	d.high = max(y, d.high+disc) + 0.3*l.scale
	for _, w := range l.Languages[1:] {
		high, err := d.say(w.Say(key), style{size: l.size(1, 0, 2.9)}, 0, d.high, wide, centre, 2)
		if err != nil {
			return d, err
		}
		d.high += high
	}
	return d, nil
}

// start is the side where reading begins.
func (l layout) start() side {
	if l.Languages[0].Dir() == "rtl" {
		return right
	}
	return left
}

// door is the enamel sign that says where one stands.
func (l layout) door() (d drawing, err error) {
	const padX, gap, mostLabel = 4, 3, 24
	padY := 2.6 * max(0.8, l.scale)
	label := drawing{}
	big := style{size: 8 * l.scale, bold: true, colour: white}
	lines, big, err := big.fit(clean(l.Label), mostLabel, 2)
	if err != nil {
		return d, err
	}
	wide := 0.0
	for _, text := range lines {
		_, long, err := big.set(text)
		if err != nil {
			return d, err
		}
		wide = max(wide, long)
	}
	wide += 0.5
	for _, text := range lines {
		high, err := label.say(text, big, 0, label.high, wide, 2-l.start(), 1)
		if err != nil {
			return d, err
		}
		label.high += high
	}
	names := drawing{}
	room := insideWide - 2*padX - gap - wide
	for _, n := range []struct {
		text string
		style
		most int
	}{{l.Door, style{size: 5 * l.scale, bold: true, colour: white}, 4}, {l.Property, style{size: 3.4 * l.scale, colour: white}, 3}} {
		high, err := names.say(n.text, n.style, 0, names.high, room, l.start(), n.most)
		if err != nil {
			return d, err
		}
		names.high += high
	}
	d.high = max(names.high, label.high) + 2*padY
	d.add(fill(rounded(0, 0, insideWide, d.high, 2.5), l.ink),
		figure{path: rounded(0.975, 0.975, insideWide-1.95, d.high-1.95, 1.6), width: 0.35, colour: white})
	d.place(names, point{l.mirror(padX, room), (d.high - names.high) / 2})
	d.place(label, point{l.mirror(insideWide-padX-wide, wide), (d.high - label.high) / 2})
	return d, nil
}

// never warns of stickers that somebody stuck over this one.
func (l layout) never() (d drawing, err error) {
	for _, w := range l.Languages {
		if err := d.below(w.Say("sticker.never"), style{size: l.size(0, 2.7, 0)}, 4); err != nil {
			return d, err
		}
		d.high += 0.4 * l.scale
	}
	return d, nil
}
