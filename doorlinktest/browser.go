package doorlinktest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
)

// browser is somebody's browser with its cookies. Which node it reaches is what
// a balancer would decide.
type browser struct {
	house  *House
	node   *Node
	client *http.Client
	line   *line        // of the page that is open; nil if none is
	silent *atomic.Bool // nothing reaches it any more
}

func (h *House) browser(through *Node) *browser {
	h.tb.Helper()
	jar, err := cookiejar.New(nil)
	must(h.tb, err)
	b := &browser{house: h, client: &http.Client{Jar: jar, Timeout: h.patience}, silent: &atomic.Bool{}}
	b.Through(through)
	h.tb.Cleanup(func() {
		b.Close()
		b.client.CloseIdleConnections()
		b.keepCookies()
	})
	return b
}

// keepCookies makes sure that the log tells none of this browser's cookies that
// are secret; only the choice of a language is not.
func (b *browser) keepCookies() {
	for _, path := range []string{"/p/", "/r/", "/console/"} {
		at, err := url.Parse(b.node.Base + path)
		must(b.house.tb, err)
		for _, c := range b.client.Jar.Cookies(at) {
			if c.Name != "dl_lang" {
				b.house.Log.keep("the cookie "+c.Name, c.Value)
			}
		}
	}
}

// Through makes all later requests reach node n, as if the balancer had chosen
// it. What is open stays where it is.
func (b *browser) Through(n *Node) {
	b.client.CloseIdleConnections()
	b.node, b.client.Transport = n, n.transport("", b.silent)
}

// From gives the browser an address of its own for all later requests. What is
// open stays where it is.
func (b *browser) From(address string) {
	b.client.CloseIdleConnections()
	b.client.Transport = b.node.transport(address, b.silent)
}

// Get fetches a page of the node and returns its status and text.
func (b *browser) Get(path string) (status int, text string) {
	b.house.tb.Helper()
	resp, err := b.client.Get(b.node.Base + path)
	must(b.house.tb, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(b.house.tb, err)
	return resp.StatusCode, string(body)
}

// Close closes the page, as closing a tab does.
func (b *browser) Close() {
	if b.line != nil {
		b.line.close()
		b.line = nil
	}
}

// Loses breaks the page's connection off without a word, as a network does.
func (b *browser) Loses() {
	b.line.drop()
	b.line = nil
}

// FallsSilent makes everything that is sent to the browser vanish, without a word
// to anybody, as a network does that is out of reach.
func (b *browser) FallsSilent() { b.silent.Store(true) }

// say sends a signal from the open page.
func (b *browser) say(s doorlink.Signal) {
	b.house.tb.Helper()
	b.line.say(s)
}

// Told waits until the page was told that a call is in a state, since it was
// opened.
func (b *browser) Told(call doorlink.CallID, want doorlink.State) doorlink.News {
	b.house.tb.Helper()
	return *b.line.await("the call is "+string(want), func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigCall && s.Call == call && s.News.State == want
	}).News
}

// ToldAnything waits until the page was told of a call at all, and returns the
// first that it heard.
func (b *browser) ToldAnything(call doorlink.CallID) doorlink.News {
	b.house.tb.Helper()
	return *b.line.await("the page knows the call", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigCall && s.Call == call
	}).News
}

// ToldOf waits until the page was told something particular of a call.
func (b *browser) ToldOf(call doorlink.CallID, what string, wanted func(doorlink.News) bool) {
	b.house.tb.Helper()
	b.line.await(what, func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigCall && s.Call == call && wanted(*s.News)
	})
}

// States are the states of a call that the page was told of, in order.
func (b *browser) States(call doorlink.CallID) []doorlink.State {
	var all []doorlink.State
	for _, s := range b.line.all() {
		if s.Kind == doorlink.SigCall && s.Call == call {
			all = append(all, s.News.State)
		}
	}
	return slices.Compact(all)
}

// Last is how a call stood when the page was last told. It must have been.
func (b *browser) Last(call doorlink.CallID) doorlink.News {
	b.house.tb.Helper()
	for _, s := range slices.Backward(b.line.all()) {
		if s.Kind == doorlink.SigCall && s.Call == call {
			return *s.News
		}
	}
	b.house.tb.Fatal("the page was never told of the call")
	return doorlink.News{}
}

// OtherSide waits until the page hears, after do, that the other side's
// connection is lost for now, or there again.
func (b *browser) OtherSide(call doorlink.CallID, away bool, do func()) {
	b.house.tb.Helper()
	mark := b.line.mark()
	do()
	b.line.awaitFrom(mark, "the other side went or came back", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigCall && s.Call == call && s.News.Away == away
	})
}

// Moved waits until the page hears that the call went on elsewhere.
func (b *browser) Moved(call doorlink.CallID) {
	b.house.tb.Helper()
	b.line.await("the call has moved", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigMoved && s.Call == call
	})
}

// HungUp waits until the server has closed the page's line.
func (b *browser) HungUp() {
	b.house.tb.Helper()
	select {
	case <-b.line.done:
	case <-time.After(b.house.patience):
		b.house.tb.Fatal("the line is still open")
	}
}

// Reads waits for a finished line of the other side.
func (b *browser) Reads(call doorlink.CallID, text string) {
	b.house.tb.Helper()
	b.line.await("a line of text", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigText && s.Call == call && s.Text == text && s.Done
	})
}

// ReadsAll waits for the last of the other side's lines and compares how all of
// them stand.
func (b *browser) ReadsAll(call doorlink.CallID, want []string) {
	b.house.tb.Helper()
	b.Reads(call, want[len(want)-1])
	got := make([]string, len(want))
	for _, s := range b.line.all() {
		if s.Kind == doorlink.SigText && s.Call == call && s.Line <= len(got) {
			got[s.Line-1] = s.Text
		}
	}
	if diff := cmp.Diff(got, want); diff != "" {
		b.house.tb.Errorf("lines read (-got +want):\n%s", diff)
	}
}

// Writes sends a line of text the way it is typed: in two pieces, each the
// whole line as it stands.
func (b *browser) Writes(call doorlink.CallID, nth int, text string) {
	b.house.tb.Helper()
	b.house.Log.keep("what was written", text)
	half := []rune(text)[:len([]rune(text))/2]
	b.say(doorlink.Signal{Kind: doorlink.SigText, Call: call, Line: nth, Text: string(half)})
	b.say(doorlink.Signal{Kind: doorlink.SigText, Call: call, Line: nth, Text: text, Done: true})
}

// HangsUp ends or cancels a call.
func (b *browser) HangsUp(call doorlink.CallID) {
	b.house.tb.Helper()
	b.say(doorlink.Signal{Kind: doorlink.SigHangUp, Call: call})
}

// Refused waits until the page was refused something, with that key.
func (b *browser) Refused(key string) doorlink.Refusal {
	b.house.tb.Helper()
	return *b.line.await("a refusal with key "+key, func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigRefused && s.Refused.Key == key
	}).Refused
}
