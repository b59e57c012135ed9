package roster_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"doorlink"
	"doorlink/roster"
)

func read(t rapid.TB, text string) *roster.Sheet {
	t.Helper()
	s, err := roster.Read(strings.NewReader(text))
	if err != nil {
		t.Fatalf("reading %.80q: %v", text, err)
	}
	return s
}

func asUTF16(order binary.AppendByteOrder, text string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// TestAListIsReadAsSpreadsheetsSaveIt reads the same two rows from everything
// that programs and countries make of them.
func TestAListIsReadAsSpreadsheetsSaveIt(t *testing.T) {
	t.Parallel()
	const plain = "Unit,First name,Last name,E-mail,Keys,Show in intercom\n1A,Zoë,Müller,Zoe@Example.org,\"Residents; Roof\",Yes\n2B,Ada,Nwosu,ada@example.org,Residents,no\n"
	want := []roster.Row{
		{Line: 2, Unit: "1A", Given: "Zoë", Family: "Müller", Email: "zoe@example.org", Keys: []string{"Residents", "Roof"}, Shown: roster.Yes},
		{Line: 3, Unit: "2B", Given: "Ada", Family: "Nwosu", Email: "ada@example.org", Keys: []string{"Residents"}, Shown: roster.No},
	}
	for name, tt := range map[string]struct {
		text     string
		encoding roster.Encoding
		later    int // lines before the header
	}{
		"UTF-8":                    {plain, roster.UTF8, 0},
		"UTF-8 with its mark":      {"\ufeff" + plain, roster.UTF8, 0},
		"UTF-16 of Windows":        {asUTF16(binary.LittleEndian, strings.ReplaceAll(plain, ",", "\t")), roster.UTF16, 0},
		"UTF-16 the other way":     {asUTF16(binary.BigEndian, plain), roster.UTF16, 0},
		"Windows-1252":             {strings.NewReplacer("ë", "\xeb", "ü", "\xfc").Replace(plain), roster.Windows1252, 0},
		"semicolons":               {strings.NewReplacer(",", ";", `"Residents; Roof"`, `"Residents; Roof"`).Replace(plain), roster.UTF8, 0},
		"semicolons told":          {"sep=;\r\n" + strings.ReplaceAll(plain, ",", ";"), roster.UTF8, 1},
		"commas told in quotes":    {"\"sep=,\"\n" + plain, roster.UTF8, 1},
		"tabs":                     {strings.ReplaceAll(plain, ",", "\t"), roster.UTF8, 0},
		"lines of Windows":         {strings.ReplaceAll(plain, "\n", "\r\n"), roster.UTF8, 0},
		"lines of old Macintoshes": {strings.ReplaceAll(plain, "\n", "\r"), roster.UTF8, 0},
		"no last line break":       {strings.TrimSpace(plain), roster.UTF8, 0},
		"empty columns and rows":   {strings.ReplaceAll(plain, "\n", ",,\n") + ",,,,,\n\n, ,\n", roster.UTF8, 0},
		"spaces around":            {strings.ReplaceAll(plain, ",", ",  "), roster.UTF8, 0},
		"other words for columns":  {strings.NewReplacer("Unit", "Digital Unit", "First", "Given", "Last name", "Surname", "E-mail", "EMAIL ADDRESS", "Show in", "Display in").Replace(plain), roster.UTF8, 0},
		"German":                   {strings.NewReplacer("Unit", "Wohnung", "First name", "Vorname", "Last name", "Name", "E-mail", "E-Mail-Adresse", "Keys", "Schlüssel", "Yes", "Ja", ",no", ",nein").Replace(plain), roster.UTF8, 0},
		"letters in two parts":     {strings.NewReplacer("ë", "e\u0308", "ü", "u\u0308").Replace(plain), roster.UTF8, 0},
		"marks that nobody sees":   {strings.NewReplacer("1A", "\u200e1A\u200f", "Ada", "A\u00adda\u200b").Replace(plain), roster.UTF8, 0},
		"a key on each line":       {strings.ReplaceAll(plain, "Residents; Roof", "Residents\r\nRoof"), roster.UTF8, 0},
		"commas between keys":      {strings.ReplaceAll(plain, "Residents; Roof", "Residents, Roof"), roster.UTF8, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := read(t, tt.text)
			for i := range s.Rows {
				s.Rows[i].Line = i + 2 // fields may have lines of their own
			}
			if diff := cmp.Diff(s.Rows, want); diff != "" || len(s.Problems) > 0 {
				t.Errorf("problems %v, rows (-got +want):\n%s", s.Problems, diff)
			}
			if s.Encoding != tt.encoding {
				t.Errorf("got %s, want %s", s.Encoding, tt.encoding)
			}
		})
	}
}

func TestRowsAreCountedAsSpreadsheetsCountThem(t *testing.T) {
	t.Parallel()
	s := read(t, "sep=,\n\nUnit,E-mail,Name,Rent\n\n1A,ada@example.org,Ada,900\n,,,\n1B,kim@example.org,Kim,\n")
	if s.Rows[0].Line != 5 || s.Rows[1].Line != 7 {
		t.Errorf("got lines %d and %d, want 5 and 7", s.Rows[0].Line, s.Rows[1].Line)
	}
	if diff := cmp.Diff(s.Ignored, []string{"Rent"}); diff != "" {
		t.Errorf("ignored (-got +want):\n%s", diff)
	}
}

// TestAListThatIsNoneIsRefusedWhole names each way.
func TestAListThatIsNoneIsRefusedWhole(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		want *doorlink.Error
	}{
		"nothing":                        {"", roster.ErrEmpty},
		"only commas":                    {",,,\n,\n", roster.ErrEmpty},
		"a workbook":                     {"PK\x03\x04\x14\x00", roster.ErrPacked},
		"a workbook of 1997":             {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", roster.ErrPacked},
		"a picture":                      {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", roster.ErrBinary},
		"people without e-mail":          {"Unit,Name\n1A,Ada\n", roster.ErrColumns},
		"no column that means something": {"Flavour;Price\nlemon;2\n", roster.ErrColumns},
		"no header":                      {"1A,ada@example.org\n", roster.ErrColumns},
		"two columns for one thing":      {"E-mail,Unit,Apartment\na@example.org,1,1\n", roster.ErrColumnTwice},
		"too many columns":               {"Unit\n" + strings.Repeat("a,", roster.MaxColumns) + "a\n", roster.ErrTooWide},
		"too many rows":                  {"Unit\n" + strings.Repeat("1\n", roster.MaxRows+1), roster.ErrTooManyRows},
		"a quotation mark left open":     {"Unit,E-mail\n\"1A,ada@example.org\n1B,kim@example.org\n", roster.ErrOpenQuote},
		"more than the limit":            {"Unit\n" + strings.Repeat("a", roster.MaxBytes), roster.ErrTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := roster.Read(strings.NewReader(tt.text)); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestAListWithoutItsColumnsTellsWhatWasFound(t *testing.T) {
	t.Parallel()
	_, err := roster.Read(strings.NewReader("Apartment;Name;Rent\n1A;Ada;900\n"))
	e, ok := errors.AsType[*doorlink.Error](err)
	if !ok || cmp.Diff(e.Args, []any{"found", "Apartment, Name, Rent"}) != "" {
		t.Errorf("got %v", e)
	}
}

// endless is an upload that never ends.
type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	e.read += len(b)
	return copy(b, bytes.Repeat([]byte("1A\n"), len(b)/3+1)), nil
}

func TestAnUploadWithoutEndIsNotReadToTheEnd(t *testing.T) {
	t.Parallel()
	upload := &endless{}
	if _, err := roster.Read(upload); !errors.Is(err, roster.ErrTooBig) {
		t.Errorf("got %v, want %v", err, roster.ErrTooBig)
	}
	if upload.read > roster.MaxBytes+1 {
		t.Errorf("%d bytes were read", upload.read)
	}
	broken := errors.New("the line went dead")
	if _, err := roster.Read(io.MultiReader(strings.NewReader("Unit\n1A\n"), failing{broken})); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestABadRowIsSkippedAndTheOthersGoOn puts each bad row between two good ones.
func TestABadRowIsSkippedAndTheOthersGoOn(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", roster.MaxField+1)
	for name, tt := range map[string]struct {
		row  string
		want *doorlink.Error
	}{
		"no e-mail":                       {"7A,Kim,,,,,", roster.ErrNoEmail},
		"only a key":                      {",,,Residents,,,", roster.ErrNoEmail},
		"no address":                      {"7A,Kim,kim,,,,", roster.ErrEmail},
		"an address with a name":          {"7A,Kim,Kim <kim@example.org>,,,,", roster.ErrEmail},
		"an address in quotes":            {`7A,Kim,"""a b""@example.org",,,,`, roster.ErrEmail},
		"an address on no network":        {"7A,Kim,kim@localhost,,,,", roster.ErrEmail},
		"two addresses":                   {`7A,Kim,"kim@example.org,ada@example.org",,,,`, roster.ErrEmail},
		"a domain with a hyphen too many": {"7A,Kim,kim@-example.org,,,,", roster.ErrEmail},
		"a name of 101 characters":        {"7A," + long[:202] + ",kim@example.org,,,,", roster.ErrName},
		"a field of 501 characters":       {"7A," + long + ",kim@example.org,,,,", roster.ErrField},
		"a name that turns around":        {"7A,\u202eKim,kim@example.org,,,,", roster.ErrUnreadable},
		"a name that is isolated":         {"7A,Kim\u2067,kim@example.org,,,,", roster.ErrUnreadable},
		"a bell in the name":              {"7A,K\aim,kim@example.org,,,,", roster.ErrUnreadable},
		"a broken letter":                 {"7A,K\ufffdim,kim@example.org,,,,", roster.ErrUnreadable},
		"neither yes nor no":              {"7A,Kim,kim@example.org,,maybe,,", roster.ErrYesNo},
		"no date":                         {"7A,Kim,kim@example.org,,,soon,", roster.ErrDate},
		"a day that is none":              {"7A,Kim,kim@example.org,,,2026-02-30,", roster.ErrDate},
		"a date that may be two":          {"7A,Kim,kim@example.org,,,5/6/2026,", roster.ErrDate},
		"a date before there were doors":  {"7A,Kim,kim@example.org,,,1970-01-01,", roster.ErrDate},
		"an end before the start":         {"7A,Kim,kim@example.org,,,2026-05-02,2026-05-01", roster.ErrDates},
		"more fields than the header":     {"7A,Kim,kim@example.org,,,,,9", roster.ErrCells},
		"a quotation mark within":         {`7A,Kim "K" Lee,kim@example.org,,,,`, roster.ErrQuote},
		"text behind a quotation mark":    {`7A,"Kim" Lee,kim@example.org,,,,`, roster.ErrQuote},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := read(t, "\ufeffUnit,Name,E-mail,Keys,Shown,Access start,Access end\n1A,Ada,ada@example.org,,,,\n"+tt.row+"\n2B,Lee,lee@example.org,,,,\n")
			if len(s.Rows) != 2 || s.Rows[1].Line != 4 {
				t.Errorf("the good rows are %+v", s.Rows)
			}
			if len(s.Problems) != 1 || s.Problems[0].Line != 3 || !errors.Is(s.Problems[0].Err, tt.want) {
				t.Fatalf("got %+v, want %v in line 3", s.Problems, tt.want)
			}
		})
	}
}

func TestALeaseHasAStatusInPlainWords(t *testing.T) {
	t.Parallel()
	s := read(t, "E-mail,Lease status\na@example.org,Current\nb@example.org,FORMER\nc@example.org,future\nd@example.org,\ne@example.org,perhaps\n")
	var got []roster.Lease
	for _, r := range s.Rows {
		got = append(got, r.Lease)
	}
	if diff := cmp.Diff(got, []roster.Lease{roster.CurrentLease, roster.PastLease, roster.FutureLease, roster.NoLease}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	if len(s.Problems) != 1 || !errors.Is(s.Problems[0].Err, roster.ErrStatus) {
		t.Errorf("got %v, want %v", s.Problems, roster.ErrStatus)
	}
}

// TestOneClearDateTellsTheOthers reads dates with strokes in the order that the
// whole list uses.
func TestOneClearDateTellsTheOthers(t *testing.T) {
	t.Parallel()
	may5, june5 := doorlink.Date(2026, 5, 5), doorlink.Date(2026, 6, 5)
	for name, tt := range map[string]struct {
		first, second string
		want          [2]doorlink.Day
	}{
		"American":     {"6/5/2026", "5/31/2026", [2]doorlink.Day{june5, doorlink.Date(2026, 5, 31)}},
		"British":      {"05/06/2026", "31/05/2026", [2]doorlink.Day{june5, doorlink.Date(2026, 5, 31)}},
		"German":       {"5.6.2026", "31.05.2026", [2]doorlink.Day{june5, doorlink.Date(2026, 5, 31)}},
		"ISO":          {"2026-06-05", "2026-5-5", [2]doorlink.Day{june5, may5}},
		"with a time":  {"2026-06-05T22:00:00Z", "2026-05-05 00:00", [2]doorlink.Day{june5, may5}},
		"one is empty": {"", "2026-05-05", [2]doorlink.Day{0, may5}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := read(t, "E-mail,From\na@example.org,"+tt.first+"\nb@example.org,"+tt.second+"\n")
			if len(s.Rows) != 2 {
				t.Fatalf("problems: %+v", s.Problems)
			}
			if got := [2]doorlink.Day{s.Rows[0].From, s.Rows[1].From}; got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestANameInOneCellIsDivided(t *testing.T) {
	t.Parallel()
	for whole, want := range map[string][2]string{
		"Ada Nwosu": {"Ada", "Nwosu"}, "Ada Maria Nwosu": {"Ada Maria", "Nwosu"}, `"Nwosu, Ada"`: {"Ada", "Nwosu"},
		"Cher": {"Cher", ""}, "李小龍": {"李小龍", ""}, "Conan O'Brien": {"Conan", "O'Brien"},
	} {
		r := read(t, "E-mail,Full name\na@example.org,"+whole+"\n").Rows[0]
		if got := [2]string{r.Given, r.Family}; got != want || !r.Whole {
			t.Errorf("%s: got %q, want %q", whole, got, want)
		}
	}
}

// FuzzRead looks for lists that break reading, or come through it with what
// nobody could show.
func FuzzRead(f *testing.F) {
	f.Add([]byte("sep=;\r\nUnit;E-mail;Keys\r\n1A;ada@example.org;\"Roof, Gym\"\r\n"))
	f.Add([]byte("\xff\xfeU\x00n\x00i\x00t\x00\n\x001\x00"))
	f.Add([]byte("Unit\tName\tE-mail\tFrom\n1A\t'=1+1\ta@b.example\t5/31/2026\n\"\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := roster.Read(bytes.NewReader(b))
		if err != nil {
			if doorlink.KindOf(err) != doorlink.Invalid {
				t.Fatalf("got %v, which nobody can be told", err)
			}
			return
		}
		for _, r := range s.Rows {
			for _, text := range append([]string{r.Unit, r.Given, r.Family, r.Email}, r.Keys...) {
				if !doorlink.Clean(text) || len([]rune(text)) > roster.MaxField {
					t.Fatalf("%q came through", text)
				}
			}
			if r.Line == 0 || r.Email == "" && r.Unit == "" {
				t.Fatalf("%+v says nothing", r)
			}
		}
	})
}
