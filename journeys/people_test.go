package journeys

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// resident signs in as one of the two residents of the demonstration and waits
// until their page can ring.
func (h *house) resident(tb testing.TB, n int) *tab {
	tb.Helper()
	t := phone.open(tb, h.Residents[n].Name)
	t.visit(h.Residents[n].URL)
	t.is("home")
	t.reads("You can be reached")
	return t
}

// visitor stands at the front door with the directory on their phone.
func (h *house) visitor(tb testing.TB) *tab {
	tb.Helper()
	t := phone.open(tb, "visitor")
	t.visit(h.Visitor)
	t.is("directory")
	return t
}

// ringing has a visitor call the first resident.
func (h *house) ringing(tb testing.TB) (resident, visitor *tab) {
	tb.Helper()
	resident, visitor = h.resident(tb, 0), h.visitor(tb)
	visitor.call("Ada N.", "1A", "")
	resident.is("incoming")
	visitor.is("ringing")
	return resident, visitor
}

// inCall brings the two into a conversation.
func (h *house) inCall(tb testing.TB) (resident, visitor *tab) {
	tb.Helper()
	resident, visitor = h.ringing(tb)
	resident.tap("Answer")
	resident.is("answered")
	visitor.is("answered")
	return resident, visitor
}

// call taps a name in the directory, says who is there and calls.
func (t *tab) call(name, unit, as string) {
	t.tb.Helper()
	t.tap("Call " + name + ", unit " + unit)
	t.is("before")
	if as != "" {
		t.tapRole("radio", as)
	}
	t.tap("Call")
}

// plays reports whether the page plays all that it has to play.
func (t *tab) plays() bool {
	t.tb.Helper()
	return ask(t, chromedp.Evaluate[bool](`[...document.querySelectorAll("audio")].every((a) => !a.paused)`))
}

// givesCode gives a doorcode and returns it.
func (t *tab) givesCode() string {
	t.tb.Helper()
	t.tap("Give doorcode")
	t.is("confirm")
	t.tap("Give doorcode")
	t.see("[data-doorcode]")
	return t.code()
}
