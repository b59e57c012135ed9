package office

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"doorlink"
	"doorlink/roster"
	"doorlink/store"
)

// TakenList is a list that came by itself, and what came of it.
type TakenList struct {
	ID     doorlink.TakenID
	File   string
	Report Report
	Skips  bool // there are rows that changed nothing: see Desk.Skips
}

// maxSkips is how many rows of a list are kept that changed nothing. Whoever sends
// a list of which more cannot be used has sent another list.
const maxSkips = 2000

// Skips are rows of a list that changed nothing, as they were, with the reason.
type Skips struct {
	Header []string `json:"header"`
	Rows   []Skip   `json:"rows"`
}

// Skip is one of them: its cells, and what a doorlink.Error says of them.
type Skip struct {
	Cells []string `json:"cells"`
	Key   string   `json:"key"`
	Args  []any    `json:"args,omitempty"`
}

// why is the failure of which the reason tells.
func (s Skip) why() *doorlink.Error { return doorlink.Fail(doorlink.Invalid, s.Key, s.Args...) }

// Write writes the rows as CSV, with the reason in a last column, to be mended and
// sent again. say puts a reason into words.
func (s Skips) Write(w io.Writer, say func(*doorlink.Error) string) error {
	header := append(append([]string{}, s.Header...), "Reason")
	return roster.Write(w, header, func(yield func([]string) bool) {
		for _, row := range s.Rows {
			cells := make([]string, len(s.Header), len(header))
			copy(cells, row.Cells)
			if !yield(append(cells, say(row.why()))) {
				return
			}
		}
	})
}

// write is what is kept of the rows; empty: there are none.
func (s Skips) write() string {
	if len(s.Rows) == 0 {
		return ""
	}
	s.Rows = s.Rows[:min(len(s.Rows), maxSkips)]
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // rows are plain values
	}
	return string(b)
}

// readSkips reads what was written. Numbers in reasons are whole.
func readSkips(text string) (s Skips, err error) {
	if text == "" {
		return s, nil
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, fmt.Errorf("reading skipped rows: %w", err)
	}
	for _, row := range s.Rows {
		for i, v := range row.Args {
			if n, ok := v.(float64); ok {
				row.Args[i] = int(n)
			}
		}
	}
	return s, nil
}

// taken is what is kept of a list once it was taken, or could not be read.
func (d *Desk) taken(f store.Feed, s Skips, now time.Time) store.Taken {
	return store.Taken{
		ID: doorlink.NewID[doorlink.TakenID]("take"), Property: d.Property.ID, At: now, File: f.File, Result: f.Result, Skipped: s.write(),
	}
}

// TakenLists lists what came of the lists that came by themselves, the latest first
// unless Query.Sort is When, for as long as calls are kept. Query.Find is for pieces
// of their names. It counts nothing. Needs what Feed does.
func (d *Desk) TakenLists(ctx context.Context, q Query) (Page[TakenList], error) {
	if err := d.mayFeed(); err != nil {
		return Page[TakenList]{}, err
	}
	after, err := readPosition(q.After)
	if err != nil {
		return Page[TakenList]{}, err
	}
	all, err := d.db.TakenLists(ctx, store.TakenQuery{
		Property: d.Property.ID, File: q.Find, Oldest: q.oldest(), After: after, Limit: q.rows() + 1,
	})
	if err != nil {
		return Page[TakenList]{}, err
	}
	p := Page[TakenList]{}
	all, p.Next = cut(all, q, func(t store.Taken) string { return writePosition(t.At, t.ID) })
	for _, t := range all {
		l := TakenList{ID: t.ID, File: t.File, Skips: t.Skipped != ""}
		if err := json.Unmarshal([]byte(t.Result), &l.Report); err != nil {
			return p, fmt.Errorf("reading what came of list %s: %w", t.ID, err)
		}
		l.Report.At = t.At.In(d.Location())
		p.Rows = append(p.Rows, l)
	}
	return p, nil
}

// Skips are the rows of a list that was taken which changed nothing, the first
// 2,000 of them. It fails with store.ErrMissing. Needs what Feed does.
func (d *Desk) Skips(ctx context.Context, id doorlink.TakenID) (Skips, error) {
	if err := d.mayFeed(); err != nil {
		return Skips{}, err
	}
	t, err := d.db.TakenList(ctx, d.Property.ID, id)
	if err != nil {
		return Skips{}, err
	}
	return readSkips(t.Skipped)
}
