package store

import (
	"context"
	"database/sql"

	"doorlink"
)

// rowKind is how one kind of doorlink.Row is kept. Its statements take a row's
// values in one order, the ones that name it first, and return the property.
type rowKind struct {
	read, drop keyed
	add, set   edit
}

// keyed statements take only the values that name a row.
type keyed struct {
	names int
	row   query[doorlink.Row] // of read
	edit  edit                // of drop
}

// rowKinds by what a row holds; see valuesOf.
var rowKinds = map[string]rowKind{
	"property": {
		read: reads(1, `SELECT `+propertyColumns+` FROM properties WHERE id = $1`, scanAs(scanProperty, asProperty)),
		set:  setProperty,
	},
	"door": {
		read: reads(1, `SELECT id, property, name, type, needs_share FROM doors WHERE id = $1`, scanAs(scanDoor, asDoor)),
		add:  addDoor,
		set: edited(`UPDATE doors SET name = $3, type = $4, needs_share = $5 WHERE id = $1 AND property = $2
			RETURNING property`),
		drop: drops(1, `DELETE FROM doors WHERE id = $1 RETURNING property`),
	},
	"panel": {
		read: reads(1, `SELECT id, door, label FROM panels WHERE id = $1`, scanAs(scanPanel, asPanel)),
		add: edited(`INSERT INTO panels (id, door, label) VALUES ($1, $2, $3)
			RETURNING (SELECT property FROM doors WHERE id = door)`),
		set: edited(`UPDATE panels SET label = $3 WHERE id = $1 AND door = $2
			RETURNING (SELECT property FROM doors WHERE id = door)`),
		drop: drops(1, `DELETE FROM panels WHERE id = $1 RETURNING (SELECT property FROM doors WHERE id = door)`),
	},
	"unit": {
		read: reads(1, `SELECT `+unitColumns+` FROM units WHERE id = $1`, scanAs(scanUnit, asUnit)),
		add:  addUnit,
		set: edited(`UPDATE units SET name = $3, rank = $4, featured = $5 WHERE id = $1 AND property = $2
			RETURNING property`),
		drop: drops(1, `DELETE FROM units WHERE id = $1 RETURNING property`),
	},
	"hidden": {
		read: reads(2, `SELECT door, unit FROM hidden WHERE door = $1 AND unit = $2`, scanAs(scanHidden, asHidden)),
		add: edited(`INSERT INTO hidden (door, unit)
			SELECT d.id, u.id FROM doors d JOIN units u ON u.property = d.property WHERE d.id = $1 AND u.id = $2
			RETURNING (SELECT property FROM doors WHERE id = door)`),
		drop: drops(2, `DELETE FROM hidden WHERE door = $1 AND unit = $2
			RETURNING (SELECT property FROM doors WHERE id = door)`),
	},
	"person": {
		read: reads(1, `SELECT `+personColumns+` FROM people WHERE id = $1`, scanAs(scanPerson, asPerson)),
		add:  addPerson,
		set: edited(`UPDATE people SET given = $3, family = $4, email = $5, shown = $6, activated = $7
			WHERE id = $1 AND property = $2 RETURNING property`),
		drop: drops(1, `DELETE FROM people WHERE id = $1 RETURNING property`),
	},
	"membership": {
		read: reads(1, `SELECT id, entry, person, unit FROM memberships WHERE id = $1`, scanAs(scanMembership, asMembership)),
		add:  addMembership,
		set:  edited(`UPDATE memberships SET entry = $2 WHERE id = $1 AND person = $3 AND unit = $4 ` + returningHome),
		drop: drops(1, `DELETE FROM memberships WHERE id = $1 `+returningHome),
	},
	"key": {
		read: reads(1, `SELECT `+keyColumns+` FROM keys WHERE id = $1`, scanAs(scanKey, asKey)),
		add:  addKey,
		set:  edited(`UPDATE keys SET name = $3, may_share = $4 WHERE id = $1 AND property = $2 RETURNING property`),
		drop: drops(1, `DELETE FROM keys WHERE id = $1 RETURNING property`),
	},
	"key_door": {
		read: reads(2, `SELECT `+keyDoorColumns+` FROM key_doors WHERE key = $1 AND door = $2`, scanAs(scanKeyDoor, asKeyDoor)),
		add:  addKeyDoor,
		set: edited(`UPDATE key_doors SET hours_from = $3, hours_to = $4, days = $5, own = $6 WHERE key = $1 AND door = $2
			` + returningKey),
		drop: drops(2, `DELETE FROM key_doors WHERE key = $1 AND door = $2 `+returningKey),
	},
	"holder": {
		read: reads(2, `SELECT `+holderColumns+` FROM holders WHERE key = $1 AND person = $2`, scanAs(scanHolder, asHolder)),
		add:  edited(`INSERT INTO holders (` + holderColumns + `) ` + holderSelect + returningHome),
		set: edited(`UPDATE holders SET from_at = $3, to_at = $4, resident = $5 WHERE key = $1 AND person = $2
			` + returningHome),
		drop: drops(2, `DELETE FROM holders WHERE key = $1 AND person = $2 `+returningHome),
	},
	"hook": {
		read: reads(1, `SELECT `+hookColumns+` FROM hooks WHERE id = $1`, scanAs(scanHook, asHook)),
		set: edited(`UPDATE hooks SET url = $3, events = $4, paused_at = $5, why = $6, added_at = $7, removed_at = $8
			WHERE id = $1 AND property = $2 RETURNING property`),
	},
	"role": {
		read: reads(2, `SELECT `+roleColumns+` FROM roles WHERE manager = $1 AND property = $2`, scanAs(scanRole, asRole)),
		add:  edited(`INSERT INTO roles (` + roleColumns + `) VALUES ($1, $2, $3, $4, $5) RETURNING property`),
		set: edited(`UPDATE roles SET scope = $3, keys = $4, devices = $5 WHERE manager = $1 AND property = $2
			RETURNING property`),
		drop: drops(2, `DELETE FROM roles WHERE manager = $1 AND property = $2 RETURNING property`),
	},
}

var (
	locksOfDoor  = query[int]{"counting a door's locks", `SELECT COUNT(*) FROM locks WHERE door = $1`, number[int], nil}
	panelsOfDoor = query[int]{"counting a door's panels", `SELECT COUNT(*) FROM panels WHERE door = $1`, number[int], nil}
)

func reads(names int, text string, scan func(*sql.Rows) (doorlink.Row, error)) keyed {
	return keyed{names: names, row: query[doorlink.Row]{"reading a row", text, scan, ErrMissing}}
}

func edited(sql string) edit {
	return edit{"changing a row", sql, text[doorlink.PropertyID], ErrMissing}
}

func drops(names int, sql string) keyed { return keyed{names: names, edit: edited(sql)} }

// Arrange applies changes at a property, all of them or none, in their order:
// whatever refers to something comes after it is added and before it is
// removed. Changes at one property take turns. It returns
//
//   - doorlink.ErrChanged if what a change replaces is not as Before says,
//   - ErrExists for something that is there already,
//   - ErrMissing for something that is not, is referred to, or belongs to
//     another property.
func (tx *Tx) Arrange(ctx context.Context, p doorlink.PropertyID, all []doorlink.Change) error {
	if err := tx.alone(ctx, "property:"+string(p)); err != nil {
		return err
	}
	for _, c := range all {
		if err := tx.arrange(ctx, p, c); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) arrange(ctx context.Context, p doorlink.PropertyID, c doorlink.Change) error {
	if c.Empty() {
		return nil
	}
	if c.Before != nil {
		now, err := tx.Row(ctx, *c.Before)
		if err != nil {
			return err
		}
		if now == nil || now.Tag() != c.Before.Tag() {
			return doorlink.ErrChanged
		}
	}
	if err := tx.mayBe(ctx, c); err != nil {
		return err
	}
	return tx.replace(ctx, p, c)
}

// mayBe holds changes to what a door's type is promised to be: doors with a
// panel are of a type that may have one, and no type changes under a lock.
func (tx *Tx) mayBe(ctx context.Context, c doorlink.Change) error {
	switch {
	case c.After == nil:
		return nil
	case c.After.Panel != nil:
		t, err := typeOfDoor.first(ctx, tx.on, c.After.Panel.Door)
		if err != nil {
			return err
		}
		return t.MayHang()
	case c.After.Door != nil && c.Before != nil && c.Before.Door.Type != c.After.Door.Type:
		return tx.mayBecome(ctx, *c.After.Door)
	}
	return nil
}

// mayBecome decides whether a door may have another type from now on.
func (tx *Tx) mayBecome(ctx context.Context, d doorlink.Door) error {
	locks, err := locksOfDoor.first(ctx, tx.on, d.ID)
	if err != nil {
		return err
	}
	if locks > 0 {
		return doorlink.ErrDoorType
	}
	panels, err := panelsOfDoor.first(ctx, tx.on, d.ID)
	if err != nil || panels == 0 {
		return err
	}
	return d.Type.MayHang()
}

// replace writes a change down. What belongs to another property is missing;
// the transaction is undone then.
func (tx *Tx) replace(ctx context.Context, p doorlink.PropertyID, c doorlink.Change) error {
	var e edit
	var args []any
	switch {
	case c.After == nil:
		kind, values := valuesOf(*c.Before)
		e, args = rowKinds[kind].drop.edit, values[:rowKinds[kind].drop.names]
	case c.Before == nil:
		kind, values := valuesOf(*c.After)
		e, args = rowKinds[kind].add, values
	default:
		kind, values := valuesOf(*c.After)
		e, args = rowKinds[kind].set, values
	}
	if e.text == "" {
		return ErrMissing // properties and webhooks are not added or removed here, hidden units not edited
	}
	where, err := tx.edited(ctx, e, args...)
	if err == nil && where != p {
		err = ErrMissing
	}
	return err
}

// Row reads the row of the same kind and name as it stands now; nil if there is
// none.
func (tx *Tx) Row(ctx context.Context, like doorlink.Row) (*doorlink.Row, error) {
	return currentRow(ctx, tx.on, like)
}

// Row reads the row of the same kind and name as it stands now; nil if there is
// none. Whether the asker may know it is for the caller to find out.
func (db *DB) Row(ctx context.Context, like doorlink.Row) (*doorlink.Row, error) {
	return currentRow(ctx, db.read, like)
}

func currentRow(ctx context.Context, on runner, like doorlink.Row) (*doorlink.Row, error) {
	kind, values := valuesOf(like)
	q := rowKinds[kind].read
	rows, err := q.row.all(ctx, on, values[:q.names]...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// valuesOf is a row's kind and its values, those that name it first.
func valuesOf(r doorlink.Row) (kind string, values []any) {
	switch {
	case r.Property != nil:
		return "property", propertyValues(*r.Property)
	case r.Door != nil:
		d := r.Door
		return "door", []any{d.ID, d.Property, d.Name, d.Type, d.NeedsShare}
	case r.Panel != nil:
		return "panel", []any{r.Panel.ID, r.Panel.Door, r.Panel.Label}
	case r.Unit != nil:
		u := r.Unit
		return "unit", []any{u.ID, u.Property, u.Name, u.Rank, u.Featured}
	case r.Hidden != nil:
		return "hidden", []any{r.Hidden.Door, r.Hidden.Unit}
	case r.Person != nil:
		p := r.Person
		return "person", []any{p.ID, p.Property, p.Given, p.Family, p.Email, p.Shown, p.Activated}
	case r.Membership != nil:
		m := r.Membership
		return "membership", []any{m.ID, m.Entry, m.Person, m.Unit}
	case r.Key != nil:
		return "key", []any{r.Key.ID, r.Key.Property, r.Key.Name, r.Key.MayShare}
	case r.KeyDoor != nil:
		k := r.KeyDoor
		return "key_door", []any{k.Key, k.Door, k.Hours.From, k.Hours.To, k.Hours.Days, k.Own}
	case r.Holder != nil:
		h := r.Holder
		return "holder", []any{h.Key, h.Person, ms(h.From), ms(h.To), h.Resident}
	case r.Hook != nil:
		return "hook", hookValues(*r.Hook)
	case r.Role != nil:
		return "role", roleValues(*r.Role)
	}
	panic("store: an empty row")
}

// scanAs scans a value into a row.
func scanAs[T any](scan func(*sql.Rows) (T, error), as func(*T) doorlink.Row) func(*sql.Rows) (doorlink.Row, error) {
	return func(r *sql.Rows) (doorlink.Row, error) {
		v, err := scan(r)
		return as(&v), err
	}
}

func asProperty(v *doorlink.Property) doorlink.Row     { return doorlink.Row{Property: v} }
func asDoor(v *doorlink.Door) doorlink.Row             { return doorlink.Row{Door: v} }
func asPanel(v *doorlink.Panel) doorlink.Row           { return doorlink.Row{Panel: v} }
func asUnit(v *doorlink.Unit) doorlink.Row             { return doorlink.Row{Unit: v} }
func asHidden(v *doorlink.Hidden) doorlink.Row         { return doorlink.Row{Hidden: v} }
func asPerson(v *doorlink.Person) doorlink.Row         { return doorlink.Row{Person: v} }
func asMembership(v *doorlink.Membership) doorlink.Row { return doorlink.Row{Membership: v} }
func asKey(v *doorlink.Key) doorlink.Row               { return doorlink.Row{Key: v} }
func asKeyDoor(v *doorlink.KeyDoor) doorlink.Row       { return doorlink.Row{KeyDoor: v} }
func asHolder(v *doorlink.Holder) doorlink.Row         { return doorlink.Row{Holder: v} }
func asHook(v *doorlink.Hook) doorlink.Row             { return doorlink.Row{Hook: v} }
func asRole(v *doorlink.Role) doorlink.Row             { return doorlink.Row{Role: v} }

func scanDoor(r *sql.Rows) (d doorlink.Door, err error) {
	err = r.Scan(&d.ID, &d.Property, &d.Name, &d.Type, &d.NeedsShare)
	return d, err
}

func scanPanel(r *sql.Rows) (p doorlink.Panel, err error) {
	err = r.Scan(&p.ID, &p.Door, &p.Label)
	return p, err
}

func scanHidden(r *sql.Rows) (h doorlink.Hidden, err error) {
	err = r.Scan(&h.Door, &h.Unit)
	return h, err
}

func scanMembership(r *sql.Rows) (m doorlink.Membership, err error) {
	err = r.Scan(&m.ID, &m.Entry, &m.Person, &m.Unit)
	return m, err
}

func scanKeyDoor(r *sql.Rows) (k doorlink.KeyDoor, err error) {
	err = r.Scan(&k.Key, &k.Door, &k.Hours.From, &k.Hours.To, &k.Hours.Days, &k.Own)
	return k, err
}

func scanHolder(r *sql.Rows) (h doorlink.Holder, err error) {
	err = r.Scan(&h.Key, &h.Person, instant{&h.From}, instant{&h.To}, &h.Resident)
	return h, err
}
