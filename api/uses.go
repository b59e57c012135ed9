package api

import (
	"context"
	"net/http"

	"doorlink"
	"doorlink/office"
)

func (s *Server) registerUses() {
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
