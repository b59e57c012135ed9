package journeys

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is one page in a profile of its own, as one person sees it. Its methods
// wait for what they need and fail the test if it does not come.
type tab struct {
	tb    testing.TB
	name  string
	ctx   context.Context
	stop  context.CancelFunc
	heard *traffic
}

// traffic is what a page asked for and complained about.
type traffic struct {
	mu         sync.Mutex
	requests   []string
	lines      int // sockets that were opened
	complaints []string
}

func (t *traffic) listen(ev any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(ev.Request.URL, "data:") {
			t.requests = append(t.requests, ev.Request.URL)
		}
	case *network.EventWebSocketHandshakeResponseReceived:
		t.lines++
	case *runtime.EventExceptionThrown:
		t.complaints = append(t.complaints, fmt.Sprintf("%s: %v", ev.ExceptionDetails.Text, ev.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		if ev.Entry.Source == log.EntrySourceSecurity || ev.Entry.Source == log.EntrySourceViolation {
			t.complaints = append(t.complaints, ev.Entry.Text)
		}
	}
}

// do runs steps within the patience.
func (t *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	t.tb.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	// The first run of a tab ends with its context, so it gets the tab's own.
	if chromedp.FromContext(t.ctx).Target == nil {
		ctx = t.ctx
	}
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.tb.Fatalf("%s: %v", t.name, err)
	}
}

// ask runs one step that has an answer.
func ask[T any](t *tab, step chromedp.Action[T]) T {
	t.tb.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, step)
	if err != nil {
		t.tb.Fatalf("%s: %v", t.name, err)
	}
	return v
}

// close ends the tab. Of a failed test it first keeps a picture and what can be
// read on the page; a page that complained fails its test.
func (t *tab) close() {
	defer func() {
		t.stop()
		chromedp.Cancel(t.ctx)
	}()
	t.heard.mu.Lock()
	for _, c := range t.heard.complaints {
		t.tb.Errorf("%s complains: %s", t.name, c)
	}
	t.heard.mu.Unlock()
	if !t.tb.Failed() {
		return
	}
	ctx, cancel := context.WithTimeout(t.ctx, 5*time.Second)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.querySelector("main")?.outerHTML.match(/<main[^>]*>/)[0] + "\n" + document.body.innerText`))
	t.tb.Logf("%s shows:\n%s", t.name, text)
	if picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err == nil {
		os.WriteFile(filepath.Join(t.tb.ArtifactDir(), t.name+".png"), picture, 0o644)
	}
}

// visit opens an address.
func (t *tab) visit(url string) {
	t.tb.Helper()
	t.do(chromedp.Navigate(url))
}

// see waits for an element.
func (t *tab) see(css string) {
	t.tb.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.WaitReady(chromedp.CSS(css))); err != nil {
		t.tb.Fatalf("%s: waiting for %s: %v", t.name, css, err)
	}
}

// is waits until the page is in one of the states.
func (t *tab) is(states ...string) {
	t.tb.Helper()
	for i, s := range states {
		states[i] = fmt.Sprintf("main[data-state=%q]", s)
	}
	t.see(strings.Join(states, ", "))
}

// state is the state the page is in now.
func (t *tab) state() string {
	t.tb.Helper()
	return ask(t, chromedp.Evaluate[string](`document.querySelector("main").dataset.state`))
}

// reads waits until a text stands on the page, visibly.
func (t *tab) reads(text string) {
	t.tb.Helper()
	t.until(fmt.Sprintf("reading %q", text), func(ctx context.Context) (bool, error) {
		return chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf("document.body.innerText.includes(%q)", text)))
	})
}

// gone looks whether a text has left the page.
func gone(text string) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		return chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf("!document.body.innerText.includes(%q)", text)))
	}
}

// online waits until the page has a line to the server.
func (t *tab) online() {
	t.tb.Helper()
	t.until("opening the line", func(context.Context) (bool, error) {
		t.heard.mu.Lock()
		defer t.heard.mu.Unlock()
		return t.heard.lines > 0, nil
	})
}

// until looks again and again until something is so.
func (t *tab) until(what string, look func(context.Context) (bool, error)) {
	t.tb.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	every := time.NewTicker(50 * time.Millisecond)
	defer every.Stop()
	for {
		so, err := look(ctx)
		if so {
			return
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			t.tb.Fatalf("%s: %s: %v (%v)", t.name, what, ctx.Err(), err)
		}
	}
}

// named finds elements as assistive technology does: by role and name.
func named(role, name string) chromedp.QueryOption {
	return chromedp.ByFunc(func(ctx context.Context, at *chromedp.Target, root *chromedp.Node) ([]cdp.NodeID, error) {
		query := accessibility.QueryAXTreeParams{NodeID: root.NodeID, Role: role, AccessibleName: name}
		found, err := cdp.Call(ctx, at, accessibility.QueryAXTree, query)
		if err != nil {
			return nil, err
		}
		var there []cdp.BackendNodeID
		for _, n := range found.Nodes {
			if !n.Ignored {
				there = append(there, n.BackendDOMNodeID)
			}
		}
		if len(there) == 0 {
			return nil, nil
		}
		ids, err := cdp.Call(ctx, at, dom.PushNodesByBackendIDsToFrontend, dom.PushNodesByBackendIDsToFrontendParams{BackendNodeIDs: there[:1]})
		return ids.NodeIDs, err
	})
}

// tap taps a button once it can be tapped: pages hold a button that has just
// come under a finger for a moment.
func (t *tab) tap(button string) {
	t.tb.Helper()
	t.tapRole("button", button)
}

func (t *tab) tapRole(role, name string) {
	t.tb.Helper()
	label := chromedp.Search(role + " " + name)
	t.do(
		chromedp.WaitNotPresent(chromedp.CSS("main[data-settling]")),
		chromedp.WaitEnabled(label, named(role, name)),
		chromedp.Click(label, named(role, name)),
	)
}
