package doorlinktest

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"doorlink"
)

// wrong is something that a page might say by mistake or on purpose, and what it
// is refused with. The call in raw is written CALL.
type wrong struct {
	name   string
	raw    string
	key    string
	status int
}

var wrongFromAnybody = []wrong{
	{"nothing", ``, "signal.malformed", 400},
	{"no JSON", `hello`, "signal.malformed", 400},
	{"half an object", `{"t":"ping"`, "signal.malformed", 400},
	{"two objects", `{"t":"ping"}{"t":"ping"}`, "signal.malformed", 400},
	{"an array", `[{"t":"ping"}]`, "signal.malformed", 400},
	{"no kind", `{}`, "signal.malformed", 400},
	{"an unknown kind", `{"t":"open sesame"}`, "signal.malformed", 400},
	{"an unknown field", `{"t":"ping","admin":true}`, "signal.malformed", 400},
	{"a field of another type", `{"t":"text","call":7}`, "signal.malformed", 400},
	{"a number that is too large", `{"t":"text","call":"CALL","line":1e99,"text":"x"}`, "signal.malformed", 400},
	{"a line break in a line", `{"t":"text","call":"CALL","line":1,"text":"a\nb"}`, "signal.malformed", 400},
	{"a line that turns the direction", `{"t":"text","call":"CALL","line":1,"text":"\u202e"}`, "signal.malformed", 400},
	{"a line above the limit", `{"t":"text","call":"CALL","line":1,"text":"` + strings.Repeat("é", doorlink.MaxText+1) + `"}`, "text.too_long", 400},
	{"a line without a number", `{"t":"text","call":"CALL","text":"x"}`, "signal.malformed", 400},
	{"a line number above the limit", `{"t":"text","call":"CALL","line":1001,"text":"x"}`, "signal.malformed", 400},
	{"a candidate without one", `{"t":"candidate","call":"CALL","gen":1}`, "signal.malformed", 400},
	{"a candidate above the limit", `{"t":"candidate","call":"CALL","gen":1,"candidate":{"candidate":"` + strings.Repeat("x", doorlink.MaxCandidate) + `","mid":"0","mline":0}}`, "signal.too_large", 400},
	{"a signal without a call", `{"t":"hangup"}`, "signal.malformed", 400},
	{"somebody else's call", `{"t":"hangup","call":"OTHER"}`, "call.unknown", 404},
	{"a call that never was", `{"t":"hangup","call":"call_00000000000000000000000000"}`, "call.unknown", 404},
	{"text in somebody else's call", `{"t":"text","call":"OTHER","line":1,"text":"x"}`, "call.unknown", 404},
	{"news, which only the server tells", `{"t":"call","call":"CALL","news":{"state":"answered","door":"","label":"","building":"","name":"","unit":""}}`, "signal.not_allowed", 403},
	{"a code of its own", `{"t":"code","call":"CALL","code":{"digits":"1","nth":1,"door":"","until_ms":0,"left_ms":0,"reuse_s":0,"model":""}}`, "signal.not_allowed", 403},
	{"80 kB and a byte", `{"t":"offer","sdp":"` + strings.Repeat("x", doorlink.MaxSignal) + `"}`, "signal.too_large", 400},
	{"250 kB", strings.Repeat(" ", 250<<10), "signal.too_large", 400},
}

var wrongFromVisitor = []wrong{
	{"an answer", `{"t":"answer","call":"CALL"}`, "signal.not_allowed", 403},
	{"a code", `{"t":"grant","call":"CALL","nth":1}`, "signal.not_allowed", 403},
	{"more time", `{"t":"extend","call":"CALL"}`, "signal.not_allowed", 403},
	{"a refusal", `{"t":"decline","call":"CALL"}`, "signal.not_allowed", 403},
	{"ringing", `{"t":"ringing","call":"CALL"}`, "signal.not_allowed", 403},
	{"a renewal", `{"t":"renew","call":"CALL"}`, "signal.not_allowed", 403},
	{"a call to nobody", `{"t":"dial"}`, "signal.malformed", 400},
	{"a call to somebody who is not listed", `{"t":"dial","entry":"00000000"}`, "dial.not_listed", 410},
	{"a caller of no known kind", `{"t":"dial","entry":"00000000","caller":{"kind":"police"}}`, "signal.malformed", 400},
	{"a caller's line above the limit", `{"t":"dial","entry":"00000000","caller":{"line":"` + strings.Repeat("x", doorlink.MaxCallerLine+1) + `"}}`, "caller.too_long", 400},
	{"a description above the limit", `{"t":"offer","call":"CALL","gen":1,"sdp":"` + strings.Repeat("x", doorlink.MaxSDP+1) + `"}`, "signal.too_large", 400},
	{"an offer without a description", `{"t":"offer","call":"CALL","gen":1}`, "signal.malformed", 400},
	{"an offer without a number", `{"t":"offer","call":"CALL","sdp":"v=0"}`, "signal.malformed", 400},
	{"word of a code that was not given", `{"t":"shown","call":"CALL","nth":1}`, "code.unknown", 404},
	{"neither yes nor no", `{"t":"opened","call":"CALL","nth":1,"opened":"maybe"}`, "signal.malformed", 400},
	{"an offer in somebody else's call", `{"t":"offer","call":"OTHER","gen":1,"sdp":"v=0"}`, "call.unknown", 404},
}

var wrongFromResident = []wrong{
	{"an offer", `{"t":"offer","call":"CALL","gen":1,"sdp":"v=0"}`, "signal.not_allowed", 403},
	{"a call", `{"t":"dial","entry":"00000000"}`, "signal.not_allowed", 403},
	{"that the code is shown", `{"t":"shown","call":"CALL","nth":1}`, "signal.not_allowed", 403},
	{"that the door opened", `{"t":"opened","call":"CALL","nth":1,"opened":"yes"}`, "signal.not_allowed", 403},
	{"a code before the answer", `{"t":"grant","call":"CALL","nth":1}`, "call.not_answered", 409},
	{"the code with number 0", `{"t":"grant","call":"CALL","nth":0}`, "signal.malformed", 400},
	{"more time before the answer", `{"t":"extend","call":"CALL"}`, "call.not_answered", 409},
	{"text before the answer", `{"t":"text","call":"CALL","line":1,"text":"x"}`, "call.not_yours", 403},
	{"an answer above the limit", `{"t":"answer","call":"CALL","gen":1,"sdp":"` + strings.Repeat("x", doorlink.MaxSDP+1) + `"}`, "signal.too_large", 400},
	{"an answer in somebody else's call", `{"t":"answer","call":"OTHER"}`, "call.unknown", 404},
	{"a code in somebody else's call", `{"t":"grant","call":"OTHER","nth":1}`, "call.unknown", 404},
	{"a refusal of somebody else's call", `{"t":"decline","call":"OTHER"}`, "call.unknown", 404},
	{"more time in somebody else's call", `{"t":"extend","call":"OTHER"}`, "call.unknown", 404},
	{"ringing for somebody else's call", `{"t":"ringing","call":"OTHER"}`, "call.unknown", 404},
}

// TestWrongSignalsAreRefusedAndTheLineLives says everything wrong from both
// sides of a call that rings, while another goes on elsewhere in the house, and
// then answers it.
func TestWrongSignalsAreRefusedAndTheLineLives(t *testing.T) {
	t.Parallel()
	house := New(t)
	ana, ben := house.Resident("Ana", "4B"), house.Resident("Ben", "5C")
	visit, other := house.Scan("Front door"), house.Scan("North gate")
	theirs := other.Dial("Ben")
	ben.Hears(theirs).Answer()
	call := visit.Dial("Ana")
	ring := ana.Hears(call)
	visit.Told(call, doorlink.Ringing)

	for from, page := range map[doorlink.Side]struct {
		line  *line
		wrong []wrong
	}{
		doorlink.Visitor:  {visit.line, append(wrongFromVisitor, wrongFromAnybody...)},
		doorlink.Resident: {ana.line, append(wrongFromResident, wrongFromAnybody...)},
	} {
		for _, w := range page.wrong {
			raw := strings.NewReplacer("CALL", string(call), "OTHER", string(theirs)).Replace(w.raw)
			page.line.refuses(t, fmt.Sprintf("%s says %s", from, w.name), []byte(raw), w)
		}
		page.line.pong(t)
	}
	ring.Answer()
	visit.Told(call, doorlink.Answered)
	if got := ben.Last(theirs).State; got != doorlink.Answered {
		t.Errorf("the other call is %s, want it to go on", got)
	}
	visit.HangsUp(call)
	ana.Told(call, doorlink.Ended)
	late := wrong{"an offer after the end", `{"t":"offer","call":"` + string(call) + `","gen":2,"sdp":"v=0"}`, "call.over", 410}
	visit.line.refuses(t, late.name, []byte(late.raw), late)
	late = wrong{"text after the end", `{"t":"text","call":"` + string(call) + `","line":1,"text":"x"}`, "call.over", 410}
	ana.line.refuses(t, late.name, []byte(late.raw), late)
	visit.knowsNothingOf(theirs)
	ana.knowsNothingOf(theirs)
}

// TestSignalsOutOfOrderDoNoHarm says what is right at the wrong time: it is refused,
// or heard as it is, and the call goes on.
func TestSignalsOutOfOrderDoNoHarm(t *testing.T) {
	t.Parallel()
	house := New(t)
	ana := house.Resident("Ana", "4B")
	visit := house.Scan("Front door")
	visit.Open()
	refused := func(l *line, raw, key string, status int) {
		t.Helper()
		l.refuses(t, raw, []byte(raw), wrong{key: key, status: status})
	}
	refused(visit.line, `{"t":"hangup","call":"call_00000000000000000000000000"}`, "call.unknown", 404)
	refused(visit.line, `{"t":"text","call":"call_00000000000000000000000000","line":1,"text":"x"}`, "call.unknown", 404)

	call := visit.Dial("Ana")
	ana.Hears(call)
	say := func(b *browser, s doorlink.Signal) {
		s.Call = call
		b.say(s)
	}
	candidate := doorlink.Candidate{Candidate: "candidate:1 1 udp 1 192.0.2.7 54400 typ host", Mid: "0"}
	say(visit.browser, doorlink.Signal{Kind: doorlink.SigCandidate, Gen: 7, Candidate: &candidate}) // of an offer that never comes
	say(visit.browser, doorlink.Signal{Kind: doorlink.SigOffer, Gen: 5, SDP: "no description at all"})
	say(visit.browser, doorlink.Signal{Kind: doorlink.SigOffer, Gen: 4, SDP: "v=0\r\n"}) // an earlier one, too late
	visit.Writes(call, 9, "before the others")
	visit.Writes(call, 1, "after the ninth")
	refused(visit.line, fmt.Sprintf(`{"t":"opened","call":%q,"nth":1,"opened":"yes"}`, call), "code.unknown", 404)
	refused(ana.line, fmt.Sprintf(`{"t":"renew","call":%q}`, call), "call.not_yours", 403)
	refused(ana.line, fmt.Sprintf(`{"t":"candidate","call":%q,"gen":1,"candidate":{"candidate":"","mid":"0","mline":0}}`, call), "call.not_yours", 403)
	ana.Reads(call, "before the others")
	ana.Reads(call, "after the ninth")

	for range 2 {
		say(ana.browser, doorlink.Signal{Kind: doorlink.SigAnswer})
	}
	visit.Told(call, doorlink.Answered)
	say(ana.browser, doorlink.Signal{Kind: doorlink.SigRinging})
	say(ana.browser, doorlink.Signal{Kind: doorlink.SigAnswer, Gen: 9, SDP: "v=0\r\n"}) // to an offer that never was
	refused(ana.line, fmt.Sprintf(`{"t":"decline","call":%q}`, call), "call.taken", 409)
	later := ana.GrantNth(call, 2) // before the first
	visit.Sees(later)
	if first := ana.GrantNth(call, 1); first.Digits == later.Digits {
		t.Error("two doorcodes of a call are the same")
	}
	visit.HearsVoice(call) // as if nothing had been said before
	ana.HearsVoice(call)
	ana.HangsUp(call)
	visit.Told(call, doorlink.Ended)
	refused(ana.line, fmt.Sprintf(`{"t":"answer","call":%q}`, call), "call.over", 410)
}

// refuses says something and waits for the refusal.
func (l *line) refuses(t *testing.T, what string, raw []byte, w wrong) {
	t.Helper()
	mark := l.mark()
	if err := l.sendRaw(raw); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	got := l.awaitFrom(mark, what+" is refused", func(s doorlink.Signal) bool { return s.Kind == doorlink.SigRefused }).Refused
	if got.Key != w.key || got.Status != w.status || got.Text == "" {
		t.Errorf("%s: refused with %q, %d, %q; want %q, %d and a sentence", what, got.Key, got.Status, got.Text, w.key, w.status)
	}
}

// pong asks whether the line is alive.
func (l *line) pong(t *testing.T) {
	t.Helper()
	mark := l.mark()
	l.say(doorlink.Signal{Kind: doorlink.SigPing})
	l.awaitFrom(mark, "a pong", func(s doorlink.Signal) bool { return s.Kind == doorlink.SigPong })
}

// knowsNothingOf checks that the page was never told of somebody else's call but
// that it is unknown.
func (b *browser) knowsNothingOf(call doorlink.CallID) {
	b.house.tb.Helper()
	for _, s := range b.line.all() {
		if s.Call == call && (s.Refused == nil || s.Refused.Key != "call.unknown") {
			b.house.tb.Errorf("the page was told of somebody else's call: %s", s.Kind)
		}
	}
}

func TestSignalThatIsMuchTooLargeClosesTheLine(t *testing.T) {
	t.Parallel()
	house := New(t)
	visit := house.Scan("Front door")
	visit.Open()
	visit.line.sendRaw(bytes.Repeat([]byte("x"), 257<<10)) // may fail: the server stops reading
	visit.HungUp()
	if got := websocket.CloseStatus(visit.line.err); got != websocket.StatusMessageTooBig {
		t.Errorf("the line was closed with %v (%v), want too big", got, visit.line.err)
	}
}

func TestPageThatSaysTooMuchIsReadNoFaster(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		visit := InBubble(t).House(t).Scan("Front door")
		visit.Open()
		began := time.Now()
		for range 300 {
			if err := visit.line.sendRaw([]byte(`{"t":"ping"}`)); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took < time.Second {
			t.Errorf("300 signals were read in %v", took)
		}
		if got := visit.Refused("signal.too_many").Status; got != http.StatusTooManyRequests {
			t.Errorf("refused with %d, want 429", got)
		}
		time.Sleep(time.Second)
		visit.line.pong(t)
	})
}

func TestLongSignalsCountMoreThanShortOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		visit := InBubble(t).House(t).Scan("Front door")
		visit.Open()
		long := []byte(`{"t":"offer","call":"call_0","gen":1,"sdp":"` + strings.Repeat("x", doorlink.MaxSDP-1) + `"}`)
		for range 30 {
			if err := visit.line.sendRaw(long); err != nil {
				t.Fatal(err)
			}
		}
		visit.Refused("signal.too_many")
		time.Sleep(time.Second)
		visit.line.pong(t)
	})
}

func TestBinaryMessageIsRefused(t *testing.T) {
	t.Parallel()
	house := New(t)
	visit := house.Scan("Front door")
	visit.Open()
	if err := visit.line.conn.Write(t.Context(), websocket.MessageBinary, []byte(`{"t":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	if got := visit.Refused("signal.malformed").Status; got != http.StatusBadRequest {
		t.Errorf("a binary message was refused with %d, want 400", got)
	}
	visit.line.pong(t)
}
