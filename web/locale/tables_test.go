package locale

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryLanguageSaysEverything(t *testing.T) {
	t.Parallel()
	for _, l := range load(t).languages {
		for key, m := range l.messages {
			if _, ok := l.reference.messages[key]; !ok {
				t.Errorf("%s: %s is not in English", l.Tag, key)
			} else if diff := cmp.Diff(places(m), places(l.reference.messages[key])); diff != "" {
				t.Errorf("%s: %s has other places than English (-got +want):\n%s", l.Tag, key, diff)
			}
			if open, closed := strings.Count(m.text, "<b>"), strings.Count(m.text, "</b>"); open != closed {
				t.Errorf("%s: %s does not close <b>", l.Tag, key)
			}
		}
		for key := range l.reference.messages {
			if _, ok := l.messages[key]; !ok && !forManagers(t, key) {
				t.Errorf("%s: %s is missing", l.Tag, key)
			}
		}
	}
}

// forManagers reports whether a sentence is read by managers and programs alone.
// Their tables are complete in English; another language may follow.
func forManagers(t *testing.T, key string) bool {
	t.Helper()
	for _, audience := range []string{"api", "console", "history", "import", "office", "people", "places"} {
		table, err := tables.ReadFile("en." + audience + ".json")
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(table), `"`+key+`":`) {
			return true
		}
	}
	return false
}

// places is what a message must be given, with the emphasis it puts on it.
func places(m message) map[string]bool {
	all := map[string]bool{}
	for _, p := range m.parts {
		if p.place != "" {
			all[p.place] = p.branches != nil
		}
	}
	all["<b>"] = strings.Contains(m.text, "<b>")
	return all
}

func TestChoicesHaveTheFormsOfTheirLanguage(t *testing.T) {
	t.Parallel()
	for _, l := range load(t).languages {
		var want []string
		for n := range 1000 {
			if form := l.form(n); !slices.Contains(want, form) {
				want = append(want, form)
			}
		}
		slices.Sort(want)
		for key, m := range l.messages {
			for _, p := range m.parts {
				var got []string
				for _, b := range p.branches {
					if !strings.HasPrefix(b.when, "=") {
						got = append(got, b.when)
					}
				}
				slices.Sort(got)
				if p.branches != nil && !slices.Equal(got, want) {
					t.Errorf("%s: %s chooses among %v, want %v", l.Tag, key, got, want)
				}
			}
		}
	}
}

// failures is where the sentence of a doorlink.Error stands.
const failures = "error."

// said finds keys where they are said: by Go and templates, and by scripts,
// whose words have lost the audience.
var (
	said       = regexp.MustCompile(`\b(?:Say|HTML)\(? ?"([\w.]+)"|\bFail\(\w+, "([\w.]+)"`)
	saidInPage = regexp.MustCompile(`\bsay\(\w*words, "(\w+)"`)
	scripts    = regexp.MustCompile(`^(\w+)\.(?:script|page)\.(\w+)$`)
)

func TestEveryActionIsOfAKindThatHasAName(t *testing.T) {
	t.Parallel()
	keys := load(t).Match("", reference).messages
	for key := range keys {
		action, ok := strings.CutPrefix(key, "audit.")
		kind, _, _ := strings.Cut(action, ".")
		if _, named := keys["console.audit.kind."+kind]; ok && !named {
			t.Errorf("%s: nobody can choose console.audit.kind.%s", key, kind)
		}
	}
}

func TestNoKeyIsSaidThatNobodyWrote(t *testing.T) {
	t.Parallel()
	keys := load(t).Match("", reference).messages
	for file, text := range sources(t) {
		for _, m := range said.FindAllStringSubmatch(text, -1) {
			key := m[1]
			if m[2] != "" {
				key = failures + m[2]
			}
			if _, ok := keys[key]; !ok && !strings.HasSuffix(key, ".") {
				t.Errorf("%s says %s, which is in no table", file, key)
			}
		}
		for _, m := range saidInPage.FindAllStringSubmatch(text, -1) {
			audience := strings.Split(strings.TrimPrefix(file, "web/ui/"), "/")[0]
			_, inCall := keys[audience+".script."+m[1]]
			_, inPage := keys[audience+".page."+m[1]]
			if !inCall && !inPage {
				t.Errorf("%s says %s, which is no word of %s", file, m[1], audience)
			}
		}
	}
}

func TestNoSentenceIsWrittenForNothing(t *testing.T) {
	t.Parallel()
	all := strings.Join(slices.Collect(maps.Values(sources(t))), "\n")
	for key := range load(t).Match("", reference).messages {
		if !used(all, key) {
			t.Errorf("%s is never said", key)
		}
	}
}

// used reports whether a key stands in the sources whole, as a word of a
// script, or by a beginning that is completed where it is said.
func used(sources, key string) bool {
	if strings.Contains(sources, `"`+key+`"`) {
		return true
	}
	if failure, ok := strings.CutPrefix(key, failures); ok {
		return strings.Contains(sources, `"`+failure+`"`)
	}
	if m := scripts.FindStringSubmatch(key); m != nil {
		return strings.Contains(sources, `"`+m[2]+`"`)
	}
	for i, r := range key {
		if r == '.' && strings.Contains(sources, `"`+key[:i+1]+`"`) {
			return true
		}
	}
	return false
}

// sources reads what may say something: Go, templates and scripts, without
// tests and tables.
func sources(t testing.TB) map[string]string {
	t.Helper()
	texts := map[string]string{}
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || name != "." && strings.HasPrefix(d.Name(), ".")) {
			return fs.SkipDir
		}
		if !slices.Contains([]string{".go", ".html", ".ts"}, path.Ext(name)) || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		texts[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}
