package roster

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"doorlink"
)

// Read reads a list: comma, semicolon or tab between the fields, found out from
// the header or told by a first line "sep=;"; the header first, in any of the
// words of several languages; UTF-8, UTF-16 with its byte order mark, or
// Windows-1252. Apostrophes that Write put before formulas are taken off again.
//
// It fails with one of the errors of whole lists, and with what r fails with.
// Rows that cannot be read are in Sheet.Problems.
func Read(r io.Reader) (*Sheet, error) {
	text, encoding, err := Text(r)
	if err != nil {
		return nil, err
	}
	s, err := Parse(text)
	if err == nil {
		s.Encoding = encoding
	}
	return s, err
}

// Parse is Read for a list that Text has read, of which it says UTF8.
func Parse(text string) (*Sheet, error) {
	all, err := records(text)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ErrEmpty
	}
	header := all[0]
	if header.err != nil {
		return nil, ErrOpenQuote.With("line", header.line)
	}
	at, ignored, err := columnsOf(header.cells)
	if err != nil {
		return nil, err
	}
	_, people := at[emailColumn]
	s := &Sheet{Encoding: UTF8, Header: header.cells, Ignored: ignored, People: people, cells: map[int][]string{}}
	order := orderOf(all[1:], at)
	for _, one := range all[1:] {
		s.add(one, at, order)
	}
	return s, nil
}

// add reads one record into the rows or the problems.
func (s *Sheet) add(one record, at map[column]int, order dayOrder) {
	f := fields{at: at, cells: one.cells, order: order, err: one.err}
	if len(one.cells) > len(s.Header) && one.err == nil {
		f.err = ErrCells
	}
	row := f.row()
	row.Line = one.line
	if f.err == nil && row.ofPerson() && row.Email == "" {
		f.err = ErrNoEmail
	}
	if one.err == nil {
		for i, cell := range one.cells {
			one.cells[i] = harmful(cell)
		}
		s.cells[one.line] = one.cells
	}
	switch {
	case f.err != nil:
		s.Problems = append(s.Problems, Problem{Row: row, Err: f.err})
	case row.ofPerson() || row.Unit != "":
		s.Rows = append(s.Rows, row)
	}
}

// record is a line of the table before anybody asks what it means.
type record struct {
	line  int
	cells []string // without empty ones at the end
	err   *doorlink.Error
}

// records splits text into what is not empty, the header first.
func records(text string) ([]record, error) {
	comma, text, skipped := separator(text)
	var all []record
	for in := table(text, comma); ; {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		one := record{cells: trimmed(cells)}
		if err != nil {
			if one, err = torn(err); err != nil {
				return nil, err
			}
		} else {
			one.line, _ = in.FieldPos(0)
		}
		one.line += skipped
		switch {
		case len(one.cells) > MaxColumns:
			return nil, ErrTooWide
		case len(all) > MaxRows: // the header is one of them
			return nil, ErrTooManyRows
		case one.err != nil || len(one.cells) > 0:
			all = append(all, one)
		}
	}
}

// torn is a record with a quotation mark in a wrong place. Within one line only
// that row is lost; else the whole list is.
func torn(err error) (record, error) {
	at, ok := errors.AsType[*csv.ParseError](err)
	if !ok {
		return record{}, err
	}
	if at.Line != at.StartLine {
		return record{}, ErrOpenQuote.With("line", at.StartLine)
	}
	return record{line: at.StartLine, err: ErrQuote}, nil
}

func table(text string, comma rune) *csv.Reader {
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord = comma, -1
	in.TrimLeadingSpace = comma != '\t' // with tabs it would take the separators
	return in
}

func trimmed(cells []string) []string {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// separator finds out what stands between fields, and where the table begins,
// after how many lines.
func separator(text string) (comma rune, rest string, skipped int) {
	line, rest, _ := strings.Cut(text, "\n")
	switch strings.ToLower(strings.Trim(strings.TrimSuffix(line, "\r"), `"`)) {
	case "sep=,":
		return ',', rest, 1
	case "sep=;":
		return ';', rest, 1
	case "sep=\t":
		return '\t', rest, 1
	}
	comma, best := ',', -1
	for _, c := range ",;\t" {
		header, err := table(text, c).Read()
		if score := known(header); err == nil && score > best {
			comma, best = c, score
		}
	}
	return comma, text, 0
}

// known rates a header: headings that mean something first, then their number.
func known(header []string) (score int) {
	for _, heading := range header {
		if _, ok := meaning(heading); ok {
			score += MaxBytes
		}
		score++
	}
	return score
}
