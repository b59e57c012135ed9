package office

import (
	"cmp"
	"context"
	"errors"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"doorlink"
	"doorlink/roster"
	"doorlink/store"
)

// InviteTime is how long a link to sign in with is good.
const InviteTime = 14 * 24 * time.Hour

var (
	// ErrKnown refuses an e-mail address that somebody of the property has; args
	// "person" is their ID, "name" their name. It is a store.ErrExists, too.
	ErrKnown = doorlink.Fail(doorlink.Conflict, "people.known")
	// ErrEmail refuses what is no address.
	ErrEmail = doorlink.Fail(doorlink.Invalid, "people.email")
	// ErrNameless refuses somebody without any name.
	ErrNameless = doorlink.Fail(doorlink.Invalid, "people.nameless")
	// ErrDates refuses a key that ends before it begins.
	ErrDates = doorlink.Fail(doorlink.Invalid, "people.dates")
	// ErrYears refuses a key for years that nobody means; args "from" and "to" are
	// the first and the last that can be meant.
	ErrYears = doorlink.Fail(doorlink.Invalid, "people.years", "from", strconv.Itoa(roster.FirstYear), "to", strconv.Itoa(roster.LastYear))
	// ErrNoMail refuses to send letters where none can be sent, or one was not.
	ErrNoMail = doorlink.Fail(doorlink.Down, "people.no_mail")
)

// Mail sends letters. It is given to an office that can send any.
type Mail interface {
	// Invite sends a resident the link with which they sign in until it ends.
	Invite(ctx context.Context, at doorlink.Property, to doorlink.Person, link doorlink.Secret, ends time.Time) error
	// InviteManager tells a manager that they have access, with a link with which
	// they sign in until it ends. It is empty for who can sign in already.
	InviteManager(ctx context.Context, at doorlink.Property, to doorlink.Manager, link doorlink.Secret, ends time.Time) error
}

// Ways are how the office reaches people beyond the database. Each may be nil:
// then it does not.
type Ways struct {
	Mail    Mail
	SignOut func(doorlink.Handset) // closes a handset's open pages, on every node
	Lists   Source                 // where lists come from by themselves
	Private bool                   // webhooks may lead into private networks: see hook.Config
	Locks   Locksmith              // makes what locks are told when they are set up
}

// Use gives the office its ways, before anybody asks it for anything.
func (o *Office) Use(w Ways) { o.ways = w }

// CanMail reports whether invitations are sent by e-mail.
func (o *Office) CanMail() bool { return o.ways.Mail != nil }

// Invitation is somebody new, with what they get at once.
type Invitation struct {
	Given  string
	Family string
	Email  string // may be empty: the link is handed over then
	Units  []doorlink.UnitID
	Keys   []doorlink.Holder // whose Person is not looked at
}

// Link is a one-time link to sign in with. The secret is shown once.
type Link struct {
	Secret doorlink.Secret
	Ends   time.Time
	Mailed bool // sent by e-mail as well
}

// Invited is what an invitation made.
type Invited struct {
	Person doorlink.Person
	Link   Link
	Receipt
}

// Invite adds a person with their units and keys, and makes the link with which
// they sign in. It fails with ErrKnown, ErrNameless, ErrName, ErrEmail, ErrDates,
// with ErrUnitGone or ErrKeyGone for one of elsewhere, and with ErrStaffed for a
// Featured Entry that has its person. Needs EditPeople, and GrantKeys for keys.
func (d *Desk) Invite(ctx context.Context, i Invitation) (Invited, error) {
	roll, err := d.rollFor(ctx, doorlink.EditPeople)
	if err != nil {
		return Invited{}, err
	}
	p := doorlink.Person{
		ID: doorlink.NewID[doorlink.PersonID]("pers"), Property: d.Property.ID,
		Given: i.Given, Family: i.Family, Email: i.Email, Shown: true,
	}
	if p, err = d.cleanPerson(roll, p); err != nil {
		return Invited{}, err
	}
	changes, err := d.welcome(roll, p, i)
	if err != nil {
		return Invited{}, err
	}
	return d.bringIn(ctx, "person.invite", p, changes)
}

// bringIn makes the changes that bring a new person, with their link.
func (d *Desk) bringIn(ctx context.Context, action string, p doorlink.Person, changes []doorlink.Change) (Invited, error) {
	in := Invited{Person: p, Link: newLink()}
	var err error
	in.Receipt, err = d.do(ctx, act{
		action: action, subject: string(p.ID), changes: changes,
		also: in.Link.keep(p.ID),
	})
	if errors.Is(err, store.ErrExists) { // somebody else was faster
		return Invited{}, d.known(ctx, p, err)
	}
	if err == nil {
		in.Link.Mailed = d.mail(ctx, p, in.Link)
	}
	return in, err
}

// welcome are the changes that bring a person with their units and keys.
func (d *Desk) welcome(roll *Roll, p doorlink.Person, i Invitation) ([]doorlink.Change, error) {
	changes := []doorlink.Change{doorlink.Add(doorlink.Row{Person: &p})}
	for _, u := range i.Units {
		c, err := roll.joins(p.ID, u)
		if err != nil {
			return nil, err
		}
		changes = append(changes, c)
	}
	for _, h := range i.Keys {
		h.Person = p.ID
		c, err := d.gives(roll, h)
		if err != nil {
			return nil, err
		}
		changes = append(changes, c)
	}
	return changes, nil
}

// InviteAgain makes a new link for somebody; those they were sent before end.
// Needs EditPeople.
func (d *Desk) InviteAgain(ctx context.Context, id doorlink.PersonID) (Link, Receipt, error) {
	_, p, err := begin(ctx, d, doorlink.EditPeople, (*Roll).Person, id)
	if err != nil {
		return Link{}, Receipt{}, err
	}
	link := newLink()
	r, err := d.do(ctx, act{action: "person.invite_again", subject: string(id), also: link.keep(id)})
	if err != nil {
		return Link{}, Receipt{}, err
	}
	link.Mailed = d.mail(ctx, p, link)
	return link, r, nil
}

// Uninvited is how many people have an e-mail address, have not signed in, and
// have no link with which they could. Needs See.
func (d *Desk) Uninvited(ctx context.Context) (int, error) {
	all, err := d.db.Uninvited(ctx, d.Property.ID, time.Now())
	return len(all), err
}

// InviteAll sends a link to everybody whom Uninvited counts, one after the
// other, until patience is over: asking again goes on with the rest. It returns
// how many letters went out, and ErrNoMail if one did not. Needs EditPeople.
func (d *Desk) InviteAll(ctx context.Context, patience time.Duration) (sent int, err error) {
	if err := d.may(doorlink.EditPeople); err != nil {
		return 0, err
	}
	if !d.CanMail() {
		return 0, ErrNoMail
	}
	begun := time.Now()
	all, err := d.db.Uninvited(ctx, d.Property.ID, begun)
	for _, id := range all {
		if time.Since(begun) >= patience {
			break
		}
		link, _, err := d.InviteAgain(ctx, id)
		if err == nil && !link.Mailed { // nobody has the link: the next time makes another
			err = d.db.Write(ctx, func(tx *store.Tx) error { return tx.EndLinks(ctx, id, time.Now()) })
			err = cmp.Or(err, error(ErrNoMail))
		}
		if err != nil {
			return sent, err
		}
		sent++
	}
	return sent, err
}

func newLink() Link {
	return Link{Secret: doorlink.NewSecret(), Ends: time.Now().Add(InviteTime).Truncate(time.Millisecond)}
}

// keep stores the link with what brought it about.
func (l Link) keep(p doorlink.PersonID) func(context.Context, *store.Tx) error {
	return func(ctx context.Context, tx *store.Tx) error {
		return tx.Invite(ctx, p, l.Secret.Hash(), time.Now(), l.Ends)
	}
}

// mail sends a link if it can. A letter that is not sent is no failure: the
// manager has the link to hand over, and the log says why.
func (d *Desk) mail(ctx context.Context, p doorlink.Person, l Link) bool {
	if d.ways.Mail == nil || p.Email == "" {
		return false
	}
	if err := d.ways.Mail.Invite(ctx, d.Property, p, l.Secret, l.Ends); err != nil {
		d.log.Warn("an invitation was not sent", "person", p.ID, "cause", err)
		return false
	}
	return true
}

// cleanPerson trims names and address and refuses what cannot be one, and an
// address that somebody else has.
func (d *Desk) cleanPerson(roll *Roll, p doorlink.Person) (doorlink.Person, error) {
	var err error
	for _, name := range []*string{&p.Given, &p.Family} {
		if *name = strings.TrimSpace(*name); *name == "" {
			continue
		}
		if *name, err = cleanName(*name); err != nil {
			return p, err
		}
	}
	if p.Given+p.Family == "" {
		return p, ErrNameless
	}
	if p.Email, err = cleanEmail(p.Email); err != nil {
		return p, err
	}
	return p, roll.unknown(p)
}

// maxEmail is the longest address there is: RFC 5321, section 4.5.3.1.3, without
// its angle brackets.
const maxEmail = 254

// cleanEmail reads an address in lower case; none is fine.
func cleanEmail(typed string) (string, error) {
	typed = strings.ToLower(strings.TrimSpace(typed))
	if typed == "" {
		return "", nil
	}
	a, err := mail.ParseAddress(typed)
	if err != nil || a.Address != typed || len(typed) > maxEmail || !doorlink.Clean(typed) {
		return "", ErrEmail
	}
	return typed, nil
}

// unknown refuses an address that somebody else has, telling who.
func (r *Roll) unknown(p doorlink.Person) error {
	if p.Email == "" {
		return nil
	}
	for _, other := range r.People {
		if other.Email == p.Email && other.ID != p.ID {
			return ErrKnown.With("person", other.ID, "name", other.As(doorlink.FullName, other.Email)).Because(store.ErrExists)
		}
	}
	return nil
}

// known tells who has an address that was taken meanwhile.
func (d *Desk) known(ctx context.Context, p doorlink.Person, taken error) error {
	roll, err := d.Roll(ctx)
	if err != nil {
		return taken
	}
	if err := roll.unknown(p); err != nil {
		return err
	}
	return taken
}
