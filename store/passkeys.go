package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"doorlink"
	"doorlink/passkey"
)

// ErrNoCeremony says that a sign-in in two steps was not begun in this browser,
// took too long, or was finished before.
var ErrNoCeremony = doorlink.Fail(doorlink.Gone, "ceremony.none")

// Passkey is a manager's passkey as it is kept.
type Passkey struct {
	Manager doorlink.ManagerID
	passkey.Credential
	Used time.Time // last sign-in with it; zero: none
}

var (
	addPasskey = statement{"adding a passkey",
		`INSERT INTO passkeys (id, manager, name, credential, added_at, used_at) VALUES ($1, $2, $3, $4, $5, 0)`}
	usePasskey = statement{"keeping the use of a passkey", `UPDATE passkeys SET credential = $2, used_at = $3 WHERE id = $1`}
	endPasskey = statement{"removing a passkey", `DELETE FROM passkeys WHERE id = $1 AND manager = $2`}
	// A passkey that nobody knows is refused like one that is wrong.
	passkeyByID = query[Passkey]{"looking up a passkey",
		`SELECT manager, credential, used_at FROM passkeys WHERE id = $1`, scanPasskey, passkey.ErrRefused}
	passkeysOf = query[Passkey]{"reading a manager's passkeys",
		`SELECT manager, credential, used_at FROM passkeys WHERE manager = $1 ORDER BY added_at, id`, scanPasskey, nil}

	beginCeremony = statement{"beginning a ceremony", `INSERT INTO ceremonies (hash, state, expires_at) VALUES ($1, $2, $3)`}
	takeCeremony  = query[string]{"taking a ceremony",
		`DELETE FROM ceremonies WHERE hash = $1 AND expires_at > $2 RETURNING state`, text[string], ErrNoCeremony}
)

func passkeyID(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

// AddPasskey keeps a new passkey of a manager. One that is known is ErrExists.
func (tx *Tx) AddPasskey(ctx context.Context, m doorlink.ManagerID, c passkey.Credential) error {
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("writing a passkey: %w", err)
	}
	_, err = addPasskey.exec(ctx, tx.on, passkeyID(c.ID), m, c.Name, string(b), ms(c.Added))
	return err
}

// UsePasskey keeps a passkey as it is after a sign-in, or fails with
// passkey.ErrRefused if it was removed meanwhile.
func (tx *Tx) UsePasskey(ctx context.Context, c passkey.Credential, now time.Time) error {
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("writing a passkey: %w", err)
	}
	return found(passkey.ErrRefused)(usePasskey.exec(ctx, tx.on, passkeyID(c.ID), string(b), ms(now)))
}

// EndPasskey removes a manager's passkey. Removing one that is none of theirs
// does nothing.
func (tx *Tx) EndPasskey(ctx context.Context, m doorlink.ManagerID, id []byte) error {
	_, err := endPasskey.exec(ctx, tx.on, passkeyID(id), m)
	return err
}

// Passkey finds a passkey and its owner, or fails with passkey.ErrRefused.
func (tx *Tx) Passkey(ctx context.Context, id []byte) (Passkey, error) {
	return passkeyByID.first(ctx, tx.on, passkeyID(id))
}

// Passkeys reads a manager's passkeys, the first one first.
func (db *DB) Passkeys(ctx context.Context, m doorlink.ManagerID) ([]Passkey, error) {
	return passkeysOf.all(ctx, db.read, m)
}

// BeginCeremony keeps what must be known in the second step of a sign-in, under
// the hash of a secret in the browser's cookie, until it expires.
func (tx *Tx) BeginCeremony(ctx context.Context, hash string, state []byte, expires time.Time) error {
	_, err := beginCeremony.exec(ctx, tx.on, hash, string(state), ms(expires))
	return err
}

// TakeCeremony returns what BeginCeremony kept, once, or fails with
// ErrNoCeremony.
func (tx *Tx) TakeCeremony(ctx context.Context, hash string, now time.Time) ([]byte, error) {
	state, err := takeCeremony.first(ctx, tx.on, hash, ms(now))
	return []byte(state), err
}

func scanPasskey(r *sql.Rows) (p Passkey, err error) {
	var credential string
	if err = r.Scan(&p.Manager, &credential, instant{&p.Used}); err == nil {
		err = json.Unmarshal([]byte(credential), &p.Credential)
	}
	return p, err
}
