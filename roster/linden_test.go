package roster_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"doorlink"
	"doorlink/roster"
)

// berlin is where the tests' building stands.
var berlin = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}()

// linden is a building with people in all the situations that lists meet.
func linden() roster.House {
	h := roster.House{Property: "prop_1", Zone: berlin}
	for _, name := range []string{"1A", "2A", "3D", "6B"} {
		h.Units = append(h.Units, doorlink.Unit{ID: doorlink.UnitID("unit_" + name), Property: h.Property, Name: name})
	}
	h.Units = append(h.Units, doorlink.Unit{ID: "unit_desk", Property: h.Property, Name: "Concierge", Featured: true})
	for _, name := range []string{"Residents", "Roof", "Gym", "gym"} {
		h.Keys = append(h.Keys, doorlink.Key{ID: doorlink.KeyID("key_" + name), Property: h.Property, Name: name})
	}
	add := func(given, family, email string, units, keys []string) {
		p := doorlink.Person{ID: doorlink.PersonID("pers_" + given), Property: h.Property, Given: given, Family: family, Email: email, Shown: true}
		h.People = append(h.People, p)
		for _, u := range units {
			m := doorlink.MembershipID("memb_" + given + u)
			h.Memberships = append(h.Memberships, doorlink.Membership{ID: m, Entry: doorlink.EntryID(m), Person: p.ID, Unit: doorlink.UnitID("unit_" + u)})
		}
		for _, k := range keys {
			h.Holders = append(h.Holders, doorlink.Holder{Key: doorlink.KeyID("key_" + k), Person: p.ID, Resident: u0(units) != "desk"})
		}
	}
	add("Ada", "Nwosu", "ada@nwosu.example", []string{"1A"}, []string{"Residents"})
	add("Chiara", "Rossi", "chiara@rossi.example", []string{"2A"}, []string{"Residents"})
	add("Tariq", "Aziz", "tariq@aziz.example", []string{"6B"}, []string{"Residents", "Gym"})
	add("Jonas", "Weber", "jonas@weber.example", []string{"3D"}, []string{"Residents"})
	add("Nour", "", "", []string{"3D"}, []string{"Residents"})
	add("Lee", "Park", "lee@park.example", []string{"desk"}, []string{"Roof"})
	add("Old", "Timer", "old@timer.example", nil, nil)
	return h
}

func u0(units []string) string { return strings.Join(units[:min(len(units), 1)], "") }

// nameOf is what a row is kept under.
func nameOf(r doorlink.Row) string {
	switch {
	case r.Unit != nil:
		return "1 " + string(r.Unit.ID)
	case r.Person != nil:
		return "2 " + string(r.Person.ID)
	case r.Membership != nil:
		return "3 " + string(r.Membership.ID)
	case r.Holder != nil:
		return "4 " + string(r.Holder.Person) + " " + string(r.Holder.Key)
	}
	return ""
}

// books are the rows of a building as a database keeps them.
type books map[string]doorlink.Row

func open(h roster.House) books {
	b := books{}
	put := func(r doorlink.Row) { b[nameOf(r)] = r }
	for _, u := range h.Units {
		put(doorlink.Row{Unit: &u})
	}
	for _, p := range h.People {
		put(doorlink.Row{Person: &p})
	}
	for _, m := range h.Memberships {
		put(doorlink.Row{Membership: &m})
	}
	for _, k := range h.Holders {
		put(doorlink.Row{Holder: &k})
	}
	return b
}

// apply makes changes as a database does, and fails where one would refuse.
func apply(t rapid.TB, h roster.House, changes []doorlink.Change) roster.House {
	t.Helper()
	b := open(h)
	for _, c := range changes {
		if c.Before != nil {
			if was := b[nameOf(*c.Before)]; was.Tag() != c.Before.Tag() {
				t.Fatalf("%s is replaced, but is %+v", nameOf(*c.Before), was)
			}
			delete(b, nameOf(*c.Before))
		}
		if c.After != nil {
			if _, taken := b[nameOf(*c.After)]; taken {
				t.Fatalf("%s is there already", nameOf(*c.After))
			}
			b[nameOf(*c.After)] = *c.After
		}
		if err := b.refuses(); err != nil {
			t.Fatalf("after %+v: %v", c, err)
		}
	}
	return b.house(h)
}

// refuses finds what refers to nothing, and what must be there only once.
func (b books) refuses() error {
	once := map[string]bool{}
	for _, r := range b {
		var only string
		switch {
		case r.Unit != nil:
			only = "unit " + r.Unit.Name
		case r.Person != nil && r.Person.Email != "":
			only = "e-mail " + r.Person.Email
		case r.Membership != nil:
			only = fmt.Sprint("membership ", r.Membership.Person, r.Membership.Unit)
			if b["1 "+string(r.Membership.Unit)].Unit == nil || b["2 "+string(r.Membership.Person)].Person == nil {
				return fmt.Errorf("%s refers to nothing", only)
			}
		case r.Holder != nil && b["2 "+string(r.Holder.Person)].Person == nil:
			return fmt.Errorf("a key is held by nobody")
		}
		if only != "" && once[only] {
			return fmt.Errorf("%s is there twice", only)
		}
		once[only] = true
	}
	return nil
}

func (b books) house(was roster.House) roster.House {
	h := roster.House{Property: was.Property, Zone: was.Zone, Keys: was.Keys}
	for _, name := range sorted(b) {
		switch r := b[name]; {
		case r.Unit != nil:
			h.Units = append(h.Units, *r.Unit)
		case r.Person != nil:
			h.People = append(h.People, *r.Person)
		case r.Membership != nil:
			h.Memberships = append(h.Memberships, *r.Membership)
		case r.Holder != nil:
			h.Holders = append(h.Holders, *r.Holder)
		}
	}
	return h
}

func sorted(b books) []string {
	var names []string
	for name := range b {
		names = append(names, name)
	}
	slices.SortFunc(names, cmp.Compare[string])
	return names
}

// told is a plan as text, without its random IDs.
func told(p roster.Plan) string {
	var s strings.Builder
	for _, u := range p.Units {
		fmt.Fprintf(&s, "row %d: new unit %s\n", u.Row, u.Unit.Name)
	}
	for _, l := range p.Lines {
		who := strings.Fields(fmt.Sprintf("%s %s <%s>", l.Person.Given, l.Person.Family, l.Person.Email))
		fmt.Fprintf(&s, "row %d: %s %s", l.Row, l.What, strings.Join(who, " "))
		if l.What == roster.Change && l.Was.As(doorlink.FullName, "") != l.Person.As(doorlink.FullName, "") {
			fmt.Fprintf(&s, ", was %s", l.Was.As(doorlink.FullName, ""))
		}
		if l.Was.Shown != l.Person.Shown && l.What == roster.Change {
			fmt.Fprintf(&s, ", shown %t", l.Person.Shown)
		}
		fmt.Fprintf(&s, "; units%s; keys%s", toldItems(l.Units), toldItems(l.Keys))
		if l.Err != nil {
			fmt.Fprintf(&s, "; %s %v", l.Err.Key, l.Err.Args)
		}
		s.WriteString("\n")
	}
	return s.String()
}

func toldItems(all []roster.Item) (s string) {
	for _, i := range all {
		s += " " + [...]string{"", "+", "-", "~"}[i.Move] + i.Name
		if i.Will != (roster.Span{}) {
			s += "[" + toldTime(i.Will.From) + ".." + toldTime(i.Will.To) + "]"
		}
	}
	return s
}

func toldTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(berlin).Format("2006-01-02T15:04")
}
