package journeys

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestConsoleNeedsNoPointer adds somebody with keys alone: past the rail, into a
// form that is refused, and out of it.
func TestConsoleNeedsNoPointer(t *testing.T) {
	t.Parallel()
	rut := desktop.open(t, "rut")
	rut.setsUp(emptyHouse(t))
	for _, want := range []string{"Skip to the page", "Linden CourtAll properties", "Overview", "Doors", "People"} {
		rut.press(kb.Tab)
		rut.hasFocus(want)
	}
	rut.press(kb.Enter)
	rut.reads("Nobody lives here yet")

	rut.press(kb.Tab)
	rut.hasFocus("Skip to the page")
	rut.press(kb.Enter)
	rut.press(kb.Tab)
	rut.hasFocus("Invite") // the first thing of the page
	rut.press(kb.Enter)
	rut.reads("Invite somebody")
	rut.tabTo("given")
	rut.press("Ada")
	rut.tabTo("email")
	rut.press("ada@nowhere")
	rut.tabTo("unit")
	rut.press("9Z")
	rut.press(kb.Enter)
	rut.reads("There is no unit 9Z")
	if !ask(rut, chromedp.Evaluate[bool](`document.activeElement.matches("[role=alert]")`)) {
		t.Error("what is wrong has not the focus")
	}
	if got := ask(rut, chromedp.Evaluate[string](`document.querySelector("[name=given]").value`)); got != "Ada" {
		t.Errorf("the form comes back with %q, want what was typed", got)
	}
	rut.tabTo("unit")
	rut.press(kb.Backspace)
	rut.press(kb.Enter)
	rut.reads("A link for Ada")
	rut.tabTo("Undo")
	rut.press(" ")
	rut.reads("Took back: Invited a person")
}

// TestAskingIsLeftByEscape opens the question before a doorcode with keys: it
// keeps the focus, Escape is no answer, and the focus is where it was.
func TestAskingIsLeftByEscape(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, _ := h.inCall(t)
	ada.keysTo("Give doorcode")
	ada.press(kb.Enter)
	ada.is("confirm")
	for range 5 {
		ada.press(kb.Tab)
		if !ask(ada, chromedp.Evaluate[bool](`document.querySelector("dialog").contains(document.activeElement)`)) {
			t.Fatal("Tab leaves the question")
		}
	}
	ada.press(kb.Escape)
	ada.is("answered")
	ada.hasFocus("Give doorcode")
}

// hasFocus waits until the element with the focus has a name.
func (t *tab) hasFocus(name string) {
	t.tb.Helper()
	t.until("focus on "+name, func(ctx context.Context) (bool, error) {
		now, err := chromedp.Run(ctx, chromedp.Evaluate[string](focusedName))
		return now == name, err
	})
}

// tabTo presses Tab until an element has the focus, by its name: a field's is
// that which it is sent by.
func (t *tab) tabTo(name string) {
	t.tb.Helper()
	for range 60 {
		t.press(kb.Tab)
		if ask(t, chromedp.Evaluate[string](`document.activeElement.name || `+focusedName)) == name {
			return
		}
	}
	t.tb.Fatalf("%s: Tab does not lead to %q", t.name, name)
}
