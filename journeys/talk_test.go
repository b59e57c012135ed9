package journeys

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestTextServesWhereThereIsNoMicrophone goes through a visit of somebody who
// cannot or will not speak.
func TestTextServesWhereThereIsNoMicrophone(t *testing.T) {
	t.Parallel()
	missing := phone
	missing.browser = mute
	for _, on := range []struct {
		name   string
		device device
	}{
		{"refused", silent},
		{"missing altogether", missing},
	} {
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			ada := h.resident(t, 0)
			guest := on.device.open(t, "visitor")
			guest.visit(h.Visitor)
			guest.call("Ada N.", "1A", "Guest")
			guest.is("ringing")
			guest.reads("No microphone, no problem.")

			guest.writes("Hello, it is Ken fr")
			ada.is("incoming")
			ada.reads("Hello, it is Ken fr")
			guest.writes("om the bakery\n")
			ada.reads("Hello, it is Ken from the bakery")

			ada.tap("Answer")
			guest.is("answered")
			guest.hears("relay")
			ada.is("answered")
			ada.reads("The visitor’s microphone is off")
			ada.writes("One moment")
			guest.reads("One moment")
			ada.writes(", Ken\n")
			guest.reads("One moment, Ken")

			code := ada.givesCode()
			if got := guest.code(); got != code {
				t.Errorf("the visitor reads %q, the resident gave %q", got, code)
			}
		})
	}
}

// TestReloadedPageWaitsForATap loads the page of a visitor without a microphone
// again: nothing allows it to play by itself, so it says so.
func TestReloadedPageWaitsForATap(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, guest := h.resident(t, 0), silent.open(t, "visitor")
	guest.visit(h.Visitor)
	guest.call("Ada N.", "1A", "")
	ada.is("incoming")
	ada.tap("Answer")
	guest.hears("relay")
	guest.do(chromedp.Reload())
	guest.is("answered")
	guest.tap("Tap to hear Ada N.")
	guest.until("putting the question away", gone("Tap to hear"))
	guest.hears("relay")
	if !guest.plays() {
		t.Error("the visitor's page receives a voice and does not play it")
	}
}

// TestTextIsSeenAsItIsTyped follows a correction in the middle of a line.
func TestTextIsSeenAsItIsTyped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, guest := h.inCall(t)
	guest.tap("Mute")
	ada.until("noticing that the visitor can still be heard", func(ctx context.Context) (bool, error) {
		return chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector("main").dataset.audio === "silent"`))
	})
	for i := range "Parcel" {
		guest.writes("Parcel"[i : i+1])
		ada.reads("Parcel"[:i+1])
	}
	guest.writes("\b\b\b\bck for you\n")
	ada.reads("Pack for you")
	ada.writes("Thanks\n")
	guest.reads("Thanks")
}

// writes types into the conversation, character by character.
func (t *tab) writes(text string) {
	t.tb.Helper()
	const field = "[data-talk] textarea, textarea"
	t.do(chromedp.WaitVisible(chromedp.CSS(field)), chromedp.Focus(chromedp.CSS(field)))
	for c := range strings.SplitSeq(text, "") {
		t.do(chromedp.KeyEvent(c))
	}
}
