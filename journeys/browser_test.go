package journeys

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	_ "embed"
)

// patience is how long anything may take on a busy machine. Nothing waits that
// long unless something is broken.
const patience = 60 * time.Second

// chromium is a browser that several tests use at a time, each with profiles of
// its own.
type chromium struct {
	ctx  context.Context
	stop context.CancelFunc
	err  error
}

// Two browsers are enough: one on a machine with a microphone that beeps, one
// on a machine without any.
var (
	browsers []*chromium
	beeping  = sync.OnceValue(func() *chromium { return launch(chromedp.Flag("use-fake-device-for-media-stream", true)) })
	mute     = sync.OnceValue(func() *chromium { return launch(chromedp.Flag("disable-audio-input", true)) })
)

var launching sync.Mutex

func launch(more ...chromedp.ExecAllocatorOption) *chromium {
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("mute-audio", true),
		chromedp.Flag("lang", "en-GB"),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // the sandbox refuses to run as root
	}
	around, end := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	ctx, cancel := chromedp.NewContext(around)
	c := &chromium{ctx: ctx, stop: func() { cancel(); end() }}
	c.err = chromedp.Do(ctx)
	launching.Lock()
	defer launching.Unlock()
	browsers = append(browsers, c)
	return c
}

func closeBrowsers() {
	for _, c := range browsers {
		c.stop()
	}
}

// needChromium skips a test where there is no browser, unless CI=true promises one.
func needChromium(tb testing.TB) {
	tb.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome", "headless-shell"} {
		if _, err := exec.LookPath(name); err == nil {
			return
		}
	}
	if os.Getenv("CI") == "true" {
		tb.Fatal("there is no Chromium on the path, and CI=true promises one")
	}
	tb.Skip("there is no Chromium on the path")
}

// listen is what a page runs before its own scripts: it keeps the connections
// that the page makes, so that a test can measure them itself.
//
//go:embed listen.js
var listen string

// device is what a page is opened on.
type device struct {
	browser    func() *chromium
	microphone browser.PermissionSetting
	width      int64
	height     int64
}

// phone is the device of most people.
var phone = device{browser: beeping, microphone: browser.PermissionSettingGranted, width: 390, height: 844}

// silent is a phone whose owner said no to the microphone.
var silent = device{browser: beeping, microphone: browser.PermissionSettingDenied, width: 390, height: 844}

// open gives a device a profile of its own and a blank page.
func (d device) open(tb testing.TB, name string) *tab {
	tb.Helper()
	needChromium(tb)
	c := d.browser()
	if c.err != nil {
		tb.Fatalf("starting Chromium: %v", c.err)
	}
	t := newTab(tb, c.ctx, name, chromedp.WithNewBrowserContext())
	t.do(d.hand)
	return t
}

// beside opens another page in the same profile.
func (t *tab) beside(tb testing.TB) *tab {
	tb.Helper()
	return newTab(tb, t.ctx, t.name+" again")
}

func newTab(tb testing.TB, from context.Context, name string, options ...chromedp.ContextOption) *tab {
	tb.Helper()
	t := &tab{tb: tb, name: name, heard: &traffic{}}
	t.ctx, t.stop = chromedp.NewContext(from, append(options, chromedp.WithListener(t.heard.listen))...)
	tb.Cleanup(t.close)
	t.do(func(ctx context.Context, at *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, at, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: listen})
		return chromedp.Void{}, err
	})
	return t
}

// hand sets the device's screen and what it thinks of microphones.
func (d device) hand(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
	_, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission:       &browser.PermissionDescriptor{Name: "microphone"},
		Setting:          d.microphone,
		BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
	})
	if err != nil {
		return chromedp.Void{}, err
	}
	return chromedp.Void{}, chromedp.Do(ctx, chromedp.EmulateViewport(d.width, d.height))
}
