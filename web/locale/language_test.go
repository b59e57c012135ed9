package locale

import (
	"html/template"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"
)

// testLanguage makes a language of one table, its own reference.
func testLanguage(t testing.TB, tag string, texts map[string]string) *Language {
	t.Helper()
	l := &Language{Tag: tag, messages: map[string]message{}}
	for key, text := range texts {
		m, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		l.messages[key] = m
	}
	l.tag, l.reference = language.MustParse(tag), l
	return l
}

func TestSentencesAreSaidWithTheirPlaces(t *testing.T) {
	t.Parallel()
	en := testLanguage(t, "en", map[string]string{
		"plain":   "Who are you?",
		"call":    "Call {name}, {name}",
		"devices": "Unit {unit}, on {n, plural, =0 {no device} one {# device} other {# devices}}",
		"until":   "You can call again at {until}.",
	})
	noon := time.Date(2026, 3, 1, 18, 49, 0, 0, time.UTC)
	for _, c := range []struct {
		key    string
		places []any
		want   string
	}{
		{"plain", nil, "Who are you?"},
		{"call", []any{"name", "Ada N."}, "Call Ada N., Ada N."},
		{"devices", []any{"unit", "1A", "n", 1}, "Unit 1A, on 1 device"},
		{"devices", []any{"unit", "1A", "n", 3}, "Unit 1A, on 3 devices"},
		{"devices", []any{"unit", "1A", "n", 0}, "Unit 1A, on no device"},
		{"until", []any{"until", noon}, "You can call again at 18:49."},
		{"call", nil, "Call {name}, {name}"},
		{"nobody.wrote.this", nil, "nobody.wrote.this"},
	} {
		if got := en.Say(c.key, c.places...); got != c.want {
			t.Errorf("Say(%q, %v): got %q, want %q", c.key, c.places, got, c.want)
		}
	}
}

func TestQuantitiesAreGroupedAsTheLanguageDoes(t *testing.T) {
	t.Parallel()
	texts := map[string]string{"one": "One in {n}", "many": "{n, plural, one {# row} other {# rows}}"}
	for tag, want := range map[string][2]string{
		"en": {"One in 83,333", "1,000 rows"}, "de": {"One in 83.333", "1.000 rows"}, "ar": {"One in 83,333", "1,000 rows"},
	} {
		l := testLanguage(t, tag, texts)
		if got := [2]string{l.Say("one", "n", 83333), l.Say("many", "n", 1000)}; got != want {
			t.Errorf("%s: got %q, want %q", tag, got, want)
		}
	}
	en := testLanguage(t, "en", texts)
	for want, n := range map[string]any{"One in 999": 999, "One in -12,000": -12000, "One in 4711": "4711", "One in 83334": int64(83334)} {
		if got := en.Say("one", "n", n); got != want {
			t.Errorf("got %q, want %q: what is no int names something", got, want)
		}
	}
}

func TestEveryPluralFormOfArabicIsUsed(t *testing.T) {
	t.Parallel()
	ar := testLanguage(t, "ar", map[string]string{
		"n": "{n, plural, zero {zero} one {one} two {two} few {few} many {many} other {other}}",
	})
	for n, want := range map[int]string{0: "zero", 1: "one", 2: "two", 7: "few", 11: "many", 100: "other", 103: "few"} {
		if got := ar.Say("n", "n", n); got != want {
			t.Errorf("form of %d: got %s, want %s", n, got, want)
		}
	}
}

func TestHTMLEscapesAllButSlotsAndBold(t *testing.T) {
	t.Parallel()
	en := testLanguage(t, "en", map[string]string{"m": "<b>Touch</b> {slot} & {name} <i>{n, plural, one {#<} other {#}}"})
	got := en.HTML("m", "slot", template.HTML("<bdi></bdi>"), "name", "<script>", "n", 1)
	want := template.HTML("<b>Touch</b> <bdi></bdi> &amp; &lt;script&gt; &lt;i&gt;1&lt;")
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSpansAreRoundedToWhatPeopleSay(t *testing.T) {
	t.Parallel()
	c := load(t)
	en := c.Match("", "en")
	for d, want := range map[time.Duration]string{
		5 * time.Second:                 "in 1 minute",
		25*time.Minute + time.Second:    "in 25 minutes",
		59*time.Minute + 40*time.Second: "in 1 hour",
		5*time.Hour + 20*time.Minute:    "in 5 hours",
	} {
		if got := en.In(d); got != want {
			t.Errorf("In(%v): got %q, want %q", d, got, want)
		}
	}
}

func TestTheChosenLanguageWinsOverTheBrowsers(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, x := range []struct{ accept, chosen, want string }{
		{"", "", "en"},
		{"nonsense;;q=", "xx-", "en"},
		{"fr;q=0.9, en;q=0.5", "", "en"},
		{"en-GB", "", "en"},
		{"ja", "en", "en"},
		{"de-AT, en;q=0.9", "", "de"},
		{"de", "tr", "tr"},
		{"en", "ar", "ar"},
		{"zh-CN", "", "zh"},
		{"ja, fr", "", "en"},
	} {
		if got := c.Match(x.accept, x.chosen).Tag; got != x.want {
			t.Errorf("Match(%q, %q): got %s, want %s", x.accept, x.chosen, got, x.want)
		}
	}
}

func TestArabicRunsFromTheRight(t *testing.T) {
	t.Parallel()
	for _, l := range load(t).Languages() {
		want := "ltr"
		if l.Tag == "ar" {
			want = "rtl"
		}
		if got := l.Dir(); got != want {
			t.Errorf("%s: got %s, want %s", l.Tag, got, want)
		}
	}
}

func TestLanguagesAreListedByTheirOwnNames(t *testing.T) {
	t.Parallel()
	var got []string
	for _, l := range load(t).Languages() {
		got = append(got, l.Name())
	}
	want := []string{"English", "Deutsch", "Español", "Türkçe", "العربية", "中文"}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("languages (-got +want):\n%s", diff)
	}
}

func TestWordsForAScriptLoseTheirPrefix(t *testing.T) {
	t.Parallel()
	en := testLanguage(t, "en", map[string]string{"a.b": "B {x}", "a.c": "C", "d": "D"})
	if diff := cmp.Diff(en.Words("a."), map[string]string{"b": "B {x}", "c": "C"}); diff != "" {
		t.Error(diff)
	}
}

func load(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}
