package console

import (
	"net/http"

	"doorlink/office"
	"doorlink/web/locale"
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
	q.Del("after")
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	at.RawQuery = q.Encode()
	return at.RequestURI()
}

// nextPage is the address of the page after a cursor; none for none.
func nextPage(r *http.Request, cursor string) string {
	if cursor == "" {
		return ""
	}
	return with(r, "after", cursor)
}

// columns head the columns by which a list can be sorted; their names begin with
// words. It comes by the first one unasked. Another look sorts the other way.
func columns(l *locale.Language, r *http.Request, words string, names ...string) []sortLink {
	links := make([]sortLink, len(names))
	for i, name := range names {
		c, next := sortLink{Name: l.Say(words + name), Now: "none"}, name
		switch sorted := r.FormValue("sort"); {
		case sorted == name, sorted == "" && i == 0:
			c.Now, next = "ascending", "-"+name
		case sorted == "-"+name:
			c.Now = "descending"
		}
		c.Path = with(r, "sort", next)
		links[i] = c
	}
	return links
}
