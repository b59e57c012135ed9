package sticker

import "math"

// drawing is a page before it is written: figures, and text above them. Lengths
// are millimetres from the upper left corner of the trimmed page. PDF and SVG
// are two ways of writing the same drawing.
type drawing struct {
	wide, high float64
	slug       float64 // what lies outside the trim on each side, for a printer
	title      string
	figures    []figure
	runs       []run
}

// figure is a path that is filled, or drawn as a line if it has a width.
type figure struct {
	path   path
	colour colour
	width  float64
	dash   float64 // length of dashes and gaps; 0 is a whole line
}

// run is text of one face, in the order in which it stands from left to right.
type run struct {
	face   *face
	size   float64
	at     point // left end of the baseline
	colour colour
	bolder float64 // width of a line around the letters, for a face without bold
	text   string
}

// colour is red, green and blue. Grey values, black among them, print with the
// black ink alone.
type colour [3]uint8

var (
	black = colour{}
	white = colour{255, 255, 255}
	grey  = colour{110, 110, 110}
	blue  = colour{0x1a, 0x43, 0xa0}
)

type point struct{ x, y float64 }

func (p point) between(q point) point { return point{(p.x + q.x) / 2, (p.y + q.y) / 2} }

// path is what a pen does: M moves, L draws a line, Q a quadratic and C a cubic
// curve, Z closes.
type path []segment

type segment struct {
	do byte
	to [3]point // control points first
}

// points is how many points of a segment count.
func (s segment) points() int {
	switch s.do {
	case 'M', 'L':
		return 1
	case 'Q':
		return 2
	case 'C':
		return 3
	}
	return 0
}

func moveTo(p point) segment        { return segment{do: 'M', to: [3]point{p}} }
func lineTo(p point) segment        { return segment{do: 'L', to: [3]point{p}} }
func bendTo(c, p point) segment     { return segment{do: 'Q', to: [3]point{c, p}} }
func curveTo(a, b, p point) segment { return segment{do: 'C', to: [3]point{a, b, p}} }
func closed() segment               { return segment{do: 'Z'} }
func (d *drawing) add(f ...figure)  { d.figures = append(d.figures, f...) }
func fill(p path, c colour) figure  { return figure{path: p, colour: c} }
func line(w float64, c colour, ps ...point) figure {
	p := path{moveTo(ps[0])}
	for _, to := range ps[1:] {
		p = append(p, lineTo(to))
	}
	return figure{path: p, colour: c, width: w}
}

// scaled is the path with every point multiplied and then moved.
func (p path) scaled(by float64, to point) path {
	out := make(path, len(p))
	for i, s := range p {
		for j := range s.points() {
			s.to[j] = point{to.x + by*s.to[j].x, to.y + by*s.to[j].y}
		}
		out[i] = s
	}
	return out
}

// kappa is how far control points lie from the ends of a quarter circle.
var kappa = 4 * (math.Sqrt2 - 1) / 3

// rounded is a rectangle whose corners have radius r.
func rounded(x, y, w, h, r float64) path {
	c := r * (1 - kappa)
	return path{
		moveTo(point{x + r, y}), lineTo(point{x + w - r, y}),
		curveTo(point{x + w - c, y}, point{x + w, y + c}, point{x + w, y + r}), lineTo(point{x + w, y + h - r}),
		curveTo(point{x + w, y + h - c}, point{x + w - c, y + h}, point{x + w - r, y + h}), lineTo(point{x + r, y + h}),
		curveTo(point{x + c, y + h}, point{x, y + h - c}, point{x, y + h - r}), lineTo(point{x, y + r}),
		curveTo(point{x, y + c}, point{x + c, y}, point{x + r, y}), closed(),
	}
}

func circle(middle point, r float64) path { return rounded(middle.x-r, middle.y-r, 2*r, 2*r, r) }

func rectangle(x, y, w, h float64) path {
	return path{moveTo(point{x, y}), lineTo(point{x + w, y}), lineTo(point{x + w, y + h}), lineTo(point{x, y + h}), closed()}
}
