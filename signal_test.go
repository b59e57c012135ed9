package doorlink_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"doorlink"
)

func TestEachSideSaysOnlyWhatIsItsOwn(t *testing.T) {
	t.Parallel()
	sample := map[doorlink.SignalKind]doorlink.Signal{
		doorlink.SigDial:      {Entry: "0123abcd"},
		doorlink.SigOpened:    {Nth: 1, Opened: "yes"},
		doorlink.SigShown:     {Nth: 1},
		doorlink.SigRinging:   {},
		doorlink.SigDecline:   {},
		doorlink.SigExtend:    {},
		doorlink.SigGrant:     {Nth: 1},
		doorlink.SigRenew:     {},
		doorlink.SigOffer:     {Gen: 1, SDP: "v=0"},
		doorlink.SigAnswer:    {Gen: 1, SDP: "v=0"},
		doorlink.SigCandidate: {Gen: 1, Candidate: &doorlink.Candidate{}},
		doorlink.SigText:      {Line: 1, Text: "hello"},
		doorlink.SigHangUp:    {},
		doorlink.SigPing:      {},
	}
	visitors := []doorlink.SignalKind{doorlink.SigDial, doorlink.SigOpened, doorlink.SigShown, doorlink.SigOffer}
	residents := []doorlink.SignalKind{doorlink.SigRinging, doorlink.SigDecline, doorlink.SigExtend, doorlink.SigGrant, doorlink.SigRenew, doorlink.SigAnswer}
	for kind, s := range sample {
		s.Kind, s.Call = kind, "call_1"
		for _, side := range []doorlink.Side{doorlink.Visitor, doorlink.Resident} {
			var want error
			if side == doorlink.Resident && contains(visitors, kind) || side == doorlink.Visitor && contains(residents, kind) {
				want = doorlink.ErrNotAllowed
			}
			if err := s.Check(side); !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("%s by the %s: got %v, want %v", kind, side, err, want)
			}
		}
	}
	for _, kind := range []doorlink.SignalKind{doorlink.SigCall, doorlink.SigCode, doorlink.SigDirectory, doorlink.SigRefused, doorlink.SigMoved, doorlink.SigPong} {
		for _, side := range []doorlink.Side{doorlink.Visitor, doorlink.Resident} {
			if err := (doorlink.Signal{Kind: kind, Call: "call_1"}).Check(side); !errors.Is(err, doorlink.ErrNotAllowed) {
				t.Errorf("%s by the %s: got %v, want %v", kind, side, err, doorlink.ErrNotAllowed)
			}
		}
	}
}

func contains(all []doorlink.SignalKind, k doorlink.SignalKind) bool {
	return slices.Contains(all, k)
}

func TestSignalsCarryNoMoreThanTheyMay(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("ä", n) }
	for _, tt := range []struct {
		name string
		s    doorlink.Signal
		from doorlink.Side
		want error
	}{
		{"a description of 64 kB", doorlink.Signal{Kind: "offer", Call: "c", Gen: 1, SDP: strings.Repeat("v", doorlink.MaxSDP)}, doorlink.Visitor, nil},
		{"a longer one", doorlink.Signal{Kind: "offer", Call: "c", Gen: 1, SDP: strings.Repeat("v", doorlink.MaxSDP+1)}, doorlink.Visitor, doorlink.ErrSignalSize},
		{"an offer without a description", doorlink.Signal{Kind: "offer", Call: "c", Gen: 1}, doorlink.Visitor, doorlink.ErrSignal},
		{"an answer without one", doorlink.Signal{Kind: "answer", Call: "c"}, doorlink.Resident, nil},
		{"an answer to no connection", doorlink.Signal{Kind: "answer", Call: "c", SDP: "v=0"}, doorlink.Resident, doorlink.ErrSignal},
		{"a candidate that is too long", doorlink.Signal{Kind: "candidate", Call: "c", Gen: 1, Candidate: &doorlink.Candidate{Candidate: long(doorlink.MaxCandidate)}}, doorlink.Visitor, doorlink.ErrSignalSize},
		{"a line of 500 characters", doorlink.Signal{Kind: "text", Call: "c", Line: 1, Text: long(doorlink.MaxText)}, doorlink.Visitor, nil},
		{"a longer line", doorlink.Signal{Kind: "text", Call: "c", Line: 1, Text: long(doorlink.MaxText + 1)}, doorlink.Visitor, doorlink.ErrText},
		{"a line with a line break", doorlink.Signal{Kind: "text", Call: "c", Line: 1, Text: "a\nb"}, doorlink.Visitor, doorlink.ErrSignal},
		{"a line that turns the direction", doorlink.Signal{Kind: "text", Call: "c", Line: 1, Text: "a\u202eb"}, doorlink.Visitor, doorlink.ErrSignal},
		{"a line that is not text", doorlink.Signal{Kind: "text", Call: "c", Line: 1, Text: "\xff"}, doorlink.Visitor, doorlink.ErrSignal},
		{"line zero", doorlink.Signal{Kind: "text", Call: "c", Text: "a"}, doorlink.Visitor, doorlink.ErrSignal},
		{"a caller's line of 60 characters", doorlink.Signal{Kind: "dial", Entry: "e", Caller: &doorlink.Caller{Line: long(60)}}, doorlink.Visitor, nil},
		{"a longer caller's line", doorlink.Signal{Kind: "dial", Entry: "e", Caller: &doorlink.Caller{Line: long(61)}}, doorlink.Visitor, doorlink.ErrCaller},
		{"a caller that is none", doorlink.Signal{Kind: "dial", Entry: "e", Caller: &doorlink.Caller{Kind: "police"}}, doorlink.Visitor, doorlink.ErrSignal},
		{"a dial to nobody", doorlink.Signal{Kind: "dial"}, doorlink.Visitor, doorlink.ErrSignal},
		{"a hang-up of no call", doorlink.Signal{Kind: "hangup"}, doorlink.Visitor, doorlink.ErrSignal},
		{"code zero", doorlink.Signal{Kind: "grant", Call: "c"}, doorlink.Resident, doorlink.ErrSignal},
		{"did it open, perhaps", doorlink.Signal{Kind: "opened", Call: "c", Nth: 1, Opened: "perhaps"}, doorlink.Visitor, doorlink.ErrSignal},
		{"nothing at all", doorlink.Signal{}, doorlink.Visitor, doorlink.ErrSignal},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := tt.s.Check(tt.from); !errors.Is(err, tt.want) || tt.want == nil && err != nil {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestSignalsAreReadStrictly(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, data string
		want       error
	}{
		{"one object", `{"t":"ping"}`, nil},
		{"nothing", ``, doorlink.ErrSignal},
		{"not JSON", `ping`, doorlink.ErrSignal},
		{"a list", `["ping"]`, doorlink.ErrSignal},
		{"an unknown field", `{"t":"ping","as":"manager"}`, doorlink.ErrSignal},
		{"two objects", `{"t":"ping"}{"t":"ping"}`, doorlink.ErrSignal},
		{"a bracket too many", `{"t":"ping"}}`, doorlink.ErrSignal},
		{"a number for text", `{"t":1}`, doorlink.ErrSignal},
		{"too much", `{"t":"text","text":"` + strings.Repeat("a", doorlink.MaxSignal) + `"}`, doorlink.ErrSignalSize},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := doorlink.ReadSignal([]byte(tt.data)); !errors.Is(err, tt.want) || tt.want == nil && err != nil {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// FuzzSignal looks for a signal that passes its check and cannot be passed on:
// what one side says must reach the other as it was.
func FuzzSignal(f *testing.F) {
	for _, s := range []string{
		`{"t":"ping"}`, `{"t":"dial","entry":"0123abcd","caller":{"kind":"delivery","line":"Parcel"}}`,
		`{"t":"text","call":"call_1","line":1,"text":"hé","done":true}`,
		`{"t":"candidate","call":"call_1","gen":1,"candidate":{"candidate":"","mid":"0","mline":0}}`,
		`{"t":"offer","call":"call_1","gen":1,"sdp":"v=0"}`, `{"t":"grant","call":"call_1","nth":1}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := doorlink.ReadSignal(data)
		if err != nil || s.Check(doorlink.Visitor) != nil && s.Check(doorlink.Resident) != nil {
			return
		}
		again, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := doorlink.ReadSignal(again); err != nil && len(again) <= doorlink.MaxSignal {
			t.Fatalf("%s was said and cannot be heard: %v", again, err)
		}
	})
}
