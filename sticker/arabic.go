package sticker

import (
	"sync"

	"golang.org/x/text/unicode/norm"
)

// forms are the shapes of an Arabic letter: alone, at the end, at the beginning
// and in the middle of a word; zero where the letter has none.
type forms struct{ alone, end, begin, middle rune }

const (
	tatweel   = 'ـ'
	nonJoiner = '\u200c' // keeps two letters apart, as Persian needs it
)

// shapes finds the presentation forms of Unicode, which stand in its two blocks
// letter by letter in the order of forms: two of them for letters that never
// join the next one, else four. Letters without forms are not in it.
var shapes = sync.OnceValue(func() map[string]forms {
	all := map[string]forms{}
	for _, block := range [][2]rune{{0xFB50, 0xFBB1}, {0xFBD3, 0xFBFF}, {0xFE80, 0xFEFC}} {
		for first := block[0]; first <= block[1]; {
			letter, n := norm.NFKC.String(string(first)), rune(1)
			for norm.NFKC.String(string(first+n)) == letter {
				n++
			}
			switch n {
			case 2:
				all[letter] = forms{alone: first, end: first + 1}
			case 4:
				all[letter] = forms{first, first + 1, first + 2, first + 3}
			}
			first += n
		}
	}
	return all
})

// join replaces Arabic letters by the forms that their neighbours give them, and
// lam before alef by the sign of both. The text is still in the order in which it
// is read, without vowel marks. This is the joining of the Unicode Standard,
// section 9.2, for a font whose forms are characters.
func join(text []rune) []rune {
	var out []rune
	joined := false // the letter before reaches out to this one
	for i := 0; i < len(text); i++ {
		letter, n := shapes()[string(text[i])], 1
		if i+1 < len(text) {
			if both, ok := shapes()[string(text[i:i+2])]; ok {
				letter, n = both, 2
			}
		}
		next := i+n < len(text) && accepts(text[i+n])
		out = append(out, letter.choose(text[i], joined, next)...)
		joined = text[i] == tatweel || letter.begin != 0
		i += n - 1
	}
	return out
}

// accepts reports whether a letter joins the one before it.
func accepts(r rune) bool { return r == tatweel || shapes()[string(r)].end != 0 }

// choose picks the form of a letter; the letter itself if it has no forms. The
// non-joiner has done its work here.
func (f forms) choose(letter rune, before, after bool) []rune {
	after = after && f.begin != 0
	switch {
	case letter == nonJoiner:
		return nil
	case f.alone == 0:
		return []rune{letter}
	case before && after:
		return []rune{f.middle}
	case before:
		return []rune{f.end}
	case after:
		return []rune{f.begin}
	}
	return []rune{f.alone}
}
