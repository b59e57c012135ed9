package store

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// runner is what statements run on: the readers of SQLite, the pool of
// PostgreSQL, or a transaction of either.
type runner interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// query is a SELECT, or a statement with RETURNING, whose rows become values
// of type T. Placeholders are $1, $2 … in the order of the arguments.
type query[T any] struct {
	doing string // for errors: "reading a call"
	text  string
	scan  func(*sql.Rows) (T, error)
	none  error // what first returns when there is no row; nil: the zero value
}

// all returns every row.
func (q query[T]) all(ctx context.Context, on runner, args ...any) ([]T, error) {
	var found []T
	err := q.each(ctx, on, func(v T) bool {
		found = append(found, v)
		return true
	}, args...)
	return found, err
}

// first returns the first row, or q.none.
func (q query[T]) first(ctx context.Context, on runner, args ...any) (T, error) {
	var found T
	err := q.none
	failed := q.each(ctx, on, func(v T) bool {
		found, err = v, nil
		return false
	}, args...)
	if failed != nil {
		return found, failed
	}
	return found, err
}

// each hands every row to take until it returns false.
func (q query[T]) each(ctx context.Context, on runner, take func(T) bool, args ...any) error {
	if strings.HasPrefix(q.text, "SELECT") && slices.ContainsFunc(args, noText) {
		return nil
	}
	ctx, cancel := limit(ctx)
	defer cancel()
	rows, err := on.QueryContext(ctx, q.text, args...)
	if err != nil {
		return fault(ctx, q.doing, err)
	}
	defer rows.Close()
	for rows.Next() {
		v, err := q.scan(rows)
		if err != nil {
			return fault(ctx, q.doing, err)
		}
		if !take(v) {
			return nil
		}
	}
	return fault(ctx, q.doing, rows.Err())
}

// noText reports whether a value is a string, of whatever type, that no row has:
// with a zero in it, or not UTF-8. An address can say both. SQLite finds nothing
// then, but PostgreSQL refuses to look, which would be a fault of ours.
func noText(v any) bool {
	s := reflect.ValueOf(v)
	return s.Kind() == reflect.String && (strings.ContainsRune(s.String(), 0) || !utf8.ValidString(s.String()))
}

// statement changes rows.
type statement struct {
	doing string // for errors: "adding a call"
	text  string
}

// exec runs the statement and returns how many rows it concerned.
func (s statement) exec(ctx context.Context, on runner, args ...any) (int64, error) {
	ctx, cancel := limit(ctx)
	defer cancel()
	result, err := on.ExecContext(ctx, s.text, args...)
	if err != nil {
		return 0, fault(ctx, s.doing, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, fault(ctx, s.doing, err)
	}
	return n, nil
}

// ms is an instant as it is stored: milliseconds since 1970, 0 for the zero
// time.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at is the instant that ms stored, in UTC.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// instant scans a stored instant into a time.
type instant struct{ to *time.Time }

// Scan implements sql.Scanner.
func (i instant) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("an instant is stored as a number, not as %T", v)
	}
	*i.to = at(n)
	return nil
}

// number scans a row of one number.
func number[T int | int64](r *sql.Rows) (n T, err error) {
	err = r.Scan(&n)
	return n, err
}

// text scans a row of one text.
func text[T ~string](r *sql.Rows) (s T, err error) {
	err = r.Scan(&s)
	return s, err
}

// moment scans a row of one instant.
func moment(r *sql.Rows) (t time.Time, err error) {
	err = r.Scan(instant{&t})
	return t, err
}

// yes scans a row of one truth.
func yes(r *sql.Rows) (is bool, err error) {
	err = r.Scan(&is)
	return is, err
}
