package doorlinktest

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"sync"

	"doorlink"
)

// Visit is a visitor's browser on the page of a door.
type Visit struct {
	*browser
	path    string
	entries map[string]doorlink.EntryID // by name as listed

	mu   sync.Mutex
	peer *peer // of the call that is spoken in; nil without audio
}

// row is a line of the directory in the page: what a tap on it names, and the
// name that the visitor reads.
var row = regexp.MustCompile(`data-to="([^"]+)"[^>]*><bdi>([^<]*)</bdi>`)

// Page fetches the page, again or for the first time.
func (v *Visit) Page() string {
	v.house.tb.Helper()
	status, text := v.Get(v.path)
	if status != http.StatusOK {
		v.house.tb.Fatalf("the page of the door has status %d", status)
	}
	return text
}

// Search fetches the page with what a search finds, as browsers without script
// do.
func (v *Visit) Search(typed string) string {
	v.house.tb.Helper()
	status, text := v.Get(v.path + "?q=" + url.QueryEscape(typed))
	if status != http.StatusOK {
		v.house.tb.Fatalf("the page of a search has status %d", status)
	}
	return text
}

// Load fetches the page and reads the directory from it.
func (v *Visit) Load() {
	v.house.tb.Helper()
	text := v.Page()
	v.entries = map[string]doorlink.EntryID{}
	for _, m := range row.FindAllStringSubmatch(text, -1) {
		v.entries[html.UnescapeString(m[2])] = doorlink.EntryID(m[1])
	}
}

// Listed reports whether the page lists somebody by that name.
func (v *Visit) Listed(name string) bool { return v.entries[name] != "" }

// Open opens the page's line. If the visit has a call that matters, it is heard
// on it.
func (v *Visit) Open() { v.browser.open(v.path+"/line?lang=en", v.hears) }

// Reload loads the page again and opens its line, as a visitor does who comes
// back; the old page is gone before the new one is there.
func (v *Visit) Reload() {
	v.house.tb.Helper()
	v.Close()
	v.Load()
	v.Open()
}

// Tab opens the page in another tab of the same browser.
func (v *Visit) Tab() *Visit {
	v.house.tb.Helper()
	other := *v.browser
	other.line = nil
	v.house.tb.Cleanup(other.Close)
	tab := &Visit{browser: &other, path: v.path}
	tab.Load()
	tab.Open()
	return tab
}

// Dial calls somebody by the name in the directory and waits until the call is
// placed.
func (v *Visit) Dial(name string) doorlink.CallID {
	v.house.tb.Helper()
	return v.DialAs(name, doorlink.Caller{})
}

// DialAs is Dial for a visitor who says who they are.
func (v *Visit) DialAs(name string, as doorlink.Caller) doorlink.CallID {
	v.house.tb.Helper()
	mark := v.dial(name, as)
	s := v.line.awaitFrom(mark, "a call to "+name+" is placed", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigCall || s.Kind == doorlink.SigRefused
	})
	if s.Refused != nil {
		v.house.tb.Fatalf("the call to %s was refused: %s", name, s.Refused.Key)
	}
	return s.Call
}

// DialRefused calls somebody and waits for the refusal.
func (v *Visit) DialRefused(name string) doorlink.Refusal {
	v.house.tb.Helper()
	mark := v.dial(name, doorlink.Caller{})
	return *v.line.awaitFrom(mark, "a call to "+name+" is refused", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigRefused
	}).Refused
}

func (v *Visit) dial(name string, as doorlink.Caller) (mark int) {
	v.house.tb.Helper()
	entry := v.entries[name]
	if entry == "" {
		v.house.tb.Fatalf("the page does not list %s", name)
	}
	if v.line == nil {
		v.Open()
	}
	v.house.Log.keep("what a visitor said of themselves", as.Line)
	mark = v.line.mark()
	v.say(doorlink.Signal{Kind: doorlink.SigDial, Entry: entry, Caller: &as})
	return mark
}

// DirectoryChanged waits until the page is told to load the directory again.
func (v *Visit) DirectoryChanged() {
	v.house.tb.Helper()
	v.line.await("the directory has changed", func(s doorlink.Signal) bool { return s.Kind == doorlink.SigDirectory })
}

// Sees waits until the page shows a code, and says that it does.
func (v *Visit) Sees(code doorlink.Code) {
	v.house.tb.Helper()
	s := v.line.await("the code is shown", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigCode && s.Code.Nth == code.Nth
	})
	if s.Code.Digits != code.Digits {
		v.house.tb.Errorf("the visitor's page and the resident's show different codes")
	}
	v.say(doorlink.Signal{Kind: doorlink.SigShown, Call: s.Call, Nth: code.Nth})
}

// SeesAgain waits until the page shows a code that it knows from before.
func (v *Visit) SeesAgain(code doorlink.Code) {
	v.house.tb.Helper()
	v.line.await("the code is shown again", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigCode && s.Code.Nth == code.Nth && s.Code.Digits == code.Digits
	})
}

// SaysOpened tells whether the door opened.
func (v *Visit) SaysOpened(call doorlink.CallID, nth int, opened string) {
	v.house.tb.Helper()
	v.say(doorlink.Signal{Kind: doorlink.SigOpened, Call: call, Nth: nth, Opened: opened})
}

// Offers offers to talk: a new connection whose audio is real where there is a
// network, and whose description is only text in fake time.
func (v *Visit) Offers(call doorlink.CallID) {
	v.house.tb.Helper()
	if !v.house.voice {
		v.say(doorlink.Signal{Kind: doorlink.SigOffer, Call: call, Gen: 1, SDP: "v=0\r\n"})
		return
	}
	v.offer(call)
}

// HearsVoice waits until the visitor hears the resident, offering to talk if
// that has not been done.
func (v *Visit) HearsVoice(call doorlink.CallID) {
	v.house.tb.Helper()
	if v.peer == nil {
		v.Offers(call)
	}
	v.peer.hears(v.browser)
}

// hears is what the page does by itself.
func (v *Visit) hears(_ *line, s doorlink.Signal) {
	switch s.Kind {
	case doorlink.SigAnswer, doorlink.SigCandidate:
		v.mu.Lock()
		p := v.peer
		v.mu.Unlock()
		if p != nil && p.gen == s.Gen {
			p.take(s) // whoever wants to hear something notices if it failed
		}
	}
}
