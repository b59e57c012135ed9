// Package roster reads lists of units, people and keys as spreadsheets write
// them, and works out what would change if a building became like its list. It
// also writes such lists, so that what is exported can be read back.
//
// Nothing here touches the building: Read makes a Sheet of a file, Compare makes
// a Plan of a Sheet and a House, and a Plan is a list of doorlink.Changes that
// somebody else applies, and undoes with doorlink.Inverse. The e-mail address is
// who somebody is. A row that cannot be read is skipped with its reason and the
// others go on; a list that was applied changes nothing when it comes again.
package roster

import "doorlink"

// What a list may have at most. More is refused before it is looked at.
const (
	MaxBytes   = 8 << 20 // as it is sent; at most one byte more is read
	MaxRows    = 20_000  // without the header and empty rows
	MaxColumns = 200
	MaxField   = 500 // characters of a field that is read
	MaxName    = 100 // characters of the name of a person, unit or key
)

// Failures of a whole list: nothing of it can be used.
var (
	// ErrTooBig refuses more than MaxBytes; arg "megabytes" is how much that is.
	ErrTooBig = doorlink.Fail(doorlink.Invalid, "roster.too_big", "megabytes", MaxBytes>>20)
	// ErrTooManyRows refuses more than MaxRows, arg "max".
	ErrTooManyRows = doorlink.Fail(doorlink.Invalid, "roster.rows", "max", MaxRows)
	// ErrTooWide refuses more than MaxColumns, arg "max".
	ErrTooWide = doorlink.Fail(doorlink.Invalid, "roster.wide", "max", MaxColumns)
	// ErrPacked refuses workbooks and archives, which are never unpacked.
	ErrPacked = doorlink.Fail(doorlink.Invalid, "roster.packed")
	// ErrBinary refuses what is no text.
	ErrBinary = doorlink.Fail(doorlink.Invalid, "roster.binary")
	// ErrEmpty refuses a list without any row.
	ErrEmpty = doorlink.Fail(doorlink.Invalid, "roster.empty")
	// ErrColumns refuses a list without the columns it needs: an e-mail address
	// if it is of people, else a unit. Arg "found" are the headings that were
	// found instead.
	ErrColumns = doorlink.Fail(doorlink.Invalid, "roster.columns")
	// ErrColumnTwice refuses two columns of one meaning, arg "name".
	ErrColumnTwice = doorlink.Fail(doorlink.Invalid, "roster.column_twice")
	// ErrOpenQuote refuses a quotation mark that is closed wrongly or not at all
	// in a later line: which rows the lines between would be is a guess. Arg
	// "line" is where it begins.
	ErrOpenQuote = doorlink.Fail(doorlink.Invalid, "roster.open_quote")
)

// Failures of one row, which is skipped.
var (
	ErrQuote      = doorlink.Fail(doorlink.Invalid, "roster.quote")                  // a quotation mark in a wrong place
	ErrCells      = doorlink.Fail(doorlink.Invalid, "roster.cells")                  // more fields than the header
	ErrField      = doorlink.Fail(doorlink.Invalid, "roster.field", "max", MaxField) // longer than MaxField
	ErrName       = doorlink.Fail(doorlink.Invalid, "roster.name", "max", MaxName)   // longer than MaxName
	ErrUnreadable = doorlink.Fail(doorlink.Invalid, "roster.unreadable")             // control characters, turned or broken text
	ErrNoEmail    = doorlink.Fail(doorlink.Invalid, "roster.no_email")               // a person nobody can tell apart
	ErrEmail      = doorlink.Fail(doorlink.Invalid, "roster.email")                  // arg "email" is no address
	ErrYesNo      = doorlink.Fail(doorlink.Invalid, "roster.yes_no")                 // arg "text" is neither
	ErrDate       = doorlink.Fail(doorlink.Invalid, "roster.date")                   // arg "text" is no day, or may be two
	ErrDates      = doorlink.Fail(doorlink.Invalid, "roster.dates")                  // the end lies before the start
	ErrStatus     = doorlink.Fail(doorlink.Invalid, "roster.status")                 // arg "text" is no status of a lease
)

// Sheet is a list as it was read.
type Sheet struct {
	Encoding Encoding
	Header   []string // headings as they were found
	Ignored  []string // those whose columns mean nothing here
	Rows     []Row
	Problems []Problem // rows that are skipped
	People   bool      // it has a column of e-mail addresses

	cells map[int][]string // by line
}

// Cells are a row as it was found, for Write, to be corrected and read again;
// nil if it has no clear cells.
func (s *Sheet) Cells(line int) []string { return s.cells[line] }

// Row is one row that could be read. What the list does not say is zero, and
// asks for no change: an empty cell never takes anything away.
type Row struct {
	Line   int // in the file, from 1
	Unit   string
	Given  string
	Family string
	Whole  bool   // the name stood in one cell, so where it is divided is a guess
	Email  string // in lower case; empty only in a row of a unit without people
	Keys   []string
	Shown  Answer       // Show in intercom
	From   doorlink.Day // the first day of access; zero: not said
	To     doorlink.Day // the last day of access; zero: not said
	Lease  Lease
}

// Name is the row's name as a whole.
func (r Row) Name() string { return fullName(r.Given, r.Family) }

// ofPerson reports whether the row says anything about a person.
func (r Row) ofPerson() bool {
	return r.Email != "" || r.Name() != "" || len(r.Keys) > 0 || r.Shown != Unsaid ||
		r.From != 0 || r.To != 0 || r.Lease != NoLease
}

// Answer is what a list says to a question of yes or no.
type Answer int

// The answers.
const (
	Unsaid Answer = iota
	Yes
	No
)

// Lease is where somebody stands with the property's books. Lists by hand
// usually do not say.
type Lease int

// A list without leases has NoLease throughout, which counts as current.
const (
	NoLease Lease = iota
	CurrentLease
	PastLease   // ends everything a person has
	FutureLease // gives access from its first day, and takes none before
)

// Problem is a row that is skipped, as far as it could be read.
type Problem struct {
	Row
	Err *doorlink.Error
}
