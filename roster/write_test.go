package roster_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"doorlink/roster"
)

func written(t rapid.TB, header []string, rows ...[]string) string {
	t.Helper()
	var b bytes.Buffer
	if err := roster.Write(&b, header, slices.Values(rows)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAListIsWrittenAsSpreadsheetsOpenIt(t *testing.T) {
	t.Parallel()
	got := written(t, []string{"Unit", "Name"}, []string{"1A", "Zoë \"Z\" Müller, jun."}, []string{"2B", ""})
	if want := "\ufeffUnit,Name\r\n1A,\"Zoë \"\"Z\"\" Müller, jun.\"\r\n2B,\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNoFieldIsAFormula(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-5": "'-5", "@sum(a1)": "'@sum(a1)", "\t=1": "'\t'=1", "\r=1": "'\r'=1",
		`"=1+1"`: `'"=1+1"`, "  =1": "'  =1", "\u00a0=1": "'\u00a0=1", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠a": "'＠a",
		"'=1": "''=1", "a;=1": "a;'=1", "a,\t-1": "a,\t'-1", "a\n=1": "a\n'=1",
		"O'Brien": "O'Brien", "'t Hooft": "'t Hooft", "a=b": "a=b", "Nwosu-Lee": "Nwosu-Lee", "": "", "'": "'",
	} {
		text := written(t, []string{"a", "b"}, []string{"x", field})
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		// encoding/csv reads \r\n within a field as \n, and drops a lone \r.
		if got := rows[1][1]; got != want && got != strings.ReplaceAll(want, "\r", "") {
			t.Errorf("%q is written as %q, want %q", field, got, want)
		}
	}
}

// cells are texts as people and attackers write them into units and names.
func cells() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{
			"=", "+", "-", "@", "'", "''", `"`, ",", "a", "Zoë", "1", "＝", "－", "cmd|' /C calc'!A0", "سارة", "李",
		}), 1, 6).Draw(t, "parts")
		return strings.Join(parts, "")
	})
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	header := []string{"Unit", "First name", "Last name", "E-mail", "Keys", "Shown", "Access start"}
	rapid.Check(t, func(t *rapid.T) {
		var rows [][]string
		var want []roster.Row
		for i := range rapid.IntRange(1, 5).Draw(t, "rows") {
			r := roster.Row{
				Line: i + 2, Unit: cells().Draw(t, "unit"), Given: cells().Draw(t, "given"), Family: cells().Draw(t, "family"),
				Email: rapid.SampledFrom([]string{"ada@example.org", "-kim+1@example.org", "o'neil@example.org", "=a@example.org"}).Draw(t, "email"),
				Keys:  rapid.SliceOfN(cells(), 0, 3).Draw(t, "keys"), Shown: roster.Yes, From: 20600,
			}
			for i, k := range r.Keys {
				if r.Keys[i] = strings.Trim(k, ","); r.Keys[i] == "" {
					r.Keys[i] = "Roof"
				}
			}
			if len(r.Keys) == 0 {
				r.Keys = nil
			}
			want = append(want, r)
			rows = append(rows, []string{r.Unit, r.Given, r.Family, r.Email, roster.JoinKeys(r.Keys), "yes", r.From.String()})
		}
		s := read(t, written(t, header, rows...))
		if diff := cmp.Diff(s.Rows, want); diff != "" {
			t.Fatalf("problems %+v, rows (-got +want):\n%s", s.Problems, diff)
		}
	})
}

func TestADiskThatIsFullIsTold(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	for room := range 3 {
		err := roster.Write(&disk{room: room * 4000, err: full}, []string{"Unit"}, slices.Values(slices.Repeat([][]string{{"1A"}}, 5000)))
		if !errors.Is(err, full) {
			t.Errorf("got %v, want %v", err, full)
		}
	}
}

type disk struct {
	room int
	err  error
}

func (d *disk) Write(b []byte) (int, error) {
	if d.room -= len(b); d.room < 0 {
		return 0, d.err
	}
	return len(b), nil
}
