package doorlinktest

import (
	"io"
	"net/http"
	"net/http/cookiejar"

	"doorlink"
)

// browser is somebody's browser with its cookies. Which node it reaches is what
// a balancer would decide.
type browser struct {
	house  *House
	node   *Node
	client *http.Client
	line   *line // of the page that is open; nil if none is
}

func (h *House) browser(through *Node) *browser {
	h.tb.Helper()
	jar, err := cookiejar.New(nil)
	h.must(err)
	b := &browser{house: h, client: &http.Client{Jar: jar, Timeout: h.patience}}
	b.Through(through)
	h.tb.Cleanup(func() {
		b.Close()
		b.client.CloseIdleConnections()
	})
	return b
}

// Through makes all later requests reach node n, as if the balancer had chosen
// it. What is open stays where it is.
func (b *browser) Through(n *Node) {
	b.client.CloseIdleConnections()
	b.node, b.client.Transport = n, n.transport("")
}

// Get fetches a page of the node and returns its status and text.
func (b *browser) Get(path string) (status int, text string) {
	b.house.tb.Helper()
	resp, err := b.client.Get(b.node.Base + path)
	b.house.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	b.house.must(err)
	return resp.StatusCode, string(body)
}

// Close closes the page, as closing a tab does.
func (b *browser) Close() {
	if b.line != nil {
		b.line.close()
		b.line = nil
	}
}

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

// Reads waits for a finished line of the other side.
func (b *browser) Reads(call doorlink.CallID, text string) {
	b.house.tb.Helper()
	b.line.await("a line of text", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigText && s.Call == call && s.Text == text && s.Done
	})
}

// Writes sends a line of text the way it is typed: in two pieces, each the
// whole line as it stands.
func (b *browser) Writes(call doorlink.CallID, nth int, text string) {
	b.house.tb.Helper()
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
