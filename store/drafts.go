package store

import (
	"context"
	"database/sql"
	"time"

	"doorlink"
)

// DraftTime is how long a list is kept after it was uploaded, applied or not.
const DraftTime = 24 * time.Hour

var (
	// ErrNoDraft says that there is no such list, or none any more.
	ErrNoDraft = doorlink.Fail(doorlink.NotFound, "draft.unknown")
	// ErrDraftDone refuses to apply a list a second time, or to choose something
	// else about it afterwards.
	ErrDraftDone = doorlink.Fail(doorlink.Conflict, "draft.done")
	// ErrDraftBusy refuses to begin what is being worked on.
	ErrDraftBusy = doorlink.Fail(doorlink.Conflict, "draft.busy")
)

// Draft is a list that was uploaded to be looked at.
type Draft struct {
	ID       doorlink.DraftID
	Property doorlink.PropertyID
	Manager  doorlink.ManagerID // who uploaded it; empty: it came by itself
	Name     string             // of the file
	List     string             // its text
	Choices  string             // JSON, as the office writes it
	Made     time.Time
	Until    time.Time // a node works on it until then; zero: none does
	Done     time.Time // when it was applied; zero: not yet
	Failed   string    // why the last work on it failed, in a sentence
}

const draftColumns = `id, property, manager, name, choices, made_at, until_at, done_at, failed`

var (
	addDraft = statement{"keeping a list",
		`INSERT INTO drafts (` + draftColumns + `, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`}
	draftByID = query[Draft]{"reading a list",
		`SELECT ` + draftColumns + `, body FROM drafts WHERE property = $1 AND id = $2 AND made_at > $3`, scanDraft, ErrNoDraft}
	draftsAt = query[Draft]{"reading the lists of a property",
		`SELECT ` + draftColumns + `, '' FROM drafts WHERE property = $1 AND made_at > $2 ORDER BY made_at DESC, id`, scanDraft, nil}
	chooseDraft = statement{"choosing about a list",
		`UPDATE drafts SET choices = $3, failed = '' WHERE property = $1 AND id = $2 AND done_at = 0`}
	beginDraft = statement{"beginning with a list",
		`UPDATE drafts SET until_at = $3, failed = '' WHERE property = $1 AND id = $2 AND until_at <= $4`}
	prolongDraft = statement{"going on with a list", `UPDATE drafts SET until_at = $3 WHERE property = $1 AND id = $2`}
	endDraft     = statement{"ending the work on a list",
		`UPDATE drafts SET until_at = 0, failed = $3 WHERE property = $1 AND id = $2`}
	finishDraft = statement{"noting that a list was applied",
		`UPDATE drafts SET done_at = $3 WHERE property = $1 AND id = $2 AND done_at = 0`}
	removeDraft = statement{"removing a list", `DELETE FROM drafts WHERE property = $1 AND id = $2`}
)

// AddDraft keeps a list.
func (tx *Tx) AddDraft(ctx context.Context, d Draft) error {
	_, err := addDraft.exec(ctx, tx.on, d.ID, d.Property, d.Manager, d.Name, d.Choices,
		ms(d.Made), ms(d.Until), ms(d.Done), d.Failed, d.List)
	return err
}

// Draft reads a list that is no older than DraftTime at now, or fails with
// ErrNoDraft.
func (db *DB) Draft(ctx context.Context, p doorlink.PropertyID, id doorlink.DraftID, now time.Time) (Draft, error) {
	return draftByID.first(ctx, db.read, p, id, ms(now.Add(-DraftTime)))
}

// Drafts reads the lists of a property, the latest first, without their texts.
func (db *DB) Drafts(ctx context.Context, p doorlink.PropertyID, now time.Time) ([]Draft, error) {
	return draftsAt.all(ctx, db.read, p, ms(now.Add(-DraftTime)))
}

// ChooseDraft keeps other choices about a list, or fails with ErrDraftDone.
func (tx *Tx) ChooseDraft(ctx context.Context, d Draft) error {
	return found(ErrDraftDone)(chooseDraft.exec(ctx, tx.on, d.Property, d.ID, d.Choices))
}

// BeginDraft lets the caller work on a list until a moment, or fails with
// ErrDraftBusy if somebody else does.
func (tx *Tx) BeginDraft(ctx context.Context, d Draft, now, until time.Time) error {
	return found(ErrDraftBusy)(beginDraft.exec(ctx, tx.on, d.Property, d.ID, ms(until), ms(now)))
}

// ProlongDraft lets whoever began go on until a later moment.
func (tx *Tx) ProlongDraft(ctx context.Context, d Draft, until time.Time) error {
	_, err := prolongDraft.exec(ctx, tx.on, d.Property, d.ID, ms(until))
	return err
}

// EndDraft notes that nobody works on a list any more, and why it failed, if it
// did.
func (tx *Tx) EndDraft(ctx context.Context, d Draft, failed string) error {
	_, err := endDraft.exec(ctx, tx.on, d.Property, d.ID, failed)
	return err
}

// FinishDraft notes in the transaction that applies a list that it was applied,
// or fails with ErrDraftDone: no list is applied twice.
func (tx *Tx) FinishDraft(ctx context.Context, d Draft, now time.Time) error {
	return found(ErrDraftDone)(finishDraft.exec(ctx, tx.on, d.Property, d.ID, ms(now)))
}

// RemoveDraft forgets a list, or fails with ErrNoDraft.
func (tx *Tx) RemoveDraft(ctx context.Context, d Draft) error {
	return found(ErrNoDraft)(removeDraft.exec(ctx, tx.on, d.Property, d.ID))
}

func scanDraft(r *sql.Rows) (d Draft, err error) {
	err = r.Scan(&d.ID, &d.Property, &d.Manager, &d.Name, &d.Choices,
		instant{&d.Made}, instant{&d.Until}, instant{&d.Done}, &d.Failed, &d.List)
	return d, err
}
