package journeys

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"doorlink/store"
)

func TestLongDirectoryIsSearched(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "--residents", "300")
	guest := phone.open(t, "visitor")
	guest.visit(h.Visitor)
	guest.is("search")
	if there := ask(guest, chromedp.Evaluate[int](`document.querySelectorAll("[data-to]").length`)); there != 0 {
		t.Errorf("%d names are in the page before anything was typed, want none", there)
	}
	guest.do(chromedp.SendKeys(chromedp.CSS("input[type=search]"), "ada"))
	guest.tap("Call Ada N., unit 1A")
	guest.is("before")
}

func TestShownSwitchIsFollowedByOpenPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "--residents", "1")
	ada, guest := h.resident(t, 0), h.visitor(t)
	guest.reads("Ada N.")
	guest.online()
	ada.tapRole("switch", "Show in intercom")
	ada.reads("Visitors do not find you")
	guest.is("empty")
	guest.reads("Nobody is listed at this door")
	ada.tapRole("switch", "Show in intercom")
	guest.is("directory")
	guest.reads("Ada N.")
}

func TestReplacedStickerTellsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.endSticker(t)
	guest := phone.open(t, "visitor")
	guest.visit(h.Visitor)
	guest.is("gone")
	text := ask(guest, chromedp.Text(chromedp.CSS("body")))
	for _, secret := range []string{"Front door", "Linden Court", "Ada"} {
		if strings.Contains(text, secret) {
			t.Errorf("the page of a replaced sticker names %s", secret)
		}
	}
}

func TestWrongAddressLeadsToTheCodeOnTheSticker(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	guest := phone.open(t, "visitor")
	guest.visit(h.Visitor[:len(h.Visitor)-1] + "x")
	guest.is("unknown")
	guest.tapRole("link", "Type the code from the sticker")
	guest.is("start")
	guest.do(chromedp.SendKeys(chromedp.CSS("input[name=code]"), "22222222\r"))
	guest.reads("No sticker has the code")
	guest.do(chromedp.Clear(chromedp.CSS("input[name=code]")), chromedp.SendKeys(chromedp.CSS("input[name=code]"), strings.ToUpper(h.Short)+"\r"))
	guest.is("directory")
}

func TestDirectoryIsReadWithoutScript(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	guest := phone.open(t, "visitor")
	guest.do(func(ctx context.Context, at *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, at, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return chromedp.Void{}, err
	})
	guest.visit(h.Visitor)
	guest.see(`main[data-state=directory]`)
	guest.do(chromedp.WaitVisible(chromedp.Search("row"), named("button", "Call Ada N., unit 1A")))
	guest.do(chromedp.WaitVisible(chromedp.CSS("noscript p")))
}

// TestCallNeedsNoPointer goes from the directory to a text conversation and
// out of it with keys alone.
func TestCallNeedsNoPointer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, guest := h.resident(t, 0), h.visitor(t)
	guest.keysTo("Call Ada N., unit 1A")
	guest.press(kb.Enter)
	guest.is("before")
	guest.keysTo("Call")
	guest.press(kb.Enter)
	guest.is("ringing")

	ada.is("incoming")
	ada.keysTo("Answer")
	ada.press(" ")
	ada.is("answered")
	ada.keysTo("Give doorcode")
	ada.press(kb.Enter)
	ada.is("confirm")
	ada.keysTo("Give doorcode")
	ada.press(kb.Enter)
	ada.is("sent")
	guest.code()
	guest.is("code")
	guest.keysTo("Yes, I’m in")
	guest.press(kb.Enter)
	guest.is("used")
	guest.keysTo("Hang up")
	guest.press(kb.Enter)
	ada.is("ended")
}

// keysTo presses Tab until the element of that name has the focus.
func (t *tab) keysTo(name string) {
	t.tb.Helper()
	t.do(chromedp.WaitNotPresent(chromedp.CSS("main[data-settling]")), chromedp.WaitEnabled(chromedp.Search(name), named("button", name)))
	for range 40 {
		t.press(kb.Tab)
		if ask(t, chromedp.Evaluate[string](focusedName)) == name {
			return
		}
	}
	t.tb.Fatalf("%s: Tab does not lead to %q", t.name, name)
}

// focusedName is the name of the focused element, as far as these pages name
// buttons: by label, by reference or by content.
const focusedName = `(() => {
  const e = document.activeElement;
  const by = document.getElementById(e?.getAttribute("aria-labelledby") ?? "");
  return e?.getAttribute("aria-label") ?? (by ?? e)?.textContent.trim() ?? "";
})()`

func (t *tab) press(key string) {
	t.tb.Helper()
	t.do(chromedp.KeyEvent(key))
}

// endSticker replaces the front door's sticker, as its manager would.
func (h *house) endSticker(tb testing.TB) {
	tb.Helper()
	h.records(tb, func(ctx context.Context, db *store.DB) error {
		at, err := db.ScanShort(ctx, h.Short, time.Now())
		if err != nil {
			return err
		}
		return db.Write(ctx, func(tx *store.Tx) error { return tx.EndSticker(ctx, at.Sticker.ID, time.Now()) })
	})
}
