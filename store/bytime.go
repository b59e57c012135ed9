package store

import "time"

// Position is where something stands in a list by time: by its time, then by its
// ID. The zero one is before everything, whichever way the list is read.
type Position struct {
	At time.Time
	ID string
}

// orStart is the position, unless a list of what happened in [from, to) begins
// further on, read one way. A zero time is no bound.
func (p Position) orStart(oldest bool, from, to time.Time) Position {
	start := Position{At: from}
	if !oldest {
		start.At = to
		if to.IsZero() {
			start.At = endOfTime
		}
	}
	if p != (Position{}) && start.before(p, oldest) {
		return p
	}
	return start
}

// before reports whether p comes before q in a list that is read one way.
func (p Position) before(q Position, oldest bool) bool {
	if !p.At.Equal(q.At) {
		return p.At.Before(q.At) == oldest
	}
	return p.ID != q.ID && (p.ID < q.ID) == oldest
}

// endOfTime is later than anything that happened.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// way is how a statement reads a list by time one way: what is beyond a position,
// what is still within the far bound, and the order.
type way struct{ beyond, within, order string }

// bothWays are a query that is read either way, by whether the oldest comes first.
func bothWays[T any](read func(way) query[T]) map[bool]query[T] {
	return map[bool]query[T]{false: read(way{"<", ">=", "DESC"}), true: read(way{">", "<", "ASC"})}
}
