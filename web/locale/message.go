package locale

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// message is a sentence taken apart, with the text it came from.
type message struct {
	text  string
	parts []part
}

// part is a piece of text, a place, or a place with a choice by number.
type part struct {
	text     string
	place    string
	branches []branch
}

type branch struct {
	when string // a plural form or =n
	text string
}

// The same two patterns read messages in ui/shared/say.ts.
var (
	placePattern  = regexp.MustCompile(`\{(\w+)\}|\{(\w+), plural,((?: (?:=\d+|\w+) \{[^{}]*\})+)\}`)
	branchPattern = regexp.MustCompile(`(=\d+|\w+) \{([^{}]*)\}`)
)

// parse takes a message apart. It refuses braces that are not places, and
// choices without an "other".
func parse(text string) (message, error) {
	m := message{text: text}
	at := 0
	for _, found := range placePattern.FindAllStringSubmatchIndex(text, -1) {
		if err := m.addText(text[at:found[0]]); err != nil {
			return message{}, err
		}
		at = found[1]
		if found[2] >= 0 {
			m.parts = append(m.parts, part{place: text[found[2]:found[3]]})
			continue
		}
		p := part{place: text[found[4]:found[5]]}
		for _, b := range branchPattern.FindAllStringSubmatch(text[found[6]:found[7]], -1) {
			p.branches = append(p.branches, branch{when: b[1], text: b[2]})
		}
		if !p.has("other") {
			return message{}, fmt.Errorf("choice by %s has no other", p.place)
		}
		m.parts = append(m.parts, p)
	}
	return m, m.addText(text[at:])
}

func (m *message) addText(text string) error {
	if strings.ContainsAny(text, "{}") {
		return fmt.Errorf("stray brace in %q", text)
	}
	if text != "" {
		m.parts = append(m.parts, part{text: text})
	}
	return nil
}

// choose picks the branch for a number: the exact one, the one of its plural
// form, or "other".
func (p part) choose(form string, n int) string {
	for _, when := range []string{fmt.Sprintf("=%d", n), form, "other"} {
		for _, b := range p.branches {
			if b.when == when {
				return b.text
			}
		}
	}
	return ""
}

func (p part) has(when string) bool {
	return slices.ContainsFunc(p.branches, func(b branch) bool { return b.when == when })
}
