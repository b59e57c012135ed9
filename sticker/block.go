package sticker

// side is where text stands in its width.
type side int

const (
	left side = iota
	centre
	right
)

// leading is the distance of lines, and middle how far the baseline lies under
// the middle of a line so that capitals stand in it; both in ems.
const (
	leading = 1.22
	middle  = 0.357
)

// smallest is the size below which no text is set: 5 points.
const smallest = 1.76

// say sets text into a width at x, its first line beginning at y, on at most
// most lines, and returns how high it is. Nothing is zero high.
func (d *drawing) say(text string, s style, x, y, width float64, at side, most int) (high float64, err error) {
	if text = clean(text); text == "" {
		return 0, nil
	}
	s.size = max(s.size, smallest)
	lines, s, err := s.fit(text, width, most)
	if err != nil {
		return 0, err
	}
	return d.write(lines, s, x, y, width, at)
}

// write sets lines that have been broken, and returns how high they are.
func (d *drawing) write(lines []string, s style, x, y, width float64, at side) (high float64, err error) {
	for _, l := range lines {
		runs, long, err := s.set(l)
		if err != nil {
			return 0, err
		}
		shift := (width - long) * float64(at) / 2
		for _, r := range runs {
			r.at = point{x + shift + r.at.x, y + high + s.size*(leading/2+middle)}
			d.runs = append(d.runs, r)
		}
		high += s.size * leading
	}
	return high, nil
}

// place puts a smaller drawing into this one.
func (d *drawing) place(part drawing, at point) {
	for _, f := range part.figures {
		f.path = f.path.scaled(1, at)
		d.figures = append(d.figures, f)
	}
	for _, r := range part.runs {
		r.at = point{r.at.x + at.x, r.at.y + at.y}
		d.runs = append(d.runs, r)
	}
}
