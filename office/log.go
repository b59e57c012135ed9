package office

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"doorlink/store"
)

// When is the column by which a log is sorted: it has the latest first, unless
// Query.Sort is When.
const When = "when"

// oldest reports whether a log is to have the oldest first.
func (q Query) oldest() bool { return q.Sort == When }

// cut makes a page of what was read of a log, which is one row too many where a
// page follows: its cursor is that of the last row that stays.
func cut[T any](all []T, q Query, cursor func(T) string) (rows []T, next string) {
	if len(all) <= q.rows() {
		return all, ""
	}
	rows = all[:q.rows()]
	return rows, cursor(rows[len(rows)-1])
}

// writePosition makes the cursor of a log: where the last row of the page stands.
func writePosition[ID ~string](at time.Time, id ID) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(at.UnixMilli(), 10) + " " + string(id)))
}

func readPosition(cursor string) (store.Position, error) {
	if cursor == "" {
		return store.Position{}, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return store.Position{}, ErrCursor.Because(err)
	}
	at, id, _ := strings.Cut(string(text), " ")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil || id == "" {
		return store.Position{}, ErrCursor
	}
	return store.Position{At: time.UnixMilli(ms), ID: id}, nil
}
