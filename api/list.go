package api

import (
	"context"
	"fmt"
	"strconv"

	"doorlink/office"
)

// Listing chooses a part of a list, as the console's addresses do.
type Listing struct {
	Find  string `query:"find" maxLength:"200" doc:"Words, all of which must be there; neither case nor accents matter"`
	Sort  string `query:"sort" maxLength:"40" doc:"A column; with - before it, from the end"`
	After string `query:"after" maxLength:"200" doc:"The cursor of the page before: its next"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" doc:"Rows at most; 50 unless said"`
}

// query is what the office is asked; only are further choices.
func (l Listing) query(only map[string]string) office.Query {
	return office.Query{Find: l.Find, Sort: l.Sort, After: l.After, Limit: l.Limit, Only: only}
}

// LogListing chooses a part of a log.
type LogListing struct {
	Sort  string `query:"sort" enum:"when,-when" doc:"when: the oldest first; the latest first unless said"`
	After string `query:"after" maxLength:"200" doc:"The cursor of the page before: its next"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" doc:"Rows at most; 50 unless said"`
}

// query is what the office is asked; only are further choices.
func (s LogListing) query(find string, only map[string]string) office.Query {
	return office.Query{Find: find, Sort: s.Sort, After: s.After, Limit: s.Limit, Only: only}
}

// Page is a part of a list.
type Page[T any] struct {
	Items []T    `json:"items"`
	Total int    `json:"total" doc:"How many were found in all"`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; missing on the last"`
}

// listed is the answer with a part of a list.
type listed[T any] struct {
	Link string `header:"Link" doc:"The next page, by RFC 8288"`
	Body Page[T]
}

// pageOf puts the rows of the office in the words of the API.
func pageOf[R, T any](ctx context.Context, p office.Page[R], word func(R) T) *listed[T] {
	return &listed[T]{nextLink(ctx, p.Next), Page[T]{words(p.Rows, word), p.Total, p.Next}}
}

// nextLink leads to the page behind a cursor.
func nextLink(ctx context.Context, cursor string) string {
	if cursor == "" {
		return ""
	}
	u := *askedBy(ctx).url
	q := u.Query()
	q.Set("after", cursor)
	u.RawQuery = q.Encode()
	return fmt.Sprintf("<%s>; rel=\"next\"", u.RequestURI())
}

// Stretch is a part of a list that nobody counts.
type Stretch[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; missing on the last"`
}

// streamed is the answer with a part of a list that nobody counts.
type streamed[T any] struct {
	Link string `header:"Link" doc:"The next page, by RFC 8288"`
	Body Stretch[T]
}

func streamOf[R, T any](ctx context.Context, p office.Page[R], word func(R) T) *streamed[T] {
	return &streamed[T]{nextLink(ctx, p.Next), Stretch[T]{words(p.Rows, word), p.Next}}
}

// words puts each of some rows in the words of the API; none is an empty list.
func words[R, T any](rows []R, word func(R) T) []T {
	all := make([]T, len(rows))
	for i, r := range rows {
		all[i] = word(r)
	}
	return all
}

// all is a list that is always whole.
type all[T any] struct {
	Body Whole[T]
}

// Whole is a list without pages.
type Whole[T any] struct {
	Items []T `json:"items"`
}

// deedHeader names the audit's entry of a change, by which it can be undone.
const deedHeader = "Doorlink-Deed"

// deed is a receipt as the header has it: a number with a parameter (RFC 9651).
func deed(r office.Receipt) string {
	text := strconv.FormatInt(r.Seq, 10)
	switch {
	case r.Seq == 0:
		return "" // nothing was changed
	case r.Undoable:
		return text + ";undoable"
	case r.Everywhere:
		return text + ";everywhere"
	}
	return text
}
