package console

import (
	"doorlink"
	"doorlink/office"
)

// doorBox says of a person and a door whether they are listed there and may give
// doorcodes, with every condition of both.
type doorBox struct {
	Name, Label, Path string
	Places            []placeWhy // one for each unit, or a single one without
	Gives             badge
	Give              []whyRow
}

// placeWhy is one line of a directory, there or missing.
type placeWhy struct {
	Unit   string
	Listed badge
	Why    []whyRow
}

// whyRow is a condition that is met or not, with what mends it.
type whyRow struct {
	Met         bool
	Title, Fact string
	Mend        mend
}

// mend is what mends a condition: a link to where it is done, or a form that
// does it. The zero value offers nothing.
type mend struct {
	Text, Of string // on the button; Of says for screen readers which of several alike
	Link     string
	Post     string
	Values   []choice // of the form; Name is that of its field
	Keys     []choice // to choose from, if there is more than one
}

// doorBoxes say why somebody is listed at each door, or not.
func (d *desk) doorBoxes(v office.PersonView) []doorBox {
	boxes := make([]doorBox, len(v.At))
	for i, at := range v.At {
		boxes[i] = d.doorBox(v, at)
	}
	return boxes
}

func (d *desk) doorBox(v office.PersonView, at office.AtDoor) doorBox {
	box := doorBox{
		Name: at.Door.Name, Label: at.Panel.Label, Path: d.path("doors/" + string(at.Door.ID)),
		Gives: badge{"ok", "yes", d.lang.Say("console.why.gives")},
	}
	offered := map[string]bool{}
	for _, l := range at.Listings {
		place := placeWhy{
			Unit: d.lang.Say("console.why.directory"), Listed: badge{"bad", "no", d.lang.Say("console.why.unlisted")},
			Why: d.whyRows(v, at.Door, l.Unit, l.Why, offered),
		}
		if len(at.Listings) > 1 {
			place.Unit = d.lang.Say("console.why.unit", "unit", l.Unit.Name)
		}
		if l.Listed {
			place.Listed = badge{"ok", "yes", d.lang.Say("console.why.listed")}
		}
		box.Places = append(box.Places, place)
	}
	box.Give = d.whyRows(v, at.Door, doorlink.Unit{}, at.Give, offered)
	for _, w := range at.Give {
		if !w.Met {
			box.Gives = badge{"bad", "no", d.lang.Say("console.why.gives_not")}
		}
	}
	return box
}

// whyRows word conditions. What one click mends for several of a door is offered
// once, with the first.
func (d *desk) whyRows(v office.PersonView, door doorlink.Door, u doorlink.Unit, all []office.Why, offered map[string]bool) []whyRow {
	rows := make([]whyRow, len(all))
	for i, w := range all {
		rows[i] = whyRow{
			Met: w.Met, Title: d.lang.Say("console.condition." + string(w.Condition)),
			Fact: d.lang.Say("console.fact."+w.Fact, "unit", u.Name, "door", door.Name, "when", d.moment(w.When)),
		}
		click := string(w.Remedy)
		if w.Remedy == office.UnhideNow {
			click += string(u.ID)
		}
		if !w.Met && w.Remedy != "" && !offered[click] {
			offered[click] = true
			rows[i].Mend = d.mend(v, door, u, w)
			rows[i].Mend.Text, rows[i].Mend.Of = d.lang.Say("console.mend."+string(w.Remedy)), d.lang.Say("console.mend.of", "door", door.Name)
		}
	}
	return rows
}

// mend is the way to a remedy.
func (d *desk) mend(v office.PersonView, door doorlink.Door, u doorlink.Unit, w office.Why) mend {
	self := d.person(v.ID)
	switch w.Remedy {
	case office.AssignNow:
		return mend{Link: "#units"}
	case office.UnhideNow:
		return mend{Post: d.unit(u.ID) + "/hidden", Values: []choice{
			{Name: "door", Value: string(door.ID)}, {Name: "back", Value: self},
		}}
	case office.GiveKeyNow:
		m := d.oneKey(mend{Post: self + "/keys"}, w.Keys)
		if resides(v) {
			m.Values = append(m.Values, choice{Name: "resident", Value: "1"})
		}
		return m
	case office.RenewKey:
		return d.oneKey(mend{Post: self + "/keys/renew"}, w.Keys)
	case office.ShowNow:
		return mend{Post: self + "/show", Values: []choice{{Name: "on", Value: "1"}}}
	case office.InviteAgain:
		return mend{Post: self + "/link"}
	case office.SeeLock:
		return mend{Link: d.path("doors/" + string(door.ID))}
	case office.LetShare:
		return d.oneKey(mend{Post: self + "/keys/share"}, w.Keys)
	case office.SeeHours:
		return mend{Link: d.keyPath(w.Keys[0].ID) + "/doors/" + string(door.ID)}
	}
	return mend{}
}

// oneKey lets a form take one of some keys: without asking if there is but one.
func (d *desk) oneKey(m mend, keys []doorlink.Key) mend {
	if len(keys) == 1 {
		m.Values = append(m.Values, choice{Name: "key", Value: string(keys[0].ID)})
		return m
	}
	for _, k := range keys {
		m.Keys = append(m.Keys, choice{Value: string(k.ID), Name: k.Name})
	}
	return m
}

// resides reports whether somebody lives in a unit: staff of a Featured Entry do
// not. It is what a new key is given as unless somebody says otherwise.
func resides(v office.PersonView) bool {
	for _, u := range v.Units {
		if !u.Featured {
			return true
		}
	}
	return false
}
