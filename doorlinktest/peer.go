package doorlinktest

import (
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"doorlink"
)

// peer is one end of a conversation: it says a word every 20 ms and notices
// whether it hears anything.
type peer struct {
	gen   int
	pc    *webrtc.PeerConnection
	heard chan struct{} // capacity 1: something was heard

	mu   sync.Mutex
	held []webrtc.ICECandidateInit // until there is a remote description
}

// newPeer makes an end that may use the given relays. say sends its candidates.
func newPeer(tb testing.TB, gen int, ice []doorlink.ICEServer, relayOnly bool, say func(*doorlink.Candidate)) (*peer, error) {
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetRelayAcceptanceMinWait(0) // browsers do not wait for something better either
	config := webrtc.Configuration{}
	if relayOnly {
		config.ICETransportPolicy = webrtc.ICETransportPolicyRelay
	}
	for _, s := range ice {
		config.ICEServers = append(config.ICEServers, webrtc.ICEServer{URLs: s.URLs, Username: s.Username, Credential: s.Credential})
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(config)
	if err != nil {
		return nil, err
	}
	p := &peer{gen: gen, pc: pc, heard: make(chan struct{}, 1)}
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { p.listen(track) })
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			say(&doorlink.Candidate{})
			return
		}
		j := c.ToJSON()
		say(&doorlink.Candidate{Candidate: j.Candidate, Mid: *j.SDPMid, Line: int(*j.SDPMLineIndex)})
	})
	return p, p.speak(tb)
}

// speak says a word until the test is over.
func (p *peer) speak(tb testing.TB) error {
	voice, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "voice", "call")
	if err != nil {
		return err
	}
	if _, err := p.pc.AddTrack(voice); err != nil {
		return err
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				voice.WriteSample(media.Sample{Data: []byte("hello"), Duration: 20 * time.Millisecond}) // nobody listens before the connection
			case <-stop:
				return
			}
		}
	}()
	tb.Cleanup(func() {
		close(stop)
		<-stopped
		p.pc.GracefulClose()
	})
	return nil
}

func (p *peer) listen(track *webrtc.TrackRemote) {
	for {
		if _, _, err := track.ReadRTP(); err != nil {
			return // closed
		}
		select {
		case p.heard <- struct{}{}:
		default:
		}
	}
}

// hears waits until the other end is heard.
func (p *peer) hears(b *browser) {
	b.house.tb.Helper()
	select {
	case <-p.heard:
	case <-time.After(b.house.patience):
		b.house.tb.Fatalf("no voice is heard, the connection is %v; heard %s", p.pc.ConnectionState(), b.line.story())
	}
}

// take acts on an answer or a candidate of the other end. Candidates that come
// before the description wait for it.
func (p *peer) take(s doorlink.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.Kind == doorlink.SigCandidate {
		if s.Candidate.Candidate == "" {
			return nil
		}
		line := uint16(s.Candidate.Line)
		p.held = append(p.held, webrtc.ICECandidateInit{Candidate: s.Candidate.Candidate, SDPMid: &s.Candidate.Mid, SDPMLineIndex: &line})
		return p.release()
	}
	kind := webrtc.SDPTypeAnswer
	if s.Kind == doorlink.SigOffer {
		kind = webrtc.SDPTypeOffer
	}
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: kind, SDP: s.SDP}); err != nil {
		return err
	}
	return p.release()
}

func (p *peer) release() error {
	if p.pc.RemoteDescription() == nil {
		return nil
	}
	for _, c := range p.held {
		if err := p.pc.AddICECandidate(c); err != nil {
			return err
		}
	}
	p.held = nil
	return nil
}

// iceSecret is what lets somebody connect, in a description (RFC 8839).
var iceSecret = regexp.MustCompile(`a=ice-pwd:(\S+)`)

// offer begins a conversation from the visitor's side.
func (v *Visit) offer(call doorlink.CallID) {
	tb, l := v.house.tb, v.line
	tb.Helper()
	gen := 1
	if v.peer != nil {
		gen = v.peer.gen + 1
	}
	ice := l.await("relays are known", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigCall && s.Call == call && s.News.ICE != nil
	}).News.ICE
	offered := make(chan struct{})
	defer close(offered)
	p, err := newPeer(tb, gen, ice, false, func(c *doorlink.Candidate) {
		<-offered                                                                                // candidates follow the offer
		l.send(doorlink.Signal{Kind: doorlink.SigCandidate, Call: call, Gen: gen, Candidate: c}) // lost with the line
	})
	must(tb, err)
	v.mu.Lock()
	v.peer = p
	v.mu.Unlock()
	d, err := p.pc.CreateOffer(nil)
	must(tb, err)
	must(tb, p.pc.SetLocalDescription(d)) // before the answer can come
	l.say(doorlink.Signal{Kind: doorlink.SigOffer, Call: call, Gen: gen, SDP: d.SDP})
	v.house.Log.keep("a description", d.SDP)
	v.house.Log.keep("a relay's password", ice[0].Credential)
	for _, secret := range iceSecret.FindAllStringSubmatch(d.SDP, -1) {
		v.house.Log.keep("how to connect", secret[1])
	}
}

// answer answers a call: with a description if the visitor has offered one.
func (p *Handset) answer(call doorlink.CallID) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.offered(call) {
		return p.line.send(doorlink.Signal{Kind: doorlink.SigAnswer, Call: call})
	}
	return p.accept(p.line, call)
}

// connect takes up the visitor's latest offer in a call that is answered here,
// as the page does by itself. Whoever wants to hear something notices if it
// fails.
func (p *Handset) connect(l *line, call doorlink.CallID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mine[call] && p.offered(call) {
		p.accept(l, call)
	}
}

// offered reports whether there is an offer that was not taken up. p.mu is held.
func (p *Handset) offered(call doorlink.CallID) bool {
	offer, end := p.offers[call], p.peers[call]
	return p.house.voice && len(offer) > 0 && (end == nil || end.gen != offer[0].Gen)
}

// accept connects with what the visitor offered last, over the relay alone.
// p.mu is held.
func (p *Handset) accept(l *line, call doorlink.CallID) error {
	offer := p.offers[call]
	gen := offer[0].Gen
	end, err := newPeer(p.house.tb, gen, p.ice[call], true, func(c *doorlink.Candidate) {
		l.send(doorlink.Signal{Kind: doorlink.SigCandidate, Call: call, Gen: gen, Candidate: c}) // lost with the line
	})
	if err != nil {
		return err
	}
	p.peers[call] = end
	for _, s := range offer {
		if err := end.take(s); err != nil {
			return err
		}
	}
	d, err := end.pc.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if err := l.send(doorlink.Signal{Kind: doorlink.SigAnswer, Call: call, Gen: gen, SDP: d.SDP}); err != nil {
		return err
	}
	return end.pc.SetLocalDescription(d) // gathers: candidates follow the answer
}
