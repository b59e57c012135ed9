package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"doorlink"
)

// ErrNoDeed says that there is no such entry of the audit.
var ErrNoDeed = doorlink.Fail(doorlink.NotFound, "deed.unknown")

// ErrChainBroken says that the audit is not as it was written. Its arg "seq" is
// the first entry that is wrong or missing.
var ErrChainBroken = doorlink.Fail(doorlink.Conflict, "audit.broken")

// deedRow is a row of the audit.
type deedRow struct {
	doorlink.Deed
	detail, digest, hash string
}

const deedColumns = `property, seq, at, manager, via, action, subject, detail, digest, hash`

var (
	lastDeed = query[deedRow]{"reading the end of the audit",
		`SELECT ` + deedColumns + ` FROM audit WHERE property = $1 ORDER BY seq DESC LIMIT 1`, scanDeed, nil}
	addDeed = statement{"writing the audit",
		`INSERT INTO audit (` + deedColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`}
	deedBySeq = query[deedRow]{"reading the audit",
		`SELECT ` + deedColumns + ` FROM audit WHERE property = $1 AND seq = $2`, scanDeed, ErrNoDeed}
	deedsOfAll = deedsOf("")
	deedsOfOne = deedsOf(" AND subject = $8")
	deedDoers  = query[Doer]{"reading who is in the audit",
		`SELECT DISTINCT manager, via, action FROM audit WHERE property = $1`, scanDoer, nil}
	deedSubjects = query[string]{"reading what is in the audit",
		`SELECT DISTINCT subject FROM audit WHERE property = $1 AND subject <> ''`, text[string], nil}
	deedsAfter = query[deedRow]{"verifying the audit",
		`SELECT ` + deedColumns + ` FROM audit WHERE property = $1 AND seq > $2 ORDER BY seq LIMIT $3`, scanDeed, nil}
	chains = query[doorlink.PropertyID]{"listing the chains of the audit",
		`SELECT DISTINCT property FROM audit ORDER BY property`, text[doorlink.PropertyID], nil}
	eraseDetail = statement{"erasing details of the audit",
		`UPDATE audit SET detail = '' WHERE property = $1 AND detail LIKE $2`}
)

// deedsOf reads entries beyond number $2.
func deedsOf(subject string) map[bool]query[deedRow] {
	return bothWays(func(w way) query[deedRow] {
		return query[deedRow]{"reading the audit",
			`SELECT ` + deedColumns + ` FROM audit WHERE property = $1 AND seq ` + w.beyond + ` $2` + subject + `
				AND ($3 = '' OR manager = $3 OR via = $3 OR ($3 = '` + Itself + `' AND manager = ''))
				AND ($4 = '' OR action = $4 OR substr(action, 1, length($4) + 1) = $4 || '.')
				AND at >= $5 AND at < $6
			ORDER BY seq ` + w.order + ` LIMIT $7`, scanDeed, nil}
	})
}

// Audit writes a deed at the end of its chain, in the same transaction as what
// was done, and returns its number. Writers of one chain take turns.
func (tx *Tx) Audit(ctx context.Context, d doorlink.Deed) (seq int64, err error) {
	if err := tx.alone(ctx, "audit:"+string(d.Property)); err != nil {
		return 0, err
	}
	last, err := lastDeed.first(ctx, tx.on, d.Property)
	if err != nil {
		return 0, err
	}
	d.Seq = last.Seq + 1
	d.At = at(ms(d.At))
	d.Detail.Salt = doorlink.NewSecret().Reveal()
	detail, digest := d.Detail.Write()
	_, err = addDeed.exec(ctx, tx.on, d.Property, d.Seq, ms(d.At), d.Manager, d.Via, d.Action, d.Subject,
		detail, digest, d.Chain(last.hash, digest))
	return d.Seq, err
}

// Itself stands for doorlink where DeedQuery.By has the ID of who did something.
const Itself = "doorlink"

// DeedQuery chooses entries of one chain. Empty fields choose all.
type DeedQuery struct {
	Property doorlink.PropertyID
	Subjects []string  // the IDs of what was changed, of which there should be few
	By       string    // the ID of a manager, whose programs count as well, or of a token; or Itself
	Action   string    // "unit.add", or "unit" for whatever is done with units
	From, To time.Time // [From, To)
	Oldest   bool      // the oldest first
	After    int64     // begin behind the entry with this number; 0: at the first
	Limit    int
}

// Deeds reads entries of the audit, the latest first unless asked otherwise.
func (db *DB) Deeds(ctx context.Context, q DeedQuery) ([]doorlink.Deed, error) {
	rows, err := db.deedRows(ctx, q)
	all := make([]doorlink.Deed, len(rows))
	for i, r := range rows {
		all[i] = r.Deed
	}
	return all, err
}

// deedRows reads what is about each subject in the order of an index, and puts it
// together.
func (db *DB) deedRows(ctx context.Context, q DeedQuery) ([]deedRow, error) {
	const never = 1 << 62
	if q.After == 0 && !q.Oldest {
		q.After = never
	}
	args := []any{q.Property, q.After, q.By, q.Action, ms(q.From), cmp.Or(ms(q.To), never), q.Limit}
	if len(q.Subjects) == 0 {
		return deedsOfAll[q.Oldest].all(ctx, db.read, args...)
	}
	var all []deedRow
	for _, subject := range q.Subjects {
		rows, err := deedsOfOne[q.Oldest].all(ctx, db.read, append(args[:len(args):len(args)], subject)...)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	slices.SortFunc(all, func(a, b deedRow) int {
		if q.Oldest {
			return cmp.Compare(a.Seq, b.Seq)
		}
		return cmp.Compare(b.Seq, a.Seq)
	})
	return all[:min(len(all), q.Limit)], nil
}

// DeedSubjects reads the IDs of all that entries of a chain are about, in no order.
func (db *DB) DeedSubjects(ctx context.Context, p doorlink.PropertyID) ([]string, error) {
	return deedSubjects.all(ctx, db.read, p)
}

// Doer says that a manager, a token of theirs, or doorlink itself did something
// at least once.
type Doer struct {
	Manager doorlink.ManagerID
	Via     doorlink.TokenID
	Action  string
}

// Doers reads who did what in a chain, in no order.
func (db *DB) Doers(ctx context.Context, p doorlink.PropertyID) ([]Doer, error) {
	return deedDoers.all(ctx, db.read, p)
}

func scanDoer(r *sql.Rows) (d Doer, err error) { return d, r.Scan(&d.Manager, &d.Via, &d.Action) }

// Deed reads one entry of the audit, or fails with ErrNoDeed.
func (db *DB) Deed(ctx context.Context, p doorlink.PropertyID, seq int64) (doorlink.Deed, error) {
	r, err := deedBySeq.first(ctx, db.read, p, seq)
	return r.Deed, err
}

// EraseDetails erases the details of every entry of a chain that names a person
// by their ID, so that nothing in it says more about them than that something
// was done. The chain still holds.
func (tx *Tx) EraseDetails(ctx context.Context, p doorlink.PropertyID, who doorlink.PersonID) error {
	_, err := eraseDetail.exec(ctx, tx.on, p, "%\""+string(who)+"\"%")
	return err
}

// AuditEnd is the last entry of a chain. Kept where the database cannot be
// altered from, it shows later that no entries were cut off, and that the chain
// was not written anew as a whole.
type AuditEnd struct {
	Property doorlink.PropertyID `json:"property"` // empty: the chain of no single one
	Seq      int64               `json:"entry"`
	Hash     string              `json:"hash"`
}

// VerifyAudit goes through every chain and returns where each ends, or
// ErrChainBroken. Known are ends that were found earlier: each must still be an
// entry of its chain. It reads in batches and takes as long as it needs.
func (db *DB) VerifyAudit(ctx context.Context, known ...AuditEnd) ([]AuditEnd, error) {
	all, err := chains.all(ctx, db.read)
	if err != nil {
		return nil, err
	}
	for _, k := range known {
		if !slices.Contains(all, k.Property) {
			all = append(all, k.Property) // all of it has gone
		}
	}
	ends := make([]AuditEnd, len(all))
	for i, p := range all {
		if ends[i], err = db.verifyChain(ctx, p, known); err != nil {
			return nil, fmt.Errorf("the chain of %q: %w", p, err)
		}
	}
	return ends, nil
}

func (db *DB) verifyChain(ctx context.Context, p doorlink.PropertyID, known []AuditEnd) (AuditEnd, error) {
	at := AuditEnd{Property: p}
	for {
		rows, err := deedsAfter.all(ctx, db.read, p, at.Seq, purgeBatch)
		if err != nil {
			return at, err
		}
		for _, r := range rows {
			whole := r.Erased || doorlink.Digest(r.detail) == r.digest
			if r.Seq != at.Seq+1 || !whole || r.Chain(at.Hash, r.digest) != r.hash {
				return at, ErrChainBroken.With("seq", at.Seq+1)
			}
			at.Seq, at.Hash = r.Seq, r.hash
			if slices.ContainsFunc(known, at.denies) {
				return at, ErrChainBroken.With("seq", at.Seq)
			}
		}
		if len(rows) == 0 {
			cut := slices.ContainsFunc(known, func(k AuditEnd) bool { return k.Property == p && k.Seq > at.Seq })
			if cut {
				return at, ErrChainBroken.With("seq", at.Seq+1)
			}
			return at, nil
		}
	}
}

// denies reports whether an end that was found earlier is the same entry with
// another content.
func (e AuditEnd) denies(known AuditEnd) bool {
	return known.Property == e.Property && known.Seq == e.Seq && known.Hash != e.Hash
}

func scanDeed(r *sql.Rows) (d deedRow, err error) {
	if err = r.Scan(&d.Property, &d.Seq, instant{&d.At}, &d.Manager, &d.Via, &d.Action, &d.Subject,
		&d.detail, &d.digest, &d.hash); err != nil {
		return d, err
	}
	if d.Erased = d.detail == ""; d.Erased {
		return d, nil
	}
	if err := json.Unmarshal([]byte(d.detail), &d.Detail); err != nil {
		return d, errors.Join(ErrChainBroken.With("seq", d.Seq), err)
	}
	return d, nil
}
