package doorlink

import "encoding/json"

// Row is one thing that managers arrange, as it stands: exactly one field is
// set. Rows refer to each other by ID.
type Row struct {
	Property   *Property   `json:"property,omitempty"`
	Door       *Door       `json:"door,omitempty"`
	Panel      *Panel      `json:"panel,omitempty"`
	Unit       *Unit       `json:"unit,omitempty"`
	Hidden     *Hidden     `json:"hidden,omitempty"`
	Person     *Person     `json:"person,omitempty"`
	Membership *Membership `json:"membership,omitempty"`
	Key        *Key        `json:"key,omitempty"`
	KeyDoor    *KeyDoor    `json:"key_door,omitempty"`
	Holder     *Holder     `json:"holder,omitempty"`
	Hook       *Hook       `json:"hook,omitempty"`
	Role       *Role       `json:"role,omitempty"`
}

// Tag names the row's present content: two rows with the same tag are equal.
// It serves as the ETag of the API and the pages' forms.
func (r Row) Tag() string {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // rows are plain values
	}
	return Secret(b).Hash()[:16]
}

// Change puts one row in the place of another. Everything a manager does to a
// building is a list of changes: so that what is audited is what was done, two
// managers who edit the same thing do not overwrite each other, and what was
// done can be undone by the inverse.
type Change struct {
	Before *Row `json:"before,omitempty"` // nil: it is new
	After  *Row `json:"after,omitempty"`  // nil: it goes
}

// Add is the change that brings a new row.
func Add(after Row) Change { return Change{After: &after} }

// Edit is the change that puts after in the place of before.
func Edit(before, after Row) Change { return Change{Before: &before, After: &after} }

// Remove is the change that takes a row away.
func Remove(before Row) Change { return Change{Before: &before} }

// Empty reports whether the change alters nothing.
func (c Change) Empty() bool {
	if c.Before == nil || c.After == nil {
		return c.Before == c.After
	}
	return c.Before.Tag() == c.After.Tag()
}

// Inverse takes the change back.
func (c Change) Inverse() Change { return Change{Before: c.After, After: c.Before} }

// Inverse takes a list of changes back, the last one first.
func Inverse(all []Change) []Change {
	back := make([]Change, 0, len(all))
	for i := len(all) - 1; i >= 0; i-- {
		back = append(back, all[i].Inverse())
	}
	return back
}

// ErrChanged refuses a change to something that somebody else has changed in
// the meantime; nothing was done.
var ErrChanged = Fail(Conflict, "change.stale")
