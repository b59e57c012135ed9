package locale

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	figures "golang.org/x/text/message"
)

// Language says sentences in one language. Templates use it as it is: its
// methods are what they call.
type Language struct {
	Tag string // as in the lang attribute: "en", "zh"

	tag       language.Tag
	messages  map[string]message
	reference *Language
}

// Name is what the language calls itself.
func (l *Language) Name() string { return l.Say("common.language") }

// Dir is the direction in which it is written, "ltr" or "rtl".
func (l *Language) Dir() string {
	script, _ := l.tag.Script()
	switch script.String() {
	case "Arab", "Hebr", "Syrc", "Thaa", "Nkoo":
		return "rtl"
	}
	return "ltr"
}

// Say returns the sentence of a key as plain text. Places come as pairs of name
// and value: Say("common.in.hours", "n", 5). A time.Time is said as the time of
// day on its own clock, see Clock, and an int as a quantity, see Number; everything
// else as fmt.Sprint has it. A choice by number needs an int. A key that no table
// has comes back as it is.
func (l *Language) Say(key string, places ...any) string {
	var b strings.Builder
	l.write(&b, key, places, func(text string) string { return text }, l.value)
	return b.String()
}

// HTML returns the sentence of a key for a page. Values of type template.HTML
// stand in it as they are, such as slots for a script to fill; all else is
// escaped, except <b> and </b> in the message itself.
func (l *Language) HTML(key string, places ...any) template.HTML {
	var b strings.Builder
	l.write(&b, key, places, emphasize, func(v any) string {
		if trusted, ok := v.(template.HTML); ok {
			return string(trusted)
		}
		return template.HTMLEscapeString(l.value(v))
	})
	return template.HTML(b.String())
}

var bold = strings.NewReplacer("&lt;b&gt;", "<b>", "&lt;/b&gt;", "</b>")

// emphasize escapes text of a message, all but <b>.
func emphasize(text string) string { return bold.Replace(template.HTMLEscapeString(text)) }

// Words returns the messages whose keys begin with prefix, for a script that
// says them itself: keys without the prefix, messages as they were written.
func (l *Language) Words(prefix string) map[string]string {
	words := map[string]string{}
	for key := range l.reference.messages {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			words[name] = l.message(key).text
		}
	}
	return words
}

// Clock is the time of day in t's own zone, in 24 hours, which every language
// shipped reads: "18:49". Callers put t into the zone of the door first.
func (l *Language) Clock(t time.Time) string { return t.Format("15:04") }

// Number is a quantity in Latin figures, which keypads and signs have everywhere,
// its thousands set apart as the language does: "83,333".
func (l *Language) Number(n int) string {
	if -1000 < n && n < 1000 {
		return strconv.Itoa(n)
	}
	latin, err := l.tag.SetTypeForKey("nu", "latn")
	if err != nil {
		panic(err) // the key and its type are ours
	}
	return figures.NewPrinter(latin).Sprint(n)
}

// In says a span that is still to come, rounded to minutes below an hour and to
// hours above: "in 25 minutes", "in 5 hours". Less than a minute is one.
func (l *Language) In(d time.Duration) string {
	if minutes := int(d.Round(time.Minute) / time.Minute); minutes < 60 {
		return l.Say("common.in.minutes", "n", max(1, minutes))
	}
	return l.Say("common.in.hours", "n", int(d.Round(time.Hour)/time.Hour))
}

// message finds a key here or in the reference; the key itself is the last
// resort, so that a page is never without any word.
func (l *Language) message(key string) message {
	if m, ok := l.messages[key]; ok {
		return m
	}
	if m, ok := l.reference.messages[key]; ok {
		return m
	}
	return message{text: key, parts: []part{{text: key}}}
}

// write says a message: its own text through text, values through show.
func (l *Language) write(b *strings.Builder, key string, places []any, text func(string) string, show func(any) string) {
	for _, p := range l.message(key).parts {
		switch {
		case p.place == "":
			b.WriteString(text(p.text))
		case p.branches == nil:
			b.WriteString(show(find(places, p.place)))
		default:
			n, _ := find(places, p.place).(int)
			b.WriteString(text(strings.ReplaceAll(p.choose(l.form(n), n), "#", l.Number(n))))
		}
	}
}

func (l *Language) value(v any) string {
	switch v := v.(type) {
	case time.Time:
		return l.Clock(v)
	case int:
		return l.Number(v)
	}
	return fmt.Sprint(v)
}

// form is the CLDR plural form of a whole number.
func (l *Language) form(n int) string {
	return forms[plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0)]
}

var forms = map[plural.Form]string{
	plural.Other: "other", plural.Zero: "zero", plural.One: "one",
	plural.Two: "two", plural.Few: "few", plural.Many: "many",
}

// find looks a place up among pairs of name and value.
func find(places []any, name string) any {
	for i := 0; i+1 < len(places); i += 2 {
		if places[i] == name {
			return places[i+1]
		}
	}
	return "{" + name + "}"
}
