package sticker

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// printed is the date in every file: the same plate is the same file whenever it
// is printed.
var printed = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// pdf writes a drawing as a PDF of one page. The media box has the slug, the
// crop box is the trim, so that viewers show the page in its true size.
func (d drawing) pdf(w io.Writer) error {
	size := fpdf.SizeType{Wd: d.wide + 2*d.slug, Ht: d.high + 2*d.slug}
	f := fpdf.NewCustom(&fpdf.InitType{OrientationStr: "P", UnitStr: "mm", Size: size})
	f.SetCatalogSort(true)
	f.SetCreationDate(printed)
	f.SetModificationDate(printed)
	f.SetTitle(d.title, true)
	f.SetCreator("doorlink", true)
	f.SetAutoPageBreak(false, 0)
	f.SetMargins(0, 0, 0)
	if d.slug > 0 {
		f.SetPageBox("bleed", d.slug-bleed, d.slug-bleed, d.wide+2*bleed, d.high+2*bleed)
		f.SetPageBox("trim", d.slug, d.slug, d.wide, d.high)
		f.SetPageBox("crop", d.slug, d.slug, d.wide, d.high)
	}
	f.AddPage()
	f.SetLineJoinStyle("round")
	for _, figure := range d.figures {
		figure.pdf(f, point{d.slug, d.slug})
	}
	figure{}.dashes(f)
	d.fonts(f)
	for _, r := range d.runs {
		r.pdf(f, point{d.slug, d.slug})
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		return fmt.Errorf("writing the plate as PDF: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// fonts gives the page a copy of each face that it uses: fpdf writes into the
// bytes of a font, and the faces are everybody's.
func (d drawing) fonts(f *fpdf.Fpdf) {
	given := map[*face]bool{}
	for _, r := range d.runs {
		if !given[r.face] {
			f.AddUTF8FontFromBytes(r.face.name, "", slices.Clone(r.face.file))
			given[r.face] = true
		}
	}
}

func (fig figure) pdf(f *fpdf.Fpdf, at point) {
	red, green, blue := int(fig.colour[0]), int(fig.colour[1]), int(fig.colour[2])
	paint := "f"
	if fig.width == 0 {
		f.SetFillColor(red, green, blue)
	} else {
		paint = "S"
		f.SetDrawColor(red, green, blue)
		f.SetLineWidth(fig.width)
		fig.dashes(f)
	}
	fig.path.scaled(1, at).pdf(f)
	f.DrawPath(paint)
}

// dashes have flat ends, so that they are as long as the gaps between them.
func (fig figure) dashes(f *fpdf.Fpdf) {
	if fig.dash == 0 {
		f.SetLineCapStyle("round")
		f.SetDashPattern(nil, 0)
		return
	}
	f.SetLineCapStyle("butt")
	f.SetDashPattern([]float64{fig.dash}, 0)
}

// pdf draws a path of lines and cubic curves. Quadratic ones come from letters
// alone, which a PDF draws with their font.
func (p path) pdf(f *fpdf.Fpdf) {
	for _, s := range p {
		a, b, c := s.to[0], s.to[1], s.to[2]
		switch s.do {
		case 'M':
			f.MoveTo(a.x, a.y)
		case 'L':
			f.LineTo(a.x, a.y)
		case 'C':
			f.CurveBezierCubicTo(a.x, a.y, b.x, b.y, c.x, c.y)
		case 'Z':
			f.ClosePath()
		}
	}
}

func (r run) pdf(f *fpdf.Fpdf, at point) {
	red, green, blue := int(r.colour[0]), int(r.colour[1]), int(r.colour[2])
	f.SetFont(r.face.name, "", 0)
	f.SetFontUnitSize(r.size)
	f.SetTextColor(red, green, blue)
	mode := 0
	if r.bolder > 0 {
		mode = 2
		f.SetDrawColor(red, green, blue)
		f.SetLineWidth(r.bolder)
	}
	f.SetTextRenderingMode(mode)
	f.Text(at.x+r.at.x, at.y+r.at.y, r.text)
}
