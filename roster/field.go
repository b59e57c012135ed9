package roster

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"doorlink"
)

// fields reads the cells of one row. It keeps the first failure and goes on, so
// that a skipped row can still be shown.
type fields struct {
	at    map[column]int
	cells []string
	order dayOrder
	err   *doorlink.Error
}

func (f *fields) row() Row {
	r := Row{
		Unit: f.name(unitColumn), Given: f.name(givenColumn), Family: f.name(familyColumn),
		Email: f.email(), Keys: f.keys(),
		Shown: f.answer(), From: f.day(fromColumn), To: f.day(toColumn), Lease: f.lease(),
	}
	if whole := f.name(nameColumn); r.Name() == "" && whole != "" {
		r.Given, r.Family = divide(whole)
		r.Whole = true
	}
	if r.To != 0 && r.To < r.From {
		f.fail(ErrDates)
	}
	return r
}

func (f *fields) fail(err *doorlink.Error) {
	if f.err == nil {
		f.err = err
	}
}

// raw is a cell as it was before Write; too long a one is empty.
func (f *fields) raw(c column) string {
	i, ok := f.at[c]
	if !ok || i >= len(f.cells) {
		return ""
	}
	if utf8.RuneCountInString(f.cells[i]) > MaxField {
		f.fail(ErrField)
		return ""
	}
	return harmful(f.cells[i])
}

// clean tidies a text and refuses what a page could not show as it is.
func (f *fields) clean(s string) string {
	if s = tidy(s); !doorlink.Clean(s) || strings.ContainsRune(s, utf8.RuneError) {
		f.fail(ErrUnreadable)
		return ""
	}
	return s
}

func (f *fields) name(c column) string { return f.nameIn(f.raw(c)) }

func (f *fields) nameIn(s string) string {
	s = f.clean(s)
	if utf8.RuneCountInString(s) > MaxName {
		f.fail(ErrName)
		return ""
	}
	return s
}

// keys reads names of keys: one on a line or with semicolons between, and with
// commas only if there are none of those. See JoinKeys.
func (f *fields) keys() (names []string) {
	raw := f.raw(keysColumn)
	between := func(r rune) bool { return r == ';' || r == '\n' }
	if !strings.ContainsFunc(raw, between) {
		between = func(r rune) bool { return r == ',' }
	}
	for part := range strings.FieldsFuncSeq(raw, between) {
		if name := f.nameIn(part); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// JoinKeys writes the names of keys into one field, as Read takes them apart.
// Names with a semicolon cannot be told apart.
func JoinKeys(names []string) string {
	joined := strings.Join(names, "; ")
	if len(names) == 1 && strings.Contains(joined, ",") {
		return joined + ";"
	}
	return joined
}

// The longest address and the longest part before its @: RFC 5321, sections
// 4.5.3.1.3 (without the angle brackets) and 4.5.3.1.1.
const (
	maxEmail = 254
	maxLocal = 64
)

func (f *fields) email() string {
	s := strings.ToLower(f.clean(f.raw(emailColumn)))
	if s != "" && !isEmail(s) {
		f.fail(ErrEmail.With("email", s))
		return ""
	}
	return s
}

// isEmail is stricter than RFC 5322: no display name, no comment, nothing in
// quotes, and a domain with at least two labels.
func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" || len(s) > maxEmail || strings.ContainsAny(s, " \"<>()[],;:\\") {
		return false
	}
	local, domain, _ := strings.Cut(s, "@")
	if len(local) > maxLocal || !strings.Contains(domain, ".") {
		return false
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsAny(label, "!#$%&*+/=?^_`{|}~") {
			return false
		}
	}
	return true
}

var answers = map[string]Answer{
	"yes": Yes, "y": Yes, "true": Yes, "1": Yes, "x": Yes, "on": Yes, "ja": Yes, "wahr": Yes, "sí": Yes, "si": Yes, "verdadero": Yes,
	"no": No, "n": No, "false": No, "0": No, "off": No, "nein": No, "falsch": No, "falso": No,
}

func (f *fields) answer() Answer {
	s := f.clean(f.raw(shownColumn))
	a, ok := answers[strings.ToLower(s)]
	if !ok && s != "" {
		f.fail(ErrYesNo.With("text", s))
	}
	return a
}

var leases = map[string]Lease{
	"current": CurrentLease, "active": CurrentLease, "resident": CurrentLease, "occupied": CurrentLease, "notice": CurrentLease,
	"aktuell": CurrentLease, "laufend": CurrentLease, "aktiv": CurrentLease, "actual": CurrentLease, "vigente": CurrentLease, "activo": CurrentLease,
	"past": PastLease, "former": PastLease, "moved out": PastLease, "ended": PastLease, "evicted": PastLease,
	"ehemalig": PastLease, "beendet": PastLease, "pasado": PastLease, "terminado": PastLease, "finalizado": PastLease,
	"future": FutureLease, "upcoming": FutureLease, "künftig": FutureLease, "zukünftig": FutureLease, "futuro": FutureLease,
}

func (f *fields) lease() Lease {
	s := f.clean(f.raw(leaseColumn))
	l, ok := leases[strings.ToLower(s)]
	if !ok && s != "" {
		f.fail(ErrStatus.With("text", s))
	}
	return l
}

// unseen are characters that copying brings along and nobody sees: zero-width
// space, byte order mark, soft hyphen, and the marks that hint at a direction
// without turning anything. Joiners stay, since Persian and Hindi need them.
var unseen = strings.NewReplacer("\u200b", "", "\ufeff", "", "\u00ad", "", "\u200e", "", "\u200f", "", "\u061c", "")

// tidy makes two spellings that look the same the same: Unicode NFC, single
// spaces, nothing unseen.
func tidy(s string) string {
	return strings.Join(strings.Fields(unseen.Replace(norm.NFC.String(s))), " ")
}

// divide guesses where a name ends and the family's begins: before the last
// word, or at a comma.
func divide(whole string) (given, family string) {
	if family, given, ok := strings.Cut(whole, ","); ok && strings.TrimSpace(family) != "" {
		return strings.TrimSpace(given), strings.TrimSpace(family)
	}
	i := strings.LastIndexByte(whole, ' ')
	if i < 0 {
		return whole, ""
	}
	return whole[:i], whole[i+1:]
}

func fullName(given, family string) string { return strings.TrimSpace(given + " " + family) }
