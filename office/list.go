package office

import (
	"encoding/base64"
	"slices"
	"strings"

	"doorlink"
	"doorlink/directory"
)

// Query chooses a page of a list: what to find, in which order, from where.
type Query struct {
	Find  string            // words, all of which a row must contain, whatever case and accents
	Sort  string            // a column, with "-" before it for the other direction; empty: the list's own order
	After string            // the cursor of the page before; empty: from the first row
	Limit int               // 0: PageSize
	Only  map[string]string // further choices that the list names
}

// PageSize is how many rows a page has unless asked otherwise, and MaxPage how
// many at most.
const (
	PageSize = 50
	MaxPage  = 500
)

// rows is how many rows the page has at most.
func (q Query) rows() int {
	if q.Limit <= 0 {
		return PageSize
	}
	return min(q.Limit, MaxPage)
}

// Page is a part of a list.
type Page[T any] struct {
	Rows  []T
	Total int    // rows of the whole list that were found
	Next  string // the cursor of the next page; empty: this is the last
}

// ErrCursor refuses a cursor that no list gave out.
var ErrCursor = doorlink.Fail(doorlink.Invalid, "office.cursor")

// order is how a list can be sorted: by its columns, "" being the order that nobody
// asked for, then by an ID, so that no two rows are equal.
type order[T any] struct {
	by map[string]func(a, b T) int // by column
	id func(T) string
}

// page finds, sorts and cuts. A row that was the cursor and has gone since is
// answered with the first page, since nobody knows where it stood.
func page[T any](all []T, q Query, o order[T]) (Page[T], error) {
	compare, ok := o.by[strings.TrimPrefix(q.Sort, "-")]
	if !ok {
		compare = o.by[""]
	}
	back := strings.HasPrefix(q.Sort, "-")
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b T) int {
		c := compare(a, b)
		if c == 0 { // an ID may be costly to tell
			return strings.Compare(o.id(a), o.id(b))
		}
		if back {
			return -c
		}
		return c
	})
	from, err := after(all, q.After, o.id)
	if err != nil {
		return Page[T]{}, err
	}
	to := min(from+q.rows(), len(all))
	p := Page[T]{Rows: all[from:to], Total: len(all)}
	if to < len(all) {
		p.Next = base64.RawURLEncoding.EncodeToString([]byte(o.id(all[to-1])))
	}
	return p, nil
}

// after is where the page behind a cursor begins.
func after[T any](all []T, cursor string, id func(T) string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	last, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, ErrCursor.Because(err)
	}
	return slices.IndexFunc(all, func(v T) bool { return id(v) == string(last) }) + 1, nil
}

// finds reports whether the texts contain every word that is looked for.
func finds(find string, texts ...string) bool {
	all := directory.Plain(strings.Join(texts, "\n"))
	for word := range strings.FieldsSeq(directory.Plain(find)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}
