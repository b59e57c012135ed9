package sticker

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// style is how text looks.
type style struct {
	size   float64
	bold   bool
	mono   bool
	space  float64 // between letters, in ems
	colour colour
}

// clean makes one line of what somebody typed: composed letters (NFC), single
// spaces, no control or direction characters, no variation selectors and no
// Arabic vowel marks, which names are written without.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == nonJoiner:
			return r
		case r == unicode.ReplacementChar, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			return -1
		case unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Arabic, unicode.Inherited) && r >= 0x0610 && r <= 0x06ED:
			return -1
		}
		return r
	}, norm.NFC.String(text))
	return strings.Join(strings.Fields(text), " ")
}

// visual puts a clean line into the order in which it stands from left to right,
// Arabic letters joined. The direction of the line is that of its first letter
// that has one.
func visual(text string) string {
	if !strings.ContainsFunc(text, backward) {
		return strings.ReplaceAll(text, string(nonJoiner), "")
	}
	var p bidi.Paragraph
	if _, err := p.SetString(string(join([]rune(text)))); err != nil {
		return text
	}
	order, err := p.Order()
	if err != nil {
		return text
	}
	var parts []directed
	for i := range order.NumRuns() {
		r := order.Run(i)
		parts = append(parts, directed{r.String(), r.Direction() == bidi.RightToLeft}.split(i > 0)...)
	}
	return arrange(parts, leads(text))
}

// backward reports whether a character is written from the right.
func backward(r rune) bool { c := class(r); return c == bidi.R || c == bidi.AL || c == bidi.AN }

// leads reports whether a line begins at the right: rule P2 of Unicode's
// bidirectional algorithm (UAX 9).
func leads(text string) bool {
	for _, r := range text {
		switch class(r) {
		case bidi.L:
			return false
		case bidi.R, bidi.AL:
			return true
		}
	}
	return false
}

func class(r rune) bidi.Class {
	properties, _ := bidi.LookupRune(r)
	return properties.Class()
}

// directed is a stretch of text of one direction.
type directed struct {
	text  string
	right bool // runs from the right
}

// split parts the figures that follow Arabic text from other text behind them:
// they stand within it.
func (d directed) split(follows bool) []directed {
	if d.right || !follows {
		return []directed{d}
	}
	end := strings.IndexFunc(d.text, func(r rune) bool { c := class(r); return c != bidi.EN && c != bidi.AN && c != bidi.CS && c != bidi.ES })
	if end <= 0 {
		return []directed{d}
	}
	return []directed{{d.text[:end], false}, {d.text[end:], false}}
}

// arrange lays stretches from left to right. In a line that begins at the right
// all are reversed; in another only Arabic text with the figures in it.
func arrange(parts []directed, fromRight bool) string {
	var b strings.Builder
	for i := 0; i < len(parts); {
		end := i + 1
		for end < len(parts) && (fromRight || parts[i].right && (parts[end].right || class([]rune(parts[end].text)[0]) == bidi.EN)) {
			end++
		}
		if !fromRight && !parts[i].right {
			end = i + 1
		}
		for j := end - 1; j >= i; j-- {
			if parts[j].right {
				b.WriteString(bidi.ReverseString(parts[j].text))
			} else {
				b.WriteString(parts[j].text)
			}
		}
		i = end
	}
	return b.String()
}

// set lays one line of text with its baseline beginning at the origin, and says
// how long it is. A character that no face has is ErrGlyph.
func (s style) set(text string) (runs []run, width float64, err error) {
	t, err := fonts()
	if err != nil {
		return nil, 0, err
	}
	for _, r := range visual(text) {
		f := t.faceFor(r, s)
		if f == nil {
			return nil, 0, ErrGlyph.With("glyph", norm.NFKC.String(string(r)))
		}
		last := len(runs) - 1
		if last < 0 || runs[last].face != f || s.space != 0 {
			runs = append(runs, run{face: f, size: s.size, at: point{width, 0}, colour: s.colour})
			last++
			if s.bold && f == t.han {
				runs[last].bolder = s.size / 40
			}
		}
		runs[last].text += string(r)
		width += s.size * (f.advance(r) + s.space)
	}
	return runs, width - s.size*s.space, nil
}

// faceFor is the first face that has a character; nil if none has it.
func (t typeface) faceFor(r rune, s style) *face {
	faces := []*face{t.text, t.arabic, t.han}
	if s.bold {
		faces = []*face{t.textBold, t.arabicBold, t.han}
	}
	if s.mono && t.monoBold.has(r) {
		return t.monoBold
	}
	for _, f := range faces {
		if f.has(r) {
			return f
		}
	}
	return nil
}
