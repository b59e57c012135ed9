package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"doorlink"
)

var (
	// ErrNoManager says that there is no such manager.
	ErrNoManager = doorlink.Fail(doorlink.NotFound, "manager.unknown")
	// ErrLastManager refuses what would leave nobody to name managers.
	ErrLastManager = doorlink.Fail(doorlink.Conflict, "manager.last")
)

const (
	managerColumns = `id, name, email, portfolio`
	roleColumns    = `manager, property, scope, keys, devices`
)

var (
	managerByID = query[doorlink.Manager]{"reading a manager",
		`SELECT ` + managerColumns + ` FROM managers WHERE id = $1`, scanManager, ErrNoManager}
	managerByEmail = query[doorlink.Manager]{"looking up a manager",
		`SELECT ` + managerColumns + ` FROM managers WHERE email = $1`, scanManager, ErrNoManager}
	allManagers = query[doorlink.Manager]{"reading the managers",
		`SELECT ` + managerColumns + ` FROM managers ORDER BY name, id`, scanManager, nil}
	countManagers  = query[int]{"counting managers", `SELECT COUNT(*) FROM managers`, number[int], nil}
	countPortfolio = query[int]{"counting Portfolio Managers",
		`SELECT COUNT(*) FROM managers WHERE portfolio = TRUE`, number[int], nil}

	addManager = statement{"adding a manager",
		`INSERT INTO managers (` + managerColumns + `, added_at) VALUES ($1, $2, $3, $4, $5)`}
	setManager = statement{"changing a manager",
		`UPDATE managers SET name = $2, email = $3, portfolio = $4 WHERE id = $1`}
	removeManager = statement{"removing a manager", `DELETE FROM managers WHERE id = $1`}

	rolesOfManager = query[doorlink.Role]{"reading a manager's roles",
		`SELECT ` + roleColumns + ` FROM roles WHERE manager = $1 ORDER BY property`, scanRole, nil}
	rolesAtProperty = query[doorlink.Role]{"reading the roles at a property",
		`SELECT ` + roleColumns + ` FROM roles WHERE property = $1 ORDER BY manager`, scanRole, nil}
	setRole = statement{"setting a role",
		`INSERT INTO roles (` + roleColumns + `) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (manager, property) DO UPDATE SET scope = excluded.scope, keys = excluded.keys, devices = excluded.devices`}
	removeRole = statement{"removing a role", `DELETE FROM roles WHERE manager = $1 AND property = $2`}
	lastUses   = query[lastUse]{"reading when managers were here",
		`SELECT manager, MAX(used_at) FROM desk_sessions GROUP BY manager`, scanLastUse, nil}
)

// AddManager adds a manager, whose e-mail address must be new: else ErrExists.
func (tx *Tx) AddManager(ctx context.Context, m doorlink.Manager, now time.Time) error {
	_, err := addManager.exec(ctx, tx.on, m.ID, m.Name, m.Email, m.Portfolio, ms(now))
	return err
}

// SetManager changes all but a manager's ID, or fails with ErrNoManager or
// ErrLastManager.
func (tx *Tx) SetManager(ctx context.Context, m doorlink.Manager) error {
	return tx.keepOne(ctx, func() (int64, error) {
		return setManager.exec(ctx, tx.on, m.ID, m.Name, m.Email, m.Portfolio)
	})
}

// RemoveManager removes a manager with their roles, passkeys, sessions and
// tokens, or fails with ErrNoManager or ErrLastManager. The audit keeps their ID.
func (tx *Tx) RemoveManager(ctx context.Context, id doorlink.ManagerID) error {
	return tx.keepOne(ctx, func() (int64, error) { return removeManager.exec(ctx, tx.on, id) })
}

// keepOne changes one manager. Where that takes the last Portfolio Manager away
// it fails, also if two are changed at the same time.
func (tx *Tx) keepOne(ctx context.Context, change func() (int64, error)) error {
	if err := tx.alone(ctx, "managers"); err != nil {
		return err
	}
	before, err := countPortfolio.first(ctx, tx.on)
	if err != nil {
		return err
	}
	if err := found(ErrNoManager)(change()); err != nil {
		return err
	}
	after, err := countPortfolio.first(ctx, tx.on)
	if err == nil && before > 0 && after == 0 {
		err = ErrLastManager
	}
	return err
}

// SetRole gives a manager a role at a property in place of the one they had.
func (tx *Tx) SetRole(ctx context.Context, r doorlink.Role) error {
	_, err := setRole.exec(ctx, tx.on, roleValues(r)...)
	return err
}

// roleValues are a role's values in the order of roleColumns.
func roleValues(r doorlink.Role) []any {
	keys := make([]string, len(r.Keys))
	for i, k := range r.Keys {
		keys[i] = string(k)
	}
	return []any{r.Manager, r.Property, r.Scope, strings.Join(keys, " "), r.Devices}
}

// RemoveRole takes a manager's role at a property away, or fails with
// ErrNoManager if they have none there.
func (tx *Tx) RemoveRole(ctx context.Context, m doorlink.ManagerID, p doorlink.PropertyID) error {
	return found(ErrNoManager)(removeRole.exec(ctx, tx.on, m, p))
}

// Manager reads a manager, or fails with ErrNoManager.
func (db *DB) Manager(ctx context.Context, id doorlink.ManagerID) (doorlink.Manager, error) {
	return managerByID.first(ctx, db.read, id)
}

// ManagerByEmail looks a manager up by an address in lower case, or fails with
// ErrNoManager.
func (db *DB) ManagerByEmail(ctx context.Context, email string) (doorlink.Manager, error) {
	return managerByEmail.first(ctx, db.read, email)
}

// Managers reads all managers by name.
func (db *DB) Managers(ctx context.Context) ([]doorlink.Manager, error) {
	return allManagers.all(ctx, db.read)
}

// CountManagers is how many managers there are; none before the set-up.
func (db *DB) CountManagers(ctx context.Context) (int, error) {
	return countManagers.first(ctx, db.read)
}

// Roles reads what a manager may do, property by property.
func (db *DB) Roles(ctx context.Context, m doorlink.ManagerID) ([]doorlink.Role, error) {
	return rolesOfManager.all(ctx, db.read, m)
}

// RolesAt reads who may do what at a property, beside Portfolio Managers.
func (db *DB) RolesAt(ctx context.Context, p doorlink.PropertyID) ([]doorlink.Role, error) {
	return rolesAtProperty.all(ctx, db.read, p)
}

// Manager reads a manager, or fails with ErrNoManager.
func (tx *Tx) Manager(ctx context.Context, id doorlink.ManagerID) (doorlink.Manager, error) {
	return managerByID.first(ctx, tx.on, id)
}

// LastUses reads when managers were last in the console, of those who have a
// session.
func (db *DB) LastUses(ctx context.Context) (map[doorlink.ManagerID]time.Time, error) {
	all, err := lastUses.all(ctx, db.read)
	used := make(map[doorlink.ManagerID]time.Time, len(all))
	for _, u := range all {
		used[u.manager] = u.at
	}
	return used, err
}

// lastUse is when a manager was last in the console.
type lastUse struct {
	manager doorlink.ManagerID
	at      time.Time
}

// found turns "no row was concerned" into an error.
func found(none error) func(n int64, err error) error {
	return func(n int64, err error) error {
		if err == nil && n == 0 {
			return none
		}
		return err
	}
}

func scanManager(r *sql.Rows) (m doorlink.Manager, err error) {
	err = r.Scan(&m.ID, &m.Name, &m.Email, &m.Portfolio)
	return m, err
}

func scanLastUse(r *sql.Rows) (u lastUse, err error) {
	err = r.Scan(&u.manager, instant{&u.at})
	return u, err
}

func scanRole(r *sql.Rows) (role doorlink.Role, err error) {
	var keys string
	err = r.Scan(&role.Manager, &role.Property, &role.Scope, &keys, &role.Devices)
	for k := range strings.FieldsSeq(keys) {
		role.Keys = append(role.Keys, doorlink.KeyID(k))
	}
	return role, err
}
