package office

import (
	"context"
	"slices"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/store"
)

// PersonView is all that managers see of one person.
type PersonView struct {
	PersonLine
	Member  []Member
	Held    []Held
	At      []AtDoor // every door with a DOOR Link, by its name
	Reach   store.Reach
	Invited store.SignInLink // the last link they were sent
}

// Member is one unit of a person.
type Member struct {
	doorlink.Membership
	Unit doorlink.Unit
}

// Held is a key that a person holds, whatever its dates.
type Held struct {
	doorlink.Holder
	Tag  string // of the holder's row
	Key  doorlink.Key
	Now  bool // the dates include now
	Mine bool // the manager decides about it
}

// AtDoor says why a person is listed at a door, or not, and whether they can
// give doorcodes there.
type AtDoor struct {
	Door     doorlink.Door
	Panel    doorlink.Panel
	Listings []Listing // one for each unit, or a single one without
	Give     []Why     // what a doorcode takes
}

// Listing is one line of a directory, there or missing.
type Listing struct {
	Unit   doorlink.Unit
	Listed bool
	Why    []Why
}

// Why is a condition with what would mend it; a condition that is met, or that
// the manager may not mend, has no Remedy.
type Why struct {
	directory.Check
	Remedy Remedy
	Keys   []doorlink.Key // with GiveKeyNow and RenewKey: those that would do
}

// Remedy is one click that mends a condition.
type Remedy string

const (
	AssignNow   Remedy = "assign" // put them into a unit
	UnhideNow   Remedy = "unhide" // show the unit at the door again
	GiveKeyNow  Remedy = "give"   // give a key that opens the door
	RenewKey    Remedy = "renew"  // let a key they hold begin, or end no more
	ShowNow     Remedy = "show"   // turn on Show in intercom
	InviteAgain Remedy = "invite" // send a link to sign in with
	SeeLock     Remedy = "lock"   // at the door's lock
	LetShare    Remedy = "share"  // on the key: May Share Key
	SeeHours    Remedy = "hours"  // on the key: its hours
)

// Person finds one person, or fails with ErrPersonGone. Needs See.
func (d *Desk) Person(ctx context.Context, id doorlink.PersonID) (PersonView, error) {
	roll, p, err := begin(ctx, d, doorlink.See, (*Roll).Person, id)
	if err != nil {
		return PersonView{}, err
	}
	now := time.Now().In(d.Location())
	v := PersonView{PersonLine: roll.personLine(p, now), Reach: roll.Reach[id]}
	if v.Invited, err = d.db.LastLink(ctx, id); err != nil {
		return PersonView{}, err
	}
	for _, u := range v.Units {
		i := slices.IndexFunc(roll.of[id], func(m doorlink.Membership) bool { return m.Unit == u.ID })
		v.Member = append(v.Member, Member{roll.of[id][i], u})
	}
	for _, h := range roll.held[id] {
		v.Held = append(v.Held, Held{h, doorlink.Row{Holder: &h}.Tag(), roll.keys[h.Key], holds(h, now), d.Manages(h.Key)})
	}
	slices.SortFunc(v.Held, func(a, b Held) int { return keysByName(a.Key, b.Key) })
	for _, w := range roll.Panels {
		v.At = append(v.At, d.atDoor(roll, p, roll.doors[w.Door], w, now))
	}
	slices.SortFunc(v.At, func(a, b AtDoor) int { return doorsByName(a.Door, b.Door) })
	return v, nil
}

func (d *Desk) atDoor(r *Roll, p doorlink.Person, door doorlink.Door, w doorlink.Panel, now time.Time) AtDoor {
	at := AtDoor{Door: door, Panel: w}
	var grants []directory.Grant
	for _, f := range r.Facts(p, door.ID) {
		l := Listing{Unit: f.Unit, Listed: f.Listed(now)}
		for _, c := range f.Explain(now) {
			l.Why = append(l.Why, d.why(r, p, door, c))
		}
		at.Listings = append(at.Listings, l)
		grants = f.Grants
	}
	_, locked := r.Setups[door.ID]
	for _, c := range directory.ExplainGive(grants, locked, now) {
		at.Give = append(at.Give, d.why(r, p, door, c))
	}
	return at
}

// remedies are what mends a fact, and the ability it takes.
var remedies = map[string]struct {
	do    Remedy
	needs doorlink.Ability
}{
	"unit.no":     {AssignNow, doorlink.EditPeople},
	"unit.hidden": {UnhideNow, doorlink.EditPeople},
	"key.no":      {GiveKeyNow, doorlink.GrantKeys},
	"key.later":   {RenewKey, doorlink.GrantKeys},
	"key.ended":   {RenewKey, doorlink.GrantKeys},
	"shown.no":    {ShowNow, doorlink.EditPeople},
	"active.no":   {InviteAgain, doorlink.EditPeople},
	"handset.no":  {InviteAgain, doorlink.EditPeople},
	"lock.no":     {SeeLock, doorlink.Devices},
	"share.no":    {LetShare, doorlink.EditKeys},
	"hours.no":    {SeeHours, doorlink.EditKeys},
}

// why adds what would mend a condition. Keys are those that the manager decides
// about; without any there is no remedy that gives or renews one.
func (d *Desk) why(r *Roll, p doorlink.Person, door doorlink.Door, c directory.Check) Why {
	w := Why{Check: c}
	remedy, ok := remedies[c.Fact]
	if !ok || !d.May(remedy.needs) {
		return w
	}
	switch remedy.do {
	case GiveKeyNow:
		w.Keys = d.keysTo(r, door.ID, func(doorlink.KeyID) bool { return true })
	case RenewKey, LetShare, SeeHours:
		w.Keys = d.keysTo(r, door.ID, func(k doorlink.KeyID) bool { return r.holdsKey(p.ID, k) })
	default:
		w.Remedy = remedy.do
		return w
	}
	if len(w.Keys) > 0 {
		w.Remedy = remedy.do
	}
	return w
}

// keysTo are the keys with a door on them that the manager decides about, by
// name.
func (d *Desk) keysTo(r *Roll, door doorlink.DoorID, also func(doorlink.KeyID) bool) []doorlink.Key {
	var keys []doorlink.Key
	for _, k := range r.keysOn[door] {
		if d.Manages(k.Key) && also(k.Key) {
			keys = append(keys, r.keys[k.Key])
		}
	}
	slices.SortFunc(keys, keysByName)
	return keys
}
