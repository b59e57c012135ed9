package web

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/directory"
	"doorlink/web/ui"
)

// linden is the property of all view tests.
var linden = doorlink.Property{Name: "Linden Court", Zone: "Europe/London"}

var (
	northGate = doorlink.Door{Name: "North gate"}
	panelN2   = doorlink.Panel{Label: "N2"}
)

func entries(lines ...string) []directory.Entry {
	var all []directory.Entry
	for i, line := range lines {
		unit, name, _ := strings.Cut(line, " ")
		all = append(all, directory.Entry{
			ID: doorlink.EntryID(fmt.Sprintf("entry%03d", i)), Unit: doorlink.UnitID("unit_" + unit), Place: unit, Name: name,
		})
	}
	return all
}

func testViews(t testing.TB) views {
	t.Helper()
	v, err := newViews(ui.Sources())
	if err != nil {
		t.Fatal(err)
	}
	return views{v}
}

// pages is every page a visitor can be given, by name of its golden file.
func pages(v views) map[string]struct {
	page string
	view any
} {
	en := v.Languages.Match("", "en")
	house := entries("1A Ada N.", "1A Bram V.", "1B 1B", "2A Chiara R.", "2B Haddad", "11C Noor Hadley")
	noticed := linden
	noticed.Notice = "The lift is out of order today."
	searched := linden
	searched.SearchFirst = true
	office := append(entries("Office Leasing office", "Desk Concierge"), house...)
	for i := range 2 {
		office[i].Place, office[i].Featured = office[i].Name, true
	}
	resumed := v.directory(en, linden, northGate, panelN2, house, "")
	resumed.Resume = true
	return map[string]struct {
		page string
		view any
	}{
		"directory": {"visitor/directory.html", v.directory(en, noticed, northGate, panelN2, house, "")},
		"resumed":   {"visitor/directory.html", resumed},
		"search":    {"visitor/directory.html", v.directory(en, searched, northGate, panelN2, house, "")},
		"found":     {"visitor/directory.html", v.directory(en, searched, northGate, panelN2, house, "had")},
		"featured":  {"visitor/directory.html", v.directory(en, linden, northGate, panelN2, office, "")},
		"office":    {"visitor/directory.html", v.directory(en, searched, northGate, panelN2, office[:1], "")},
		"empty":     {"visitor/directory.html", v.directory(en, linden, northGate, panelN2, nil, "")},
		"rows":      {"visitor/rows", v.directory(en, searched, northGate, panelN2, house, "1a")},
		"none":      {"visitor/rows", v.directory(en, searched, northGate, panelN2, house, "zzz")},
		"gone":      {"visitor/notice.html", v.gone(en)},
		"unknown":   {"visitor/notice.html", v.unknown(en)},
		"start":     {"visitor/start.html", v.start(en, "")},
		"wrong":     {"visitor/start.html", v.start(en, "7KQ2<M4XD")},
		"screens":   {"visitor/screens.html", newScreensView(en)},
	}
}

// bundled is what stands in pages but has files of its own, and hashes of them.
var bundled = regexp.MustCompile(`(?s)(<style>).*?(</style>)|(<script type="module">).*?(</script>)|(/a/)[0-9a-f]+(/)`)

func TestPagesLookAsTheyDid(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	for name, p := range pages(v) {
		got, err := v.Render(p.page, p.view)
		if err != nil {
			t.Error(err)
			continue
		}
		text := bundled.ReplaceAllString(string(got), "$1$3$5…$2$4$6")
		golden(t, filepath.Join("testdata", "visitor_"+name+".golden.html"), strings.TrimSpace(text)+"\n")
	}
}

func TestNamesAreMarkedWhereTheyMatched(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, query, want string }{
		{"Haddad", "had", "[Had]dad"},
		{"Noor Hadley", "HAD", "Noor [Had]ley"},
		{"Noor Hadley", "noor h", "[Noor H]adley"},
		{"Émile Zola", "emi", "[Émi]le Zola"},
		{"Anne-Marie", "mar", "Anne-[Mar]ie"},
		{"Anne-Marie", "annem", "[Anne-M]arie"},
		{"李 小龍", "小", "李 [小]龍"},
		{"Bram V.", "1a", "[]Bram V."},
		{"Bram V.", "", "[]Bram V."},
	} {
		from, to := matched(c.name, c.query)
		if got := c.name[:from] + "[" + c.name[from:to] + "]" + c.name[to:]; got != c.want {
			t.Errorf("%q in %q: got %s, want %s", c.query, c.name, got, c.want)
		}
	}
}

func TestALongDirectoryIsSearchedFirst(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	en := v.Languages.Match("", "en")
	many := make([]string, 201)
	for i := range many {
		many[i] = fmt.Sprintf("%d Ada N.", i)
	}
	if got := v.directory(en, linden, northGate, panelN2, entries(many...), ""); got.Units != nil || got.State != "search" {
		t.Errorf("201 lines: got %d units in state %s, want none and search", len(got.Units), got.State)
	}
	if got := v.directory(en, linden, northGate, panelN2, entries(many[1:]...), ""); len(got.Units) != 200 || got.State != "directory" {
		t.Errorf("200 lines: got %d units in state %s, want all and directory", len(got.Units), got.State)
	}
}

func TestPeopleOfOneUnitShareAPlate(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	got := unitRows(v.Languages.Match("", "en"), entries("1A Ada N.", "1A Bram V.", "1B 1B"), "")
	want := []unitRow{
		{"1A", []personRow{
			{Entry: "entry000", Label: "Call Ada N., unit 1A", After: "Ada N."},
			{Entry: "entry001", Label: "Call Bram V., unit 1A", After: "Bram V."},
		}},
		{"1B", []personRow{{Entry: "entry002", Label: "Call unit 1B", Before: "Unit 1B"}}},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("rows (-got +want):\n%s", diff)
	}
}

// TestShots writes the pages to the folder in DOORLINK_SHOTS, to be looked at.
func TestShots(t *testing.T) {
	dir := os.Getenv("DOORLINK_SHOTS")
	if dir == "" {
		t.Skip("DOORLINK_SHOTS is not set")
	}
	v := testViews(t)
	for name, p := range pages(v) {
		body, err := v.Render(p.page, p.view)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name+".html"), body, 0o644)
		}
		if err != nil {
			t.Error(err)
		}
	}
}
