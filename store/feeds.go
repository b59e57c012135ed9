package store

import (
	"context"
	"database/sql"
	"time"

	"doorlink"
)

// ConflictTime is how long a conflict waits for an answer. If it is one still,
// the next list brings it back.
const ConflictTime = 30 * 24 * time.Hour

// Feed is where a property's lists come from by themselves, and how that went.
type Feed struct {
	Property doorlink.PropertyID
	Every    time.Duration // whole minutes; 0: never
	Leavers  bool          // people missing from the list are proposed to leave
	Read     time.Time     // last look; zero: none
	File     string        // the last list's name
	Digest   string        // the last list's SHA-256
	Result   string        // JSON, as the office writes it; empty: none
}

// Conflict is something in a list that a manager has to decide.
type Conflict struct {
	ID      doorlink.ConflictID
	Subject string // tells the same conflict again
	Detail  string // JSON, as the office writes it
	Made    time.Time
	Done    time.Time // when it was decided; zero: not yet
	Answer  string
}

const (
	feedColumns     = `property, minutes, leavers, read_at, file, digest, result`
	conflictColumns = `id, subject, detail, made_at, done_at, answer`
)

var (
	feedAt = query[Feed]{"reading a feed", `SELECT ` + feedColumns + ` FROM feeds WHERE property = $1`, scanFeed, nil}
	allDue = query[Feed]{"looking for feeds that are due",
		`SELECT ` + feedColumns + ` FROM feeds WHERE minutes > 0 AND read_at + minutes * 60000 <= $1 ORDER BY read_at, property`, scanFeed, nil}
	setFeed = statement{"setting a feed",
		`INSERT INTO feeds (` + feedColumns + `) VALUES ($1, $2, $3, 0, '', '', '')
		ON CONFLICT (property) DO UPDATE SET minutes = excluded.minutes, leavers = excluded.leavers, digest = ''`}
	claimFeed = statement{"claiming a feed", `UPDATE feeds SET read_at = $3 WHERE property = $1 AND read_at = $2`}
	keepFeed  = statement{"keeping what came of a feed",
		`UPDATE feeds SET file = $2, digest = $3, result = $4 WHERE property = $1`}

	conflictsAt = query[Conflict]{"reading conflicts",
		`SELECT ` + conflictColumns + ` FROM conflicts WHERE property = $1 ORDER BY made_at, id`, scanConflict, nil}
	addConflict = statement{"adding a conflict",
		`INSERT INTO conflicts (property, ` + conflictColumns + `) VALUES ($1, $2, $3, $4, $5, 0, '')
		ON CONFLICT (property, subject) DO NOTHING`}
	answerConflict = statement{"answering a conflict",
		`UPDATE conflicts SET answer = $3, done_at = $4 WHERE property = $1 AND id = $2`}
	removeConflict = statement{"removing a conflict", `DELETE FROM conflicts WHERE property = $1 AND id = $2`}
)

// Feed reads the feed of a property; zero but for the property if it has none.
func (db *DB) Feed(ctx context.Context, p doorlink.PropertyID) (Feed, error) {
	f, err := feedAt.first(ctx, db.read, p)
	f.Property = p
	return f, err
}

// DueFeeds reads the feeds to be looked at by now, the longest waiting first.
func (db *DB) DueFeeds(ctx context.Context, now time.Time) ([]Feed, error) {
	return allDue.all(ctx, db.read, ms(now))
}

// ClaimFeed notes a look at a feed that was read before, and reports whether
// nobody else has looked since.
func (db *DB) ClaimFeed(ctx context.Context, f Feed, now time.Time) (mine bool, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		n, err := claimFeed.exec(ctx, tx.on, f.Property, ms(f.Read), ms(now))
		mine = n == 1
		return err
	})
	return mine, err
}

// SetFeed sets how often a feed is looked at and what it may propose. The next
// list is read even if it is the last one.
func (tx *Tx) SetFeed(ctx context.Context, f Feed) error {
	_, err := setFeed.exec(ctx, tx.on, f.Property, int64(f.Every/time.Minute), f.Leavers)
	return err
}

// KeepFeed keeps which list was read last, and what came of it.
func (tx *Tx) KeepFeed(ctx context.Context, f Feed) error {
	_, err := keepFeed.exec(ctx, tx.on, f.Property, f.File, f.Digest, f.Result)
	return err
}

// Conflicts reads what a property's managers have to decide or have decided, the
// oldest first.
func (db *DB) Conflicts(ctx context.Context, p doorlink.PropertyID) ([]Conflict, error) {
	return conflictsAt.all(ctx, db.read, p)
}

// KeepConflicts makes the conflicts of a property those of its last list: what
// is one no more goes, with its answer, and what is one still keeps it.
func (tx *Tx) KeepConflicts(ctx context.Context, p doorlink.PropertyID, all []Conflict) error {
	before, err := conflictsAt.all(ctx, tx.on, p)
	if err != nil {
		return err
	}
	now := map[string]bool{}
	for _, c := range all {
		now[c.Subject] = true
		if _, err := addConflict.exec(ctx, tx.on, p, c.ID, c.Subject, c.Detail, ms(c.Made)); err != nil {
			return err
		}
	}
	for _, c := range before {
		if now[c.Subject] {
			continue
		}
		if _, err := removeConflict.exec(ctx, tx.on, p, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// AnswerConflict keeps what was decided. A conflict that has gone meanwhile needs
// no answer.
func (tx *Tx) AnswerConflict(ctx context.Context, p doorlink.PropertyID, id doorlink.ConflictID, answer string, now time.Time) error {
	_, err := answerConflict.exec(ctx, tx.on, p, id, answer, ms(now))
	return err
}

func scanFeed(r *sql.Rows) (f Feed, err error) {
	var minutes int64
	err = r.Scan(&f.Property, &minutes, &f.Leavers, instant{&f.Read}, &f.File, &f.Digest, &f.Result)
	f.Every = time.Duration(minutes) * time.Minute
	return f, err
}

func scanConflict(r *sql.Rows) (c Conflict, err error) {
	err = r.Scan(&c.ID, &c.Subject, &c.Detail, instant{&c.Made}, instant{&c.Done}, &c.Answer)
	return c, err
}
