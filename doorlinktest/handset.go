package doorlinktest

import (
	"context"
	"net/http"
	"sync"
	"time"

	"doorlink"
)

// Resident is somebody who lives in the house, with their first handset.
type Resident struct {
	*Handset
	Person doorlink.PersonID
	Entry  doorlink.EntryID
}

// Another signs the resident in on one more handset, which is not open yet.
func (r *Resident) Another(through *Node) *Handset {
	r.house.tb.Helper()
	return r.house.signIn(r.Person, through)
}

// Handset is a browser in which a resident is signed in. While its page is open
// it shows calls, as the page does, by itself.
type Handset struct {
	*browser

	// Silent keeps the page from showing calls, as one that was put to sleep
	// does. It is set before the page is opened.
	Silent bool

	mu     sync.Mutex
	offers map[doorlink.CallID][]doorlink.Signal // the latest offer and its candidates
	mine   map[doorlink.CallID]bool              // answered here
	ice    map[doorlink.CallID][]doorlink.ICEServer
	peers  map[doorlink.CallID]*peer
	codes  map[doorlink.CallID]int
}

func newHandset(b *browser) *Handset {
	return &Handset{
		browser: b,
		offers:  map[doorlink.CallID][]doorlink.Signal{}, mine: map[doorlink.CallID]bool{},
		ice: map[doorlink.CallID][]doorlink.ICEServer{}, peers: map[doorlink.CallID]*peer{}, codes: map[doorlink.CallID]int{},
	}
}

// signIn uses a one-time link in a new browser.
func (h *House) signIn(who doorlink.PersonID, through *Node) *Handset {
	h.tb.Helper()
	p := newHandset(h.browser(through))
	if status, _ := p.Get("/r/in/" + h.Link(who).Reveal()); status != http.StatusOK {
		h.tb.Fatalf("signing in has status %d", status)
	}
	return p
}

// Link makes a one-time link for a resident.
func (h *House) Link(who doorlink.PersonID) doorlink.Secret {
	h.tb.Helper()
	link := doorlink.NewSecret()
	h.Log.keep("a one-time link", link.Reveal())
	must(h.tb, h.DB.AddLink(context.Background(), who, link.Hash(), time.Now().Add(time.Hour)))
	return link
}

// Open opens the handset's page. Calls that go on are heard on it.
func (p *Handset) Open() { p.browser.open("/r/line?lang=en", p.hears) }

// Tab opens the page in another tab of the same browser.
func (p *Handset) Tab() *Handset {
	p.house.tb.Helper()
	other := *p.browser
	other.line = nil
	p.house.tb.Cleanup(other.Close)
	tab := newHandset(&other)
	tab.Open()
	return tab
}

// Hides turns Show in intercom off, by the switch on the page.
func (p *Handset) Hides() {
	p.house.tb.Helper()
	p.post("/r/shown")
}

// SignsOut signs the handset out through a node, by the form on its page.
func (p *Handset) SignsOut(through *Node) {
	p.house.tb.Helper()
	p.Through(through)
	p.post("/r/out")
}

func (p *Handset) post(path string) {
	p.house.tb.Helper()
	resp, err := p.client.PostForm(p.node.Base+path, nil)
	must(p.house.tb, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		p.house.tb.Fatalf("%s has status %d", path, resp.StatusCode)
	}
}

// Ring is a call as a handset hears it.
type Ring struct {
	handset *Handset
	call    doorlink.CallID
	News    doorlink.News
}

// Hears waits until a call comes in.
func (p *Handset) Hears(call doorlink.CallID) *Ring {
	p.house.tb.Helper()
	s := p.line.await("the call comes in", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigCall && s.Call == call && incoming(s.News.State)
	})
	return &Ring{p, call, *s.News}
}

func incoming(s doorlink.State) bool { return s == doorlink.Created || s == doorlink.Ringing }

// Answer takes the call and waits until it is this handset's.
func (r *Ring) Answer() {
	r.handset.house.tb.Helper()
	must(r.handset.house.tb, r.TryAnswer())
	r.handset.line.await("the call is this handset's", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigCall && s.Call == r.call && s.News.Mine
	})
}

// TryAnswer asks for the call, which another handset may have by now. It may be
// called from any goroutine and fails when the line is lost.
func (r *Ring) TryAnswer() error { return r.handset.answer(r.call) }

// Decline refuses the call.
func (r *Ring) Decline() {
	r.handset.house.tb.Helper()
	r.handset.say(doorlink.Signal{Kind: doorlink.SigDecline, Call: r.call})
}

// Grant gives the next doorcode of a call and waits for it.
func (p *Handset) Grant(call doorlink.CallID) doorlink.Code {
	p.house.tb.Helper()
	p.codes[call]++
	return p.GrantNth(call, p.codes[call])
}

// GrantNth gives the nth doorcode of a call, or asks for it again.
func (p *Handset) GrantNth(call doorlink.CallID, nth int) doorlink.Code {
	p.house.tb.Helper()
	mark := p.line.mark()
	p.AsksForCode(call, nth)
	s := p.line.awaitFrom(mark, "a code is given", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigRefused || s.Kind == doorlink.SigCode && s.Call == call && s.Code.Nth == nth
	})
	if s.Refused != nil {
		p.house.tb.Fatalf("the code was refused: %s", s.Refused.Key)
	}
	p.house.Log.keep("a doorcode", s.Code.Digits)
	return *s.Code
}

// AsksForCode asks for the nth code of a call and does not wait for it.
func (p *Handset) AsksForCode(call doorlink.CallID, nth int) {
	p.house.tb.Helper()
	p.say(doorlink.Signal{Kind: doorlink.SigGrant, Call: call, Nth: nth})
}

// GrantRefused asks for the next doorcode of a call and waits for the refusal.
func (p *Handset) GrantRefused(call doorlink.CallID) doorlink.Refusal {
	p.house.tb.Helper()
	mark := p.line.mark()
	p.AsksForCode(call, p.codes[call]+1)
	return *p.line.awaitFrom(mark, "a code is refused", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigRefused && s.Refused.Of == doorlink.SigGrant
	}).Refused
}

// SeesCode waits until the page shows a code that was given before.
func (p *Handset) SeesCode(call doorlink.CallID, code doorlink.Code) {
	p.house.tb.Helper()
	p.line.await("the code is shown again", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigCode && s.Call == call && s.Code.Digits == code.Digits && s.Code.Nth == code.Nth
	})
}

// Extends asks for three more minutes.
func (p *Handset) Extends(call doorlink.CallID) {
	p.house.tb.Helper()
	p.say(doorlink.Signal{Kind: doorlink.SigExtend, Call: call})
}

// SeesShown waits until the visitor's page says that it shows the nth code.
func (p *Handset) SeesShown(call doorlink.CallID, nth int) {
	p.house.tb.Helper()
	p.line.await("the code is on the visitor's screen", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigShown && s.Call == call && s.Nth == nth
	})
}

// SeesOpened waits for what the visitor says of the nth code.
func (p *Handset) SeesOpened(call doorlink.CallID, nth int, opened string) {
	p.house.tb.Helper()
	p.line.await("the visitor says whether the door opened", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigOpened && s.Call == call && s.Nth == nth && s.Opened == opened
	})
}

// HearsOffer waits until the visitor's offer to talk is known.
func (p *Handset) HearsOffer(call doorlink.CallID) {
	p.house.tb.Helper()
	p.line.await("the offer is known", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigOffer && s.Call == call
	})
}

// HearsVoice waits until the resident hears the visitor.
func (p *Handset) HearsVoice(call doorlink.CallID) {
	p.house.tb.Helper()
	p.mu.Lock()
	peer := p.peers[call]
	p.mu.Unlock()
	if peer == nil {
		p.house.tb.Fatal("the resident is not connected with the visitor")
	}
	peer.hears(p.browser)
}

// hears is what the page does by itself: it shows a call that comes in and says
// so, and it keeps what the visitor offers until the call is answered here.
func (p *Handset) hears(l *line, s doorlink.Signal) {
	switch s.Kind {
	case doorlink.SigCall:
		p.hearsCall(l, s)
	case doorlink.SigOffer:
		p.mu.Lock()
		p.offers[s.Call] = []doorlink.Signal{s}
		p.mu.Unlock()
		p.connect(l, s.Call)
	case doorlink.SigCandidate:
		p.hearsCandidate(s)
	}
}

func (p *Handset) hearsCall(l *line, s doorlink.Signal) {
	p.mu.Lock()
	if s.News.ICE != nil {
		p.ice[s.Call] = s.News.ICE
	}
	p.mine[s.Call] = s.News.Mine
	p.mu.Unlock()
	p.connect(l, s.Call)
	if !p.Silent && incoming(s.News.State) {
		l.send(doorlink.Signal{Kind: doorlink.SigRinging, Call: s.Call}) // a line that is lost rings no more
	}
}

func (p *Handset) hearsCandidate(s doorlink.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at := p.peers[s.Call]; at != nil && at.gen == s.Gen {
		at.take(s)
	} else if o := p.offers[s.Call]; len(o) > 0 && o[0].Gen == s.Gen {
		p.offers[s.Call] = append(o, s)
	}
}
