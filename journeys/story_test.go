package journeys

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestVisitorGetsIn is the whole story: somebody without an app scans a sticker,
// talks to a resident, and comes through the door with a code that opens once.
func TestVisitorGetsIn(t *testing.T) {
	t.Parallel()
	for _, way := range []struct {
		name, query string
		relayed     bool // from the visitor's side; the resident's always is
	}{
		{"the way the browsers find", "", false},
		{"over the relay from both sides", "?relay", true},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			ada := h.resident(t, 0)
			guest := phone.open(t, "visitor")
			guest.visit(h.Visitor + way.query)
			guest.asksOnce()
			guest.call("Ada N.", "1A", "Delivery")

			ada.is("incoming")
			ada.reads("Delivery")
			guest.is("ringing")
			ada.tap("Answer")
			ada.is("answered")
			guest.is("answered")
			ada.hears("relay")
			guest.hears("relay")
			if ends := guest.arrived().Ways; len(ends) != 2 || (ends[0] == "relay") != way.relayed || ends[1] != "relay" {
				t.Errorf("the voice goes from %q, want the resident's end relayed, and the visitor's: %t", ends, way.relayed)
			}

			code := ada.givesCode()
			if got := guest.code(); got != code {
				t.Errorf("the visitor reads %q, the resident gave %q", got, code)
			}
			ada.reads("On the visitor’s screen")

			lock := phone.open(t, "lock")
			lock.visit(h.Doors[0].Keypad)
			lock.types(code)
			lock.reads("Opened") // in its log, which outlasts the lights
			lock.see(`main[data-state="asleep"]`)
			lock.types(code)
			lock.reads("Already used")
		})
	}
}

// asksOnce checks that everything before the line was opened came in one
// answer.
func (t *tab) asksOnce() {
	t.tb.Helper()
	t.online()
	t.heard.mu.Lock()
	defer t.heard.mu.Unlock()
	if len(t.heard.requests) != 1 {
		t.tb.Errorf("%s asked for %q before a name was tapped, want one address", t.name, t.heard.requests)
	}
}

// hears waits until a voice arrives over a way, by the page's own word and by
// what the browser has counted: a beep is far above the noise of silence.
func (t *tab) hears(path string) {
	t.tb.Helper()
	t.see(`main[data-audio=heard][data-path="` + path + `"]`)
	before := t.arrived()
	t.until("hearing a voice", func(ctx context.Context) (bool, error) {
		now, err := chromedp.Run(ctx, chromedp.Evaluate[arrival]("arrived()", chromedp.EvalAwaitPromise))
		return now.since(before) > audible, err
	})
}

func (t *tab) arrived() arrival {
	t.tb.Helper()
	return ask(t, chromedp.Evaluate[arrival]("arrived()", chromedp.EvalAwaitPromise))
}

// arrival is what has come over a connection since it was made.
type arrival struct {
	Energy  float64
	Seconds float64
	Ways    []string // the kinds of this end and of the other
}

// audible is a level of 1 %, 40 decibels below full scale.
const audible = 0.01

// since is the level of what came after an earlier look, 1 being full scale.
func (a arrival) since(before arrival) float64 {
	if a.Seconds <= before.Seconds {
		return 0
	}
	return math.Sqrt((a.Energy - before.Energy) / (a.Seconds - before.Seconds))
}

// code waits for a doorcode on the page and returns it.
func (t *tab) code() string {
	t.tb.Helper()
	t.see("[data-doorcode]")
	return ask(t, chromedp.AttributeValue(chromedp.CSS("[data-doorcode]"), "data-doorcode")).Value
}

// types wakes the lock and types digits on its keys.
func (t *tab) types(digits string) {
	t.tb.Helper()
	if t.state() == "asleep" {
		t.tap("Touch to wake")
		t.is("awake")
	}
	t.keys(digits)
}

// keys taps the keys of a lock that is awake.
func (t *tab) keys(digits string) {
	t.tb.Helper()
	for d := range strings.SplitSeq(digits, "") {
		t.tap(d)
	}
}
