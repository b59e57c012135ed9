package web

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/directory"
	"doorlink/store"
	"doorlink/web/ui"
)

// evening is when all residents' pages of these tests are looked at.
var evening = time.Date(2026, 5, 14, 18, 40, 0, 0, time.UTC)

var ada = doorlink.Person{Given: "Ada", Family: "Nwosu", Shown: true, Activated: true}

// adaIn is what matters about Ada in one unit, with the keys she holds to a door.
func adaIn(unit string, grants ...directory.Grant) directory.Facts {
	f := directory.Facts{Person: ada, Grants: grants, Handsets: 1}
	if unit != "" {
		f.Unit = doorlink.Unit{ID: doorlink.UnitID("unit_" + unit), Name: unit}
	}
	return f
}

func doorFacts(name, label string, facts ...directory.Facts) store.DoorFacts {
	return store.DoorFacts{Door: doorlink.Door{Name: name}, Panel: doorlink.Panel{Label: label}, Facts: facts}
}

func TestResidentPagesLookAsTheyDid(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	en := v.Languages.Match("", "en")
	later := directory.Grant{From: evening.Add(13 * 24 * time.Hour)}
	for name, p := range map[string]struct {
		page string
		view any
	}{
		"home": {"resident/home.html", v.home(en, ada, linden, []store.DoorFacts{
			doorFacts("Main entrance", "M1", adaIn("1A", directory.Grant{})),
			doorFacts("Parcel room", "P1", adaIn("1A")),
			doorFacts("Roof terrace", "", adaIn("1A", later)),
		}, evening)},
		"used":    {"resident/problem.html", v.problem(en, store.ErrLinkUsed.Key)},
		"unknown": {"resident/problem.html", v.problem(en, store.ErrLinkUnknown.Key)},
	} {
		got, err := v.Render(p.page, p.view)
		if err != nil {
			t.Error(err)
			continue
		}
		text := bundled.ReplaceAllString(string(got), "$1$3$5…$2$4$6")
		golden(t, filepath.Join("testdata", "resident_"+name+".golden.html"), strings.TrimSpace(text)+"\n")
	}
}

func TestHomeIsHeadedByTheUnits(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	en := v.Languages.Match("", "en")
	units := linden
	units.Names = doorlink.UnitOnly
	for _, c := range []struct {
		name     string
		property doorlink.Property
		facts    []directory.Facts
		want     [3]string // heading, building, known as
	}{
		{"one unit", linden, []directory.Facts{adaIn("1A")}, [3]string{"Unit 1A", "Linden Court", "Ada N."}},
		{"two units", linden, []directory.Facts{adaIn("1A"), adaIn("2B")}, [3]string{"Units 1A, 2B", "Linden Court", "Ada N."}},
		{"units only", units, []directory.Facts{adaIn("1A"), adaIn("2B")}, [3]string{"Units 1A, 2B", "Linden Court", "Units 1A, 2B"}},
		{"no unit", linden, []directory.Facts{adaIn("")}, [3]string{"Linden Court", "", ""}},
		{"no door", linden, nil, [3]string{"Linden Court", "", ""}},
	} {
		var doors []store.DoorFacts
		if c.facts != nil {
			doors = []store.DoorFacts{doorFacts("Main entrance", "M1", c.facts...), doorFacts("North gate", "N2", c.facts...)}
		}
		h := v.home(en, ada, c.property, doors, evening)
		if diff := cmp.Diff([3]string{h.Heading, h.Building, h.KnownAs}, c.want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", c.name, diff)
		}
	}
}

func TestADoorSaysWhyItDoesNotListSomebody(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	en := v.Languages.Match("", "en")
	held := directory.Grant{}
	hidden, silent, strange := adaIn("1A", held), adaIn("1A", held), adaIn("1A", held)
	hidden.Person.Shown = false
	silent.Handsets = 0
	strange.Person.Activated = false
	for _, c := range []struct {
		name  string
		facts []directory.Facts
		want  string
		fix   string // part of what mends it
	}{
		{"listed", []directory.Facts{adaIn("1A", held)}, "Listed", ""},
		{"listed for the other unit", []directory.Facts{adaIn(""), adaIn("1A", held)}, "Listed", ""},
		{"no unit", []directory.Facts{adaIn("", held)}, "Not listed: you belong to no unit", "Ask the office"},
		{"no key", []directory.Facts{adaIn("1A")}, "Not listed: no key to this door", "ask the office"},
		{"key to come", []directory.Facts{adaIn("1A", directory.Grant{From: evening.Add(time.Hour)})},
			"Not listed: your key begins later", "begins on 14 May 2026, 19:40"},
		{"key that ended", []directory.Facts{adaIn("1A", directory.Grant{To: evening.Add(-time.Hour)})},
			"Not listed: your key has ended", "ended on 14 May 2026, 17:40"},
		{"switched off", []directory.Facts{hidden}, "Not listed: Show in intercom is off", "Turn it on"},
		{"never signed in", []directory.Facts{strange}, "Not listed: you have not signed in yet", "Open the link"},
		{"no device", []directory.Facts{silent}, "Not listed: no device of yours can ring", "Sign in"},
	} {
		row := newDoorRow(en, doorFacts("Main entrance", "M1", c.facts...), evening)
		if row.Status != c.want {
			t.Errorf("%s: got %q, want %q", c.name, row.Status, c.want)
		}
		if row.Listed != (c.fix == "") {
			t.Errorf("%s: got listed %v", c.name, row.Listed)
		}
		if c.fix != "" && !strings.Contains(unmet(row), c.fix) {
			t.Errorf("%s: got %q, want it to contain %q", c.name, unmet(row), c.fix)
		}
	}
}

// unmet is what a row says about the conditions that do not hold.
func unmet(row doorRow) string {
	var texts []string
	for _, c := range row.Checks {
		if !c.Met {
			texts = append(texts, c.Text)
		}
	}
	return strings.Join(texts, "\n")
}

func TestShowInIntercomSaysWhatVisitorsFind(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	en := v.Languages.Match("", "en")
	off := ada
	off.Shown = false
	listed, not := doorFacts("Main entrance", "M1", adaIn("1A", directory.Grant{})), doorFacts("North gate", "N2", adaIn("1A"))
	for _, c := range []struct {
		person doorlink.Person
		doors  []store.DoorFacts
		want   string
	}{
		{ada, []store.DoorFacts{listed, not}, "Visitors find you at 1 door"},
		{ada, []store.DoorFacts{listed, listed}, "Visitors find you at 2 doors"},
		{ada, []store.DoorFacts{not}, "On, but no door lists you. Your doors above say why."},
		{off, []store.DoorFacts{listed}, "Visitors do not find you"},
	} {
		if got := v.home(en, c.person, linden, c.doors, evening).ShownHint; got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestProblemsNameNoBuilding(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	for _, l := range v.Languages.Languages() {
		for _, key := range []string{store.ErrNoSession.Key, store.ErrLinkUsed.Key, store.ErrLinkExpired.Key, store.ErrLinkUnknown.Key, "out"} {
			p := v.problem(l, key)
			for _, text := range []string{p.Title, p.Text, p.Next, p.Home} {
				if strings.HasPrefix(text, "resident.") || strings.Contains(text, "{") {
					t.Errorf("%s, %s: got %q", l.Tag, key, text)
				}
			}
		}
	}
}

// TestResidentPageIsLight holds the budget of the first load: page, style and
// script; later loads bring the page alone.
func TestResidentPageIsLight(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	doors := []store.DoorFacts{doorFacts("Main entrance", "M1", adaIn("1A", directory.Grant{})), doorFacts("Parcel room", "P1", adaIn("1A"))}
	for _, l := range v.Languages.Languages() {
		page := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/r/", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		if err := v.Write(page, r, http.StatusOK, "resident/home.html", v.home(l, ada, linden, doors, evening)); err != nil {
			t.Fatal(err)
		}
		sum := page.Body.Len()
		for _, name := range []string{"resident/resident.css", "resident/resident.js"} {
			r.URL.Path = v.Assets.URL(name)
			file := httptest.NewRecorder()
			v.Assets.Handler().ServeHTTP(file, r)
			sum += file.Body.Len()
		}
		t.Logf("%s: %d bytes", l.Tag, sum)
		if sum > 40_000 {
			t.Errorf("%s: got %d bytes, want at most 40000", l.Tag, sum)
		}
	}
}

// TestMarkupAndScriptOfACallAgree proves that every text and fact the markup
// asks for is one the script makes, and that every sentence the script says is
// in the table: neither a browser nor a compiler would notice.
func TestMarkupAndScriptOfACallAgree(t *testing.T) {
	t.Parallel()
	script := source(t, "resident/call/text.ts")
	markup := source(t, "resident/home.html") + source(t, "resident/call.html")
	for _, names := range firstGroups(markup, `data-(?:slot|when|busy)="([^"]+)"`) {
		for name := range strings.FieldsSeq(names) {
			name = strings.TrimPrefix(name, "!")
			kind, of, _ := strings.Cut(name, "-")
			made := regexp.MustCompile(`\b` + kind + `(:|,)`).MatchString(script)
			switch kind {
			case "band":
				made = strings.Contains(script, `"`+of+`"`)
			case "as":
				made = of == "delivery" || of == "service"
			}
			if !made {
				t.Errorf("the markup asks for %q, which text.ts does not make", name)
			}
		}
	}
	taps := source(t, "resident/resident.ts")
	for _, name := range firstGroups(markup, `data-do="([^"]+)"`) {
		if !regexp.MustCompile(`\b` + name + `\b[:,(]`).MatchString(taps) {
			t.Errorf("nothing happens at a tap on %q", name)
		}
	}
	words := testViews(t).Languages.Match("", "en").Words("resident.say.")
	for _, key := range firstGroups(script, `\btell\("([\w.]+)"`) {
		if words[key] == "" {
			t.Errorf("the table has no resident.say.%s", key)
		}
	}
}

func source(t testing.TB, file string) string {
	t.Helper()
	text, err := fs.ReadFile(ui.Sources(), file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// firstGroups is the first group of every match of a pattern.
func firstGroups(text, pattern string) []string {
	var all []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}
