package store

import (
	"context"
	"database/sql"
	"time"

	"doorlink"
)

const (
	// SessionTime is how long a session lasts after its last use.
	SessionTime = 90 * 24 * time.Hour
	// touchTime is how exactly the last use is known, so that reading a page
	// is not a write.
	touchTime = 24 * time.Hour
)

var (
	// ErrNoSession says that the browser is not signed in, or no longer.
	ErrNoSession = doorlink.Fail(doorlink.Denied, "session.none")
	// ErrLinkUnknown, ErrLinkUsed and ErrLinkExpired refuse a sign-in link.
	ErrLinkUnknown = doorlink.Fail(doorlink.NotFound, "link.unknown")
	ErrLinkUsed    = doorlink.Fail(doorlink.Gone, "link.used")
	ErrLinkExpired = doorlink.Fail(doorlink.Gone, "link.expired")
)

// link is a row of links.
type link struct {
	person  doorlink.PersonID
	expires time.Time
	used    time.Time
}

// session is a handset as its session finds it.
type session struct {
	handset doorlink.Handset
	used    time.Time
}

// Links and sessions are looked up by the hash of a secret of 160 random bits,
// so it does not matter how long a comparison takes.
var (
	addLink    = statement{"adding a link", `INSERT INTO links (hash, person, expires_at, used_at) VALUES ($1, $2, $3, 0)`}
	linkByHash = query[link]{"looking up a link",
		`SELECT person, expires_at, used_at FROM links WHERE hash = $1`, scanLink, ErrLinkUnknown}
	useLink = statement{"using a link", `UPDATE links SET used_at = $1 WHERE hash = $2 AND used_at = 0`}

	activate = edit{"activating a person",
		`UPDATE people SET activated = $1 WHERE id = $2 RETURNING property`, text[doorlink.PropertyID], ErrNoPerson}
	addHandset = edit{"adding a handset",
		`INSERT INTO handsets (id, person, name, session, added_at, used_at) VALUES ($1, $2, $3, $4, $5, $5)
		` + returningHome, text[doorlink.PropertyID], nil}
	signHandset = statement{"signing a handset in",
		`UPDATE handsets SET session = $1, name = $2, used_at = $3 WHERE id = $4 AND person = $5`}

	// A handset without a session has an empty hash, which finds nothing.
	handsetBySession = query[session]{"looking up a session",
		`SELECT id, person, name, used_at FROM handsets WHERE session = $1 AND session <> ''`, scanSession, ErrNoSession}
	touchHandset = statement{"touching a session", `UPDATE handsets SET used_at = $1 WHERE id = $2`}
	dropHandset  = edit{"ending a session",
		`DELETE FROM handsets WHERE session = $1 AND session <> '' ` + returningHome, text[doorlink.PropertyID], nil}
	handsetsOf = query[doorlink.Handset]{"reading handsets",
		`SELECT id, person, name FROM handsets WHERE person = $1 ORDER BY used_at DESC, id`, scanHandset, nil}
)

// AddLink keeps the hash of a one-time link with which a person may sign in
// until it expires.
func (db *DB) AddLink(ctx context.Context, p doorlink.PersonID, hash string, expires time.Time) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := addLink.exec(ctx, tx.on, hash, p, ms(expires))
		return err
	})
}

// UseLink signs a browser in, all at once: it uses up the link, activates its
// person, and keeps the handset h with the hash of a new session. If h.ID is a
// handset of that person already, that one is taken and its former session
// ends; otherwise a new ID is made. It returns the handset as it stands, or
// ErrLinkUnknown, ErrLinkUsed or ErrLinkExpired.
func (db *DB) UseLink(ctx context.Context, hash, session string, h doorlink.Handset, now time.Time) (doorlink.Handset, error) {
	ctx, cancel := limit(ctx)
	defer cancel()
	var signed doorlink.Handset
	err := db.Write(ctx, func(tx *Tx) (err error) {
		signed = h
		if signed.Person, err = tx.useLink(ctx, hash, now); err != nil {
			return err
		}
		if signed.ID, err = tx.signIn(ctx, signed, session, now); err != nil {
			return err
		}
		return tx.activate(ctx, signed.Person, now)
	})
	if err != nil {
		return doorlink.Handset{}, err
	}
	return signed, nil
}

func (tx *Tx) useLink(ctx context.Context, hash string, now time.Time) (doorlink.PersonID, error) {
	l, err := linkByHash.first(ctx, tx.on, hash)
	switch {
	case err != nil:
		return "", err
	case !l.used.IsZero():
		return "", ErrLinkUsed
	case !now.Before(l.expires):
		return "", ErrLinkExpired
	}
	n, err := useLink.exec(ctx, tx.on, ms(now), hash)
	if err == nil && n == 0 {
		err = ErrLinkUsed // by somebody else, since it was read
	}
	return l.person, err
}

// signIn gives the session to the person's handset of that ID, or to a new one.
func (tx *Tx) signIn(ctx context.Context, h doorlink.Handset, session string, now time.Time) (doorlink.HandsetID, error) {
	if h.ID != "" {
		n, err := signHandset.exec(ctx, tx.on, session, h.Name, ms(now), h.ID, h.Person)
		if err != nil || n == 1 {
			return h.ID, err
		}
	}
	h.ID = doorlink.NewID[doorlink.HandsetID]("hset")
	return h.ID, tx.AddHandset(ctx, h, session, now)
}

// activate records the sign-in.
func (tx *Tx) activate(ctx context.Context, id doorlink.PersonID, now time.Time) error {
	p, err := personByID.first(ctx, tx.on, id)
	if err != nil {
		return err
	}
	if err := tx.edit(ctx, activate, true, id); err != nil {
		return err
	}
	return tx.AddRecord(ctx, doorlink.Record{Kind: doorlink.SignRecord, Property: p.Property, Person: id, At: now})
}

// AddHandset adds a handset that was signed in at now, with the hash of its
// session; without one it counts for the directory only.
func (tx *Tx) AddHandset(ctx context.Context, h doorlink.Handset, session string, now time.Time) error {
	return tx.edit(ctx, addHandset, h.ID, h.Person, h.Name, session, ms(now))
}

// Session finds the handset that is signed in with a session, or fails with
// ErrNoSession: there is none, it was ended, or it was not used for
// SessionTime.
func (db *DB) Session(ctx context.Context, hash string, now time.Time) (doorlink.Handset, error) {
	s, err := handsetBySession.first(ctx, db.read, hash)
	if err != nil {
		return doorlink.Handset{}, err
	}
	if now.Sub(s.used) >= SessionTime {
		return doorlink.Handset{}, ErrNoSession
	}
	if now.Sub(s.used) >= touchTime {
		db.touch(ctx, s.handset.ID, now)
	}
	return s.handset, nil
}

// touch keeps the day of use. Whoever is signed in stays so when that fails.
func (db *DB) touch(ctx context.Context, h doorlink.HandsetID, now time.Time) {
	err := db.Write(ctx, func(tx *Tx) error {
		_, err := touchHandset.exec(ctx, tx.on, ms(now), h)
		return err
	})
	if err != nil {
		db.log.Warn("a session's use was not kept", "handset", h, "cause", err)
	}
}

// EndSession signs a browser out: its handset is gone. Ending a session that
// is none is no error.
func (db *DB) EndSession(ctx context.Context, hash string) error {
	return db.Write(ctx, func(tx *Tx) error { return tx.edit(ctx, dropHandset, hash) })
}

// Handsets reads the browsers in which a person is signed in, the one used
// last first.
func (db *DB) Handsets(ctx context.Context, p doorlink.PersonID) ([]doorlink.Handset, error) {
	return handsetsOf.all(ctx, db.read, p)
}

// scanLink, scanSession and scanHandset read what their queries select.
func scanLink(r *sql.Rows) (l link, err error) {
	err = r.Scan(&l.person, instant{&l.expires}, instant{&l.used})
	return l, err
}

func scanSession(r *sql.Rows) (s session, err error) {
	err = r.Scan(&s.handset.ID, &s.handset.Person, &s.handset.Name, instant{&s.used})
	return s, err
}

func scanHandset(r *sql.Rows) (h doorlink.Handset, err error) {
	err = r.Scan(&h.ID, &h.Person, &h.Name)
	return h, err
}
