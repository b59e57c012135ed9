package roster_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"doorlink"
	"doorlink/roster"
)

var update = flag.Bool("update", false, "write golden files anew")

// TestAMonthsListBecomesAPlan compares everything a list may bring at once.
func TestAMonthsListBecomesAPlan(t *testing.T) {
	t.Parallel()
	list, err := os.Open("testdata/may.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	s, err := roster.Read(list)
	if err != nil {
		t.Fatal(err)
	}
	p := roster.Compare(s, linden(), roster.Options{Leavers: true, Keys: []doorlink.KeyID{"key_Residents"}})
	got := told(p) + fmt.Sprintf("%+v\n", p.Counts())
	if *update {
		if err := os.WriteFile("testdata/may.golden", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/may.golden")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, string(want)); diff != "" {
		t.Errorf("-update writes it anew (-got +want):\n%s", diff)
	}
}

const columns = "Unit,Given name,Family name,E-mail,Keys,Shown,From,To,Status\n"

// TestEachRowHasItsPlan has one list for each rule. All lists are compared with
// linden.
func TestEachRowHasItsPlan(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rows    string
		options roster.Options
		want    string
	}{
		"a unit alone is added":                      {"9Z", roster.Options{}, "row 2: new unit 9Z\n"},
		"a unit that is there is not":                {"1a", roster.Options{}, ""},
		"a new unit is added once":                   {"9Z,A,B,a@b.example\n9z,C,D,c@d.example", roster.Options{}, "row 2: new unit 9Z\nrow 2: new A B <a@b.example>; units +9Z; keys\nrow 3: new C D <c@d.example>; units +9Z; keys\n"},
		"the address counts, not its case":           {"1A,Ada,Nwosu,ADA@nwosu.EXAMPLE,residents", roster.Options{}, "row 2: same Ada Nwosu <ada@nwosu.example>; units 1A; keys Residents\n"},
		"an empty cell takes nothing":                {",,,ada@nwosu.example", roster.Options{TakeKeys: true}, "row 2: same Ada Nwosu <ada@nwosu.example>; units 1A; keys Residents\n"},
		"another unit is a move":                     {"2A,Ada,Nwosu,ada@nwosu.example", roster.Options{}, "row 2: change Ada Nwosu <ada@nwosu.example>; units -1A +2A; keys Residents\n"},
		"two rows are two units":                     {"1A,Ada,Nwosu,ada@nwosu.example\n2A,,,ada@nwosu.example,Roof", roster.Options{}, "row 2: change Ada Nwosu <ada@nwosu.example>; units 1A +2A; keys Residents +Roof\n"},
		"two rows with two names are one too many":   {"1A,Ada,Nwosu,ada@nwosu.example\n2A,Kim,Lee,ada@nwosu.example", roster.Options{}, "row 2: same Ada Nwosu <ada@nwosu.example>; units 1A; keys Residents\nrow 3: skipped Kim Lee <ada@nwosu.example>; units 2A; keys; roster.twice [line 2]\n"},
		"a row in doubt takes nothing":               {"2A,Ada,Nwosu,ada@nwosu.example,Roof\n1A,Ada,Nwosu,ada@nwosu.example,,maybe", roster.Options{TakeKeys: true}, "row 2: change Ada Nwosu <ada@nwosu.example>; units 1A +2A; keys Residents +Roof\nrow 3: skipped Ada Nwosu <ada@nwosu.example>; units 1A; keys; roster.yes_no [text maybe]\n"},
		"a name is corrected":                        {"1A,Adaeze,,ada@nwosu.example", roster.Options{}, "row 2: change Adaeze Nwosu <ada@nwosu.example>, was Ada Nwosu; units 1A; keys Residents\n"},
		"keys are given":                             {",,,ada@nwosu.example,Roof", roster.Options{}, "row 2: change Ada Nwosu <ada@nwosu.example>; units 1A; keys Residents +Roof\n"},
		"keys are taken if wanted":                   {",,,ada@nwosu.example,Roof", roster.Options{TakeKeys: true}, "row 2: change Ada Nwosu <ada@nwosu.example>; units 1A; keys -Residents +Roof\n"},
		"a key that is none skips the row":           {"9Z,A,B,a@b.example,Cellar", roster.Options{}, "row 2: skipped A B <a@b.example>; units 9Z; keys Cellar; roster.key [name Cellar]\n"},
		"the case tells keys apart":                  {",,,ada@nwosu.example,gym", roster.Options{}, "row 2: change Ada Nwosu <ada@nwosu.example>; units 1A; keys Residents +gym\n"},
		"a key that may be two skips the row":        {",,,ada@nwosu.example,GYM", roster.Options{}, "row 2: skipped <ada@nwosu.example>; units; keys GYM; roster.alike [name GYM]\n"},
		"days begin and end at midnight there":       {",,,ada@nwosu.example,Roof,,2026-03-29,2026-03-29", roster.Options{}, "row 2: change Ada Nwosu <ada@nwosu.example>; units 1A; keys Residents +Roof[2026-03-29T00:00..2026-03-30T00:00]\n"},
		"days without a key are those of all keys":   {",,,tariq@aziz.example,,,,2026-05-31", roster.Options{}, "row 2: change Tariq Aziz <tariq@aziz.example>; units 6B; keys ~Residents[..2026-06-01T00:00] ~Gym[..2026-06-01T00:00]\n"},
		"days without any key are a mistake":         {",A,B,a@b.example,,,2026-05-01", roster.Options{}, "row 2: skipped A B <a@b.example>; units; keys; roster.key_dates []\n"},
		"somebody new gets the usual key":            {"1A,A,B,a@b.example", roster.Options{Keys: []doorlink.KeyID{"key_Residents", "key_gone"}}, "row 2: new A B <a@b.example>; units +1A; keys +Residents\n"},
		"somebody who comes back does, too":          {"1A,,,old@timer.example", roster.Options{Keys: []doorlink.KeyID{"key_Residents"}}, "row 2: change Old Timer <old@timer.example>; units +1A; keys +Residents\n"},
		"somebody new is not shown if the list says": {"1A,A,B,a@b.example,,no", roster.Options{}, "row 2: new A B <a@b.example>; units +1A; keys\n"},
		"somebody is hidden before they signed in":   {",,,ada@nwosu.example,,no", roster.Options{}, "row 2: change Ada Nwosu <ada@nwosu.example>, shown false; units 1A; keys Residents\n"},
		"somebody new without a name is none":        {"1A,,,a@b.example", roster.Options{}, "row 2: skipped <a@b.example>; units 1A; keys; roster.nameless []\n"},
		"the same name next door is somebody else":   {"2A,Ada,Nwosu,ada@work.example", roster.Options{}, "row 2: new Ada Nwosu <ada@work.example>; units +2A; keys\n"},
		"the same name in the same unit is a question": {"1A,ada,Nwosu,ada@work.example", roster.Options{Leavers: true}, "row 2: undecided ada Nwosu <ada@work.example>; units 1A; keys; roster.partial [name Ada Nwosu]\n" +
			"row 0: leave Chiara Rossi <chiara@rossi.example>; units -2A; keys -Residents\nrow 0: leave Tariq Aziz <tariq@aziz.example>; units -6B; keys -Residents -Gym\nrow 0: leave Jonas Weber <jonas@weber.example>; units -3D; keys -Residents\n"},
		"so is somebody without an address":               {"3D,Nour,,nour@haddad.example", roster.Options{}, "row 2: undecided Nour <nour@haddad.example>; units 3D; keys; roster.partial [name Nour]\n"},
		"father and son are no question":                  {"1A,Ada,Nwosu,ada@nwosu.example\n1A,Ada,Nwosu,ada2@nwosu.example", roster.Options{}, "row 2: same Ada Nwosu <ada@nwosu.example>; units 1A; keys Residents\nrow 3: new Ada Nwosu <ada2@nwosu.example>; units +1A; keys\n"},
		"decided to be the same":                          {"1A,Ada,Nwosu,ada@work.example", roster.Options{Decided: map[string]doorlink.PersonID{"ada@work.example": "pers_Ada"}}, "row 2: change Ada Nwosu <ada@work.example>; units 1A; keys Residents\n"},
		"decided to be somebody else":                     {"1A,Ada,Nwosu,ada@work.example", roster.Options{Decided: map[string]doorlink.PersonID{"ada@work.example": ""}}, "row 2: new Ada Nwosu <ada@work.example>; units +1A; keys\n"},
		"nobody gets to the desk by a list":               {"Concierge,A,B,a@b.example", roster.Options{}, "row 2: skipped A B <a@b.example>; units Concierge; keys; roster.featured [name Concierge]\n"},
		"who sits there may live here":                    {"1A,,,lee@park.example", roster.Options{}, "row 2: change Lee Park <lee@park.example>; units Concierge +1A; keys Roof\n"},
		"a past lease ends everything":                    {"1A,Ada,Nwosu,ada@nwosu.example,,,,,past", roster.Options{}, "row 2: leave Ada Nwosu <ada@nwosu.example>; units -1A; keys -Residents\n"},
		"a current lease counts more":                     {"1A,Ada,Nwosu,ada@nwosu.example,,,,,past\n2A,Ada,Nwosu,ada@nwosu.example,,,,,current", roster.Options{}, "row 3: change Ada Nwosu <ada@nwosu.example>; units -1A +2A; keys Residents\n"},
		"a past lease beside a row in doubt ends nothing": {"1A,Ada,Nwosu,ada@nwosu.example,,,,,past\n2A,Ada,Nwosu,ada@nwosu.example,,,soon,,current", roster.Options{}, "row 2: skipped Ada Nwosu <ada@nwosu.example>; units 1A; keys; roster.twice [line 3]\nrow 3: skipped Ada Nwosu <ada@nwosu.example>; units 2A; keys; roster.date [text soon]\n"},
		"a past lease of nobody":                          {"1A,A,B,a@b.example,,,,,past", roster.Options{}, "row 2: skipped A B <a@b.example>; units 1A; keys; roster.past []\n"},
		"a past lease of who has left":                    {"1A,,,old@timer.example,,,,,past", roster.Options{}, "row 2: same Old Timer <old@timer.example>; units; keys\n"},
		"a past lease of staff is a question":             {",,,lee@park.example,,,,,past", roster.Options{}, "row 2: undecided <lee@park.example>; units; keys; roster.staff []\n"},
		"a future lease takes nothing":                    {"2A,,,ada@nwosu.example,Residents,,2027-01-01,,future", roster.Options{}, "row 2: same Ada Nwosu <ada@nwosu.example>; units 1A; keys Residents\n"},
		"a future lease begins on its day":                {"2A,A,B,a@b.example,Residents,,2027-01-01,,future", roster.Options{}, "row 2: new A B <a@b.example>; units +2A; keys +Residents[2027-01-01T00:00..]\n"},
		"a future lease without a day waits":              {"2A,A,B,a@b.example,Residents,,,,future", roster.Options{}, "row 2: skipped A B <a@b.example>; units 2A; keys Residents; roster.no_start []\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var rows strings.Builder
			for line := range strings.Lines(tt.rows) {
				rows.WriteString(strings.TrimSuffix(line, "\n") + "\n")
			}
			got := told(roster.Compare(read(t, columns+rows.String()), linden(), tt.options))
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}

// TestWhoeverARowMayMeanDoesNotLeave lists one row that cannot be used; Ada is
// the one it may mean.
func TestWhoeverARowMayMeanDoesNotLeave(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]string{
		"her address, another mistake":   "1A,Ada,Nwosu,ada@nwosu.example,,maybe",
		"her name, no address":           ",Ada,Nwosu,",
		"her unit, a misspelt address":   "1a,,,ada@@nwosu",
		"nothing that could be read":     `"1A"x,Ada`,
		"her name in the same unit":      "1A,Ada,Nwosu,ada@work.example",
		"a contradiction between rows":   "1A,Ada,Nwosu,ada@nwosu.example\n1A,Kim,Lee,ada@nwosu.example",
		"a key that nobody has made":     "1A,Ada,Nwosu,ada@nwosu.example,Cellar",
		"a past lease and a doubt of it": "1A,,,ada@nwosu.example,,,,,past\n1A,,,ada@nwosu.example,,,,,what",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := columns + row + "\n,,,chiara@rossi.example\n"
			p := roster.Compare(read(t, list), linden(), roster.Options{Leavers: true})
			for _, l := range p.Lines {
				if l.What == roster.Leave && l.Was.Given == "Ada" {
					t.Errorf("Ada leaves in\n%s", told(p))
				}
			}
		})
	}
}

func TestAListOfUnitsLetsNobodyLeave(t *testing.T) {
	t.Parallel()
	for _, list := range []string{"Unit\n1A\n9Z\n", "Unit,E-mail\n1A,\n", "Unit,E-mail\n1A,what\n"} {
		p := roster.Compare(read(t, list), linden(), roster.Options{Leavers: true})
		if got := p.Counts().Leave; got != 0 {
			t.Errorf("%d people leave by %q", got, list)
		}
	}
}

func TestWhoHasSignedInDecidesWhetherTheyAreShown(t *testing.T) {
	t.Parallel()
	h := linden()
	h.People[0].Activated, h.People[0].Shown = true, false
	p := roster.Compare(read(t, "E-mail,Shown\nada@nwosu.example,yes\n"), h, roster.Options{})
	if p.Lines[0].What != roster.Same || p.Lines[0].Person.Shown {
		t.Errorf("got\n%s", told(p))
	}
}

func TestAnEndWithATimeOfDayStaysIfItsDayDoes(t *testing.T) {
	t.Parallel()
	h := linden()
	h.Holders[0].From = time.Date(2026, 5, 1, 13, 30, 0, 0, berlin).UTC()
	h.Holders[0].To = time.Date(2026, 5, 31, 11, 0, 0, 0, berlin).UTC()
	list := "E-mail,Keys,From,To\nada@nwosu.example,Residents,2026-05-01,%s\n"
	p := roster.Compare(read(t, fmt.Sprintf(list, roster.LastDay(h.Holders[0].To, berlin))), h, roster.Options{})
	if p.Lines[0].What != roster.Same {
		t.Errorf("got\n%s", told(p))
	}
	p = roster.Compare(read(t, fmt.Sprintf(list, "2026-06-30")), h, roster.Options{})
	if got, want := toldItems(p.Lines[0].Keys), " ~Residents[2026-05-01T13:30..2026-07-01T00:00]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	p = roster.Compare(read(t, "E-mail,Keys,To\nada@nwosu.example,Residents,2026-04-30\n"), h, roster.Options{})
	if !errors.Is(p.Lines[0].Err, roster.ErrDates) {
		t.Errorf("got %v, want %v", p.Lines[0].Err, roster.ErrDates)
	}
}

// lists are lists of few words, so that rows meet each other and the building.
func lists() *rapid.Generator[string] {
	pick := func(of ...string) *rapid.Generator[string] { return rapid.SampledFrom(of) }
	cells := []*rapid.Generator[string]{
		pick("", "1A", "1a", "2A", "3D", "9Z", "9z", "Concierge"),
		pick("", "Ada", "Chiara", "Nour", "ada"), pick("", "Nwosu", "Rossi"),
		pick("", "ada@nwosu.example", "Ada@Nwosu.example", "chiara@rossi.example", "lee@park.example", "old@timer.example", "new@one.example", "new@two.example", "no"),
		pick("", "", "Residents", "residents; Roof", "Gym", "GYM", "Gym;gym"), pick("", "", "yes", "no", "?"),
		pick("", "", "2026-05-01", "2026-06-01"), pick("", "", "2026-05-31", "2026-07-31"), pick("", "", "", "current", "past", "future"),
	}
	return rapid.Custom(func(t *rapid.T) string {
		var list strings.Builder
		list.WriteString(columns)
		for range rapid.IntRange(0, 8).Draw(t, "rows") {
			var row []string
			for _, c := range cells {
				row = append(row, c.Draw(t, "cell"))
			}
			list.WriteString(strings.Join(row, ",") + "\n")
		}
		return list.String()
	})
}

func options() *rapid.Generator[roster.Options] {
	return rapid.Custom(func(t *rapid.T) roster.Options {
		o := roster.Options{Leavers: rapid.Bool().Draw(t, "leavers"), TakeKeys: rapid.Bool().Draw(t, "take keys")}
		if rapid.Bool().Draw(t, "usual keys") {
			o.Keys = []doorlink.KeyID{"key_Residents"}
		}
		o.Decided = rapid.MapOf(rapid.SampledFrom([]string{"new@one.example", "new@two.example"}),
			rapid.SampledFrom([]doorlink.PersonID{"", "pers_Ada", "pers_Nour", "pers_nobody"})).Draw(t, "decided")
		return o
	})
}

// TestAListThatWasAppliedChangesNothing also takes everything back again.
func TestAListThatWasAppliedChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h, o := linden(), options().Draw(t, "options")
		s := read(t, lists().Draw(t, "list"))
		p := roster.Compare(s, h, o)
		then := apply(t, h, p.Changes())
		again := roster.Compare(s, then, o)
		if c := again.Counts(); c.Units+c.New+c.Change+c.Leave > 0 || len(again.Changes()) > 0 {
			t.Fatalf("after\n%sthere is still\n%s", told(p), told(again))
		}
		back := apply(t, then, doorlink.Inverse(p.Changes()))
		if diff := cmp.Diff(back, apply(t, h, nil), cmp.Comparer(func(a, b *time.Location) bool { return a == b })); diff != "" {
			t.Fatalf("undone, the building is not as it was (-got +want):\n%s", diff)
		}
	})
}

// TestAPlanTellsEveryRowOnce finds each row that could be meant in one line, or
// merged into one of the same address.
func TestAPlanTellsEveryRowOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := read(t, lists().Draw(t, "list"))
		o := options().Draw(t, "options")
		o.Decided = nil // by which lines may have another address than their row
		p := roster.Compare(s, linden(), o)
		seen, addresses := map[int]bool{}, map[string]bool{}
		for _, l := range p.Lines {
			if l.Row > 0 && seen[l.Row] {
				t.Fatalf("row %d is told twice in\n%s", l.Row, told(p))
			}
			seen[l.Row] = true
			addresses[l.Person.Email] = true
			if changes := l.What == roster.New || l.What == roster.Change || l.What == roster.Leave; changes != (len(l.Changes) > 0) {
				t.Fatalf("row %d is %s with %d changes", l.Row, l.What, len(l.Changes))
			}
			if refused := l.What == roster.Skipped || l.What == roster.Undecided; refused != (l.Err != nil) {
				t.Fatalf("row %d is %s because of %v", l.Row, l.What, l.Err)
			}
		}
		for _, r := range s.Rows {
			if r.Email != "" && !addresses[r.Email] {
				t.Fatalf("row %d is missing in\n%s", r.Line, told(p))
			}
		}
		for _, bad := range s.Problems {
			if !seen[bad.Line] {
				t.Fatalf("problem %d is missing in\n%s", bad.Line, told(p))
			}
		}
	})
}

// TestABuildingThatIsExportedComesBackUnchanged writes everybody with an address
// and compares the list with the building it is of.
func TestABuildingThatIsExportedComesBackUnchanged(t *testing.T) {
	t.Parallel()
	h := linden()
	h.Keys[1].Name, h.Units[0].Name, h.People[0].Family = "Roof, north", "-1", "=Nwosu"
	var rows [][]string
	for _, l := range roster.Compare(read(t, "E-mail\n"+addresses(h)), h, roster.Options{}).Lines {
		for _, u := range append(l.Units, roster.Item{}) {
			keys := slices.Collect(func(yield func(string) bool) {
				for _, k := range l.Keys {
					yield(k.Name)
				}
			})
			rows = append(rows, []string{u.Name, l.Person.Given, l.Person.Family, l.Person.Email, roster.JoinKeys(keys)})
		}
	}
	s := read(t, written(t, []string{"Unit", "Given name", "Family name", "E-mail", "Keys"}, rows...))
	p := roster.Compare(s, h, roster.Options{Leavers: true, TakeKeys: true})
	if c := p.Counts(); c != (roster.Counts{Same: 6}) {
		t.Errorf("got %+v:\n%s", c, told(p))
	}
}

func addresses(h roster.House) (list string) {
	for _, p := range h.People {
		list += p.Email + "\n"
	}
	return list
}

// BenchmarkTenThousandRows reads a list of ten thousand residents and compares
// it with a building where half of them live.
func BenchmarkTenThousandRows(b *testing.B) {
	var list strings.Builder
	list.WriteString("Unit,First name,Last name,E-mail,Keys,Show in intercom,Access start,Access end\n")
	for i := range 10_000 {
		fmt.Fprintf(&list, "%d,Given%d,Family%d,resident%d@example.org,Residents; Roof,yes,2026-05-01,2027-04-30\n", i/2, i, i, i)
	}
	h := linden()
	all := roster.Compare(read(b, list.String()), h, roster.Options{})
	for i, l := range all.Lines {
		if i%2 == 0 {
			h.People = append(h.People, l.Person)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		s, err := roster.Read(strings.NewReader(list.String()))
		if err != nil {
			b.Fatal(err)
		}
		if c := roster.Compare(s, h, roster.Options{Leavers: true}).Counts(); c.New+c.Change != 10_000 {
			b.Fatalf("got %+v", c)
		}
	}
}
