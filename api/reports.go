package api

import (
	"context"
	"net/http"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/office"
)

func (s *Server) registerReports() {
	at(s, http.MethodGet, "/reports/access", says("reportAccess", "Who may enter where, through which key, from when to when", doorlink.SeeReports), reportAccess)
	at(s, http.MethodGet, "/reports/people-keys", says("reportPeopleKeys", "Who holds which key, whatever the dates", doorlink.SeeReports), reportPeopleKeys)
	at(s, http.MethodGet, "/reports/actions", says("reportActions", "What managers did, the latest first", doorlink.Govern), reportActions)
	at(s, http.MethodGet, "/purges", says("listPurges", "What the last daily purges removed, the latest first", doorlink.SeeReports), purges)
}

// Granted says that somebody holds a key, from when to when, and what it opens.
type Granted struct {
	Person   Named           `json:"person"`
	Units    []Named         `json:"units"`
	Key      Named           `json:"key"`
	Doors    []Named         `json:"doors" doc:"In the report of access one"`
	Hours    *AccessHours    `json:"hours,omitempty" doc:"In the report of access: missing where the key always opens the door"`
	From     time.Time       `json:"from,omitzero"`
	To       time.Time       `json:"to,omitzero" doc:"Missing: it does not end"`
	Resident bool            `json:"resident" doc:"The status on this key, for privacy"`
	Standing office.Standing `json:"standing" enum:"later,now,over"`
}

// AccessHours is when a key opens a door, on the doors' clock.
type AccessHours struct {
	From string   `json:"from" doc:"As in 8:00; the same as to: all day"`
	To   string   `json:"to" doc:"Before from: over midnight"`
	Days []string `json:"days" doc:"Days of the week on which they begin"`
}

func grantedOf(l office.AccessLine) Granted {
	a := Granted{
		Person: Named{string(l.Person.ID), l.Person.As(doorlink.FullName, l.Person.Email)}, Key: Named{string(l.Key.ID), l.Key.Name},
		Units: words(l.Units, unitNamed), From: l.From, To: l.To, Resident: l.Resident, Standing: l.Standing,
		Doors: words(l.Doors, func(d doorlink.Door) Named { return Named{string(d.ID), d.Name} }),
	}
	if !l.Hours.Always() {
		a.Hours = &AccessHours{From: l.Hours.From.String(), To: l.Hours.To.String()}
		for day := range time.Saturday + 1 {
			if l.Hours.Days.Has(day) {
				a.Hours.Days = append(a.Hours.Days, directory.Fold(day.String()))
			}
		}
	}
	return a
}

// HeldInput chooses from who holds which key.
type HeldInput struct {
	Here
	Find  string          `query:"find" maxLength:"200" doc:"People by name, address or unit"`
	Key   doorlink.KeyID  `query:"key"`
	When  office.Standing `query:"when" enum:"later,now,over" doc:"Where now lies between the dates"`
	Sort  string          `query:"sort" maxLength:"40" doc:"person, key, from or to; with - before it, from the end"`
	After string          `query:"after" maxLength:"400" doc:"The cursor of the page before: its next"`
	Limit int             `query:"limit" minimum:"1" maximum:"500" doc:"Rows at most; 50 unless said"`
}

func (in HeldInput) query(door doorlink.DoorID) office.Query {
	return office.Query{Find: in.Find, Sort: in.Sort, After: in.After, Limit: in.Limit, Only: map[string]string{
		"key": string(in.Key), "when": string(in.When), "door": string(door),
	}}
}

type accessInput struct {
	HeldInput
	Door doorlink.DoorID `query:"door"`
}

func reportAccess(ctx context.Context, d *office.Desk, in *accessInput) (*listed[Granted], error) {
	p, err := d.AssignedAccess(ctx, in.query(in.Door))
	return pageOf(ctx, p, grantedOf), err
}

func reportPeopleKeys(ctx context.Context, d *office.Desk, in *HeldInput) (*listed[Granted], error) {
	p, err := d.PeopleKeys(ctx, in.query(""))
	return pageOf(ctx, p, grantedOf), err
}

type actionsInput struct {
	Here
	LogListing
	Find    string             `query:"find" maxLength:"200" doc:"What it is about, by the name that has now, or by its ID"`
	Manager doorlink.ManagerID `query:"manager"`
}

func reportActions(ctx context.Context, d *office.Desk, in *actionsInput) (*streamed[Action], error) {
	p, err := d.AdminActions(ctx, in.query(in.Find, map[string]string{"manager": string(in.Manager)}))
	return streamOf(ctx, p, actionIn(d.Location())), err
}

// Purge is what a day's purge removed of the property.
type Purge struct {
	At       time.Time                     `json:"at"`
	Finished bool                          `json:"finished"`
	Removed  map[doorlink.RecordKind]int64 `json:"removed" doc:"Records by kind: call, code and sign; a kind of which none went is missing"`
}

func purges(ctx context.Context, d *office.Desk, _ *Here) (*all[Purge], error) {
	list, err := d.Purges(ctx)
	return &all[Purge]{Whole[Purge]{words(list, func(p office.Purged) Purge {
		removed := p.Gone
		if removed == nil {
			removed = map[doorlink.RecordKind]int64{}
		}
		return Purge{p.At, p.Done, removed}
	})}}, err
}
