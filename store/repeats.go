package store

import (
	"context"
	"database/sql"
	"time"

	"doorlink"
)

// RepeatTime is how long the answer to a request with an idempotency key is
// kept.
const RepeatTime = 24 * time.Hour

// Repeat is a request of a program that may come again, and what was answered.
type Repeat struct {
	Token   doorlink.TokenID
	Key     string // hash of the key that the program chose
	Request string // hash of what was asked for
	Status  int    // of the answer; 0 while it is being made
	Body    string // the answer, as the caller wrote it
}

var (
	beginRepeat = statement{"beginning a request",
		`INSERT INTO repeats (token, key, request, status, body, at) VALUES ($1, $2, $3, 0, '', $4)
		ON CONFLICT (token, key) DO UPDATE SET request = excluded.request, status = 0, body = '', at = excluded.at
		WHERE repeats.at <= $5`}
	repeatByKey = query[Repeat]{"looking up a request",
		`SELECT token, key, request, status, body FROM repeats WHERE token = $1 AND key = $2`, scanRepeat, nil}
	finishRepeat = statement{"keeping an answer",
		`UPDATE repeats SET status = $3, body = $4 WHERE token = $1 AND key = $2`}
	dropRepeat = statement{"forgetting a request", `DELETE FROM repeats WHERE token = $1 AND key = $2`}
)

// BeginRepeat notes that a request is being answered, and reports true; or it
// reports false with the request of the same token and key that began within
// RepeatTime. Of several at once, one is told true.
func (db *DB) BeginRepeat(ctx context.Context, r Repeat, now time.Time) (earlier Repeat, first bool, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		n, err := beginRepeat.exec(ctx, tx.on, r.Token, r.Key, r.Request, ms(now), ms(now.Add(-RepeatTime)))
		if first = n == 1; err != nil || first {
			return err
		}
		earlier, err = repeatByKey.first(ctx, tx.on, r.Token, r.Key)
		return err
	})
	return earlier, first, err
}

// FinishRepeat keeps the answer to a request that began.
func (db *DB) FinishRepeat(ctx context.Context, r Repeat) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := finishRepeat.exec(ctx, tx.on, r.Token, r.Key, r.Status, r.Body)
		return err
	})
}

// DropRepeat forgets a request that did nothing, so that it may come again.
func (db *DB) DropRepeat(ctx context.Context, t doorlink.TokenID, key string) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := dropRepeat.exec(ctx, tx.on, t, key)
		return err
	})
}

func scanRepeat(r *sql.Rows) (v Repeat, err error) {
	err = r.Scan(&v.Token, &v.Key, &v.Request, &v.Status, &v.Body)
	return v, err
}
