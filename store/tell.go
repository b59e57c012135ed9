package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"doorlink"
)

// The queue of webhooks is filled in the transaction of what happened: what was
// done is told, and nothing else. A kind matches if it is named, or by "*".
var tell = statement{"queueing for webhooks",
	`INSERT INTO deliveries (id, hook, event, body, at, tries, next_at, done_at, status, took, why)
	SELECT CAST($1 AS TEXT) || '_' || h.id, h.id, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), 0, CAST($4 AS BIGINT), 0, 0, 0, ''
	FROM hooks h WHERE h.property = $5 AND h.paused_at = 0
		AND (h.events = '*' OR ' ' || h.events || ' ' LIKE '% ' || CAST($2 AS TEXT) || ' %')`}

// Tell queues an event of a property for each webhook that wants its kind. The
// data are IDs and plain words; the body that is sent has them with the kind,
// the property and the moment, as Standard Webhooks have it.
func (tx *Tx) Tell(ctx context.Context, p doorlink.PropertyID, kind string, data map[string]string) error {
	now := time.Now()
	body, err := json.Marshal(struct {
		Type      string            `json:"type"`
		Timestamp time.Time         `json:"timestamp"`
		Property  string            `json:"property"`
		Data      map[string]string `json:"data"`
	}{kind, now.UTC().Truncate(time.Millisecond), string(p), data})
	if err != nil {
		return fmt.Errorf("writing an event: %w", err)
	}
	_, err = tell.exec(ctx, tx.on, doorlink.NewID[doorlink.DeliveryID]("dlv"), kind, string(body), ms(now), p)
	return err
}
