package office

import (
	"context"
	"slices"
	"time"

	"doorlink"
	"doorlink/store"
)

// ErrInCall refuses to erase somebody who is in a call: its row would be
// pulled from under it.
var ErrInCall = doorlink.Fail(doorlink.Conflict, "people.in_call")

// Subject is everything that is kept about one person, for them to read: what
// a request for access under data protection law asks for. Secrets and digits
// are not kept, so they are not in it. Neither are a resident's own entries at
// unit doors, which no manager may read, on whoever's behalf, nor what happened
// at doors on none of the keys that a manager of specific keys decides about.
type Subject struct {
	At       time.Time         `json:"at"`
	Property string            `json:"property"`
	Person   SubjectPerson     `json:"person"`
	Units    []string          `json:"units"`
	Keys     []SubjectKey      `json:"keys"`
	Handsets []SubjectHandset  `json:"handsets"`
	Links    []SubjectLink     `json:"sign_in_links"`
	Calls    []SubjectCall     `json:"calls"`
	Codes    []SubjectCode     `json:"doorcodes"`
	Records  []SubjectRecord   `json:"records"`
	Deeds    []SubjectDeed     `json:"changes_by_managers"`
	Kept     map[string]string `json:"kept_for"` // by kind of record
}

// SubjectPerson is the person's own row.
type SubjectPerson struct {
	ID        doorlink.PersonID `json:"id"`
	Given     string            `json:"first_name"`
	Family    string            `json:"last_name"`
	Email     string            `json:"email"`
	Shown     bool              `json:"show_in_intercom"`
	Activated bool              `json:"has_signed_in"`
}

// SubjectKey is a key they hold; moments that are missing are open ends.
type SubjectKey struct {
	Name     string    `json:"name"`
	From     time.Time `json:"from,omitzero"`
	To       time.Time `json:"to,omitzero"`
	Resident bool      `json:"resident"`
	Doors    []string  `json:"doors"`
}

// SubjectHandset is a browser in which they are signed in.
type SubjectHandset struct {
	Name  string    `json:"name"`
	Added time.Time `json:"added"`
	Used  time.Time `json:"last_used"` // to the day
}

// SubjectLink is a one-time link they were sent.
type SubjectLink struct {
	Ends time.Time `json:"ends"`
	Used time.Time `json:"used,omitzero"`
}

// SubjectCall is a call to them, with what the visitor said they were.
type SubjectCall struct {
	Door     string    `json:"door"`
	Placed   time.Time `json:"placed"`
	Answered time.Time `json:"answered,omitzero"`
	State    string    `json:"state"`
	Caller   string    `json:"caller,omitempty"`
	Said     string    `json:"caller_said,omitempty"`
}

// SubjectCode is a doorcode they gave.
type SubjectCode struct {
	Door      string    `json:"door"`
	Day       string    `json:"day"`
	Given     time.Time `json:"given"`
	Used      bool      `json:"used"`
	Cancelled time.Time `json:"cancelled,omitzero"`
}

// SubjectRecord is an entry of the history.
type SubjectRecord struct {
	Kind  string    `json:"kind"`
	Door  string    `json:"door,omitempty"`
	State string    `json:"state,omitempty"`
	At    time.Time `json:"at"`
}

// SubjectDeed is an entry of the audit, with those of its changes that concern
// them.
type SubjectDeed struct {
	At      time.Time         `json:"at"`
	Action  string            `json:"action"`
	By      string            `json:"by"` // a manager's ID
	Changes []doorlink.Change `json:"changes,omitempty"`
}

// Export gathers everything that is kept about a person. It is a deed of its
// own in the audit. Needs EditPeople and SeeReports.
func (d *Desk) Export(ctx context.Context, id doorlink.PersonID) (Subject, error) {
	roll, p, err := d.subject(ctx, id)
	if err != nil {
		return Subject{}, err
	}
	trace, err := d.db.Trace(ctx, p)
	if err != nil {
		return Subject{}, err
	}
	if _, err := d.do(ctx, act{action: "person.export", subject: string(id), also: nothing}); err != nil {
		return Subject{}, err
	}
	return roll.tell(p, trace, d.subjectViewer(roll, trace), d.Location()), nil
}

// nothing is done beside the audit.
func nothing(context.Context, *store.Tx) error { return nil }

// subject finds somebody for a manager who may read and remove all of theirs.
func (d *Desk) subject(ctx context.Context, id doorlink.PersonID) (*Roll, doorlink.Person, error) {
	for _, a := range []doorlink.Ability{doorlink.EditPeople, doorlink.SeeReports} {
		if err := d.may(a); err != nil {
			return nil, doorlink.Person{}, err
		}
	}
	return begin(ctx, d, doorlink.See, (*Roll).Person, id)
}

// subjectViewer is who reads what is kept about somebody: whoever decides about
// all keys answers for all doors, former ones and none at all.
func (d *Desk) subjectViewer(roll *Roll, t store.Trace) doorlink.Viewer {
	if d.Role.Scope == doorlink.SpecificKeys {
		v := d.viewer(roll)
		v.Doors = append(v.Doors, "") // where they sign in
		return v
	}
	v := doorlink.Viewer{Property: d.Property.ID}
	for _, c := range t.Calls {
		v.Doors = append(v.Doors, c.Door)
	}
	for _, c := range t.Codes {
		v.Doors = append(v.Doors, c.Door)
	}
	for _, r := range t.Records {
		v.Doors = append(v.Doors, r.Door)
	}
	return v
}

func (r *Roll) tell(p doorlink.Person, t store.Trace, by doorlink.Viewer, zone *time.Location) Subject {
	s := Subject{
		At: time.Now().In(zone).Truncate(time.Second), Property: r.Property.Name, Kept: map[string]string{},
		Person: SubjectPerson{p.ID, p.Given, p.Family, p.Email, p.Shown, p.Activated},
	}
	for _, u := range r.unitsIn(p.ID) {
		s.Units = append(s.Units, u.Name)
	}
	for _, h := range r.held[p.ID] {
		k := SubjectKey{Name: r.keys[h.Key].Name, From: h.From, To: h.To, Resident: h.Resident}
		for _, d := range r.onKey[h.Key] {
			k.Doors = append(k.Doors, r.doors[d.Door].Name)
		}
		s.Keys = append(s.Keys, k)
	}
	for _, k := range doorlink.RecordKinds {
		s.Kept[string(k)] = r.Property.Keeps(k).String()
	}
	r.tellTrace(&s, p, t, by)
	return s
}

// tellTrace adds what happened.
func (r *Roll) tellTrace(s *Subject, p doorlink.Person, t store.Trace, by doorlink.Viewer) {
	for _, h := range t.Handsets {
		s.Handsets = append(s.Handsets, SubjectHandset{h.Handset.Name, h.Added, h.Used})
	}
	for _, l := range t.Links {
		s.Links = append(s.Links, SubjectLink{l.Expires, l.Used})
	}
	for _, c := range t.Calls {
		if slices.Contains(by.Doors, c.Door) {
			s.Calls = append(s.Calls, SubjectCall{r.doors[c.Door].Name, c.Placed, c.Answered, string(c.State), string(c.Caller.Kind), c.Caller.Line})
		}
	}
	for _, c := range t.Codes {
		if slices.Contains(by.Doors, c.Door) {
			s.Codes = append(s.Codes, SubjectCode{r.doors[c.Door].Name, c.Day.String(), c.Issued, c.Used, c.Cancelled})
		}
	}
	for _, e := range t.Records {
		if e.VisibleTo(by) {
			s.Records = append(s.Records, SubjectRecord{string(e.Kind), r.doors[e.Door].Name, string(e.State), e.At})
		}
	}
	for _, d := range t.Deeds {
		s.Deeds = append(s.Deeds, SubjectDeed{d.At, d.Action, string(d.Manager), concerning(p.ID, d.Detail.Changes)})
	}
}

// concerning are the changes of rows that are a person, or name one.
func concerning(p doorlink.PersonID, all []doorlink.Change) []doorlink.Change {
	return slices.DeleteFunc(slices.Clone(all), func(c doorlink.Change) bool { return !names(c.Before, p) && !names(c.After, p) })
}

func names(r *doorlink.Row, p doorlink.PersonID) bool {
	return r != nil && (r.Person != nil && r.Person.ID == p ||
		r.Membership != nil && r.Membership.Person == p || r.Holder != nil && r.Holder.Person == p)
}

// Erase removes a person and everything that tells who they were: their record,
// units, keys, handsets and links, their name from calls, codes and the history,
// and the details of the audit that name them. What is left says that something
// happened, not to whom. It cannot be undone. It fails with ErrInCall while they
// are in a call. Needs EditPeople and SeeReports, and GrantKeys for every key
// they hold.
func (d *Desk) Erase(ctx context.Context, id doorlink.PersonID) (Receipt, error) {
	if _, _, err := d.subject(ctx, id); err != nil {
		return Receipt{}, err
	}
	roll, p, err := d.leaver(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	changes := append(roll.takeMemberships(id), roll.takeKeys(id)...)
	changes = append(changes, doorlink.Remove(doorlink.Row{Person: &p}))
	handsets, err := d.db.Handsets(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	_, cancel := d.cancelling(id, nil, time.Now())
	r, err := d.do(ctx, act{
		action: "person.erase", subject: string(id),
		tells: []doorlink.Event{d.event(doorlink.PersonRemoved, map[string]string{"person": string(id)})},
		also: func(ctx context.Context, tx *store.Tx) error {
			if busy, err := tx.InCall(ctx, id); err != nil || busy {
				return inCall(err)
			}
			if err := cancel(ctx, tx); err != nil {
				return err
			}
			if err := tx.Arrange(ctx, d.Property.ID, changes); err != nil { // not as changes of the deed: it would keep them
				return err
			}
			return tx.Erase(ctx, p)
		},
	})
	if err == nil {
		d.closeLines(handsets)
	}
	return r, err
}

func inCall(err error) error {
	if err != nil {
		return err
	}
	return ErrInCall
}
