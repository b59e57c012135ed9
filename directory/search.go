package directory

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxMatches is how many lines a search brings at most, so that searching
// cannot be used to copy the directory.
const MaxMatches = 5

// Search finds the lines that a visitor may mean: a unit by its whole name, or
// people by at least three letters that begin a name that is shown, or by their
// whole family name even where only its initial is. Case, accents, spaces and
// hyphens do not matter. Scripts that write a name in one or two characters (Han,
// Hangul) need only one.
func Search(all []Entry, typed string) []Entry {
	want := Fold(typed)
	if want == "" {
		return nil
	}
	byName := utf8.RuneCountInString(want) >= 3 || dense(want)
	var found []Entry
	for _, e := range all {
		if Fold(e.Place) == want || byName && (nameMatches(e.Name, want) || slices.Contains(e.Known, want)) {
			if found = append(found, e); len(found) == MaxMatches {
				break
			}
		}
	}
	return found
}

func nameMatches(name, want string) bool {
	if strings.HasPrefix(Fold(name), want) {
		return true
	}
	for _, word := range strings.FieldsFunc(name, separates) {
		if strings.HasPrefix(Fold(word), want) {
			return true
		}
	}
	return false
}

// Fold reduces text to what a search compares: lower case, without accents,
// spaces, hyphens and points.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if separates(r) {
			return -1
		}
		return r
	}, Plain(s))
}

// Plain is text in lower case and without accents, as people type names in a hurry
// and look for them in lists.
func Plain(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

func separates(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsPunct(r)
}

// dense reports a script in which a single character is already much of a name.
func dense(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana)
}
