package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
)

// Person is a resident as lists show them.
type Person struct {
	ID        doorlink.PersonID `json:"id"`
	Given     string            `json:"first_name"`
	Family    string            `json:"last_name"`
	Email     string            `json:"email" doc:"For sign-in alone; never shown to visitors"`
	Shown     bool              `json:"show_in_intercom"`
	Activated bool              `json:"has_signed_in"`
	ShownAs   string            `json:"shown_as,omitempty" doc:"As visitors read it"`
	Units     []Named           `json:"units"`
	Keys      []Named           `json:"keys" doc:"Those held now"`
	Listed    int               `json:"listed" doc:"In how many of the directories"`
	Doors     int               `json:"directories" doc:"How many directories there are"`
	Lack      string            `json:"lack,omitempty" doc:"If listed nowhere, the fact that keeps them out"`
	Ring      office.RingState  `json:"ring" enum:"reached,silent,none" doc:"Whether a call would ring anywhere"`
	ETag      string            `json:"etag" doc:"For If-Match"`
}

func personOf(p office.PersonLine) Person {
	return Person{
		p.ID, p.Given, p.Family, p.Email, p.Shown, p.Activated, p.ShownAs, words(p.Units, unitNamed), words(p.Keys, keyNamed),
		p.Listed, p.Doors, p.Lack, p.Ring.State, etag(p.Tag),
	}
}

func keyNamed(k doorlink.Key) Named { return Named{string(k.ID), k.Name} }

// PersonWhole is all that is told of one resident.
type PersonWhole struct {
	Person
	Held []Holder     `json:"held" doc:"Keys, whatever their dates"`
	At   []PersonDoor `json:"at" doc:"Every door with a DOOR Link: why they are listed there or not"`
}

// PersonDoor is what holds of a resident at a door.
type PersonDoor struct {
	Door     Named         `json:"door"`
	Listings []PersonPlace `json:"listings" doc:"One for each unit, or a single one without"`
	Give     []Fact        `json:"doorcodes" doc:"What giving doorcodes takes"`
}

// PersonPlace is one line of a directory, there or missing.
type PersonPlace struct {
	Unit   doorlink.UnitID `json:"unit,omitempty"`
	Listed bool            `json:"listed"`
	Why    []Fact          `json:"why"`
}

// Fact is a condition, and what would mend it.
type Fact struct {
	Condition string    `json:"condition"`
	Met       bool      `json:"met"`
	Fact      string    `json:"fact"`
	When      time.Time `json:"when,omitzero"`
	Remedy    string    `json:"remedy,omitempty" doc:"Missing if there is none, or the token may not do it"`
	Keys      []Named   `json:"keys,omitempty" doc:"That would do"`
}

func factOf(w office.Why) Fact {
	return Fact{string(w.Condition), w.Met, w.Fact, w.When, string(w.Remedy), words(w.Keys, keyNamed)}
}

func doorOf(at office.AtDoor) PersonDoor {
	return PersonDoor{
		Named{string(at.Door.ID), at.Door.Name},
		words(at.Listings, func(l office.Listing) PersonPlace {
			return PersonPlace{l.Unit.ID, l.Listed, words(l.Why, factOf)}
		}),
		words(at.Give, factOf),
	}
}

func wholeOf(v office.PersonView) PersonWhole {
	return PersonWhole{personOf(v.PersonLine), words(v.Held, holderOf), words(v.At, doorOf)}
}

// edits is what everything needs that changes a person.
const edits = doorlink.EditPeople

func (s *Server) registerPeople() {
	at(s, http.MethodGet, "/people", says("listPeople", "The people, by family name", doorlink.See), people)
	at(s, http.MethodPost, "/people", says("invite", "Adds a person with units and keys, and makes their link to sign in", edits), s.invite)
	at(s, http.MethodGet, "/people/{person}", says("readPerson", "One person, and why they are listed or not", doorlink.See), person)
	at(s, http.MethodPatch, "/people/{person}", says("changePerson", "Changes names, address or Show in intercom", edits), changePerson)
	at(s, http.MethodDelete, "/people/{person}", says("deletePerson", "Moves a person out and removes their record", edits), deletePerson)
	at(s, http.MethodPost, "/people/{person}/invitations", says("inviteAgain", "Makes a new link to sign in; earlier ones end", edits), s.inviteAgain)
	at(s, http.MethodPost, "/people/{person}/move-out", says("moveOut", "Ends units, keys, handsets, links and today's codes", edits), act((*office.Desk).MoveOut))
	at(s, http.MethodPost, "/people/{person}/revoke", says("revoke", "Ends access and keeps the units", edits), act((*office.Desk).Revoke))
	at(s, http.MethodPost, "/people/{person}/sign-out", says("signOut", "Signs out on every handset", edits), act((*office.Desk).SignOut))
	at(s, http.MethodPost, "/people/{person}/erase", says("erase", "Removes everything that tells who they were; cannot be undone", edits, doorlink.SeeReports), act((*office.Desk).Erase))
	at(s, http.MethodPost, "/people/{person}/export", says("exportPerson", "Everything that is kept about a person, for them to read; the audit says that it was taken", edits, doorlink.SeeReports), exportPerson)
	at(s, http.MethodPost, "/invitations", says("inviteAll", "Sends a link to sign in to people who have an address and no link, for some seconds; ask again while some wait", edits), inviteAll)
	at(s, http.MethodPut, "/people/{person}/units/{unit}", says("assign", "Puts a person into a unit", edits), inUnit((*office.Desk).Assign))
	at(s, http.MethodDelete, "/people/{person}/units/{unit}", says("unassign", "Takes a person out of a unit; keys stay", edits), inUnit((*office.Desk).Unassign))
}

type peopleInput struct {
	Here
	Listing
	Show string          `query:"show" enum:"unlisted,unreached,invited,joined,ended" doc:"Those who are listed nowhere, whom nothing rings, who have not signed in, who have, or whose keys have all ended"`
	Unit doorlink.UnitID `query:"unit" maxLength:"60" doc:"Those of it"`
	Door doorlink.DoorID `query:"door" maxLength:"60" doc:"Those listed there; with unlisted, those who are not"`
	Key  doorlink.KeyID  `query:"key" maxLength:"60" doc:"Those who hold it"`
}

func people(ctx context.Context, d *office.Desk, in *peopleInput) (*listed[Person], error) {
	only := map[string]string{"show": in.Show, "unit": string(in.Unit), "door": string(in.Door), "key": string(in.Key)}
	p, err := d.People(ctx, in.query(only))
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, personOf), nil
}

// AtPerson is the path to a person.
type AtPerson struct {
	Here
	Person doorlink.PersonID `path:"person" doc:"pers_…"`
}

func person(ctx context.Context, d *office.Desk, in *AtPerson) (*one[PersonWhole], error) {
	return readPerson(ctx, d, in.Person, office.Receipt{})
}

// readPerson is a person as they stand, after a change with a receipt.
func readPerson(ctx context.Context, d *office.Desk, id doorlink.PersonID, r office.Receipt) (*one[PersonWhole], error) {
	v, err := d.Person(ctx, id)
	if err != nil {
		return nil, err
	}
	return &one[PersonWhole]{etag(v.Tag), deed(r), wholeOf(v)}, nil
}

// PersonWish is a person to be invited.
type PersonWish struct {
	Given  string            `json:"first_name,omitempty" maxLength:"400"`
	Family string            `json:"last_name,omitempty" maxLength:"400"`
	Email  string            `json:"email,omitempty" maxLength:"400" doc:"Without it, hand over the link"`
	Units  []doorlink.UnitID `json:"units,omitempty" maxItems:"50"`
	Keys   []HolderWish      `json:"keys,omitempty" maxItems:"50" doc:"Giving them needs the ability grants"`
}

func (p PersonWish) invitation() office.Invitation {
	return office.Invitation{Given: p.Given, Family: p.Family, Email: p.Email, Units: p.Units, Keys: words(p.Keys, HolderWish.holder)}
}

// Link is a link to sign in with, shown once.
type Link struct {
	URL    string    `json:"url"`
	Ends   time.Time `json:"ends"`
	Mailed bool      `json:"mailed" doc:"Sent by e-mail as well"`
}

// Invited is somebody new.
type Invited struct {
	ID   doorlink.PersonID `json:"id"`
	Link Link              `json:"link"`
}

func (s *Server) linkOf(l office.Link) Link {
	return Link{s.Base + "/r/in/" + l.Secret.Reveal(), l.Ends.UTC(), l.Mailed}
}

func (s *Server) invitedOf(i office.Invited) Invited { return Invited{i.Person.ID, s.linkOf(i.Link)} }

type inviteInput struct {
	Here
	Again
	Body PersonWish
}

func (s *Server) invite(ctx context.Context, d *office.Desk, in *inviteInput) (*made[Invited], error) {
	who, err := d.Invite(ctx, in.Body.invitation())
	if err != nil {
		return nil, err
	}
	tag := doorlink.Row{Person: &who.Person}.Tag()
	return madeOf(ctx, string(who.Person.ID), &one[Invited]{etag(tag), deed(who.Receipt), s.invitedOf(who)}, nil)
}

// PersonPatch is what can be changed of a person.
type PersonPatch struct {
	Given  Clear[string] `json:"first_name,omitzero"`
	Family Clear[string] `json:"last_name,omitzero"`
	Email  Clear[string] `json:"email,omitzero"`
	Shown  Edit[bool]    `json:"show_in_intercom,omitzero"`
}

type changePersonInput struct {
	AtPerson
	Match
	Body PersonPatch
}

func changePerson(ctx context.Context, d *office.Desk, in *changePersonInput) (*one[PersonWhole], error) {
	was, err := d.Person(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, wholeOf(was)); err != nil {
		return nil, err
	}
	p := was.Person
	in.Body.Given.over(&p.Given)
	in.Body.Family.over(&p.Family)
	in.Body.Email.over(&p.Email)
	in.Body.Shown.over(&p.Shown)
	r, err := d.SetPerson(ctx, p, was.Tag)
	if err != nil {
		return nil, err
	}
	return readPerson(ctx, d, in.Person, r)
}

type deletePersonInput struct {
	AtPerson
	Match
}

func deletePerson(ctx context.Context, d *office.Desk, in *deletePersonInput) (*gone, error) {
	was, err := d.Person(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, wholeOf(was)); err != nil {
		return nil, err
	}
	r, err := d.Delete(ctx, in.Person, was.Tag)
	return &gone{deed(r)}, err
}

type personAgainInput struct {
	AtPerson
	Again
}

func (s *Server) inviteAgain(ctx context.Context, d *office.Desk, in *personAgainInput) (*made[Link], error) {
	l, r, err := d.InviteAgain(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return &made[Link]{Deed: deed(r), Body: s.linkOf(l)}, nil
}

// inviteTime is for how long one request sends links.
const inviteTime = 10 * time.Second

// Sent is how far everybody has been invited.
type Sent struct {
	Sent  int `json:"sent" doc:"Letters that went out now"`
	Waits int `json:"waiting" doc:"People who have an address and no link still"`
}

type inviteAllInput struct {
	Here
	Again
}

type sentOutput struct{ Body Sent }

func inviteAll(ctx context.Context, d *office.Desk, _ *inviteAllInput) (*sentOutput, error) {
	sent, err := d.InviteAll(ctx, inviteTime)
	if err != nil {
		return nil, err
	}
	waits, err := d.Uninvited(ctx)
	return &sentOutput{Sent{sent, waits}}, err
}

// subjectOutput is what an office.Subject says, in its own words: it is for
// people to read.
type subjectOutput struct{ Body json.RawMessage }

func exportPerson(ctx context.Context, d *office.Desk, in *AtPerson) (*subjectOutput, error) {
	all, err := d.Export(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(all)
	return &subjectOutput{text}, err
}

// act does to a person what needs no further word.
func act(do func(*office.Desk, context.Context, doorlink.PersonID) (office.Receipt, error)) func(context.Context, *office.Desk, *personAgainInput) (*gone, error) {
	return func(ctx context.Context, d *office.Desk, in *personAgainInput) (*gone, error) {
		r, err := do(d, ctx, in.Person)
		return &gone{deed(r)}, err
	}
}

type inUnitInput struct {
	AtPerson
	Unit doorlink.UnitID `path:"unit" doc:"unit_…"`
}

// inUnit does something to a person and a unit.
func inUnit(do func(*office.Desk, context.Context, doorlink.PersonID, doorlink.UnitID) (office.Receipt, error)) func(context.Context, *office.Desk, *inUnitInput) (*gone, error) {
	return func(ctx context.Context, d *office.Desk, in *inUnitInput) (*gone, error) {
		r, err := do(d, ctx, in.Person, in.Unit)
		return &gone{deed(r)}, err
	}
}
