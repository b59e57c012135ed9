package roster

import (
	"strings"

	"doorlink"
)

// wish is all that a list says about one person.
type wish struct {
	line   int
	more   []int // further lines
	row    Row   // names, answer and lease
	units  []string
	grants []grant // keys that are named
	dates  grant   // what rows without a key say; without a name
}

// grant is a key with its days of access.
type grant struct {
	key      string
	from, to doorlink.Day
}

// wishes puts rows of one address together: somebody may have two units. Rows
// that contradict an earlier one are skipped. Of somebody with a current lease,
// past and future ones say nothing; of somebody with a future lease, past ones
// say nothing.
func wishes(rows []Row) (all []*wish, skipped []Line) {
	weight := make(map[string]int, len(rows))
	for _, r := range rows {
		weight[r.Email] = max(weight[r.Email], weightOf[r.Lease])
	}
	by := make(map[string]*wish, len(rows))
	for _, r := range rows {
		w := by[r.Email]
		switch {
		case r.Email == "" || weightOf[r.Lease] < weight[r.Email]:
		case w == nil:
			w = &wish{line: r.Line, row: r}
			w.add(r)
			by[r.Email] = w
			all = append(all, w)
		case !w.agrees(r):
			skipped = append(skipped, skip(r, ErrTwice.With("line", w.line)))
		default:
			w.add(r)
		}
	}
	return all, skipped
}

var weightOf = map[Lease]int{NoLease: 2, CurrentLease: 2, FutureLease: 1, PastLease: 0}

// agrees reports whether another row can mean the same person in the same
// standing.
func (w *wish) agrees(r Row) bool {
	if w.row.Name() != "" && r.Name() != "" && fold(w.row.Name()) != fold(r.Name()) ||
		w.row.Shown != Unsaid && r.Shown != Unsaid && w.row.Shown != r.Shown {
		return false
	}
	if len(r.Keys) == 0 && (r.From != 0 || r.To != 0) && w.dates != (grant{}) {
		return w.dates == grant{from: r.From, to: r.To}
	}
	for _, name := range r.Keys {
		for _, g := range w.grants {
			if fold(g.key) == fold(name) && (g.from != r.From || g.to != r.To) {
				return false
			}
		}
	}
	return true
}

// add takes a row's units, keys and whatever was not said before.
func (w *wish) add(r Row) {
	if r.Line != w.line {
		w.more = append(w.more, r.Line)
	}
	if w.row.Name() == "" {
		w.row.Given, w.row.Family, w.row.Whole = r.Given, r.Family, r.Whole
	}
	if w.row.Shown == Unsaid {
		w.row.Shown = r.Shown
	}
	if r.Unit != "" {
		w.units = append(w.units, r.Unit)
	}
	for _, name := range r.Keys {
		w.grants = append(w.grants, grant{name, r.From, r.To})
	}
	if len(r.Keys) == 0 && (r.From != 0 || r.To != 0) {
		w.dates = grant{from: r.From, to: r.To}
	}
}

// skip is the line of a row that cannot be used.
func skip(r Row, why *doorlink.Error) Line {
	l := Line{Row: r.Line, What: Skipped, Err: why,
		Person: doorlink.Person{Given: r.Given, Family: r.Family, Email: r.Email}}
	if r.Unit != "" {
		l.Units = []Item{{Name: r.Unit}}
	}
	for _, name := range r.Keys {
		l.Keys = append(l.Keys, Item{Name: name})
	}
	return l
}

// skip is the line of a wish that cannot be granted.
func (w *wish) skip(why *doorlink.Error) Line {
	l := skip(Row{Line: w.line, Given: w.row.Given, Family: w.row.Family, Email: w.row.Email}, why)
	l.More = w.more
	for _, name := range w.units {
		l.Units = append(l.Units, Item{Name: name})
	}
	for _, g := range w.grants {
		l.Keys = append(l.Keys, Item{Name: g.key})
	}
	return l
}

// as is a person with what the wish says of them. Whoever has signed in decides
// by themselves whether they are shown.
func (w *wish) as(p doorlink.Person) doorlink.Person {
	r := w.row
	if !r.Whole || r.Name() != fullName(p.Given, p.Family) {
		if r.Given != "" {
			p.Given = r.Given
		}
		if r.Family != "" || r.Whole {
			p.Family = r.Family
		}
	}
	if r.Shown != Unsaid && !p.Activated {
		p.Shown = r.Shown == Yes
	}
	if strings.ToLower(p.Email) != r.Email {
		p.Email = r.Email
	}
	return p
}
