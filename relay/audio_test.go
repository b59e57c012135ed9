package relay

import (
	"slices"
	"testing"
	"time"

	"doorlink"

	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

// Browsers take a relayed pair as soon as it works. The library used here waits
// two seconds for something better, even when it may use nothing but the relay,
// so whoever tests with it calls SetRelayAcceptanceMinWait(0).

// browser is one end of a call that is allowed the relay only.
type browser struct {
	t     testing.TB
	pc    *webrtc.PeerConnection
	voice *webrtc.TrackLocalStaticSample
	heard chan string // what came first; capacity 1, later words are let go
}

// browse makes a browser that says word every 20 ms until the test is over.
func browse(t testing.TB, with doorlink.ICEServer, word string) *browser {
	t.Helper()
	var settings webrtc.SettingEngine
	settings.SetRelayAcceptanceMinWait(0)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{
		ICETransportPolicy: webrtc.ICETransportPolicyRelay,
		ICEServers: []webrtc.ICEServer{{
			URLs: with.URLs, Username: with.Username, Credential: with.Credential,
		}},
	})
	must(t, err)
	voice, err := webrtc.NewTrackLocalStaticSample(
		webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "voice", "call")
	must(t, err)
	_, err = pc.AddTrack(voice)
	must(t, err)
	b := &browser{t, pc, voice, make(chan string, 1)}
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { b.listen(track) })
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() { defer close(stopped); b.speak(word, stop) }()
	t.Cleanup(func() {
		close(stop)
		<-stopped
		if err := pc.GracefulClose(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *browser) speak(word string, stop <-chan struct{}) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := b.voice.WriteSample(media.Sample{Data: []byte(word), Duration: 20 * time.Millisecond}); err != nil {
				b.t.Error(err)
				return
			}
		case <-stop:
			return
		}
	}
}

func (b *browser) listen(track *webrtc.TrackRemote) {
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return // closed
		}
		select {
		case b.heard <- string(packet.Payload):
		default:
		}
	}
}

// offer and answer come with all candidates in them.
func (b *browser) offer() webrtc.SessionDescription {
	b.t.Helper()
	d, err := b.pc.CreateOffer(nil)
	must(b.t, err)
	return b.gather(d)
}

func (b *browser) answer(offer webrtc.SessionDescription) webrtc.SessionDescription {
	b.t.Helper()
	must(b.t, b.pc.SetRemoteDescription(offer))
	d, err := b.pc.CreateAnswer(nil)
	must(b.t, err)
	return b.gather(d)
}

func (b *browser) gather(d webrtc.SessionDescription) webrtc.SessionDescription {
	b.t.Helper()
	done := webrtc.GatheringCompletePromise(b.pc)
	must(b.t, b.pc.SetLocalDescription(d))
	<-done
	return *b.pc.LocalDescription()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestBrowsersTalkThroughTheRelay(t *testing.T) {
	t.Parallel()
	for name, transport := range map[string]int{"over UDP": 0, "over TCP": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, Config{})
			call := newCall()
			forVisitor, forResident := servers(s, call, doorlink.Visitor), servers(s, call, doorlink.Resident)
			forVisitor.URLs = forVisitor.URLs[transport : transport+1]
			visitor := browse(t, forVisitor, "hello, it is me")
			resident := browse(t, forResident, "come in")

			answer := resident.answer(visitor.offer())
			must(t, visitor.pc.SetRemoteDescription(answer))
			if got, want := <-resident.heard, "hello, it is me"; got != want {
				t.Errorf("the resident heard %q, want %q", got, want)
			}
			if got, want := <-visitor.heard, "come in"; got != want {
				t.Errorf("the visitor heard %q, want %q", got, want)
			}
			if got := s.Stats(); got.Dropped != 0 || got.Refused != 0 {
				t.Errorf("stats = %+v, want nothing dropped or refused", got)
			}
		})
	}
}

// BenchmarkAnswerToFirstSound takes the time from the visitor's browser getting
// the answer until it has the resident's first packet, with the candidates of
// both gathered before, as they are while a call rings.
func BenchmarkAnswerToFirstSound(b *testing.B) {
	s := start(b, Config{})
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		call := newCall()
		visitor := browse(b, servers(s, call, doorlink.Visitor), "hello")
		resident := browse(b, servers(s, call, doorlink.Resident), "come in")
		answer := resident.answer(visitor.offer())
		b.StartTimer()
		tapped := time.Now()
		must(b, visitor.pc.SetRemoteDescription(answer))
		<-visitor.heard
		took = append(took, time.Since(tapped))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}
