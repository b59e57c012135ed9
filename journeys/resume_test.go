package journeys

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// TestCallsSurvive loses first the pages and then the server in the middle of a
// call, before and after a code was given: both ends go on where they were, and
// no page that has its line back waits until the voice is missed.
func TestCallsSurvive(t *testing.T) {
	t.Parallel()
	for _, loss := range []struct {
		name    string
		happens func(h *house, pages ...*tab)
	}{
		{"both pages loaded again", func(_ *house, pages ...*tab) {
			for _, p := range pages {
				p.do(chromedp.Reload())
			}
		}},
		{"the server killed and started again", func(h *house, _ ...*tab) { h.restart() }},
	} {
		t.Run(loss.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			ada, guest := h.inCall(t)
			ada.hears("relay")
			guest.hears("relay")
			guest.writes("Flowers for you\n")
			ada.writes("How nice\n")
			guest.reads("How nice")
			ada.reads("Flowers for you")

			loss.happens(h, ada, guest)
			for _, page := range []*tab{ada, guest} {
				page.is("answered")
				page.reads("Flowers for you")
				page.reads("How nice")
				page.hears("relay")
				page.missedNothing()
			}
			guest.writes("Still here\n")
			ada.reads("Still here")

			code := ada.givesCode()
			guest.code()
			loss.happens(h, ada, guest)
			for _, page := range []*tab{ada, guest} {
				if got := page.code(); got != code {
					t.Errorf("%s: the code was %q and is now %q", page.name, code, got)
				}
				page.hears("relay")
				page.missedNothing()
			}
			ada.reads("On the visitor’s screen")
		})
	}
}

// missedNothing checks that the page has not lost a connection since its line to
// the server came back.
func (t *tab) missedNothing() {
	t.tb.Helper()
	if ask(t, chromedp.Evaluate[bool]("window.lost > window.up")) {
		t.tb.Errorf("%s: the voice was missed while the line was up", t.name)
	}
}

// TestPageThatSleptShowsWhatHappened locks the visitor's screen while the resident
// gives a code, and again while the server is killed. The system stops the sound of
// a page that sleeps; it plays again when the page is seen.
func TestPageThatSleptShowsWhatHappened(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, guest := h.inCall(t)
	guest.hears("relay")
	var code string
	for _, happens := range []func(){func() {
		code = ada.givesCode()
		ada.reads("On its way to the visitor")
	}, h.restart} {
		guest.asleep(happens)
		guest.is("code")
		if got := guest.code(); got != code {
			t.Errorf("the code is %q, the resident gave %q", got, code)
		}
		ada.reads("On the visitor’s screen")
		ada.hears("relay")
		guest.hears("relay")
		guest.until("playing the voice", func(context.Context) (bool, error) { return guest.plays(), nil })
	}
}

// asleep does something while the page is behind a locked screen, where it is hidden
// and stands still.
func (t *tab) asleep(do func()) {
	t.tb.Helper()
	turn := func(to page.SetWebLifecycleStateState, front bool) {
		t.tb.Helper()
		t.do(func(ctx context.Context, at *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, at, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: front})
			if err == nil {
				_, err = cdp.Call(ctx, at, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: to})
			}
			return chromedp.Void{}, err
		})
	}
	turn(page.SetWebLifecycleStateStateFrozen, false)
	do()
	turn(page.SetWebLifecycleStateStateActive, true)
}
