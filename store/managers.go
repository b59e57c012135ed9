package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"doorlink"
)

// ErrNoManager says that there is no such manager.
var ErrNoManager = doorlink.Fail(doorlink.NotFound, "manager.unknown")

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
	countManagers = query[int]{"counting managers", `SELECT COUNT(*) FROM managers`, number[int], nil}

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
)

// AddManager adds a manager, whose e-mail address must be new: else ErrExists.
func (tx *Tx) AddManager(ctx context.Context, m doorlink.Manager, now time.Time) error {
	_, err := addManager.exec(ctx, tx.on, m.ID, m.Name, m.Email, m.Portfolio, ms(now))
	return err
}

// SetManager changes all but a manager's ID, or fails with ErrNoManager.
func (tx *Tx) SetManager(ctx context.Context, m doorlink.Manager) error {
	return found(ErrNoManager)(setManager.exec(ctx, tx.on, m.ID, m.Name, m.Email, m.Portfolio))
}

// RemoveManager removes a manager with their roles, passkeys, sessions and
// tokens, or fails with ErrNoManager. The audit keeps their ID.
func (tx *Tx) RemoveManager(ctx context.Context, id doorlink.ManagerID) error {
	return found(ErrNoManager)(removeManager.exec(ctx, tx.on, id))
}

// SetRole gives a manager a role at a property in place of the one they had.
func (tx *Tx) SetRole(ctx context.Context, r doorlink.Role) error {
	keys := make([]string, len(r.Keys))
	for i, k := range r.Keys {
		keys[i] = string(k)
	}
	_, err := setRole.exec(ctx, tx.on, r.Manager, r.Property, r.Scope, strings.Join(keys, " "), r.Devices)
	return err
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

func scanRole(r *sql.Rows) (role doorlink.Role, err error) {
	var keys string
	err = r.Scan(&role.Manager, &role.Property, &role.Scope, &keys, &role.Devices)
	for k := range strings.FieldsSeq(keys) {
		role.Keys = append(role.Keys, doorlink.KeyID(k))
	}
	return role, err
}
