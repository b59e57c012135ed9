package office

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"doorlink"
	"doorlink/roster"
	"doorlink/store"
)

// Everything is what a property's export says in JSON.
type Everything struct {
	Property    doorlink.Property     `json:"property"`
	Units       []doorlink.Unit       `json:"units"`
	People      []doorlink.Person     `json:"people"`
	Memberships []doorlink.Membership `json:"memberships"`
	Keys        []doorlink.Key        `json:"keys"`
	Holders     []doorlink.Holder     `json:"holders"`
}

// ExportAll is all units and people of the property and who holds which key. The
// audit says that it was taken. Needs SeeReports.
func (d *Desk) ExportAll(ctx context.Context) (*Everything, error) {
	roll, err := d.exporting(ctx)
	if err != nil {
		return nil, err
	}
	return &Everything{d.Property, roll.Units, roll.People, roll.Memberships, roll.Keys, roll.Holders}, nil
}

// ExportList writes the same as CSV that Plan reads back without any change. A
// person has a row for each of their units, and for each span of dates of their
// keys. Needs SeeReports.
func (d *Desk) ExportList(ctx context.Context, w io.Writer) error {
	roll, err := d.exporting(ctx)
	if err != nil {
		return err
	}
	header := []string{"Unit", "First name", "Last name", "E-mail", "Keys", "Show in intercom", "Access start", "Access end"}
	return roster.Write(w, header, slices.Values(roll.rows(d.Location())))
}

// exporting is the roll for somebody who may export it, with that in the audit.
func (d *Desk) exporting(ctx context.Context) (*Roll, error) {
	if err := d.may(doorlink.SeeReports); err != nil {
		return nil, err
	}
	roll, err := d.Roll(ctx)
	if err != nil {
		return nil, err
	}
	_, err = d.do(ctx, act{action: "list.export", also: func(context.Context, *store.Tx) error { return nil }})
	return roll, err
}

// rows are the lines of the list.
func (r *Roll) rows(zone *time.Location) (all [][]string) {
	for _, u := range r.Units {
		if len(r.inUnit[u.ID]) == 0 {
			all = append(all, []string{u.Name, "", "", "", "", "", "", ""})
		}
	}
	for _, p := range r.People {
		var units []string
		for _, m := range r.of[p.ID] {
			units = append(units, r.units[m.Unit].Name)
		}
		spans := r.spans(p.ID, zone)
		shown := map[bool]string{true: "yes", false: "no"}[p.Shown]
		for i := range max(1, len(units), len(spans)) {
			row := []string{"", p.Given, p.Family, p.Email, "", shown, "", ""}
			if i < len(units) {
				row[0] = units[i]
			}
			if i < len(spans) {
				row[4], row[6], row[7] = roster.JoinKeys(spans[i].keys), spans[i].from, spans[i].to
			}
			all = append(all, row)
		}
	}
	return all
}

// span is the keys that a person holds for the same days.
type span struct {
	from, to string
	keys     []string
}

func (r *Roll) spans(p doorlink.PersonID, zone *time.Location) (all []span) {
	for _, h := range r.held[p] {
		var one span
		if !h.From.IsZero() {
			one.from = doorlink.DayIn(h.From, zone).String()
		}
		if !h.To.IsZero() {
			one.to = roster.LastDay(h.To, zone).String()
		}
		i := slices.IndexFunc(all, func(s span) bool { return s.from == one.from && s.to == one.to })
		if i < 0 {
			i, all = len(all), append(all, one)
		}
		all[i].keys = append(all[i].keys, r.keys[h.Key].Name)
	}
	slices.SortFunc(all, func(a, b span) int { return strings.Compare(a.from+a.to, b.from+b.to) })
	return all
}
