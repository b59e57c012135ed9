package office

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"doorlink"
)

// ErrWhen refuses a standing that access does not have.
var ErrWhen = doorlink.Fail(doorlink.Invalid, "reports.when")

// Standing is where a moment lies between the dates of a key that is held.
type Standing string

const (
	HeldLater Standing = "later" // they have not begun
	HeldNow   Standing = "now"
	HeldOver  Standing = "over" // they have ended
)

// Standings are all there are.
var Standings = []Standing{HeldNow, HeldLater, HeldOver}

func standing(h doorlink.Holder, now time.Time) Standing {
	switch {
	case now.Before(h.From):
		return HeldLater
	case holds(h, now):
		return HeldNow
	}
	return HeldOver
}

// AccessLine says that somebody holds a key, from when to when, and what it
// opens.
type AccessLine struct {
	doorlink.Holder
	Person   doorlink.Person
	Units    []doorlink.Unit
	Key      doorlink.Key
	Doors    []doorlink.Door // by name; in AssignedAccess one
	Hours    doorlink.Hours  // in AssignedAccess
	Standing Standing
}

// AssignedAccess lists who may enter where, through which key, from when to when
// and at which hours: a line for each person, key that the manager decides
// about, and door, by the people's family names. Query.Find is for people by name,
// address or unit, Query.Only for "door", "key", and "when", a Standing; columns to
// sort by are person, key, from and to. It fails with ErrDoorGone or ErrKeyGone for a
// door or key that is not there, and with ErrWhen. Needs SeeReports.
func (d *Desk) AssignedAccess(ctx context.Context, q Query) (Page[AccessLine], error) {
	return d.access(ctx, q, true)
}

// PeopleKeys lists who holds which key: a line for each person and key. It is
// asked as AssignedAccess is, without doors.
func (d *Desk) PeopleKeys(ctx context.Context, q Query) (Page[AccessLine], error) {
	return d.access(ctx, q, false)
}

// held is a line of access before it is worded. Ten thousand residents have
// fifty thousand.
type held struct {
	person *doorlink.Person
	doorlink.Holder
	door doorlink.DoorID // empty: all of the key
}

func (h held) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(string(h.Person) + " " + string(h.Key) + " " + string(h.door)))
}

func (d *Desk) access(ctx context.Context, q Query, byDoor bool) (Page[AccessLine], error) {
	roll, err := d.rollFor(ctx, doorlink.SeeReports)
	if err != nil {
		return Page[AccessLine]{}, err
	}
	now := time.Now()
	chosen, err := d.chooseHeld(roll, q.Only, now)
	if err != nil {
		return Page[AccessLine]{}, err
	}
	var all []held
	for _, p := range roll.peopleInOrder() {
		if q.Find == "" || roll.personFinds(q.Find, p) {
			all = roll.addHeld(all, p, byDoor, chosen)
		}
	}
	roll.sortHeld(all, q.Sort)
	from := 0
	if q.After != "" {
		from = slices.IndexFunc(all, func(h held) bool { return h.cursor() == q.After }) + 1
	}
	to := min(from+q.rows(), len(all))
	part := Page[AccessLine]{Total: len(all)}
	for _, h := range all[from:to] {
		part.Rows = append(part.Rows, roll.accessLine(h, now))
	}
	if to < len(all) {
		part.Next = all[to-1].cursor()
	}
	return part, nil
}

// sortHeld sorts lines of access that come by people and keys.
func (r *Roll) sortHeld(all []held, by string) {
	at := r.places()
	compare := map[string]func(a, b held) int{
		"person": func(a, b held) int { return at.people[a.Person] - at.people[b.Person] },
		"key":    func(a, b held) int { return at.keys[a.Key] - at.keys[b.Key] },
		"from":   func(a, b held) int { return a.From.Compare(b.From) },
		"to":     func(a, b held) int { return compareEnds(a.To, b.To) },
	}[strings.TrimPrefix(by, "-")]
	if compare == nil {
		return
	}
	back := strings.HasPrefix(by, "-")
	slices.SortStableFunc(all, func(a, b held) int {
		if back {
			a, b = b, a
		}
		return compare(a, b)
	})
}

// chooseHeld makes the filter of Query.Only.
func (d *Desk) chooseHeld(r *Roll, only map[string]string, now time.Time) (func(held) bool, error) {
	door, key, when := doorlink.DoorID(only["door"]), doorlink.KeyID(only["key"]), Standing(only["when"])
	if _, ok := r.Door(door); door != "" && !ok {
		return nil, ErrDoorGone
	}
	if _, ok := r.Key(key); key != "" && !ok {
		return nil, ErrKeyGone
	}
	if when != "" && !slices.Contains(Standings, when) {
		return nil, ErrWhen
	}
	return func(h held) bool {
		return d.Manages(h.Key) && (door == "" || h.door == door) && (key == "" || h.Key == key) && (when == "" || standing(h.Holder, now) == when)
	}, nil
}

// peopleInOrder are all people by family name.
func (r *Roll) peopleInOrder() []*doorlink.Person {
	all := make([]*doorlink.Person, len(r.People))
	for i := range r.People {
		all[r.places().people[r.People[i].ID]] = &r.People[i]
	}
	return all
}

// addHeld adds the chosen lines of one person, by the names of keys and doors.
func (r *Roll) addHeld(all []held, p *doorlink.Person, byDoor bool, chosen func(held) bool) []held {
	at := r.places()
	keys := slices.SortedFunc(slices.Values(r.held[p.ID]), func(a, b doorlink.Holder) int { return cmp.Compare(at.keys[a.Key], at.keys[b.Key]) })
	for _, h := range keys {
		opens := at.opens[h.Key]
		if !byDoor {
			opens = []doorlink.KeyDoor{{}}
		}
		for _, on := range opens {
			if one := (held{p, h, on.Door}); chosen(one) {
				all = append(all, one)
			}
		}
	}
	return all
}

func (r *Roll) accessLine(h held, now time.Time) AccessLine {
	line := AccessLine{
		Holder: h.Holder, Person: *h.person, Units: r.unitsIn(h.person.ID), Key: r.keys[h.Key], Standing: standing(h.Holder, now),
	}
	for _, on := range r.places().opens[h.Key] {
		if h.door == "" || h.door == on.Door {
			line.Doors = append(line.Doors, r.doors[on.Door])
		}
		if h.door == on.Door {
			line.Hours = on.Hours
		}
	}
	return line
}

// AdminActions lists what managers did at the property, as Deeds does.
// Query.Only["manager"] chooses one of them. Needs Govern.
func (d *Desk) AdminActions(ctx context.Context, q Query) (Page[DeedLine], error) {
	if err := d.may(doorlink.Govern); err != nil {
		return Page[DeedLine]{}, err
	}
	q.Only = map[string]string{"who": q.Only["manager"]}
	return d.deeds(ctx, q)
}

// ExportReport puts into the audit that a report was taken as a whole. Needs
// SeeReports.
func (d *Desk) ExportReport(ctx context.Context, report string) error {
	if err := d.may(doorlink.SeeReports); err != nil {
		return err
	}
	_, err := d.do(ctx, act{action: "report.export", facts: map[string]string{"report": report}, also: nothing})
	return err
}

// Purged is what a day's purge removed of the property, by kind of record.
type Purged struct {
	At   time.Time
	Done bool // all was looked through
	Gone map[doorlink.RecordKind]int64
}

// Purges are the last purges, the latest first: one a day, for as long as they
// are kept. Residents' own entries at unit doors are not counted in them. Needs
// SeeReports.
func (d *Desk) Purges(ctx context.Context) ([]Purged, error) {
	if err := d.may(doorlink.SeeReports); err != nil {
		return nil, err
	}
	all, err := d.db.Purges(ctx, doorlink.MaxKept)
	purges := make([]Purged, len(all))
	for i, p := range all {
		purges[i] = Purged{p.At.In(d.Location()), !p.Done.IsZero(), p.Gone[d.Property.ID]}
	}
	return purges, err
}
