package office

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"doorlink"
	"doorlink/store"
)

var (
	// ErrDays refuses days that are none, or that end before they begin.
	ErrDays = doorlink.Fail(doorlink.Invalid, "history.days")
	// ErrHappening refuses a kind that the history does not have.
	ErrHappening = doorlink.Fail(doorlink.Invalid, "history.kind")
	// ErrNamesMany refuses to look for so many people at once; its arg "max" is
	// how many it may be.
	ErrNamesMany = doorlink.Fail(doorlink.Invalid, "history.many", "max", maxSought)
	// ErrCountsOnly refuses to look for somebody where managers are not told who
	// was concerned.
	ErrCountsOnly = doorlink.Fail(doorlink.Denied, "history.counts_only")
)

// maxSought is how many people one look into the history may be for, and how many
// subjects one look into the audit.
const maxSought = 20

// What Query.Only["kind"] chooses in the history.
const (
	Calls      = "calls"
	Unanswered = "unanswered" // calls
	Codes      = "codes"
)

// HistoryKinds are all of them, in the order in which people choose.
var HistoryKinds = []string{Calls, Unanswered, Codes}

// Outcome is what became of a call or a doorcode, as far as anybody knows: the
// state in which the call ended, or one of these.
type Outcome string

const (
	CodeGiven  Outcome = "given"  // of a call: with a doorcode; of a code: no more is known
	CodeOpened Outcome = "opened" // the visitor says it opened
	CodeFailed Outcome = "shut"   // the visitor says it did not
	CodeUsed   Outcome = "used"   // known to be used up
	CodeBack   Outcome = "called_back"
)

// Happened is one line of the history. At is in the property's zone; what is not
// known, or not told, is empty.
type Happened struct {
	ID       doorlink.RecordID   `json:"id"`
	At       time.Time           `json:"at"`
	Kind     doorlink.RecordKind `json:"kind"`
	Door     doorlink.DoorID     `json:"door"`
	DoorName string              `json:"door_name"`
	Person   doorlink.PersonID   `json:"person,omitempty"`
	Name     string              `json:"name,omitempty"`
	Unit     string              `json:"unit,omitempty"`
	Said     doorlink.CallerKind `json:"visitor_said,omitempty"`
	Seconds  int                 `json:"seconds_talked,omitempty"`
	Outcome  Outcome             `json:"outcome"`
}

// History lists what happened at doors on keys that the manager decides about, the
// latest first unless Query.Sort is When: calls when they ended, doorcodes when they
// were given. What doorlink.Record.VisibleTo keeps back leaves no trace in it, nor
// in its pages; Page.Total stays 0, since nobody counts. Query.Find is for people by
// name, address or unit, Query.Only for "door", "person", "kind", and "from" and
// "to", days on the doors' clock of which both are in. It fails with ErrDays,
// ErrHappening, ErrNamesMany, ErrCountsOnly and ErrCursor, and with ErrDoorGone for
// a door that is not there. Needs SeeHistory.
func (d *Desk) History(ctx context.Context, q Query) (Page[Happened], error) {
	h, err := d.historian(ctx, q)
	if err != nil || h.nobody {
		return Page[Happened]{}, err
	}
	var p Page[Happened]
	var last store.Happening
	for r, err := range d.db.History(ctx, h.viewer, h.of) {
		if err != nil {
			return Page[Happened]{}, err
		}
		if len(p.Rows) == q.rows() {
			p.Next = writePosition(last.At, last.ID)
			break
		}
		p.Rows = append(p.Rows, h.tell(r))
		last = r
	}
	return p, nil
}

// AllHistory goes through the whole of what History lists in pages. That it was
// taken stands in the audit before the first line. Needs SeeHistory and
// SeeReports.
func (d *Desk) AllHistory(ctx context.Context, q Query) (iter.Seq2[Happened, error], error) {
	if err := d.may(doorlink.SeeReports); err != nil {
		return nil, err
	}
	h, err := d.historian(ctx, q)
	if err != nil {
		return nil, err
	}
	if _, err := d.do(ctx, act{action: "history.export", also: nothing}); err != nil {
		return nil, err
	}
	return func(yield func(Happened, error) bool) {
		if h.nobody {
			return
		}
		for r, err := range d.db.History(ctx, h.viewer, h.of) {
			if err != nil {
				yield(Happened{}, err)
				return
			}
			if !yield(h.tell(r), nil) {
				return
			}
		}
	}, nil
}

// viewer is the manager, reduced to what decides which records they may see:
// log scope follows keys.
func (d *Desk) viewer(roll *Roll) doorlink.Viewer {
	v := doorlink.Viewer{Property: d.Property.ID}
	on := map[doorlink.DoorID]bool{}
	for _, k := range roll.KeyDoors {
		if d.Manages(k.Key) && !on[k.Door] {
			on[k.Door] = true
			v.Doors = append(v.Doors, k.Door)
		}
	}
	return v
}

// HistoryDoors are the doors whose history the manager may read, by name. Needs
// SeeHistory.
func (d *Desk) HistoryDoors(ctx context.Context) ([]doorlink.Door, error) {
	roll, err := d.rollFor(ctx, doorlink.SeeHistory)
	if err != nil {
		return nil, err
	}
	var doors []doorlink.Door
	for _, id := range d.viewer(roll).Doors {
		doors = append(doors, roll.doors[id])
	}
	slices.SortFunc(doors, doorsByName)
	return doors, nil
}

// historian reads the history for one question.
type historian struct {
	roll   *Roll
	zone   *time.Location
	viewer doorlink.Viewer
	of     store.HistoryQuery
	nobody bool // nobody is called as is looked for
}

func (d *Desk) historian(ctx context.Context, q Query) (*historian, error) {
	roll, err := d.rollFor(ctx, doorlink.SeeHistory)
	if err != nil {
		return nil, err
	}
	h := &historian{roll: roll, zone: d.Location(), viewer: d.viewer(roll), of: store.HistoryQuery{Oldest: q.oldest()}}
	for _, read := range []func(Query) error{h.readDoor, h.readPeople, h.readKind} {
		if err := read(q); err != nil {
			return nil, err
		}
	}
	if h.of.From, h.of.To, err = readDays(q, h.zone); err != nil {
		return nil, err
	}
	h.of.After, err = readPosition(q.After)
	return h, err
}

func (h *historian) readDoor(q Query) error {
	h.of.Door = doorlink.DoorID(q.Only["door"])
	if _, ok := h.roll.Door(h.of.Door); h.of.Door != "" && !ok {
		return ErrDoorGone
	}
	return nil
}

// readPeople finds who is looked for: an ID may be of somebody who has been
// deleted since.
func (h *historian) readPeople(q Query) error {
	find, one := strings.TrimSpace(q.Find), doorlink.PersonID(q.Only["person"])
	switch {
	case find == "" && one == "":
		return nil
	case h.roll.Property.CountsOnly:
		return ErrCountsOnly
	case one != "":
		h.of.People = []doorlink.PersonID{one}
		return nil
	}
	for i := range h.roll.People {
		if p := &h.roll.People[i]; h.roll.personFinds(find, p) {
			h.of.People = append(h.of.People, p.ID)
		}
	}
	h.nobody = len(h.of.People) == 0
	if len(h.of.People) > maxSought {
		return ErrNamesMany
	}
	return nil
}

// readDays reads the days "from" and "to", both of which are in, as the time from
// the start of one to the end of the other; no day is no bound.
func readDays(q Query, zone *time.Location) (start, end time.Time, err error) {
	from, err := readDay(q.Only["from"])
	if err != nil {
		return start, end, err
	}
	to, err := readDay(q.Only["to"])
	if err != nil {
		return start, end, err
	}
	if from != 0 && to != 0 && from > to {
		return start, end, ErrDays
	}
	if from != 0 {
		start = from.Start(zone)
	}
	if to != 0 {
		end = to.End(zone)
	}
	return start, end, nil
}

// readDay reads a day as browsers and programs write it; empty is 0.
func readDay(text string) (doorlink.Day, error) {
	if text == "" {
		return 0, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1971 {
		return 0, ErrDays
	}
	return doorlink.Date(t.Date()), nil
}

func (h *historian) readKind(q Query) error {
	switch q.Only["kind"] {
	case "":
	case Calls:
		h.of.Kind = doorlink.CallRecord
	case Unanswered:
		h.of.Kind, h.of.Unanswered = doorlink.CallRecord, true
	case Codes:
		h.of.Kind = doorlink.CodeRecord
	default:
		return ErrHappening
	}
	return nil
}

// tell is a line of the history.
func (h *historian) tell(r store.Happening) Happened {
	if h.roll.Property.CountsOnly {
		r.Record, r.Unit = r.Anonymous(), ""
	}
	l := Happened{
		ID: r.ID, At: r.At.In(h.zone), Kind: r.Kind, Door: r.Door, DoorName: h.roll.doors[r.Door].Name,
		Person: r.Person, Unit: h.roll.units[r.Unit].Name, Said: r.Said,
		Seconds: int(r.Talked / time.Second), Outcome: outcomeOf(r),
	}
	if p, ok := h.roll.Person(r.Person); ok {
		l.Name = p.As(doorlink.FullName, l.Unit)
	}
	return l
}

func outcomeOf(r store.Happening) Outcome {
	switch {
	case r.Kind == doorlink.CallRecord && r.Codes > 0:
		return CodeGiven
	case r.Kind == doorlink.CallRecord:
		return Outcome(r.State)
	case !r.Cancelled.IsZero():
		return CodeBack
	case r.Opened == "yes":
		return CodeOpened
	case r.Opened == "no":
		return CodeFailed
	case r.Used:
		return CodeUsed
	}
	return CodeGiven
}
