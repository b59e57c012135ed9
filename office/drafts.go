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
	"unicode/utf8"

	"doorlink"
	"doorlink/directory"
	"doorlink/roster"
	"doorlink/store"
)

// Draft is a list that was uploaded, to be looked at before it is applied. It is
// kept for store.DraftTime, so that nothing is lost when a node ends and any
// node can go on.
type Draft struct {
	ID      doorlink.DraftID
	Name    string             // of the file; empty: it was pasted
	By      doorlink.ManagerID // who uploaded it; empty: it came by itself
	Choices Choices
	Made    time.Time
	Until   time.Time // a node works on it until then; zero: none does
	Done    time.Time // when it was applied; zero: not yet
	Failed  string    // why the last work on it failed, in a sentence

	list, choices string
}

// Choices are what a manager chose about a list.
type Choices struct {
	roster.Options
	Encoding roster.Encoding // as it was found; nobody chooses it
}

// maxListName is how much of a file's name is kept, in characters.
const maxListName = 100

// AddDraft keeps a list of a file's name, with the choices that most managers
// make: nobody leaves, no key is taken, and where there is only one key, people
// who are new get it unless their row names another. It fails as roster.Read
// does. Needs EditPeople and GrantKeys.
func (d *Desk) AddDraft(ctx context.Context, name string, list io.Reader) (Draft, error) {
	if err := d.mayImport(); err != nil {
		return Draft{}, err
	}
	text, encoding, err := roster.Text(list)
	if err != nil {
		return Draft{}, err
	}
	roll, err := d.Roll(ctx)
	if err != nil {
		return Draft{}, err
	}
	draft := Draft{
		ID: doorlink.NewID[doorlink.DraftID]("draft"), Name: listName(name), By: d.Manager.ID,
		Choices: Choices{Encoding: encoding}, Made: time.Now(), list: text,
	}
	draft.Choices.Keys = d.usualKeys(roll)
	draft.choices = draft.Choices.write()
	if _, err := d.proposals.of(d, draft, roll); err != nil {
		return Draft{}, err
	}
	return draft, d.db.Write(ctx, func(tx *store.Tx) error { return tx.AddDraft(ctx, draft.row(d)) })
}

// mayImport fails unless the manager may do what lists do.
func (d *Desk) mayImport() error {
	for _, a := range []doorlink.Ability{doorlink.EditPeople, doorlink.GrantKeys} {
		if err := d.may(a); err != nil {
			return err
		}
	}
	return nil
}

// listName is a file's name without its folders, if people can read it.
func listName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if !utf8.ValidString(name) || !doorlink.Clean(name) {
		return ""
	}
	if r := []rune(name); len(r) > maxListName {
		return string(r[:maxListName])
	}
	return name
}

// Draft is a list of the property, or fails with store.ErrNoDraft. Needs
// EditPeople and GrantKeys.
func (d *Desk) Draft(ctx context.Context, id doorlink.DraftID) (Draft, error) {
	if err := d.mayImport(); err != nil {
		return Draft{}, err
	}
	row, err := d.db.Draft(ctx, d.Property.ID, id, time.Now())
	if err != nil {
		return Draft{}, err
	}
	return draftOf(row)
}

// DraftLine is an uploaded list as lists of them show it.
type DraftLine struct {
	Draft
	Who string // the name of who uploaded it
}

// Drafts lists the uploaded lists of the property, the latest first. Query.Sort
// knows "list", "by" and "when"; Query.Find looks in names, of lists and of who
// uploaded them. Needs EditPeople and GrantKeys.
func (d *Desk) Drafts(ctx context.Context, q Query) (Page[DraftLine], error) {
	if err := d.mayImport(); err != nil {
		return Page[DraftLine]{}, err
	}
	rows, err := d.db.Drafts(ctx, d.Property.ID, time.Now())
	if err != nil {
		return Page[DraftLine]{}, err
	}
	managers, err := d.db.Managers(ctx)
	if err != nil {
		return Page[DraftLine]{}, err
	}
	by := index(managers, func(m doorlink.Manager) doorlink.ManagerID { return m.ID })
	var found []DraftLine
	for _, row := range rows {
		f, err := draftOf(row)
		if err != nil {
			return Page[DraftLine]{}, err
		}
		if l := (DraftLine{f, by[f.By].Name}); finds(q.Find, l.Name, l.Who) {
			found = append(found, l)
		}
	}
	return page(found, q, draftOrder)
}

var draftOrder = order[DraftLine]{
	by: map[string]func(a, b DraftLine) int{
		"":     func(a, b DraftLine) int { return b.Made.Compare(a.Made) },
		"when": func(a, b DraftLine) int { return a.Made.Compare(b.Made) },
		"list": func(a, b DraftLine) int {
			return cmp.Or(directory.CompareNames(a.Name, b.Name), b.Made.Compare(a.Made))
		},
		"by": func(a, b DraftLine) int { return cmp.Or(directory.CompareNames(a.Who, b.Who), b.Made.Compare(a.Made)) },
	},
	id: func(l DraftLine) string { return string(l.ID) },
}

// Choose keeps other choices about a list, but for its encoding and for who was
// decided to be who. Keys that the manager does not decide about are left out.
// It fails with store.ErrDraftDone and store.ErrNoDraft. Needs EditPeople and
// GrantKeys.
func (d *Desk) Choose(ctx context.Context, id doorlink.DraftID, o roster.Options) error {
	return d.choose(ctx, id, func(c *Choices) {
		o.Decided = c.Decided
		o.Keys = slices.DeleteFunc(slices.Clone(o.Keys), func(k doorlink.KeyID) bool { return !d.Manages(k) })
		c.Options = o
	})
}

// Decide keeps whom an e-mail address of a list belongs to: see
// roster.Options.Decided. Nil asks again. It fails as Choose does, and with
// ErrPersonGone.
func (d *Desk) Decide(ctx context.Context, id doorlink.DraftID, email string, who *doorlink.PersonID) error {
	if who != nil && *who != "" {
		if _, _, err := begin(ctx, d, doorlink.EditPeople, (*Roll).Person, *who); err != nil {
			return err
		}
	}
	return d.choose(ctx, id, func(c *Choices) {
		if who == nil {
			delete(c.Decided, email)
			return
		}
		if c.Decided == nil {
			c.Decided = map[string]doorlink.PersonID{}
		}
		c.Decided[email] = *who
	})
}

func (d *Desk) choose(ctx context.Context, id doorlink.DraftID, change func(*Choices)) error {
	draft, err := d.Draft(ctx, id)
	if err != nil {
		return err
	}
	change(&draft.Choices)
	draft.choices = draft.Choices.write()
	return d.db.Write(ctx, func(tx *store.Tx) error { return tx.ChooseDraft(ctx, draft.row(d)) })
}

// RemoveDraft forgets a list, which changes nothing else. Needs EditPeople and
// GrantKeys.
func (d *Desk) RemoveDraft(ctx context.Context, id doorlink.DraftID) error {
	draft, err := d.Draft(ctx, id)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error { return tx.RemoveDraft(ctx, draft.row(d)) })
}

// Begin says that the caller works on a list, for a minute at least, so that
// nobody else begins meanwhile: that fails with store.ErrDraftBusy. GoOn asks for
// another minute, End says that the work is over, with a sentence if it failed.
// Needs EditPeople and GrantKeys.
func (d *Desk) Begin(ctx context.Context, id doorlink.DraftID) (Draft, error) {
	draft, err := d.Draft(ctx, id)
	if err != nil {
		return draft, err
	}
	now := time.Now()
	draft.Until = now.Add(importTime)
	return draft, d.db.Write(ctx, func(tx *store.Tx) error { return tx.BeginDraft(ctx, draft.row(d), now, draft.Until) })
}

// GoOn keeps what was begun for another minute.
func (d *Desk) GoOn(ctx context.Context, draft Draft) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		return tx.ProlongDraft(ctx, draft.row(d), time.Now().Add(importTime))
	})
}

// End ends what was begun.
func (d *Desk) End(ctx context.Context, draft Draft, failed string) error {
	return d.db.Write(ctx, func(tx *store.Tx) error { return tx.EndDraft(ctx, draft.row(d), failed) })
}

// LastImport is the last list that was applied, if there was one and it was not
// taken back. Needs EditPeople and GrantKeys.
func (d *Desk) LastImport(ctx context.Context) (last DeedLine, ok bool, err error) {
	if err := d.mayImport(); err != nil {
		return last, false, err
	}
	found, err := d.db.Deeds(ctx, store.DeedQuery{Property: d.Property.ID, Action: importAction, Limit: 1})
	if err != nil || len(found) == 0 {
		return last, false, err
	}
	return d.notUndone(ctx, found[0].Subject)
}

// Imported is the entry of the audit by which a list was applied, unless it was
// taken back. Needs EditPeople and GrantKeys.
func (d *Desk) Imported(ctx context.Context, id doorlink.DraftID) (deed DeedLine, ok bool, err error) {
	if err := d.mayImport(); err != nil {
		return deed, false, err
	}
	return d.notUndone(ctx, string(id))
}

// notUndone is the last import of a subject, if nothing was done about it since.
func (d *Desk) notUndone(ctx context.Context, subject string) (DeedLine, bool, error) {
	found, err := d.db.Deeds(ctx, store.DeedQuery{Property: d.Property.ID, Subjects: []string{subject}, Limit: 1})
	if err != nil || len(found) == 0 || found[0].Action != importAction {
		return DeedLine{}, false, err
	}
	return d.line(found[0], time.Now()), true, nil
}

// write is the choices as they are kept.
func (c Choices) write() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // choices are plain values
	}
	return string(b)
}

// row is the draft as it is kept.
func (f Draft) row(d *Desk) store.Draft {
	return store.Draft{
		ID: f.ID, Property: d.Property.ID, Manager: f.By, Name: f.Name, List: f.list, Choices: f.choices,
		Made: f.Made, Until: f.Until, Done: f.Done, Failed: f.Failed,
	}
}

func draftOf(r store.Draft) (Draft, error) {
	f := Draft{
		ID: r.ID, Name: r.Name, By: r.Manager, Made: r.Made, Until: r.Until, Done: r.Done, Failed: r.Failed,
		list: r.List, choices: r.Choices,
	}
	if err := json.Unmarshal([]byte(r.Choices), &f.Choices); err != nil {
		return f, fmt.Errorf("reading the choices about list %s: %w", r.ID, err)
	}
	return f, nil
}
