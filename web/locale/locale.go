// Package locale holds every sentence people read, in every language, and says
// them. Nothing else in doorlink contains text for people.
//
// There is one table for each language and audience, in a file such as
// de.visitor.json: keys of dotted words, and messages. A message is plain text
// with places in it:
//
//	Call {name}
//	{n, plural, one {# device} other {# devices}}
//
// A choice by number has the CLDR plural forms of its language as branches, or
// exact numbers (=0), and # stands for the number. Branches hold text only.
// <b> and </b> may emphasize words in messages that are said as HTML.
//
// English is the reference: a key that another language lacks is said in
// English. Tests prove that visitors, residents and whoever signs in lack none;
// what managers alone read may be in English only.
package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

//go:embed *.json
var tables embed.FS

// reference is the language that has every key.
const reference = "en"

// Catalogue is all languages. It never changes and may be used by many
// goroutines at once.
type Catalogue struct {
	languages []*Language // English first, the others by their own names
	matcher   language.Matcher
}

// Load reads the tables that are built into the program. An error names the
// file and key that is not in the message format; tests rule it out for what is
// shipped.
func Load() (*Catalogue, error) {
	names, err := fs.Glob(tables, "*.json")
	if err != nil {
		return nil, fmt.Errorf("listing message tables: %w", err)
	}
	byTag := map[string]*Language{}
	for _, name := range names {
		tag, _, _ := strings.Cut(name, ".")
		if byTag[tag] == nil {
			byTag[tag] = &Language{Tag: tag, messages: map[string]message{}}
		}
		if err := byTag[tag].read(name); err != nil {
			return nil, fmt.Errorf("message table %s: %w", name, err)
		}
	}
	return newCatalogue(byTag)
}

func newCatalogue(byTag map[string]*Language) (*Catalogue, error) {
	c := &Catalogue{}
	for tag, l := range byTag {
		parsed, err := language.Parse(tag)
		if err != nil {
			return nil, fmt.Errorf("language %q: %w", tag, err)
		}
		l.tag, l.reference = parsed, byTag[reference]
		c.languages = append(c.languages, l)
	}
	slices.SortFunc(c.languages, func(a, b *Language) int {
		if a.Tag == reference {
			return -1
		}
		if b.Tag == reference {
			return 1
		}
		return strings.Compare(a.Name(), b.Name())
	})
	var tags []language.Tag
	for _, l := range c.languages {
		tags = append(tags, l.tag)
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// Languages lists what a reader can choose from: English, then the others by
// their own names. The caller must not change the slice.
func (c *Catalogue) Languages() []*Language { return c.languages }

// Match picks the language for a reader: the one they chose if it exists, else
// the best for their browser's Accept-Language header, else English. Either
// argument may be empty or nonsense.
func (c *Catalogue) Match(acceptLanguage, chosen string) *Language {
	_, i := language.MatchStrings(c.matcher, chosen, acceptLanguage)
	return c.languages[i]
}

// read adds one table to the language.
func (l *Language) read(name string) error {
	raw, err := tables.ReadFile(name)
	if err != nil {
		return err
	}
	var texts map[string]string
	if err := json.Unmarshal(raw, &texts); err != nil {
		return err
	}
	for key, text := range texts {
		if _, twice := l.messages[key]; twice {
			return fmt.Errorf("%s is in another table too", key)
		}
		m, err := parse(text)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		l.messages[key] = m
	}
	return nil
}
