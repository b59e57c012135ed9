package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"doorlink"
)

// Trace is what is kept about one person beside the rows that managers arrange.
// Digits are not in it: they are not kept.
type Trace struct {
	Handsets []HandsetTrace
	Links    []SignInLink
	Calls    []doorlink.Call
	Codes    []CodeTrace
	Records  []doorlink.Record
	Deeds    []doorlink.Deed // entries of the audit that name them
}

// HandsetTrace is a browser in which a person is signed in.
type HandsetTrace struct {
	Handset doorlink.Handset
	Added   time.Time
	Used    time.Time // to the day
}

// CodeTrace is a doorcode that a person gave.
type CodeTrace struct {
	Door      doorlink.DoorID
	Day       doorlink.Day // days since 1970-01-01 at the property
	Call      doorlink.CallID
	Issued    time.Time
	Used      bool // known to be used up
	Opened    string
	Cancelled time.Time
}

var (
	handsetTraces = query[HandsetTrace]{"reading what is kept of handsets",
		`SELECT id, person, name, added_at, used_at FROM handsets WHERE person = $1 ORDER BY added_at, id`, scanHandsetTrace, nil}
	linkTraces = query[SignInLink]{"reading what is kept of links",
		`SELECT expires_at, used_at FROM links WHERE person = $1 ORDER BY expires_at`, scanSignInLink, nil}
	callTraces = query[doorlink.Call]{"reading what is kept of calls",
		`SELECT ` + callColumns + ` FROM calls WHERE person = $1 ORDER BY placed_at, id`, scanCall, nil}
	codeTraces = query[CodeTrace]{"reading what is kept of codes",
		`SELECT door, day, call, issued_at, used, opened, cancelled_at FROM codes
		WHERE person = $1 AND call <> '' ORDER BY issued_at`, scanCodeTrace, nil}
	recordTraces = query[doorlink.Record]{"reading what is kept on record",
		`SELECT id, kind, property, door, door_type, person, own, call, state, at FROM records
		WHERE property = $1 AND person = $2 ORDER BY at, id`, scanRecord, nil}
	deedTraces = query[deedRow]{"reading what the audit says of somebody",
		`SELECT ` + deedColumns + ` FROM audit WHERE property = $1 AND (subject = $2 OR detail LIKE $3) ORDER BY seq`, scanDeed, nil}

	liveCalls = query[int]{"looking for calls of a person",
		`SELECT COUNT(*) FROM calls WHERE person = $1 AND live`, number[int], nil}
)

// Trace reads everything that is kept about a person of a property. It takes as
// long as it needs; a person leaves some hundred rows at most.
func (db *DB) Trace(ctx context.Context, of doorlink.Person) (Trace, error) {
	var t Trace
	var deeds []deedRow
	for _, read := range []func() error{
		gather(ctx, db, handsetTraces, &t.Handsets, of.ID), gather(ctx, db, linkTraces, &t.Links, of.ID),
		gather(ctx, db, callTraces, &t.Calls, of.ID), gather(ctx, db, codeTraces, &t.Codes, of.ID),
		gather(ctx, db, recordTraces, &t.Records, of.Property, of.ID),
		gather(ctx, db, deedTraces, &deeds, of.Property, of.ID, naming(of.ID)),
	} {
		if err := read(); err != nil {
			return Trace{}, err
		}
	}
	for _, d := range deeds {
		t.Deeds = append(t.Deeds, d.Deed)
	}
	return t, nil
}

// naming matches details of the audit, and other JSON, in which an ID stands.
func naming(p doorlink.PersonID) string { return `%"` + string(p) + `"%` }

// InCall reports whether a call to a person goes on.
func (tx *Tx) InCall(ctx context.Context, p doorlink.PersonID) (bool, error) {
	n, err := liveCalls.first(ctx, tx.on, p)
	return n > 0, err
}

// erasures take a person out of what outlives them: $1 is who they were, $2 a
// name that nobody has, under which a day's codes at a lock stay apart.
var erasures = []statement{
	{"erasing a person from calls",
		`UPDATE calls SET person = $2, unit = '', entry = '', handset = '', caller_line = '' WHERE person = $1`},
	{"erasing a person from slots", `UPDATE slots SET person = $2 WHERE person = $1`},
	{"erasing a person from codes", `UPDATE codes SET person = $2 WHERE person = $1`},
	{"erasing a person from records", `UPDATE records SET person = $2 WHERE person = $1`},
}

// What programs were told and what came in lists names people in JSON and CSV;
// $2 is a pattern.
var forgettings = []statement{
	{"forgetting what webhooks were told", `DELETE FROM deliveries
		WHERE hook IN (SELECT id FROM hooks WHERE property = $1) AND LOWER(body) LIKE $2 ESCAPE '!'`},
	{"forgetting conflicts", `DELETE FROM conflicts WHERE property = $1 AND LOWER(detail) LIKE $2 ESCAPE '!'`},
	{"forgetting rows of lists", `UPDATE taken SET skipped = '' WHERE property = $1 AND LOWER(skipped) LIKE $2 ESCAPE '!'`},
	{"forgetting lists", `DELETE FROM drafts WHERE property = $1 AND LOWER(body) LIKE $2 ESCAPE '!'`},
}

// Erase takes a person out of everything that is kept about what happened, so
// that it says no more than that something happened; of the audit the details
// go. Their own rows are for RemovePerson or Arrange to remove. It cannot be
// undone. The caller has found that they are InCall with nobody.
func (tx *Tx) Erase(ctx context.Context, who doorlink.Person) error {
	nobody := doorlink.NewID[doorlink.PersonID]("gone")
	for _, s := range erasures {
		if _, err := s.exec(ctx, tx.on, who.ID, nobody); err != nil {
			return err
		}
	}
	for _, s := range forgettings {
		for _, name := range []string{string(who.ID), who.Email} {
			if name == "" {
				continue
			}
			if _, err := s.exec(ctx, tx.on, who.Property, containing(name)); err != nil {
				return err
			}
		}
	}
	return tx.EraseDetails(ctx, who.Property, who.ID)
}

// containing is a pattern for texts with a piece in them.
func containing(piece string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(piece)) + "%"
}

// gather reads all rows of a query into a slice.
func gather[T any](ctx context.Context, db *DB, q query[T], to *[]T, args ...any) func() error {
	return func() (err error) {
		*to, err = q.all(ctx, db.read, args...)
		if err != nil {
			err = fmt.Errorf("tracing a person: %w", err)
		}
		return err
	}
}

func scanHandsetTrace(r *sql.Rows) (h HandsetTrace, err error) {
	err = r.Scan(&h.Handset.ID, &h.Handset.Person, &h.Handset.Name, instant{&h.Added}, instant{&h.Used})
	return h, err
}

func scanCodeTrace(r *sql.Rows) (c CodeTrace, err error) {
	err = r.Scan(&c.Door, &c.Day, &c.Call, instant{&c.Issued}, &c.Used, &c.Opened, instant{&c.Cancelled})
	return c, err
}
