package roster

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Header names all columns that a list can have but that of leases, in English
// and in the order in which lists are written here.
var Header = []string{"Unit", "First name", "Last name", "E-mail", "Keys", "Show in intercom", "Access start", "Access end"}

// Write writes a table as spreadsheets open it without asking: CSV with commas,
// in UTF-8 with its byte order mark, lines ending in \r\n (RFC 4180). Fields that
// a spreadsheet would take for a formula get an apostrophe in front (OWASP, CSV
// injection), which Read takes off again. The failure of w is returned wrapped.
func Write(w io.Writer, header []string, rows iter.Seq[[]string]) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("writing a list: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	put := func(cells []string) error {
		safe := make([]string, len(cells))
		for i, c := range cells {
			safe[i] = harmless(c)
		}
		return out.Write(safe)
	}
	err := put(header)
	for cells := range rows {
		if err != nil {
			break
		}
		err = put(cells)
	}
	out.Flush()
	if err = errors.Join(err, out.Error()); err != nil {
		return fmt.Errorf("writing a list: %w", err)
	}
	return nil
}

// harmless puts an apostrophe before what a spreadsheet would calculate: at the
// beginning of a field, and after each separator within, where a spreadsheet of
// another country would begin a new one. A field that was so before gets one
// apostrophe more, so that harmful always finds the way back.
func harmless(field string) string {
	field = eachPart(field, func(part string) string {
		if dangerous(part) {
			return "'" + part
		}
		return part
	})
	if breaks(field) {
		return "'" + field
	}
	return field
}

// harmful is the field that harmless was given.
func harmful(field string) string {
	if strings.HasPrefix(field, "'") && breaks(field) {
		field = field[1:]
	}
	return eachPart(field, func(part string) string {
		if strings.HasPrefix(part, "'") && dangerous(part) {
			return part[1:]
		}
		return part
	})
}

// eachPart changes what stands between separators of fields or lines. Nearly
// all fields are one part.
func eachPart(field string, change func(string) string) string {
	const separators = ",;\t\r\n"
	var all strings.Builder
	for {
		i := strings.IndexAny(field, separators)
		if i < 0 {
			break
		}
		all.WriteString(change(field[:i]))
		all.WriteByte(field[i])
		field = field[i+1:]
	}
	if all.Len() == 0 {
		return change(field)
	}
	all.WriteString(change(field))
	return all.String()
}

// dangerous reports whether a part would begin a formula, whatever spaces,
// quotation marks and apostrophes stand before. Spreadsheets of East Asia take
// the wide forms of the signs for the signs.
func dangerous(part string) bool {
	part = strings.TrimLeftFunc(part, func(r rune) bool { return r == '\'' || r == '"' || unicode.IsSpace(r) })
	first, _ := utf8.DecodeRuneInString(part)
	return part != "" && strings.ContainsRune("=+-@＝＋－＠", first)
}

// breaks reports whether a field begins with a tab or line break, behind which
// some programs look for a formula.
func breaks(field string) bool {
	field = strings.TrimLeft(field, "'")
	return field != "" && strings.ContainsRune("\t\r\n", rune(field[0]))
}
