package sticker

import (
	"embed"
	"encoding/binary"
	"sync"
)

//go:embed font/*.ttf
var fontFiles embed.FS

// face is one of the fonts that ship with the package. It reads only what the
// panel needs of TrueType (the OpenType specification's head, hhea, hmtx, cmap,
// loca and glyf) and trusts its input: font/make.py made it, with long offsets
// nowhere assumed, one cmap of format 4 and no compound glyphs. Tests read every
// glyph of every face.
type face struct {
	name     string
	file     []byte
	em       float64 // units to the em
	glyphs   map[rune]int
	advances []int // in units, by glyph
	outlines []byte
	offsets  []int // of each outline, and the end of the last
}

// typeface is all faces, loaded when the first panel is drawn.
type typeface struct {
	text, textBold, arabic, arabicBold, han, monoBold *face
}

var fonts = sync.OnceValues(func() (typeface, error) {
	var t typeface
	for name, into := range map[string]**face{
		"text": &t.text, "text-bold": &t.textBold, "arabic": &t.arabic, "arabic-bold": &t.arabicBold,
		"han": &t.han, "mono-bold": &t.monoBold,
	} {
		file, err := fontFiles.ReadFile("font/" + name + ".ttf")
		if err != nil {
			return t, err
		}
		*into = newFace(name, file)
	}
	return t, nil
})

func newFace(name string, file []byte) *face {
	head, hhea, maxp := table(file, "head"), table(file, "hhea"), table(file, "maxp")
	f := &face{name: name, file: file, em: float64(u16(head, 18)), outlines: table(file, "glyf")}
	count := u16(maxp, 4)
	f.readAdvances(table(file, "hmtx"), u16(hhea, 34), count)
	f.readOffsets(table(file, "loca"), u16(head, 50) == 1, count)
	f.readGlyphs(table(file, "cmap"))
	return f
}

// table finds a table by its tag in the font's directory.
func table(file []byte, tag string) []byte {
	for at := 12; at < 12+16*u16(file, 4); at += 16 {
		if string(file[at:at+4]) == tag {
			start, length := u32(file, at+8), u32(file, at+12)
			return file[start : start+length]
		}
	}
	return nil
}

// readAdvances reads hmtx: glyphs beyond the measured ones have the last width.
func (f *face) readAdvances(hmtx []byte, measured, count int) {
	for glyph := range count {
		f.advances = append(f.advances, u16(hmtx, 4*min(glyph, measured-1)))
	}
}

func (f *face) readOffsets(loca []byte, long bool, count int) {
	for glyph := range count + 1 {
		if long {
			f.offsets = append(f.offsets, u32(loca, 4*glyph))
		} else {
			f.offsets = append(f.offsets, 2*u16(loca, 2*glyph))
		}
	}
}

// readGlyphs reads the first subtable of cmap, format 4: four parallel arrays of
// segments, of which the last may point into a list of glyphs.
func (f *face) readGlyphs(cmap []byte) {
	f.glyphs = map[rune]int{}
	t := cmap[u32(cmap, 8):]
	segments := u16(t, 6) / 2
	for s := range segments {
		end, start := u16(t, 14+2*s), u16(t, 16+2*(segments+s))
		delta, at := u16(t, 16+2*(2*segments+s)), 16+2*(3*segments+s)
		for c := start; c <= end && c < 0xFFFF; c++ {
			glyph := c
			if offset := u16(t, at); offset != 0 {
				if glyph = u16(t, at+offset+2*(c-start)); glyph == 0 {
					continue
				}
			}
			if glyph = (glyph + delta) & 0xFFFF; glyph != 0 {
				f.glyphs[rune(c)] = glyph
			}
		}
	}
}

func (f *face) has(r rune) bool { return f.glyphs[r] != 0 }

// advance is how far a character moves the pen, in ems.
func (f *face) advance(r rune) float64 { return float64(f.advances[f.glyphs[r]]) / f.em }

// outline is the shape of a character in ems, y downwards from the baseline.
func (f *face) outline(r rune) path {
	glyph := f.glyphs[r]
	raw := f.outlines[f.offsets[glyph]:f.offsets[glyph+1]]
	if len(raw) == 0 {
		return nil
	}
	var p path
	start := 0
	knots, ends := knotsOf(raw)
	for _, end := range ends {
		p = append(p, contour(knots[start:end+1], 1/f.em)...)
		start = end + 1
	}
	return p
}

// knot is a point of a TrueType contour, on the curve or a control point.
type knot struct {
	x, y int
	on   bool
}

// knotsOf unpacks a simple glyph: flags with repeats, then all x, then all y,
// each a difference of no, one or two bytes.
func knotsOf(raw []byte) (knots []knot, ends []int) {
	const (
		onCurve   = 1 << 0
		shortX    = 1 << 1
		shortY    = 1 << 2
		repeated  = 1 << 3
		sameX     = 1 << 4 // or: the one byte is positive
		sameY     = 1 << 5
		headerEnd = 10
	)
	at := headerEnd
	for range u16(raw, 0) {
		ends = append(ends, u16(raw, at))
		at += 2
	}
	at += 2 + u16(raw, at) // instructions
	var flags []byte
	for len(flags) <= ends[len(ends)-1] {
		flag, times := raw[at], 1
		at++
		if flag&repeated != 0 {
			times += int(raw[at])
			at++
		}
		for range times {
			flags = append(flags, flag)
		}
	}
	knots = make([]knot, len(flags))
	x, y := 0, 0
	for i, flag := range flags {
		x += difference(raw, &at, flag&shortX != 0, flag&sameX != 0)
		knots[i].x, knots[i].on = x, flag&onCurve != 0
	}
	for i, flag := range flags {
		y += difference(raw, &at, flag&shortY != 0, flag&sameY != 0)
		knots[i].y = y
	}
	return knots, ends
}

// difference reads one packed coordinate and moves at behind it.
func difference(raw []byte, at *int, short, same bool) int {
	switch {
	case short && same:
		*at++
		return int(raw[*at-1])
	case short:
		*at++
		return -int(raw[*at-1])
	case same:
		return 0
	}
	*at += 2
	return int(int16(u16(raw, *at-2)))
}

// contour turns knots into a closed path. Between two control points lies a
// point of the curve that is not written down.
func contour(knots []knot, scale float64) path {
	at := func(i int) (point, bool) {
		k := knots[i%len(knots)]
		return point{float64(k.x) * scale, -float64(k.y) * scale}, k.on
	}
	first := 0
	for first < len(knots) && !knots[first].on {
		first++
	}
	begin, _ := at(first)
	if first == len(knots) { // control points alone
		a, _ := at(0)
		b, _ := at(len(knots) - 1)
		first, begin = len(knots)-1, a.between(b)
	}
	p := path{moveTo(begin)}
	for i := first + 1; i <= first+len(knots); i++ {
		here, on := at(i)
		if on {
			p = append(p, lineTo(here))
			continue
		}
		next, nextOn := at(i + 1)
		switch {
		case i == first+len(knots):
			next = begin
		case nextOn:
			i++
		default:
			next = here.between(next)
		}
		p = append(p, bendTo(here, next))
	}
	return append(p, closed())
}

func u16(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
func u32(b []byte, at int) int { return int(binary.BigEndian.Uint32(b[at:])) }
