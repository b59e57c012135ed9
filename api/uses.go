package api

import (
	"context"
	"net/http"

	"doorlink"
	"doorlink/office"
)

func (s *Server) registerUses() {
	at(s, http.MethodGet, "/today", says("readToday", "What goes on today, and how many people can be reached, as counts", doorlink.See), today)
	at(s, http.MethodGet, "/doors/{door}/link/uses", says("listUses", "How often a DOOR Link was scanned and called from, by day, the last 30 of them", doorlink.See), uses)
}

// DayUse is how often a DOOR Link was used on one day.
type DayUse struct {
	Day   string `json:"day" format:"date" doc:"At the property"`
	Scans int    `json:"scans"`
	Calls int    `json:"calls"`
}

func dayUseOf(u office.DayUse) DayUse { return DayUse{u.Day.String(), u.Scans, u.Calls} }

type usesInput struct {
	Here
	Door doorlink.DoorID `path:"door" doc:"door_…"`
}

func uses(ctx context.Context, d *office.Desk, in *usesInput) (*all[DayUse], error) {
	days, err := d.Uses(ctx, in.Door)
	return &all[DayUse]{Whole[DayUse]{words(days, dayUseOf)}}, err
}

// Today is what goes on at a property. It is counts and knows of no visit.
type Today struct {
	Day       string `json:"day" format:"date" doc:"At the property"`
	Scans     int    `json:"scans" doc:"Known within ten seconds"`
	Calls     int    `json:"calls" doc:"Known within ten seconds"`
	Now       int    `json:"calls_now" doc:"Calls that go on"`
	Residents int    `json:"residents" doc:"People whom a visitor can mean: they live in a unit, hold a key and show themselves"`
	Reached   int    `json:"reached" doc:"Those of them for whom something would ring"`
	Unreached int    `json:"units_unreached" doc:"Units in which nothing would ring"`
}

type counted struct{ Body Today }

func today(ctx context.Context, d *office.Desk, _ *Here) (*counted, error) {
	t, err := d.Today(ctx)
	if err != nil {
		return nil, err
	}
	c, err := d.CountPeople(ctx)
	return &counted{Today{t.Day.String(), t.Scans, t.Calls, t.Now, c.Residents, c.Reached, c.Unreached}}, err
}
