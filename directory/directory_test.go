package directory_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"doorlink"
	"doorlink/directory"
)

var noon = time.Date(2026, 5, 14, 12, 0, 0, 0, time.UTC)

// listed is somebody who lacks nothing.
func listed(unit, given, family string) directory.Facts {
	return directory.Facts{
		Person: doorlink.Person{
			ID: doorlink.PersonID("pers_" + given), Given: given, Family: family, Shown: true, Activated: true,
		},
		Entry:    doorlink.EntryID(given),
		Unit:     doorlink.Unit{ID: doorlink.UnitID("unit_" + unit), Name: unit},
		Grants:   []directory.Grant{{}},
		Handsets: 1,
	}
}

// TestListedMeansEveryConditionIsMet goes through every combination.
func TestListedMeansEveryConditionIsMet(t *testing.T) {
	t.Parallel()
	lack := []struct {
		condition directory.Condition
		take      func(*directory.Facts)
	}{
		{directory.InUnit, func(f *directory.Facts) { f.Unit = doorlink.Unit{} }},
		{directory.HasKey, func(f *directory.Facts) { f.Grants = nil }},
		{directory.IsShown, func(f *directory.Facts) { f.Person.Shown = false }},
		{directory.IsActive, func(f *directory.Facts) { f.Person.Activated = false }},
		{directory.HasDevice, func(f *directory.Facts) { f.Handsets = 0 }},
	}
	for set := range 1 << len(lack) {
		f, missing := listed("1A", "Ada", "Nwosu"), []directory.Condition{}
		for i, l := range lack {
			if set>>i&1 == 1 {
				l.take(&f)
				missing = append(missing, l.condition)
			}
		}
		if got, want := f.Listed(noon), len(missing) == 0; got != want {
			t.Errorf("without %v: got listed %v", missing, got)
		}
		unmet := []directory.Condition{}
		for _, c := range f.Explain(noon) {
			if !c.Met {
				unmet = append(unmet, c.Condition)
			}
		}
		if diff := cmp.Diff(unmet, missing); diff != "" {
			t.Errorf("explained (-got +want):\n%s", diff)
		}
	}
}

func TestAKeyCountsWithinItsDates(t *testing.T) {
	t.Parallel()
	before, after := noon.Add(-time.Hour), noon.Add(time.Hour)
	for _, tt := range []struct {
		name   string
		grants []directory.Grant
		fact   string
		when   time.Time
	}{
		{"for good", []directory.Grant{{}}, "key.yes", time.Time{}},
		{"from now on", []directory.Grant{{From: noon}}, "key.yes", time.Time{}},
		{"until now", []directory.Grant{{To: noon}}, "key.ended", noon},
		{"not yet", []directory.Grant{{From: after}}, "key.later", after},
		{"one ended, one to come", []directory.Grant{{To: before}, {From: after}}, "key.later", after},
		{"one ended, one valid", []directory.Grant{{To: before}, {To: after}}, "key.yes", time.Time{}},
		{"the nearest of two to come", []directory.Grant{{From: after.Add(time.Hour)}, {From: after}}, "key.later", after},
		{"the last of two that ended", []directory.Grant{{To: before}, {To: before.Add(-time.Hour)}}, "key.ended", before},
		{"none", nil, "key.no", time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := listed("1A", "Ada", "Nwosu")
			f.Grants = tt.grants
			got := f.Explain(noon)[1]
			if got.Fact != tt.fact || !got.When.Equal(tt.when) {
				t.Fatalf("got %s at %s, want %s at %s", got.Fact, got.When, tt.fact, tt.when)
			}
		})
	}
}

func TestHoursDecideAboutCodesAlone(t *testing.T) {
	t.Parallel()
	f := listed("1A", "Ada", "Nwosu")
	f.Grants = []directory.Grant{{Hours: doorlink.Hours{From: 8 * 60, To: 22 * 60}}}
	night := noon.Add(10*time.Hour + 40*time.Minute)
	if !f.Listed(night) {
		t.Error("outside the hours of her key Ada is not listed")
	}
	if err := directory.MayGive(f.Grants, noon); err != nil {
		t.Errorf("at noon: got %v", err)
	}
	err := directory.MayGive(f.Grants, night)
	if !errors.Is(err, directory.ErrHours) {
		t.Fatalf("at night: got %v, want %v", err, directory.ErrHours)
	}
	if args := err.(*doorlink.Error).Args; fmt.Sprint(args[1], args[3]) != "8:00 22:00" {
		t.Errorf("got hours %v", args)
	}
	f.Grants = append(f.Grants, directory.Grant{})
	if err := directory.MayGive(f.Grants, night); err != nil {
		t.Errorf("with a second key: got %v", err)
	}
	f.Grants = []directory.Grant{{To: noon}}
	if err := directory.MayGive(f.Grants, night); !errors.Is(err, directory.ErrNoAccess) {
		t.Errorf("after the end: got %v, want %v", err, directory.ErrNoAccess)
	}
}

func TestTheListIsInHouseOrder(t *testing.T) {
	t.Parallel()
	var all []directory.Facts
	for i, unit := range []string{"10A", "2B", "PH-1204", "2A", "2A", "1", "A2", "A10"} {
		all = append(all, listed(unit, fmt.Sprintf("P%d", i), "X"))
	}
	all[3].Person.Given, all[4].Person.Given = "eva", "Émile"
	hidden := listed("0", "Nobody", "Y")
	hidden.Person.Shown = false
	got := []string{}
	for _, e := range directory.Project(doorlink.Property{Names: doorlink.FirstAndInitial}, append(all, hidden), noon) {
		got = append(got, e.Place+" "+e.Name)
	}
	want := []string{"1 P5 X.", "2A Émile X.", "2A eva X.", "2B P1 X.", "10A P0 X.", "A2 P6 X.", "A10 P7 X.", "PH-1204 P2 X."}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Fatalf("(-got +want):\n%s", diff)
	}
}

func TestNamesComeAsPeopleOrderThem(t *testing.T) {
	t.Parallel()
	want := []string{"anna", "Émile", "Emma", "Gate 9", "gate 010", "Gate 11", "O'Neil", "Özdemir", "Pay"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, directory.CompareNames)
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestHouseOrderIsAnOrder(t *testing.T) {
	t.Parallel()
	unit := rapid.StringMatching(`[0-9A-Ca-c -]{1,5}`)
	rapid.Check(t, func(t *rapid.T) {
		var all []directory.Facts
		for i, u := range rapid.SliceOfN(unit, 2, 12).Draw(t, "units") {
			all = append(all, listed(u, fmt.Sprint("P", i), "X"))
		}
		p := doorlink.Property{}
		once := directory.Project(p, all, noon)
		slices.Reverse(all)
		if diff := cmp.Diff(directory.Project(p, all, noon), once); diff != "" {
			t.Fatalf("the order depends on where it began (-got +want):\n%s", diff)
		}
	})
}

func TestAnEntryIsFoundWithItsNeighbours(t *testing.T) {
	t.Parallel()
	unit := []directory.Facts{listed("1A", "Ada", "Nwosu"), listed("1A", "Bram", "Visser"), listed("1A", "Cleo", "Nwosu")}
	unit[2].Handsets = 0
	found, others, ok := directory.Find(doorlink.Property{}, unit, "Ada", noon)
	if !ok || found.Name != "Ada N." || len(others) != 1 || others[0].Name != "Bram V." {
		t.Fatalf("got %v, %v, %v", found, others, ok)
	}
	if _, others, ok := directory.Find(doorlink.Property{}, unit, "Cleo", noon); ok || len(others) != 2 {
		t.Fatalf("somebody who is not listed was found: %v", others)
	}
}

func TestSearchFindsWhomAVisitorMayMean(t *testing.T) {
	t.Parallel()
	var all []directory.Facts
	for i, name := range []string{"Émile Laurent", "Noor Haddad", "Noor Hadley", "小龍 李", "نور حداد", "O'Brien", "Anna-Lena Müller"} {
		given, family, _ := strings.Cut(name, " ")
		all = append(all, listed(fmt.Sprintf("%d-%c", i+1, 'A'), given, family))
	}
	entries := directory.Project(doorlink.Property{Names: doorlink.FullName}, all, noon)
	for typed, want := range map[string][]string{
		"had":    {"Noor Haddad", "Noor Hadley"},
		"HADD":   {"Noor Haddad"},
		"emi":    {"Émile Laurent"},
		"laur":   {"Émile Laurent"},
		"ha":     nil, // two letters would list half the house
		"1a":     {"Émile Laurent"},
		"1-A":    {"Émile Laurent"},
		"1":      nil,
		"小":      {"小龍 李"},
		"نور":    {"نور حداد"},
		"lena":   {"Anna-Lena Müller"},
		"muller": {"Anna-Lena Müller"},
		"obrien": {"O'Brien"},
		"":       nil,
		"   ":    nil,
		"%%%":    nil,
	} {
		var got []string
		for _, e := range directory.Search(entries, typed) {
			got = append(got, e.Name)
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%q (-got +want):\n%s", typed, diff)
		}
	}
}

func TestAFamilyNameIsFoundWholeWhereItIsNotShown(t *testing.T) {
	t.Parallel()
	all := []directory.Facts{listed("1A", "Maximiliane", "Schwarzenberger-Kowalczyk")}
	for format, found := range map[doorlink.NameFormat]bool{
		doorlink.FirstAndInitial: true, doorlink.Initials: true, doorlink.UnitOnly: false,
	} {
		entries := directory.Project(doorlink.Property{Names: format}, all, noon)
		for _, whole := range []string{"schwarzenberger kowalczyk", "Maximiliane Schwarzenberger-Kowalczyk", "SCHWARZENBERGER-KOWALCZYK, Maximiliane"} {
			if got := len(directory.Search(entries, whole)) == 1; got != found {
				t.Errorf("%s among %s: got found %v", whole, format, got)
			}
		}
		for _, part := range []string{"sch", "schwarzenberger", "kowalczyk"} {
			if len(directory.Search(entries, part)) != 0 {
				t.Errorf("%s among %s: a piece of a hidden name was found", part, format)
			}
		}
	}
}

func TestNoSearchBringsMoreThanFive(t *testing.T) {
	t.Parallel()
	var all []directory.Facts
	for i := range 200 {
		all = append(all, listed("1A", fmt.Sprint("Anna", i), "Nwosu"))
	}
	entries := directory.Project(doorlink.Property{}, all, noon)
	rapid.Check(t, func(t *rapid.T) {
		if n := len(directory.Search(entries, rapid.String().Draw(t, "typed"))); n > directory.MaxMatches {
			t.Fatalf("got %d lines", n)
		}
	})
	if n := len(directory.Search(entries, "anna")); n != directory.MaxMatches {
		t.Fatalf("got %d lines, want %d", n, directory.MaxMatches)
	}
}

func TestTheNextDateIsKnown(t *testing.T) {
	t.Parallel()
	f := listed("1A", "Ada", "Nwosu")
	f.Grants = []directory.Grant{{From: noon.Add(-time.Hour), To: noon.Add(3 * time.Hour)}, {From: noon.Add(time.Hour)}}
	if got := directory.NextChange([]directory.Facts{f}, noon); !got.Equal(noon.Add(time.Hour)) {
		t.Errorf("got %s", got)
	}
	if got := directory.NextChange([]directory.Facts{f}, noon.Add(3*time.Hour)); !got.IsZero() {
		t.Errorf("got %s, want never", got)
	}
}

func BenchmarkProject5000(b *testing.B) {
	var all []directory.Facts
	for i := range 5000 {
		all = append(all, listed(fmt.Sprintf("%d%c", i/6, 'A'+i%6), fmt.Sprint("Anna", i), "Nwosu"))
	}
	p := doorlink.Property{Names: doorlink.FirstAndInitial}
	for b.Loop() {
		directory.Project(p, all, noon)
	}
}

func TestADoorMayAskForAKeyThatMayBeShared(t *testing.T) {
	t.Parallel()
	shared := directory.Grant{MayShare: true, NeedsShare: true}
	own := directory.Grant{NeedsShare: true}
	byDay := directory.Grant{MayShare: true, NeedsShare: true, Hours: doorlink.Hours{From: 8 * 60, To: 11 * 60}}
	ended := directory.Grant{MayShare: true, NeedsShare: true, To: noon}
	for _, tt := range []struct {
		name   string
		grants []directory.Grant
		want   error
	}{
		{"a key that may be shared", []directory.Grant{shared}, nil},
		{"one that may not", []directory.Grant{own}, directory.ErrNoShare},
		{"both", []directory.Grant{own, shared}, nil},
		{"the shared one outside its hours", []directory.Grant{own, byDay}, directory.ErrHours},
		{"the same the other way round", []directory.Grant{byDay, own}, directory.ErrHours},
		{"the shared one ended", []directory.Grant{ended, own}, directory.ErrNoShare},
		{"none", nil, directory.ErrNoAccess},
		{"a door that does not ask", []directory.Grant{{}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := directory.MayGive(tt.grants, noon); !errors.Is(got, tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
		})
	}
	f := listed("1A", "Ada", "Nwosu")
	if f.Grants = []directory.Grant{own}; !f.Listed(noon) {
		t.Error("May Share Key hides her: it decides about codes alone")
	}
}

func TestWhatIsExplainedAboutCodesIsWhatHolds(t *testing.T) {
	t.Parallel()
	hours := []doorlink.Hours{{}, {From: 8 * 60, To: 22 * 60}, {From: 1 * 60, To: 2 * 60}}
	dates := []time.Time{{}, noon.Add(-time.Hour), noon.Add(time.Hour)}
	rapid.Check(t, func(t *rapid.T) {
		needs := rapid.Bool().Draw(t, "needs share")
		grants := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) directory.Grant {
			return directory.Grant{
				From: rapid.SampledFrom(dates).Draw(t, "from"), To: rapid.SampledFrom(dates).Draw(t, "to"),
				Hours: rapid.SampledFrom(hours).Draw(t, "hours"), MayShare: rapid.Bool().Draw(t, "may share"), NeedsShare: needs,
			}
		}), 0, 4).Draw(t, "grants")
		locked := rapid.Bool().Draw(t, "locked")
		all := !slices.ContainsFunc(directory.ExplainGive(grants, locked, noon), func(c directory.Check) bool { return !c.Met })
		if want := locked && directory.MayGive(grants, noon) == nil; all != want {
			t.Fatalf("explained as met %v, want %v", all, want)
		}
	})
}
