package journeys

import (
	_ "embed"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// pictureHTML puts three pictures side by side.
//
//go:embed picture.html
var pictureHTML []byte

// TestPicture makes picture.png of the README with -shots DIR: a visitor with a
// doorcode, the resident who gave it, and the lock that takes it.
func TestPicture(t *testing.T) {
	if *shots == "" {
		t.Skip("makes a picture with -shots DIR")
	}
	h := newHouse(t)
	ada, guest := h.resident(t, 0), h.visitor(t)
	lock := h.lock(t)
	screen := phone.open(t, "lock")
	screen.visit(lock.url)
	for _, p := range []*tab{ada, guest} {
		p.do(chromedp.EmulateViewport(phone.width, phone.height, chromedp.EmulateScale(2)))
	}
	screen.do(chromedp.EmulateViewport(phone.width, 500, chromedp.EmulateScale(2)))
	guest.call("Ada N.", "1A", "Delivery")
	ada.is("incoming")
	ada.tap("Answer")
	ada.is("answered")
	ada.hears("relay")
	guest.hears("relay")
	code := ada.givesCode()
	guest.is("code")
	ada.reads("On the visitor’s screen")
	screen.types(code)
	screen.is("accepted")

	dir := t.TempDir()
	keep := func(name string, picture []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lock.frozen(func() { keep("lock.png", ask(screen, chromedp.CaptureScreenshot())) })
	keep("visitor.png", ask(guest, chromedp.CaptureScreenshot()))
	keep("resident.png", ask(ada, chromedp.CaptureScreenshot()))
	keep("picture.html", pictureHTML)
	wall := phone.open(t, "wall")
	wall.do(chromedp.EmulateViewport(1600, 900), chromedp.Navigate("file://"+filepath.Join(dir, "picture.html")))
	if err := os.MkdirAll(*shots, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, "picture.png"), ask(wall, chromedp.CaptureScreenshot()), 0o644); err != nil {
		t.Fatal(err)
	}
}
