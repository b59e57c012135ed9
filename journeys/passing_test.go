package journeys

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/store"
)

// tourTime leads through what comes by itself when its time is there. The day
// of the lock and the time of the call are set so that it is there soon.
func tourTime(tb testing.TB, see look) {
	h := newHouse(tb)
	ada, guest := h.inCall(tb)
	h.changeLock(tb, func(s *doorcode.Setup) {
		s.Calendar = midnightAt(s.First, time.Now().Add(15*time.Second))
	})
	ada.givesCode()
	guest.is("code")
	guest.reads("This code ended at midnight")
	ada.is("answered") // a new one can be given
	see(guest, "visitor-expired")
	h.endsIn(tb, 25*time.Second)
	guest.do(chromedp.Reload()) // takes the call up again, and both ends hear how it stands
	ada.reads("The call ends in")
	see(ada, "resident-answered-soon")
}

// midnightAt is a calendar by which a day ends at a moment.
func midnightAt(day doorlink.Day, end time.Time) doorcode.Calendar {
	return doorcode.Calendar{Initial: int(int64(day+1)*24*3600 - end.Unix())}
}

// endsIn leaves the one call that rings or goes on so much time.
func (h *house) endsIn(tb testing.TB, left time.Duration) {
	tb.Helper()
	h.records(tb, func(ctx context.Context, db *store.DB) error {
		calls, err := db.OverdueCalls(ctx, time.Now().Add(time.Hour), 1)
		if err != nil {
			return err
		}
		_, err = db.ChangeCall(ctx, calls[0], func(c doorlink.Call) (doorlink.Call, error) {
			c.Until = time.Now().Add(left)
			return c, nil
		})
		return err
	})
}

// tourFailure calls somebody who can no longer be called, before the page can
// know.
func tourFailure(tb testing.TB, see look) {
	h := newHouse(tb)
	guest := h.visitor(tb)
	guest.tap("Call Bram V., unit 1B")
	guest.is("before")
	guest.until("loading what a call needs", func(ctx context.Context) (bool, error) {
		return chromedp.Run(ctx, chromedp.Evaluate[bool](`["call", "sheet", "screens"].every((part) =>
			performance.getEntriesByName(new URL(document.body.dataset[part], location).href).some((e) => e.responseEnd > 0))`))
	})
	h.frozen(func() {
		h.records(tb, func(ctx context.Context, db *store.DB) error { return hide(ctx, db, "Bram") })
		guest.tap("Call")
		guest.is("connecting")
	})
	guest.is("failed")
	see(guest, "visitor-failed")
}

// hide takes everybody of a given name out of the directory.
func hide(ctx context.Context, db *store.DB, given string) error {
	all, err := db.Properties(ctx)
	if err != nil {
		return err
	}
	people, err := db.People(ctx, all[0].ID)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.Given != given {
			continue
		}
		if err := db.SetShown(ctx, p.ID, false); err != nil {
			return err
		}
	}
	return nil
}
