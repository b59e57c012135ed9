package office_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"doorlink"
	"doorlink/office"
	"doorlink/roster"
	"doorlink/store"
)

// monday is a list as a spreadsheet in Germany saves it: 300 units, 450 people.
func monday() []byte {
	var b strings.Builder
	b.WriteString("\ufeffWohnung;Vorname;Nachname;E-Mail;Schlüssel\r\n")
	for i := range 450 {
		fmt.Fprintf(&b, "W%d;Ada%d;Müller;ada%d@Example.org;Residents\r\n", i%300, i, i)
	}
	return []byte(b.String())
}

// bed is a test, or one round of a property.
type bed interface {
	rapid.TB
	Context() context.Context
}

// plan is the proposal for a list, which must be one.
func plan(tb bed, d *office.Desk, list []byte, o roster.Options) *office.Proposal {
	tb.Helper()
	p, err := tryPlan(tb, d, list, o)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func tryPlan(tb bed, d *office.Desk, list []byte, o roster.Options) (*office.Proposal, error) {
	draft, err := d.AddDraft(tb.Context(), "list.csv", bytes.NewReader(list))
	if err == nil {
		err = d.Choose(tb.Context(), draft.ID, o)
	}
	if err != nil {
		return nil, err
	}
	return d.Plan(tb.Context(), draft.ID)
}

// stands is all that lists change.
func stands(tb bed, d *office.Desk) []any {
	tb.Helper()
	r, err := d.Roll(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return []any{r.Units, r.People, r.Memberships, r.Holders}
}

func renamed(list []byte, h *house) []byte {
	return bytes.ReplaceAll(list, []byte("Residents"), []byte(h.plan.Keys[0].Name))
}

func TestAListOfAMondayIsAppliedOnceAndTakenBackAsAWhole(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		d, list := h.desk(t), renamed(monday(), h)
		before := stands(t, d)
		p := plan(t, d, list, roster.Options{})
		if c := p.Counts(); c.Units != 300 || c.New != 450 || c.Skipped != 0 {
			t.Fatalf("counts are %+v", c)
		}
		if diff := cmp.Diff(before, stands(t, d)); diff != "" {
			t.Fatalf("the plan changed something:\n%s", diff)
		}
		receipt, err := d.Import(t.Context(), p.Draft.ID, p.Seal)
		if err != nil || !receipt.Undoable {
			t.Fatalf("importing: %+v, %v", receipt, err)
		}
		again := plan(t, d, list, roster.Options{})
		if n := len(again.Changes()); n != 0 {
			t.Errorf("the same list again has %d changes", n)
		}
		if r, err := d.Import(t.Context(), again.Draft.ID, again.Seal); err != nil || r.Seq != 0 {
			t.Errorf("the same list again left %+v, %v", r, err)
		}
		if _, err := d.Undo(t.Context(), receipt.Seq); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, stands(t, d)); diff != "" {
			t.Errorf("undo left a difference:\n%s", diff)
		}
	})
}

func TestAListIsRefusedOnceItWouldDoAnythingElse(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		d := h.desk(t)
		list := []byte("Unit,First name,E-mail\n1B,Adaeze,ADA@example.org\n1C,Dora,dora@example.org\n")
		p := plan(t, d, list, roster.Options{})
		if _, err := d.Invite(t.Context(), office.Invitation{Given: "Dora", Email: "dora@example.org"}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Import(t.Context(), p.Draft.ID, p.Seal); !errors.Is(err, doorlink.ErrChanged) {
			t.Errorf("got %v, want ErrChanged", err)
		}
		p, err := d.Plan(t.Context(), p.Draft.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Import(t.Context(), p.Draft.ID, p.Seal); err != nil {
			t.Error(err)
		}
		if _, err := d.Import(t.Context(), p.Draft.ID, p.Seal); !errors.Is(err, store.ErrDraftDone) {
			t.Errorf("a second time: %v", err)
		}
	})
}

func TestImportingNeedsBothAbilitiesAndExportingReports(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		for _, a := range []doorlink.Ability{doorlink.EditPeople, doorlink.GrantKeys} {
			if _, err := tryPlan(t, h.within(t, a), monday(), roster.Options{}); !errors.Is(err, office.ErrMayNot) {
				t.Errorf("with %s alone: %v", a, err)
			}
		}
		if err := h.within(t, doorlink.EditPeople).ExportList(t.Context(), &bytes.Buffer{}); !errors.Is(err, office.ErrMayNot) {
			t.Errorf("exporting without reports: %v", err)
		}
		specific := h.as(t, doorlink.Role{Scope: doorlink.SpecificKeys, Keys: []doorlink.KeyID{h.roof}})
		p := plan(t, specific, renamed(monday(), h), roster.Options{})
		if c := p.Counts(); c.Skipped != 450 {
			t.Errorf("with a key of others: %+v", c)
		}
	})
}

func TestWhoeverIsMissingLeavesAndIsSignedOut(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		d := h.desk(t)
		list, o := []byte("Unit,E-mail\n1B,bram@example.org\n"), roster.Options{Leavers: true}
		p := plan(t, d, list, o)
		if c := p.Counts(); c.Leave != 2 || c.Same != 1 {
			t.Fatalf("counts are %+v", c)
		}
		if _, err := d.Import(t.Context(), p.Draft.ID, p.Seal); err != nil {
			t.Fatal(err)
		}
		if left, err := h.db.Handsets(t.Context(), h.ada); err != nil || len(left) != 0 {
			t.Errorf("handsets left: %v, %v", left, err)
		}
	})
}

func TestRowsThatChangeNothingAreWrittenWithTheirReason(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		p := plan(t, h.desk(t), []byte("Unit,First name,E-mail,Key\n"+
			"1A,=Eve,nobody,\n1C,Dora,dora@example.org,\n1D,Finn,finn@example.org,Cellar\n"+
			"1E,,finn@example.org,\n1F,Gina,gina@example.org,\n1G,Gino,gina@example.org,\n"), roster.Options{})
		var b bytes.Buffer
		if err := p.WriteSkipped(&b, func(e *doorlink.Error) string { return e.Key }); err != nil {
			t.Fatal(err)
		}
		want := "\ufeffUnit,First name,E-mail,Key,Reason\r\n1A,'=Eve,nobody,,roster.email\r\n" +
			"1D,Finn,finn@example.org,Cellar,roster.key\r\n1E,,finn@example.org,,roster.key\r\n" +
			"1G,Gino,gina@example.org,,roster.twice\r\n"
		if diff := cmp.Diff(b.String(), want); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhatIsExportedReadsBackWithoutAChange(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		d := h.desk(t)
		first := renamed([]byte("Unit,Name,E-mail,Key,Start,End\n2A,Eve Elm,eve@example.org,Residents,2026-01-01,2030-05-31\n2B,Eve Elm,eve@example.org,Roof,,\n3C,,,,,\n"), h)
		in := plan(t, d, first, roster.Options{})
		if _, err := d.Import(t.Context(), in.Draft.ID, in.Seal); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := d.ExportList(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		p := plan(t, d, b.Bytes(), roster.Options{Leavers: true, TakeKeys: true})
		if c := p.Counts(); len(p.Changes()) != 0 || c.Skipped != 0 || c.Same != 4 {
			t.Errorf("%+v of\n%s", c, b.String())
		}
		all, err := d.ExportAll(t.Context())
		if err != nil || len(all.People) != 4 {
			t.Fatalf("exported %+v, %v", all, err)
		}
		b.Reset()
		var read office.Everything
		if err := errors.Join(all.Write(&b), json.Unmarshal(b.Bytes(), &read)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&read, all, cmpopts.EquateApproxTime(0)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestUndoTakesBackAnyList(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		d := h.desk(t)
		rapid.Check(t, func(t *rapid.T) {
			var b strings.Builder
			b.WriteString("Unit,First name,E-mail,Key\n")
			for _, who := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"ada", "chidi", "bram", "dora", "eve"}), 1, 5, rapid.ID).Draw(t, "who") {
				unit := rapid.SampledFrom([]string{"1A", "1B", "9Z", ""}).Draw(t, "unit")
				key := rapid.SampledFrom([]string{"", "Roof", "none"}).Draw(t, "key")
				fmt.Fprintf(&b, "%s,%s,%s@example.org,%s\n", unit, strings.ToUpper(who), who, key)
			}
			o := roster.Options{Leavers: rapid.Bool().Draw(t, "leavers"), TakeKeys: rapid.Bool().Draw(t, "take")}
			before := stands(t, d)
			p := plan(t, d, []byte(b.String()), o)
			r, err := d.Import(t.Context(), p.Draft.ID, p.Seal)
			if err != nil {
				t.Fatal(err)
			}
			if r.Undoable {
				if _, err := d.Undo(t.Context(), r.Seq); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(before, stands(t, d)); diff != "" {
				t.Fatal(diff)
			}
		})
	})
}

func TestLinesOfAListAreSortedAsPeopleCount(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		d := h.desk(t)
		p := plan(t, d, []byte("Unit,Name,E-mail\n10,Zoe Ray,zoe@example.org\n9,adam Ray,adam@example.org\n9,Bea Ray,bea@example.org\n"), roster.Options{})
		for sort, want := range map[string]string{
			"": "Zoe adam Bea", "-row": "Bea adam Zoe", "name": "adam Bea Zoe", "-name": "Zoe Bea adam", "unit": "adam Bea Zoe", "-unit": "Zoe Bea adam",
		} {
			rows, err := p.Rows(office.Query{Sort: sort, Only: map[string]string{"what": office.Busy}})
			var got []string
			for _, l := range rows.Rows {
				got = append(got, l.Person.Given)
			}
			if strings.Join(got, " ") != want || err != nil {
				t.Errorf("%q: got %v, %v, want %s", sort, got, err, want)
			}
		}
	})
}

// BenchmarkImport applies 10,000 rows and takes them back.
func BenchmarkImport(b *testing.B) {
	d := big(b)
	lines := []string{"Unit,First name,E-mail"}
	for i := range 10_000 {
		lines = append(lines, fmt.Sprintf("N%d,Dora,dora%d@example.org", i/3, i))
	}
	list := []byte(strings.Join(slices.Clip(lines), "\n"))
	for b.Loop() {
		p := plan(b, d, list, roster.Options{})
		r, err := d.Import(b.Context(), p.Draft.ID, p.Seal)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if _, err := d.Undo(b.Context(), r.Seq); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkPlanRows looks through a proposal of 10,000 rows, as every page of it
// does.
func BenchmarkPlanRows(b *testing.B) {
	d := big(b)
	list := []byte("Unit,First name,E-mail\n")
	for i := range 10_000 {
		list = fmt.Appendf(list, "N%d,Dora,dora%d@example.org\n", i/3, i)
	}
	id := plan(b, d, list, roster.Options{}).Draft.ID
	for b.Loop() {
		p, err := d.Plan(b.Context(), id)
		if err != nil {
			b.Fatal(err)
		}
		for _, q := range []office.Query{{Find: "dora77"}, {Sort: "name"}, {Sort: "-unit"}} {
			if _, err := p.Rows(q); err != nil {
				b.Fatal(err)
			}
		}
	}
}
