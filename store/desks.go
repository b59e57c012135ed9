package store

import (
	"context"
	"database/sql"
	"time"

	"doorlink"
)

// A manager's session ends after DeskIdle without use, and DeskTime after the
// sign-in whatever its use.
const (
	DeskIdle = 12 * time.Hour
	DeskTime = 30 * 24 * time.Hour

	deskTouch = 10 * time.Minute // how exactly the last use is known
)

// DeskSession is a browser in which a manager is signed in. The hash of its
// secret names it; that is shown to its owner, to end it.
type DeskSession struct {
	Hash    string
	Manager doorlink.ManagerID
	Name    string // "Firefox on Linux"
	Browser string // hash of what the browser calls itself
	Way     string // passkey, link, sso or setup
	Added   time.Time
	Used    time.Time
}

const deskColumns = `hash, manager, name, browser, way, added_at, used_at`

var (
	addDesk = statement{"signing a manager in",
		`INSERT INTO desk_sessions (` + deskColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7)`}
	deskByHash = query[DeskSession]{"looking up a manager's session",
		`SELECT ` + deskColumns + ` FROM desk_sessions WHERE hash = $1`, scanDesk, ErrNoSession}
	desksOf = query[DeskSession]{"reading a manager's sessions",
		`SELECT ` + deskColumns + ` FROM desk_sessions WHERE manager = $1 ORDER BY used_at DESC, hash`, scanDesk, nil}
	touchDesk    = statement{"touching a manager's session", `UPDATE desk_sessions SET used_at = $2 WHERE hash = $1`}
	endDesk      = statement{"ending a manager's session", `DELETE FROM desk_sessions WHERE hash = $1`}
	endDesks     = statement{"ending a manager's sessions", `DELETE FROM desk_sessions WHERE manager = $1`}
	endDeskLinks = statement{"ending a manager's links",
		`UPDATE desk_links SET expires_at = $2 WHERE manager = $1 AND used_at = 0 AND expires_at > $2`}

	addDeskLink = statement{"adding a manager's link",
		`INSERT INTO desk_links (hash, manager, expires_at, used_at) VALUES ($1, $2, $3, 0)`}
	deskLinkByHash = query[deskLink]{"looking up a manager's link",
		`SELECT manager, expires_at, used_at FROM desk_links WHERE hash = $1`, scanDeskLink, ErrLinkUnknown}
	useDeskLink = statement{"using a manager's link", `UPDATE desk_links SET used_at = $2 WHERE hash = $1 AND used_at = 0`}
)

// deskLink is a row of desk_links.
type deskLink struct {
	manager       doorlink.ManagerID
	expires, used time.Time
}

// AddDesk keeps a new session of a manager.
func (tx *Tx) AddDesk(ctx context.Context, s DeskSession) error {
	_, err := addDesk.exec(ctx, tx.on, s.Hash, s.Manager, s.Name, s.Browser, s.Way, ms(s.Added), ms(s.Used))
	return err
}

// Desk finds the session of a manager by the hash of its secret, or fails with
// ErrNoSession: there is none, or it was idle or went on for too long. Who may
// use it from which browser is not decided here.
func (db *DB) Desk(ctx context.Context, hash string, now time.Time) (DeskSession, error) {
	s, err := db.UnusedDesk(ctx, hash, now)
	if err != nil {
		return DeskSession{}, err
	}
	if now.Sub(s.Used) >= deskTouch {
		err := db.Write(ctx, func(tx *Tx) error {
			_, err := touchDesk.exec(ctx, tx.on, hash, ms(now))
			return err
		})
		if err != nil { // whoever is signed in stays so
			db.log.Warn("the use of a manager's session was not kept", "manager", s.Manager, "cause", err)
		}
	}
	return s, nil
}

// UnusedDesk is Desk for what a browser asks by itself: it is no use of the
// session, which ends when its manager has left.
func (db *DB) UnusedDesk(ctx context.Context, hash string, now time.Time) (DeskSession, error) {
	s, err := deskByHash.first(ctx, db.read, hash)
	if err != nil {
		return DeskSession{}, err
	}
	if now.Sub(s.Used) >= DeskIdle || now.Sub(s.Added) >= DeskTime {
		return DeskSession{}, ErrNoSession
	}
	return s, nil
}

// Desks reads a manager's sessions, the one used last first.
func (db *DB) Desks(ctx context.Context, m doorlink.ManagerID) ([]DeskSession, error) {
	return desksOf.all(ctx, db.read, m)
}

// EndDesk ends one session of a manager. Ending one that is none is no error.
func (tx *Tx) EndDesk(ctx context.Context, hash string) error {
	_, err := endDesk.exec(ctx, tx.on, hash)
	return err
}

// EndDesks ends all sessions of a manager, and the links that were not used.
func (tx *Tx) EndDesks(ctx context.Context, m doorlink.ManagerID, now time.Time) error {
	if _, err := endDesks.exec(ctx, tx.on, m); err != nil {
		return err
	}
	_, err := endDeskLinks.exec(ctx, tx.on, m, ms(now))
	return err
}

// AddDeskLink keeps the hash of a one-time link with which a manager may sign
// in until it expires.
func (tx *Tx) AddDeskLink(ctx context.Context, m doorlink.ManagerID, hash string, expires time.Time) error {
	_, err := addDeskLink.exec(ctx, tx.on, hash, m, ms(expires))
	return err
}

// UseDeskLink uses a link up and returns whom it signs in, or fails with
// ErrLinkUnknown, ErrLinkUsed or ErrLinkExpired.
func (tx *Tx) UseDeskLink(ctx context.Context, hash string, now time.Time) (doorlink.ManagerID, error) {
	l, err := goodDeskLink(ctx, tx.on, hash, now)
	if err != nil {
		return "", err
	}
	return l.manager, found(ErrLinkUsed)(useDeskLink.exec(ctx, tx.on, hash, ms(now)))
}

// DeskLink tells whom a link would sign in, and until when. It fails as
// UseDeskLink does.
func (db *DB) DeskLink(ctx context.Context, hash string, now time.Time) (doorlink.ManagerID, time.Time, error) {
	l, err := goodDeskLink(ctx, db.read, hash, now)
	return l.manager, l.expires, err
}

func goodDeskLink(ctx context.Context, on runner, hash string, now time.Time) (deskLink, error) {
	l, err := deskLinkByHash.first(ctx, on, hash)
	switch {
	case err != nil:
		return deskLink{}, err
	case !l.used.IsZero():
		return deskLink{}, ErrLinkUsed
	case !now.Before(l.expires):
		return deskLink{}, ErrLinkExpired
	}
	return l, nil
}

func scanDesk(r *sql.Rows) (s DeskSession, err error) {
	err = r.Scan(&s.Hash, &s.Manager, &s.Name, &s.Browser, &s.Way, instant{&s.Added}, instant{&s.Used})
	return s, err
}

func scanDeskLink(r *sql.Rows) (l deskLink, err error) {
	err = r.Scan(&l.manager, instant{&l.expires}, instant{&l.used})
	return l, err
}
