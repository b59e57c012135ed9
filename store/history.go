package store

import (
	"context"
	"database/sql"
	"iter"
	"slices"
	"time"

	"doorlink"
)

// Happening is a record with what is still kept of the call and the code it is
// about. What is not kept any more is zero.
type Happening struct {
	doorlink.Record
	Unit   doorlink.UnitID     // in which somebody was called
	Said   doorlink.CallerKind // what the visitor said they were
	Talked time.Duration       // from the answer to the end of the call
	Codes  int                 // given in the call

	// Of a code alone.
	Opened    string // what the visitor said of it: yes, no or empty
	Used      bool   // known to be used up
	Cancelled time.Time
}

// HistoryQuery chooses from what a viewer may see. What is empty chooses all.
type HistoryQuery struct {
	Kind       doorlink.RecordKind
	Door       doorlink.DoorID
	People     []doorlink.PersonID
	From, To   time.Time // [From, To)
	Unanswered bool      // of the calls only those that nobody answered
	Oldest     bool      // the oldest first
	After      Position  // begin behind it
}

// position is where the record stands in a history.
func (h Happening) position() Position { return Position{h.At, string(h.ID)} }

// unseen is the part of doorlink.Record.VisibleTo that is alike for all viewers,
// as the indexes have it. It spares reading what VisibleTo would take out; that
// the two say the same is tested.
const unseen = `(own AND door_type = 'residence')`

// historyColumns have room for the conditions that a stream adds. A call may have
// two codes of the same millisecond: the lower number stands for both.
const historyColumns = `SELECT r.id, r.kind, r.property, r.door, r.door_type, r.person, r.own, r.call, r.state, r.at,
			COALESCE(c.unit, ''), COALESCE(c.caller_kind, ''), COALESCE(c.answered_at, 0), COALESCE(c.since_at, 0),
			(SELECT COUNT(*) FROM codes g WHERE g.call = r.call AND g.call <> ''),
			COALESCE(k.opened, ''), COALESCE(k.used, FALSE), COALESCE(k.cancelled_at, 0)
		FROM records r LEFT JOIN calls c ON c.id = r.call
		LEFT JOIN codes k ON k.call = r.call AND k.call <> '' AND r.kind = 'code' AND k.nth =
			(SELECT MIN(n.nth) FROM codes n WHERE n.call = r.call AND n.call <> '' AND n.issued_at = r.at)
		WHERE r.property = $1 AND r.kind = $2 AND (NOT $6 OR r.state <> 'ended') AND NOT ` + unseen

var (
	historyAt       = historyOf("reading the history", "")
	historyOfDoor   = historyOf("reading the history of a door", " AND r.door = $8")
	historyOfPerson = historyOf("reading the history of a person", " AND r.person = $8")
)

// historyOf reads records up to $3, beyond the one that happened at $4 with ID $5.
func historyOf(doing, whose string) map[bool]query[Happening] {
	return bothWays(func(w way) query[Happening] {
		return query[Happening]{doing, historyColumns + whose + ` AND r.at ` + w.within + ` $3 AND (r.at, r.id) ` + w.beyond + ` ($4, $5)
			ORDER BY r.at ` + w.order + `, r.id ` + w.order + ` LIMIT $7`, scanHappening, nil}
	})
}

// History goes through what a viewer may see of what happened, the latest first
// unless asked otherwise: every record that it yields is doorlink.Record.VisibleTo
// the viewer, and of the others it tells nothing. It reads as far as it is asked,
// in batches, each with a time limit of its own. After an error, which comes with
// a zero Happening, it ends.
func (db *DB) History(ctx context.Context, v doorlink.Viewer, q HistoryQuery) iter.Seq2[Happening, error] {
	return func(yield func(Happening, error) bool) {
		all := q.streams(v)
		for {
			next, err := foremost(ctx, db, all)
			if err != nil {
				yield(Happening{}, err)
				return
			}
			if next == nil {
				return
			}
			h := next.rows[0]
			next.rows = next.rows[1:]
			if !yield(h, nil) {
				return
			}
		}
	}
}

// foremost finds the stream whose record comes next; nil: all have ended.
func foremost(ctx context.Context, db *DB, all []*stream) (found *stream, err error) {
	for _, s := range all {
		if err := s.fill(ctx, db); err != nil {
			return nil, err
		}
		if len(s.rows) > 0 && (found == nil || s.rows[0].position().before(found.rows[0].position(), s.q.Oldest)) {
			found = s
		}
	}
	return found, nil
}

// stream reads records in the order of an index.
type stream struct {
	of     query[Happening]
	kind   doorlink.RecordKind
	key    string // of the door or person; empty: of the property
	viewer doorlink.Viewer
	q      HistoryQuery
	rows   []Happening // read and not yet yielded
	at     Position    // of the last row that was read
	batch  int
	ended  bool
}

// A page wants few rows, an export all of them.
const (
	firstBatch = 32
	lastBatch  = 512
)

// maxStreams is up to how many doors are read each for itself. With more of
// them, everything that happened is read and the rest left out.
const maxStreams = 50

// seenKinds are the kinds of records that happen at doors.
var seenKinds = []doorlink.RecordKind{doorlink.CallRecord, doorlink.CodeRecord}

// streams are the ways through the indexes that together have what is asked for.
func (q HistoryQuery) streams(v doorlink.Viewer) (all []*stream) {
	of, keys := historyOfPerson, texts(q.People)
	switch {
	case q.Door != "" && !slices.Contains(v.Doors, q.Door), len(v.Doors) == 0:
		return nil
	case len(q.People) > 0:
	case q.Door != "":
		of, keys = historyOfDoor, texts([]doorlink.DoorID{q.Door})
	case len(v.Doors) <= maxStreams:
		of, keys = historyOfDoor, texts(v.Doors)
	default:
		of, keys = historyAt, []string{""}
	}
	start := q.After.orStart(q.Oldest, q.From, q.To)
	for _, kind := range seenKinds {
		if q.Kind != "" && q.Kind != kind || q.Unanswered && kind != doorlink.CallRecord {
			continue
		}
		for _, key := range keys {
			all = append(all, &stream{of: of[q.Oldest], kind: kind, key: key, viewer: v, q: q, at: start, batch: firstBatch})
		}
	}
	return all
}

func texts[T ~string](all []T) []string {
	list := make([]string, len(all))
	for i, v := range all {
		list[i] = string(v)
	}
	return list
}

// end is how far is read at most.
func (q HistoryQuery) end() time.Time {
	switch {
	case !q.Oldest:
		return q.From
	case q.To.IsZero():
		return endOfTime
	}
	return q.To
}

// fill reads on until there is a row to yield, or no more.
func (s *stream) fill(ctx context.Context, db *DB) error {
	for len(s.rows) == 0 && !s.ended {
		args := []any{s.viewer.Property, s.kind, ms(s.q.end()), ms(s.at.At), s.at.ID, s.q.Unanswered, s.batch}
		if s.key != "" {
			args = append(args, s.key)
		}
		rows, err := s.of.all(ctx, db.read, args...)
		if err != nil {
			return err
		}
		if n := len(rows); n > 0 {
			s.at = rows[n-1].position()
		}
		s.ended = len(rows) < s.batch
		s.batch = min(2*s.batch, lastBatch)
		s.rows = slices.DeleteFunc(rows, func(h Happening) bool {
			return !h.VisibleTo(s.viewer) || s.q.Door != "" && h.Door != s.q.Door
		})
	}
	return nil
}

func scanHappening(r *sql.Rows) (h Happening, err error) {
	var answered, since time.Time
	err = r.Scan(&h.ID, &h.Kind, &h.Property, &h.Door, &h.DoorType, &h.Person, &h.Own, &h.Call, &h.State, instant{&h.At},
		&h.Unit, &h.Said, instant{&answered}, instant{&since}, &h.Codes, &h.Opened, &h.Used, instant{&h.Cancelled})
	if !answered.IsZero() && h.Kind == doorlink.CallRecord {
		h.Talked = since.Sub(answered)
	}
	return h, err
}
