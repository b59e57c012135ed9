package store

import (
	"context"
	"database/sql"
	"time"

	"doorlink"
)

// What ends when a resident loses access, beside memberships and keys, which
// are rows of their own. A handset's session goes with it; a link stays, so that
// a late click still learns why.
var (
	dropHandsets = edit{"signing a person out",
		`DELETE FROM handsets WHERE person = $1 ` + returningHome, text[doorlink.PropertyID], nil}
	endLinks = statement{"ending the links of a person",
		`UPDATE links SET expires_at = $2 WHERE person = $1 AND used_at = 0 AND expires_at > $2`}

	// The codes of a day were given in calls that are younger than two days, and
	// calls are found by their person.
	cancelCodes = statement{"calling codes back",
		`UPDATE codes SET cancelled_at = $1
		WHERE call IN (SELECT id FROM calls WHERE person = $2 AND placed_at > $3) AND call <> ''
			AND day >= $4 AND NOT used AND NOT burnt AND cancelled_at = 0 AND ($5 = '' OR door = $5)`}

	uninvited = query[doorlink.PersonID]{"looking for people without a link",
		`SELECT id FROM people WHERE property = $1 AND NOT activated AND email <> '' AND NOT EXISTS
			(SELECT 1 FROM links l WHERE l.person = people.id AND l.used_at = 0 AND l.expires_at > $2)
		ORDER BY family, given, id`, text[doorlink.PersonID], nil}
	lastLink = query[SignInLink]{"reading the last link of a person",
		`SELECT expires_at, used_at FROM links WHERE person = $1 ORDER BY expires_at DESC LIMIT 1`, scanSignInLink, nil}
)

// SignInLink is what is known of a one-time link. The zero value is none.
type SignInLink struct {
	Expires time.Time
	Used    time.Time // zero: it was not used
}

// Waits reports whether the link can still be used at now.
func (l SignInLink) Waits(now time.Time) bool { return l.Used.IsZero() && now.Before(l.Expires) }

// LastLink reads the link of a person that ends last; the zero value if there
// is none.
func (db *DB) LastLink(ctx context.Context, p doorlink.PersonID) (SignInLink, error) {
	return lastLink.first(ctx, db.read, p)
}

// Uninvited lists the people of a property who have an e-mail address, have not
// signed in yet, and have no link with which they could at now.
func (db *DB) Uninvited(ctx context.Context, p doorlink.PropertyID, now time.Time) ([]doorlink.PersonID, error) {
	return uninvited.all(ctx, db.read, p, ms(now))
}

// Invite keeps the hash of a one-time link with which a person may sign in until
// it expires. Links they were sent before and have not used end at now.
func (tx *Tx) Invite(ctx context.Context, p doorlink.PersonID, hash string, now, expires time.Time) error {
	if err := tx.EndLinks(ctx, p, now); err != nil {
		return err
	}
	_, err := addLink.exec(ctx, tx.on, hash, p, ms(expires))
	return err
}

// EndLinks ends the links of a person that were not used.
func (tx *Tx) EndLinks(ctx context.Context, p doorlink.PersonID, now time.Time) error {
	_, err := endLinks.exec(ctx, tx.on, p, ms(now))
	return err
}

// EndHandsets signs a person out everywhere: their handsets are gone. Pages that
// are open hear nothing of it.
func (tx *Tx) EndHandsets(ctx context.Context, p doorlink.PersonID) error {
	return tx.edit(ctx, dropHandsets, p)
}

// CancelCodes calls back the doorcodes of a day, and later ones, that a person
// gave at a door and that are not known to be used; an empty door is every door.
// It returns how many they are. They are no longer shown to anybody; a lock that
// is offline still takes them.
func (tx *Tx) CancelCodes(ctx context.Context, p doorlink.PersonID, d doorlink.DoorID, day doorlink.Day, now time.Time) (int64, error) {
	const young = 48 * time.Hour
	return cancelCodes.exec(ctx, tx.on, ms(now), p, ms(now.Add(-young)), day, d)
}

func scanSignInLink(r *sql.Rows) (l SignInLink, err error) {
	err = r.Scan(instant{&l.Expires}, instant{&l.Used})
	return l, err
}
