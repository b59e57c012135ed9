package office_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/drop"
	"doorlink/office"
	"doorlink/store"
)

// feed lets lists come in to the house from a folder.
func (h *house) feed(t *testing.T, leavers bool) (d *office.Desk, dir string) {
	t.Helper()
	root := t.TempDir()
	dir = filepath.Join(root, string(h.plan.Property.ID))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	h.office.Use(office.Ways{Lists: drop.Folder{Root: root}})
	d = h.desk(t)
	if _, err := d.SetFeed(t.Context(), time.Hour, leavers); err != nil {
		t.Fatal(err)
	}
	return d, dir
}

// drops puts a list into a folder, some time ago.
func drops(t *testing.T, dir, name, list string) {
	t.Helper()
	path, old := filepath.Join(dir, name), time.Now().Add(-time.Hour)
	if err := errors.Join(os.WriteFile(path, []byte(list), 0o600), os.Chtimes(path, old, old)); err != nil {
		t.Fatal(err)
	}
}

// open are the conflicts that wait, by kind.
func open(t *testing.T, d *office.Desk) map[office.ConflictKind]office.Conflict {
	t.Helper()
	found, err := d.Conflicts(t.Context(), office.Query{Only: map[string]string{"show": "open"}})
	if err != nil {
		t.Fatal(err)
	}
	all := map[office.ConflictKind]office.Conflict{}
	for _, c := range found.Rows {
		all[c.Kind] = c
	}
	if len(all) != found.Total {
		t.Fatalf("several of a kind: %+v", found.Rows)
	}
	return all
}

func looks(t *testing.T, d *office.Desk) {
	t.Helper()
	if _, err := d.SyncNow(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// units are where a person lives, by name.
func (h *house) units(t *testing.T, d *office.Desk, p doorlink.PersonID) (names []string) {
	t.Helper()
	roll, err := d.Roll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range roll.UnitsOf(p) {
		u, _ := roll.Unit(m.Unit)
		names = append(names, u.Name)
	}
	return names
}

const june = "Unit,Name,E-mail\n2B,Bram Visser,bram@example.org\n1A,Chidi Nwosu,chidi.new@example.org\n" +
	"1C,Dora Dee,dora@example.org\n1C,Dora Doe,dora@example.org\n"

func TestAListFromOutsideGivesAndNothingIsTakenWithoutAnAnswer(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		d, dir := h.feed(t, true)
		drops(t, dir, "june.csv", june)
		looks(t, d)
		if diff := cmp.Diff([][]string{h.units(t, d, h.ada), h.units(t, d, h.bram)}, [][]string{{"1A"}, {"1B"}}); diff != "" {
			t.Fatalf("somebody lost a unit:\n%s", diff)
		}
		roll, err := d.Roll(t.Context())
		if err != nil || len(roll.People) != 4 || len(roll.Units) != 3 {
			t.Fatalf("%d people and %d units, %v", len(roll.People), len(roll.Units), err)
		}
		feed, err := d.Feed(t.Context())
		if err != nil || feed.File != "june.csv" || feed.Report.Conflicts != 4 || feed.Report.Counts["new"] != 1 || feed.Report.Failed != "" {
			t.Fatalf("got %+v, %v", feed, err)
		}
		taken, err := d.TakenLists(t.Context(), office.Query{Find: "JUNE"})
		if err != nil || len(taken.Rows) != 1 || taken.Rows[0].File != "june.csv" || taken.Rows[0].Skips ||
			!cmp.Equal(taken.Rows[0].Report.Counts, feed.Report.Counts) || taken.Rows[0].Report.Conflicts != 4 {
			t.Fatalf("got %+v, %v", taken.Rows, err)
		}
		asked := open(t, d)
		if asked[office.Leaver].Person != h.ada || asked[office.Loss].Person != h.bram || asked[office.Who].Person != h.chidi || asked[office.Double].Row != 5 {
			t.Fatalf("got %+v", asked)
		}
		if _, err := d.AnswerConflicts(t.Context(), map[doorlink.ConflictID]office.Verdict{asked[office.Leaver].ID: office.Newcomer}); !errors.Is(err, office.ErrAnswer) {
			t.Errorf("an answer that there is not: %v", err)
		}
		did, err := d.AnswerConflicts(t.Context(), map[doorlink.ConflictID]office.Verdict{
			asked[office.Leaver].ID: office.Accept, asked[office.Loss].ID: office.Decline, asked[office.Who].ID: office.Accept,
			asked[office.Double].ID: office.Decline, "conf_gone": office.Accept,
		})
		if err != nil || !did.Undoable {
			t.Fatalf("got %+v, %v", did, err)
		}
		if left, err := h.db.Handsets(t.Context(), h.ada); err != nil || len(left) > 0 || h.units(t, d, h.ada) != nil {
			t.Errorf("%d handsets of who left, %v", len(left), err)
		}
		if p, err := h.db.Person(t.Context(), h.chidi); err != nil || p.Email != "chidi.new@example.org" {
			t.Errorf("got %+v, %v", p, err)
		}
		if len(open(t, d)) != 0 || h.units(t, d, h.bram)[0] != "1B" {
			t.Error("what was declined is asked again, or done")
		}
		looks(t, d)
		if len(open(t, d)) != 0 {
			t.Error("the same list asks again")
		}
	})
}

func TestAnAnswerIsGoodForJustWhatItWasGivenTo(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		d, dir := h.feed(t, false)
		drops(t, dir, "1.csv", "Unit,E-mail\n2B,bram@example.org\n")
		looks(t, d)
		moves := open(t, d)[office.Loss]
		if _, err := d.AnswerConflicts(t.Context(), map[doorlink.ConflictID]office.Verdict{moves.ID: office.Decline}); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]int{"2.csv": 1} {
			drops(t, dir, name, "Unit,E-mail\n3C,bram@example.org\n")
			looks(t, d)
			if n := len(open(t, d)); n != want {
				t.Errorf("another move: %d questions, want %d", n, want)
			}
		}
		drops(t, dir, "3.csv", "Unit,E-mail\n1B,bram@example.org\n")
		looks(t, d)
		drops(t, dir, "4.csv", "Unit,E-mail\n2B,bram@example.org\n")
		looks(t, d)
		if n := len(open(t, d)); n != 1 {
			t.Errorf("the first move again, after the list took it back: %d questions, want 1", n)
		}
	})
}

func TestAListIsTakenOnceWhenItsTimeHasCome(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		d, dir := h.feed(t, false)
		now := time.Now()
		due := func(at time.Time) office.Feed {
			t.Helper()
			if err := h.office.SyncDue(t.Context(), at); err != nil {
				t.Fatal(err)
			}
			f, err := d.Feed(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		if f := due(now); f.Report.Failed != "drop.list" {
			t.Errorf("an empty folder: %+v", f)
		}
		drops(t, dir, "june.csv", june)
		if f := due(now.Add(time.Hour - time.Second)); f.File != "" {
			t.Errorf("before its time: %+v", f)
		}
		if f := due(now.Add(time.Hour)); f.File != "june.csv" || f.Report.Counts["new"] != 1 {
			t.Errorf("in time: %+v", f)
		}
		deeds, err := h.db.Deeds(t.Context(), store.DeedQuery{Property: d.Property.ID, Action: "list.sync", Limit: 5})
		if err != nil || len(deeds) != 1 || deeds[0].Manager != "" {
			t.Fatalf("the audit has %+v, %v", deeds, err)
		}
		if _, err := d.Undo(t.Context(), deeds[0].Seq); err != nil {
			t.Fatal(err)
		}
		before := stands(t, d)
		if f := due(now.Add(2 * time.Hour)); f.Report.At.After(now.Add(90 * time.Minute)) {
			t.Errorf("the same file again: %+v", f)
		}
		if diff := cmp.Diff(before, stands(t, d)); diff != "" {
			t.Errorf("the same file again changed something:\n%s", diff)
		}
		drops(t, dir, "july.csv", "Rent\n1\n")
		if f := due(now.Add(3 * time.Hour)); f.Report.Failed != "roster.columns" {
			t.Errorf("what is no list: %+v", f)
		}
	})
}

func TestListsFromOutsideNeedASourceAndThreeAbilities(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		d := h.desk(t)
		if _, err := d.SyncNow(t.Context()); !errors.Is(err, office.ErrNoSource) {
			t.Errorf("without a source: %v", err)
		}
		if err := h.office.SyncDue(t.Context(), time.Now()); err != nil {
			t.Errorf("without a source, on schedule: %v", err)
		}
		d, _ = h.feed(t, false)
		if _, err := d.SetFeed(t.Context(), time.Minute, false); !errors.Is(err, office.ErrFeedTime) {
			t.Errorf("another time: %v", err)
		}
		for _, may := range [][]doorlink.Ability{{doorlink.Connect}, {doorlink.EditPeople, doorlink.GrantKeys}} {
			less := h.within(t, may...)
			_, changing := less.SetFeed(t.Context(), 0, false)
			_, looking := less.SyncNow(t.Context())
			_, reading := less.Conflicts(t.Context(), office.Query{})
			_, answering := less.AnswerConflicts(t.Context(), nil)
			for _, err := range []error{changing, looking, reading, answering} {
				if !errors.Is(err, office.ErrMayNot) {
					t.Errorf("with %v: %v", may, err)
				}
			}
		}
	})
}

func TestAListIsTakenWhateverItsFileIsCalled(t *testing.T) { onEach(t, listOfAnyName) }

func listOfAnyName(t *testing.T, h *house) {
	d, dir := h.feed(t, false)
	drops(t, dir, "june\xff\u202e.csv", "unit\n99Z\n") // a name that is no text, and turns what follows around
	looks(t, d)
	feed, err := d.Feed(t.Context())
	if err != nil || feed.File != "" || feed.Report.Counts["unit"] != 1 {
		t.Errorf("got %+v, %v", feed, err)
	}
}

// skipped is a list of two rows that cannot be used, and one that can.
const skipped = "Unit,Name,E-mail,Keys\n1C,Dora Dee,dora@example.org,Moon\n1C,=Dan Dee,dan,\n1D,Finn Fox,finn@example.org,\n"

func TestWhatCameOfEachListIsKept(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		d, dir := h.feed(t, false)
		drops(t, dir, "june.csv", skipped)
		looks(t, d)
		drops(t, dir, "june.csv", "Colour,Size\nred,2\n")
		looks(t, d)
		first, err := d.TakenLists(ctx, office.Query{Limit: 1})
		if err != nil || len(first.Rows) != 1 || first.Rows[0].Report.Failed == "" || first.Rows[0].Skips || first.Next == "" {
			t.Fatalf("the latest: got %+v, %v", first, err)
		}
		rest, err := d.TakenLists(ctx, office.Query{Limit: 1, After: first.Next})
		if err != nil || len(rest.Rows) != 1 || rest.Rows[0].Report.Counts["skipped"] != 2 || rest.Rows[0].Report.Counts["new"] != 1 || !rest.Rows[0].Skips || rest.Next != "" {
			t.Fatalf("the one before: got %+v, %v", rest, err)
		}
		oldest, err := d.TakenLists(ctx, office.Query{Limit: 1, Sort: office.When})
		if err != nil || len(oldest.Rows) != 1 || oldest.Rows[0].ID != rest.Rows[0].ID {
			t.Fatalf("the oldest: got %+v, %v", oldest, err)
		}
		oldest, err = d.TakenLists(ctx, office.Query{Limit: 1, Sort: office.When, After: oldest.Next})
		if err != nil || len(oldest.Rows) != 1 || oldest.Rows[0].ID != first.Rows[0].ID || oldest.Next != "" {
			t.Fatalf("the one after: got %+v, %v", oldest, err)
		}
		csv := func() string {
			rows, err := d.Skips(ctx, rest.Rows[0].ID)
			var b strings.Builder
			if err == nil {
				err = rows.Write(&b, func(e *doorlink.Error) string { return e.Key + " " + fmt.Sprint(e.Args...) })
			}
			if err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		want := "\ufeffUnit,Name,E-mail,Keys,Reason\r\n1C,Dora Dee,dora@example.org,Moon,roster.key nameMoon\r\n1C,'=Dan Dee,dan,,roster.email emaildan\r\n"
		if diff := cmp.Diff(want, csv()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}

		// What is kept of somebody's rows goes with them.
		roll, err := d.Roll(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range roll.People {
			if p.ID == h.chidi {
				p.Email = "dora@example.org"
				must(t)(d.SetPerson(ctx, p, ""))
			}
		}
		must(t)(d.Erase(ctx, h.chidi))
		if got := csv(); strings.Contains(got, "dora") {
			t.Errorf("after erasing: got %s", got)
		}

		elsewhere, err := h.office.At(ctx, office.Actor{Manager: h.root}, h.elsewhere.Property.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := elsewhere.Skips(ctx, rest.Rows[0].ID); !errors.Is(err, store.ErrMissing) {
			t.Errorf("at another property: got %v", err)
		}
		if all, err := elsewhere.TakenLists(ctx, office.Query{}); err != nil || len(all.Rows) > 0 {
			t.Errorf("at another property: got %+v, %v", all, err)
		}
		if _, err := h.within(t, doorlink.EditPeople, doorlink.GrantKeys).TakenLists(ctx, office.Query{}); !errors.Is(err, office.ErrMayNot) {
			t.Errorf("without Connect: got %v", err)
		}
	})
}
