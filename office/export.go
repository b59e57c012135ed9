package office

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"doorlink"
	"doorlink/roster"
)

// Everything is a property's export in JSON: who lives where and which key opens
// what. What managers do not see, such as devices and the entries of residents,
// is not in it.
type Everything struct {
	Property ExportedProperty `json:"property"`
	Doors    []ExportedDoor   `json:"doors"`
	Keys     []ExportedKey    `json:"keys"`
	Units    []ExportedUnit   `json:"units"`
	People   []ExportedPerson `json:"people"`
}

// The rows of an export. They refer to each other by ID.
type (
	ExportedProperty struct {
		ID   doorlink.PropertyID `json:"id"`
		Name string              `json:"name"`
		Zone string              `json:"zone"`
	}
	ExportedDoor struct {
		ID   doorlink.DoorID   `json:"id"`
		Name string            `json:"name"`
		Type doorlink.DoorType `json:"type"`
	}
	ExportedKey struct {
		ID    doorlink.KeyID    `json:"id"`
		Name  string            `json:"name"`
		Doors []doorlink.DoorID `json:"doors"`
	}
	ExportedUnit struct {
		ID       doorlink.UnitID `json:"id"`
		Name     string          `json:"name"`
		Featured bool            `json:"featured"`
	}
	ExportedPerson struct {
		ID     doorlink.PersonID `json:"id"`
		Given  string            `json:"first_name"`
		Family string            `json:"last_name"`
		Email  string            `json:"email"`
		Shown  bool              `json:"show_in_intercom"`
		Units  []doorlink.UnitID `json:"units"`
		Keys   []ExportedHolding `json:"keys"`
	}
	ExportedHolding struct {
		Key      doorlink.KeyID `json:"key"`
		From     time.Time      `json:"from,omitzero" doc:"Missing: it has always begun"`
		To       time.Time      `json:"to,omitzero" doc:"Missing: it never ends"`
		Resident bool           `json:"resident"`
	}
)

// ExportAll is all units and people of the property and who holds which key. The
// audit says that it was taken. Needs SeeReports.
func (d *Desk) ExportAll(ctx context.Context) (*Everything, error) {
	roll, err := d.exporting(ctx)
	if err != nil {
		return nil, err
	}
	return roll.everything(d.Property), nil
}

func (r *Roll) everything(p doorlink.Property) *Everything {
	return &Everything{
		Property: ExportedProperty{p.ID, p.Name, p.Zone},
		Doors:    each(r.Doors, func(d doorlink.Door) ExportedDoor { return ExportedDoor{d.ID, d.Name, d.Type} }),
		Keys: each(r.Keys, func(k doorlink.Key) ExportedKey {
			return ExportedKey{k.ID, k.Name, each(r.onKey[k.ID], func(o doorlink.KeyDoor) doorlink.DoorID { return o.Door })}
		}),
		Units: each(r.Units, func(u doorlink.Unit) ExportedUnit { return ExportedUnit{u.ID, u.Name, u.Featured} }),
		People: each(r.People, func(p doorlink.Person) ExportedPerson {
			return ExportedPerson{
				p.ID, p.Given, p.Family, p.Email, p.Shown,
				each(r.of[p.ID], func(m doorlink.Membership) doorlink.UnitID { return m.Unit }),
				each(r.held[p.ID], func(h doorlink.Holder) ExportedHolding { return ExportedHolding{h.Key, h.From, h.To, h.Resident} }),
			}
		}),
	}
}

// each makes one of each; none is an empty list.
func each[A, B any](all []A, one func(A) B) []B {
	made := make([]B, len(all))
	for i, a := range all {
		made[i] = one(a)
	}
	return made
}

// Write writes the export as JSON, row by row.
func (e *Everything) Write(w io.Writer) error {
	out := rowWriter{w: w}
	out.put(`{"property":`, e.Property)
	writeRows(&out, "doors", e.Doors)
	writeRows(&out, "keys", e.Keys)
	writeRows(&out, "units", e.Units)
	writeRows(&out, "people", e.People)
	out.text("}\n")
	if out.err != nil {
		return fmt.Errorf("writing an export: %w", out.err)
	}
	return nil
}

// rowWriter writes until something fails.
type rowWriter struct {
	w   io.Writer
	err error
}

func (o *rowWriter) text(s string) {
	if o.err == nil {
		_, o.err = io.WriteString(o.w, s)
	}
}

func (o *rowWriter) put(before string, v any) {
	b, err := json.Marshal(v)
	o.text(before)
	o.text(string(b))
	o.err = cmp.Or(o.err, err)
}

func writeRows[T any](o *rowWriter, name string, rows []T) {
	o.text(",\n\"" + name + "\":[")
	between := "\n"
	for _, r := range rows {
		o.put(between, r)
		between = ",\n"
	}
	o.text("]")
}

// ExportList writes the same as CSV that Plan reads back without any change. A
// person has a row for each of their units, and for each span of dates of their
// keys. Needs SeeReports.
func (d *Desk) ExportList(ctx context.Context, w io.Writer) error {
	roll, err := d.exporting(ctx)
	if err != nil {
		return err
	}
	return roster.Write(w, roster.Header, slices.Values(roll.rows(d.Location())))
}

// exporting is the roll for somebody who may export it, with that in the audit.
func (d *Desk) exporting(ctx context.Context) (*Roll, error) {
	roll, err := d.rollFor(ctx, doorlink.SeeReports)
	if err != nil {
		return nil, err
	}
	_, err = d.do(ctx, act{action: "list.export", also: nothing})
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
