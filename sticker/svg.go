package sticker

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
)

// svg writes a drawing with millimetres as its units. What lies outside the
// trim is in the file but not in the picture.
func (d drawing) svg(w io.Writer) error {
	var b bytes.Buffer
	wide, high := number(d.wide), number(d.high)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%smm" height="%smm" viewBox="0 0 %s %s" role="img"><title>`, wide, high, wide, high)
	if err := xml.EscapeText(&b, []byte(d.title)); err != nil {
		return err
	}
	b.WriteString("</title>\n")
	for _, f := range d.figures {
		f.svg(&b)
	}
	for _, r := range d.runs {
		r.svg(&b)
	}
	b.WriteString("</svg>\n")
	_, err := w.Write(b.Bytes())
	return err
}

func (f figure) svg(b *bytes.Buffer) {
	b.WriteString("<path ")
	if f.width == 0 {
		fmt.Fprintf(b, `fill="%s"`, f.colour.hex())
	} else {
		fmt.Fprintf(b, `fill="none" stroke="%s" stroke-width="%s" stroke-linejoin="round"`, f.colour.hex(), number(f.width))
		if f.dash > 0 {
			fmt.Fprintf(b, ` stroke-dasharray="%s"`, number(f.dash))
		} else {
			b.WriteString(` stroke-linecap="round"`)
		}
	}
	b.WriteString(` d="`)
	f.path.svg(b)
	b.WriteString("\"/>\n")
}

// svg writes text as the outlines of its letters.
func (r run) svg(b *bytes.Buffer) {
	fmt.Fprintf(b, `<path fill="%s"`, r.colour.hex())
	if r.bolder > 0 {
		fmt.Fprintf(b, ` stroke="%s" stroke-width="%s"`, r.colour.hex(), number(r.bolder))
	}
	b.WriteString(` d="`)
	at := r.at
	for _, c := range r.text {
		r.face.outline(c).scaled(r.size, at).svg(b)
		at.x += r.size * r.face.advance(c)
	}
	b.WriteString("\"/>\n")
}

func (p path) svg(b *bytes.Buffer) {
	for _, s := range p {
		b.WriteByte(s.do)
		for i := range s.points() {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(number(s.to[i].x) + " " + number(s.to[i].y))
		}
	}
}

func (c colour) hex() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// number writes a length to the thousandth, without zeros at its end.
func number(x float64) string {
	return strconv.FormatFloat(float64(int64(x*1000+copysignHalf(x)))/1000, 'f', -1, 64)
}

func copysignHalf(x float64) float64 {
	if x < 0 {
		return -0.5
	}
	return 0.5
}
