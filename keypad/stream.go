package keypad

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	maxStreams  = 32
	sendTimeout = 5 * time.Second // of one event, to a page that no longer reads
)

// stream sends what the lock shows as server-sent events, whenever that
// changes; the clock makes it change every second.
func (k *Keypad) stream() http.Handler {
	seats := make(chan struct{}, maxStreams) // a page that finds no seat is turned away
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case seats <- struct{}{}:
			defer func() { <-seats }()
		default:
			fail(w, errBusy)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		// An error is a page that went away or reads too slowly; it comes back.
		_ = k.send(r.Context(), w)
	})
}

// send writes views until the page goes away, the context ends or the page
// takes longer than sendTimeout to read one. A view is a whole: a page that
// missed some has missed nothing.
func (k *Keypad) send(ctx context.Context, w http.ResponseWriter) error {
	out := http.NewResponseController(w)
	var last []byte
	for {
		view, changed := k.Look()
		text, err := json.Marshal(view)
		if err != nil {
			return fmt.Errorf("writing a view: %w", err)
		}
		if !bytes.Equal(text, last) {
			if err := out.SetWriteDeadline(time.Now().Add(sendTimeout)); err != nil {
				return err
			}
			fmt.Fprintf(w, "data: %s\n\n", text)
			if err := out.Flush(); err != nil {
				return err
			}
			last = text
		}
		second := time.NewTimer(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
		select {
		case <-ctx.Done():
			second.Stop()
			return ctx.Err()
		case <-changed:
			second.Stop()
		case <-second.C:
		}
	}
}
