package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"doorlink"
)

// ErrNoToken says that there is no such token, or none any more.
var ErrNoToken = doorlink.Fail(doorlink.NotFound, "token.unknown")

// tokenTouch is how exactly the last use of a token is known.
const tokenTouch = time.Minute

const tokenColumns = `id, property, name, may, manager, made_at, ends_at, used_at`

var (
	addToken = statement{"adding a token",
		`INSERT INTO tokens (` + tokenColumns + `, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`}
	tokenByHash = query[doorlink.Token]{"looking up a token",
		`SELECT ` + tokenColumns + ` FROM tokens WHERE hash = $1`, readToken, ErrNoToken}
	tokensAt = query[doorlink.Token]{"reading tokens",
		`SELECT ` + tokenColumns + ` FROM tokens WHERE property = $1 OR property = '' ORDER BY made_at DESC, id`, readToken, nil}
	touchToken = statement{"touching a token", `UPDATE tokens SET used_at = $2 WHERE id = $1`}
	endToken   = statement{"ending a token", `DELETE FROM tokens WHERE id = $1`}
)

// AddToken keeps a token with the hash of its secret. The manager must exist:
// else ErrMissing.
func (tx *Tx) AddToken(ctx context.Context, t doorlink.Token, hash string) error {
	may := make([]string, len(t.May))
	for i, a := range t.May {
		may[i] = string(a)
	}
	_, err := addToken.exec(ctx, tx.on, t.ID, t.Property, t.Name, strings.Join(may, " "), t.Manager,
		ms(t.Made), ms(t.Ends), ms(t.Used), hash)
	return err
}

// EndToken removes a token, or fails with ErrNoToken.
func (tx *Tx) EndToken(ctx context.Context, id doorlink.TokenID) error {
	return found(ErrNoToken)(endToken.exec(ctx, tx.on, id))
}

// Tokens reads the tokens that work at a property, those for every property
// among them, the latest first. Those that have ended stay until the purge.
func (db *DB) Tokens(ctx context.Context, p doorlink.PropertyID) ([]doorlink.Token, error) {
	return tokensAt.all(ctx, db.read, p)
}

// Token finds a token by the hash of its secret and keeps the minute of its
// use. It fails with ErrNoToken if there is none or it has ended.
func (db *DB) Token(ctx context.Context, hash string, now time.Time) (doorlink.Token, error) {
	t, err := tokenByHash.first(ctx, db.read, hash)
	if err != nil {
		return doorlink.Token{}, err
	}
	if !t.Good(now) {
		return doorlink.Token{}, ErrNoToken
	}
	if now.Sub(t.Used) >= tokenTouch {
		t.Used = now.Truncate(tokenTouch)
		err := db.Write(ctx, func(tx *Tx) error {
			_, err := touchToken.exec(ctx, tx.on, t.ID, ms(t.Used))
			return err
		})
		if err != nil { // a program that may ask is answered
			db.log.Warn("the use of a token was not kept", "token", t.ID, "cause", err)
		}
	}
	return t, nil
}

func readToken(r *sql.Rows) (t doorlink.Token, err error) {
	var may string
	err = r.Scan(&t.ID, &t.Property, &t.Name, &may, &t.Manager, instant{&t.Made}, instant{&t.Ends}, instant{&t.Used})
	for a := range strings.FieldsSeq(may) {
		t.May = append(t.May, doorlink.Ability(a))
	}
	return t, err
}
