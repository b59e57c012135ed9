package console

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/web/locale"
	"doorlink/web/page"
)

// sortLink heads a column: the address that sorts by it, and how it is sorted
// now, as aria-sort has it.
type sortLink struct{ Name, Path, Now string }

// choice is one of several in a form.
type choice struct {
	Value, Name, Hint string
	On                bool
}

// badge is a word with a sign and a colour: "ok", "heed", "bad" or none.
type badge struct{ Look, Icon, Text string }

// asked reads what a list is asked for, with the further choices that it knows.
func asked(r *http.Request, only ...string) office.Query {
	q := office.Query{Find: r.FormValue("q"), Sort: r.FormValue("sort"), After: r.FormValue("after"), Only: map[string]string{}}
	for _, name := range only {
		q.Only[name] = r.FormValue(name)
	}
	return q
}

// with is a request's address with one value of its query changed, or without
// it if the value is empty. Another list than before begins on its first page.
func with(r *http.Request, name, value string) string {
	at := *r.URL
	q := at.Query()
	q.Del(doneParam)
	q.Del(sentParam)
	q.Del("after")
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	at.RawQuery = q.Encode()
	return at.RequestURI()
}

// listing is what the pages of lists have in common.
type listing struct {
	Find, Sorted string // as the address has them
	Total        int    // how many were found in all
	Sorts        []sortLink
	Next         string // the address of the next page; empty: this is the last
}

// listed is the listing of what was found. It can be sorted by some columns,
// whose names begin with words.
func listed[T any](l *locale.Language, r *http.Request, found office.Page[T], words string, sorts ...string) listing {
	q := asked(r)
	return listing{q.Find, q.Sort, found.Total, columns(l, r, words, sorts...), nextPage(r, found.Next)}
}

// logged is the listing of a log, which can be sorted by when alone.
func logged[T any](l *locale.Language, r *http.Request, found office.Page[T], words string) listing {
	return listed(l, r, found, words, "-"+office.When)
}

// Later reports whether what is on the page after happened later.
func (l listing) Later() bool { return l.Sorted == office.When }

// nextPage is the address of the page after a cursor; none for none.
func nextPage(r *http.Request, cursor string) string {
	if cursor == "" {
		return ""
	}
	return with(r, "after", cursor)
}

// wrongly reads an error as what is wrong with what a list was asked for, if it is
// that, and the status of the page that says so beside what was asked.
func wrongly(l *locale.Language, zone *time.Location, err error) (status int, wrong string, other error) {
	if e, ok := errors.AsType[*doorlink.Error](err); ok && e.Kind == doorlink.Invalid {
		return page.Status(e.Kind), page.Sentence(l, e, zone), nil
	}
	return http.StatusOK, "", err
}

// columns head the columns by which a list can be sorted; their names begin with
// words. It comes by the first one unasked, from the end if that has a minus.
// Another look sorts the other way.
func columns(l *locale.Language, r *http.Request, words string, names ...string) []sortLink {
	links := make([]sortLink, len(names))
	for i, name := range names {
		name = strings.TrimPrefix(name, "-")
		c, next := sortLink{Name: l.Say(words + name), Now: "none"}, name
		switch cmp.Or(r.FormValue("sort"), names[0]) {
		case name:
			c.Now, next = "ascending", "-"+name
		case "-" + name:
			c.Now = "descending"
		}
		c.Path = with(r, "sort", next)
		links[i] = c
	}
	return links
}
