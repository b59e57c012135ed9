package sticker

import (
	"strings"
	"unicode"
)

// fit finds the look of a text in a width: on one line if it need not shrink to
// less than three quarters, else on two, and so on up to most lines. Words are
// taken apart only after all that. It gives ErrFull when nothing helps.
func (s style) fit(text string, width float64, most int) ([]string, style, error) {
	for n := 1; n <= most+1; n++ {
		for shrunk := s; shrunk.size >= max(smallest, 0.749*s.size); shrunk.size *= 0.95 {
			lines, err := shrunk.wrap(text, width, n > most)
			if err != nil {
				return nil, s, err
			}
			if len(lines) > 0 && len(lines) <= min(n, most) {
				return shrunk.even(text, lines, width), shrunk, nil
			}
		}
	}
	return nil, s, ErrFull.With("text", text)
}

// alike breaks texts that stand beside each other: all in the same size, the
// largest at which every word has room. Words are taken apart in the smallest.
func (s style) alike(width float64, texts ...string) ([][]string, style, error) {
	for ; s.size >= smallest; s.size *= 0.95 {
		all, room := make([][]string, len(texts)), true
		for i, text := range texts {
			var err error
			if all[i], err = s.wrap(clean(text), width, s.size*0.95 < smallest); err != nil {
				return nil, s, err
			}
			room = room && len(all[i]) > 0
		}
		if room {
			return all, s, nil
		}
	}
	return nil, s, ErrFull.With("text", texts[0])
}

// even breaks the same lines again so that none is much shorter than the others.
func (s style) even(text string, lines []string, width float64) []string {
	for len(lines) > 1 {
		width *= 0.97
		narrower, err := s.wrap(text, width, false)
		if err != nil || len(narrower) != len(lines) {
			return lines
		}
		lines = narrower
	}
	return lines
}

// wrap breaks text into lines of at most width. Without leave to take words
// apart it gives no lines when one is too long.
func (s style) wrap(text string, width float64, apart bool) ([]string, error) {
	var lines []string
	now := ""
	for _, word := range pieces(text, apart) {
		_, long, err := s.set(strings.TrimSpace(now + word))
		if err != nil {
			return nil, err
		}
		if long <= width {
			now += word
			continue
		}
		if now != "" {
			lines = append(lines, strings.TrimSpace(now))
		}
		now = strings.TrimLeft(word, " ")
		if _, long, err = s.set(strings.TrimSpace(now)); err != nil || long > width {
			return nil, err
		}
	}
	return append(lines, strings.TrimSpace(now)), nil
}

// pieces cuts text where a line may end: before a space, and between Han
// characters unless the next is a closing mark; with leave to take words apart,
// anywhere that is not before a combining mark.
func pieces(text string, apart bool) []string {
	var all []string
	start := 0
	last := ' '
	for i, r := range text {
		han := wide(r) || wide(last)
		if i > start && (r == ' ' || han && !unicode.IsPunct(r) && last != ' ' || apart && !unicode.Is(unicode.M, r)) {
			all = append(all, text[start:i])
			start = i
		}
		last = r
	}
	return append(all, text[start:])
}

// wide reports whether a character belongs to a script that sets no spaces.
func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r < 0x3040
}
