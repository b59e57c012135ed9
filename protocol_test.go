package doorlink_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"doorlink"
)

var update = flag.Bool("update", false, "write golden files anew")

// samples is one signal of each kind as it travels. PROTOCOL.md quotes them.
func samples() []doorlink.Signal {
	const call = "call_7c2dn8hxp4w0vq3k6z9r5mtb1a"
	news := func(n doorlink.News) doorlink.Signal {
		n.Door, n.Label, n.Building, n.Name, n.Unit = "North gate", "N2", "Linden Court", "Ada N.", "1A"
		return doorlink.Signal{Kind: doorlink.SigCall, Call: call, News: &n}
	}
	servers := func(side doorlink.Side, credential string) []doorlink.ICEServer {
		return []doorlink.ICEServer{{
			URLs:       []string{"turn:door.example:3478?transport=udp", "turn:door.example:3478?transport=tcp"},
			Username:   "1779271200:" + call + ":" + string(side),
			Credential: credential,
		}}
	}
	ice := servers(doorlink.Visitor, "q1BvbNGWHZzVjLqVmeQmDwNq4iM=")
	return []doorlink.Signal{
		{Kind: doorlink.SigDial, Entry: "8dk2m0vx", Caller: &doorlink.Caller{Kind: doorlink.Delivery, Line: "Parcel for A. Nwosu"}},
		news(doorlink.News{State: doorlink.Created, LeftMS: 8000, Entry: "8dk2m0vx", ICE: ice}),
		news(doorlink.News{State: doorlink.Ringing, LeftMS: 30000, Entry: "8dk2m0vx", Devices: 2, ICE: ice}),
		news(doorlink.News{State: doorlink.Created, LeftMS: 8000, Caller: &doorlink.Caller{Kind: doorlink.Delivery, Line: "Parcel for A. Nwosu"},
			ICE: servers(doorlink.Resident, "mO1vX2kWb9sQf0m3v0nq5uQy7cE="), Relay: true}),
		{Kind: doorlink.SigRinging, Call: call},
		{Kind: doorlink.SigOffer, Call: call, Gen: 1, SDP: "v=0\r\no=- 42 2 IN IP4 127.0.0.1\r\n"},
		{Kind: doorlink.SigCandidate, Call: call, Gen: 1, Candidate: &doorlink.Candidate{Candidate: "candidate:1 1 udp 2122260223 192.0.2.7 54400 typ host", Mid: "0"}},
		{Kind: doorlink.SigAnswer, Call: call, Gen: 1, SDP: "v=0\r\no=- 43 2 IN IP4 127.0.0.1\r\n"},
		news(doorlink.News{State: doorlink.Answered, LeftMS: 180000, TalkedMS: 40, Entry: "8dk2m0vx", Devices: 2, ICE: ice}),
		{Kind: doorlink.SigText, Call: call, Line: 1, Text: "One moment, I will send you a co"},
		{Kind: doorlink.SigText, Call: call, Line: 1, Text: "One moment, I will send you a code", Done: true},
		{Kind: doorlink.SigGrant, Call: call, Nth: 1},
		{Kind: doorlink.SigCode, Call: call, Code: &doorlink.Code{
			Digits: "4820193", Nth: 1, Door: "North gate", Until: 1779314400000, LeftMS: 18000000, ReuseS: 60, Model: "M2"}},
		{Kind: doorlink.SigShown, Call: call, Nth: 1},
		{Kind: doorlink.SigOpened, Call: call, Nth: 1, Opened: "yes"},
		{Kind: doorlink.SigExtend, Call: call},
		{Kind: doorlink.SigRenew, Call: call},
		{Kind: doorlink.SigDecline, Call: call},
		{Kind: doorlink.SigHangUp, Call: call},
		news(doorlink.News{State: doorlink.Ended, Reason: doorlink.ByVisitor, GrantMS: 120000, Entry: "8dk2m0vx", Others: []doorlink.Other{{Entry: "mx04tq9z", Name: "Chidi N."}}}),
		{Kind: doorlink.SigRefused, Refused: &doorlink.Refusal{
			Of: doorlink.SigDial, Kind: "busy", Status: 429, Key: "call.held",
			Text: "You have called several times in five minutes. You can call again at 18:49.", LeftMS: 140000}},
		{Kind: doorlink.SigDirectory},
		{Kind: doorlink.SigMoved, Call: call},
		{Kind: doorlink.SigPing},
		{Kind: doorlink.SigPong},
	}
}

func TestTheProtocolQuotesWhatTravels(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	var golden strings.Builder
	seen := map[doorlink.SignalKind]bool{}
	for _, s := range samples() {
		seen[s.Kind] = true
		line, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&golden, "%s\n", line)
		if !strings.Contains(string(text), string(line)) {
			t.Errorf("PROTOCOL.md does not quote\n%s", line)
		}
	}
	for _, k := range kinds {
		if !seen[k] {
			t.Errorf("there is no sample of %q", k)
		}
	}
	if *update {
		if err := os.WriteFile("testdata/signals.golden", []byte(golden.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	was, err := os.ReadFile("testdata/signals.golden")
	if err != nil {
		t.Fatal(err)
	}
	if string(was) != golden.String() {
		t.Error("signals travel otherwise than testdata/signals.golden has them; -update writes it anew")
	}
}

var kinds = []doorlink.SignalKind{
	doorlink.SigDial, doorlink.SigOpened, doorlink.SigShown, doorlink.SigRinging, doorlink.SigDecline, doorlink.SigExtend,
	doorlink.SigGrant, doorlink.SigRenew, doorlink.SigOffer, doorlink.SigAnswer, doorlink.SigCandidate, doorlink.SigText,
	doorlink.SigHangUp, doorlink.SigPing, doorlink.SigCall, doorlink.SigCode, doorlink.SigDirectory, doorlink.SigRefused,
	doorlink.SigMoved, doorlink.SigPong,
}

// TestTheProtocolExplainsEveryField looks for each field of a signal, and each
// limit with its present value.
func TestTheProtocolExplainsEveryField(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{doorlink.Signal{}, doorlink.News{}, doorlink.Code{}, doorlink.Refusal{}, doorlink.Candidate{}, doorlink.Caller{}, doorlink.ICEServer{}, doorlink.Other{}} {
		y := reflect.TypeOf(v)
		for field := range y.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if !strings.Contains(string(text), "`"+name+"`") {
				t.Errorf("PROTOCOL.md does not explain %s of %s", name, y.Name())
			}
		}
	}
	for name, limit := range map[string]int{
		"bytes of a message": doorlink.MaxSignal, "bytes of a description": doorlink.MaxSDP, "bytes of a candidate": doorlink.MaxCandidate,
		"characters of a line": doorlink.MaxText, "lines of one side": doorlink.MaxLines,
		"characters about the caller": doorlink.MaxCallerLine, "connections of a call": doorlink.MaxGen,
	} {
		if row := fmt.Sprintf("| %s | %d |", name, limit); !strings.Contains(string(text), row) {
			t.Errorf("PROTOCOL.md lacks the limit %q", row)
		}
	}
}

// ours reports whether a failure is only met by operators.
func ours(key string) bool {
	for _, prefix := range []string{"title", "setup.", "property.", "lock.", "panel.", "backup.", "person.", "door.", "store.exists", "store.missing", "store.url"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// TestTheProtocolListsEveryRefusal looks for each failure that has a sentence.
func TestTheProtocolListsEveryRefusal(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("web/locale/en.server.json")
	if err != nil {
		t.Fatal(err)
	}
	var sentences map[string]string
	if err := json.Unmarshal(table, &sentences); err != nil {
		t.Fatal(err)
	}
	for key := range sentences {
		key = strings.TrimPrefix(key, "error.")
		if !ours(key) && !strings.Contains(string(text), "| `"+key+"` |") {
			t.Errorf("PROTOCOL.md does not list the refusal %s", key)
		}
	}
}
