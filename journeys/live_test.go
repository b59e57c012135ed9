package journeys

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"doorlink"
	"doorlink/store"

	_ "embed"
)

// byHand is what a page runs before its own scripts so that its clock stands: a
// test has it go on by hand, and makes the page hidden or its network fail.
//
//go:embed byhand.js
var byHand string

// TestCountsFollowWhileSomebodyLooks opens the overview and has a visitor scan,
// on a page whose clock the test turns.
func TestCountsFollowWhileSomebodyLooks(t *testing.T) {
	t.Parallel()
	h := &house{data: t.TempDir()}
	rut := desktop.open(t, "rut")
	rut.setsUp(emptyHouse(t, "--data", h.data))
	rut.do(func(ctx context.Context, at *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, at, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: byHand})
		return chromedp.Void{}, err
	})
	rut.tapRole("link", "Overview")
	rut.shows("0", "scans today")
	rut.waits(10)

	h.isScanned(t, 3)
	rut.turns()
	rut.shows("3", "scans today")
	rut.waits(10)

	rut.do(chromedp.Evaluate[chromedp.Void]("hide(true)"))
	rut.waits()
	h.isScanned(t, 4)
	rut.do(chromedp.Evaluate[chromedp.Void]("hide(false)"))
	rut.shows("7", "scans today")
	rut.waits(10)

	rut.do(chromedp.Evaluate[chromedp.Void]("cut(true)"))
	for _, wait := range []int{20, 40, 80, 160, 300, 300} {
		rut.turns()
		rut.waits(wait)
	}
	rut.reads("not kept up to date")
	rut.do(chromedp.Evaluate[chromedp.Void]("cut(false)"))
	rut.turns()
	rut.waits(10)
	rut.until("saying nothing of it", gone("not kept up to date"))

	rut.do(chromedp.Evaluate[chromedp.Void](`fetch("/console/out", { method: "POST" }).then(() => turn())`))
	rut.reads("not kept up to date")
	rut.waits()
}

// shows waits until a count stands above its words.
func (t *tab) shows(n, words string) {
	t.tb.Helper()
	t.reads(n + "\n" + words)
}

// turns has what the page waits for come.
func (t *tab) turns() {
	t.tb.Helper()
	t.do(chromedp.Evaluate[chromedp.Void]("turn()"))
}

// waits until the page waits so many seconds, or for nothing.
func (t *tab) waits(seconds ...int) {
	t.tb.Helper()
	want := fmt.Sprint(seconds)
	got := ""
	t.until("waiting "+want, func(ctx context.Context) (bool, error) {
		now, err := chromedp.Run(ctx, chromedp.Evaluate[[]int]("waiting()"))
		got = fmt.Sprint(now)
		if err == nil && got != want {
			err = fmt.Errorf("got %s", got)
		}
		return got == want, err
	})
}

// isScanned counts scans of the only door today.
func (h *house) isScanned(tb testing.TB, times int64) {
	tb.Helper()
	h.arranges(tb, func(ctx context.Context, db *store.DB, at *store.Standing) error {
		today := doorlink.DayIn(time.Now(), at.Property.Clock())
		return db.AddUses(ctx, []store.Use{{Panel: at.Panels[0].ID, Sticker: at.Stickers[0].ID, Day: today, Scans: times}})
	})
}
