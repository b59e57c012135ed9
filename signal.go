package doorlink

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"unicode"
	"unicode/utf8"
)

// Limits of what one signal may carry.
const (
	MaxSignal     = 80 << 10 // bytes of one signal on the wire
	MaxSDP        = 64 << 10 // bytes of a session description
	MaxCandidate  = 1 << 10  // bytes of one candidate
	MaxText       = 500      // characters of one line of text
	MaxLines      = 1000     // lines one side may write in a call
	MaxCallerLine = 60       // characters a visitor may say about themselves
	MaxGen        = 1000     // connections set up anew in one call
)

// SignalKind names a signal on the wire.
type SignalKind string

const (
	// Visitor to server.
	SigDial   SignalKind = "dial"   // call an entry of the directory
	SigOpened SignalKind = "opened" // did the door open?
	SigShown  SignalKind = "shown"  // the code is on the screen

	// Resident to server.
	SigRinging SignalKind = "ringing" // this handset shows the call
	SigDecline SignalKind = "decline"
	SigExtend  SignalKind = "extend" // another three minutes
	SigGrant   SignalKind = "grant"  // give a doorcode
	SigRenew   SignalKind = "renew"  // to the visitor: please offer again

	// From either side to the other.
	SigOffer     SignalKind = "offer"     // visitor to resident only
	SigAnswer    SignalKind = "answer"    // resident to visitor only; the first one answers the call
	SigCandidate SignalKind = "candidate" // one way to reach the sender
	SigText      SignalKind = "text"      // a line as it stands now
	SigHangUp    SignalKind = "hangup"    // before an answer: cancel
	SigPing      SignalKind = "ping"      // is the line alive?

	// Server to either side.
	SigCall      SignalKind = "call"      // the call as it stands; sent at every change
	SigCode      SignalKind = "code"      // a doorcode was given
	SigDirectory SignalKind = "directory" // the directory has changed; load it again
	SigRefused   SignalKind = "refused"   // what was just said cannot be done
	SigMoved     SignalKind = "moved"     // the call went on elsewhere; this line is finished
	SigPong      SignalKind = "pong"
)

// Signal is all that the two ends of a call and the server say to each other,
// one JSON object each. PROTOCOL.md has every kind with its fields. Signals are
// idempotent by call: hearing one twice is as good as once.
type Signal struct {
	Kind SignalKind `json:"t"`
	Call CallID     `json:"call,omitempty"`

	Entry  EntryID `json:"entry,omitempty"`  // dial
	Caller *Caller `json:"caller,omitempty"` // dial

	Gen       int        `json:"gen,omitempty"` // offer, answer, candidate: which connection, from 1
	SDP       string     `json:"sdp,omitempty"`
	Candidate *Candidate `json:"candidate,omitempty"`

	Line int    `json:"line,omitempty"` // text: which line of this side, from 1
	Text string `json:"text,omitempty"` // text: the whole line as it stands
	Done bool   `json:"done,omitempty"` // text: the line is finished

	Nth    int    `json:"nth,omitempty"`    // grant, shown, opened: which code of the call, from 1
	Opened string `json:"opened,omitempty"` // opened: "yes" or "no"

	News    *News    `json:"news,omitempty"`    // call
	Code    *Code    `json:"code,omitempty"`    // code
	Refused *Refusal `json:"refused,omitempty"` // refused
}

// LogValue shows kind and call; the rest of a signal is nobody's business.
func (s Signal) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", string(s.Kind)), slog.String("call", string(s.Call)))
}

// Candidate is one ICE candidate as browsers write it (RFC 8839). An empty one
// says that there are no more.
type Candidate struct {
	Candidate string `json:"candidate"`
	Mid       string `json:"mid"`
	Line      int    `json:"mline"`
}

// News is a call as one side may know it.
type News struct {
	State    State  `json:"state"`
	Reason   Reason `json:"reason,omitempty"`
	LeftMS   int64  `json:"left_ms,omitempty"`   // until the state ends by itself
	TalkedMS int64  `json:"talked_ms,omitempty"` // since it was answered
	GrantMS  int64  `json:"grant_ms,omitempty"`  // over: how long a code can still be given
	Away     bool   `json:"away,omitempty"`      // the other side's connection is lost for now

	Door     string `json:"door"`
	Label    string `json:"label"`
	Building string `json:"building"`
	Name     string `json:"name"` // the resident, as listed
	Unit     string `json:"unit"`

	// For the visitor.
	Entry   EntryID `json:"entry,omitempty"`   // the line of the directory that was called
	Devices int     `json:"devices,omitempty"` // handsets that show the call
	Others  []Other `json:"others,omitempty"`  // people of the same unit to try next

	// For the resident.
	Caller *Caller `json:"caller,omitempty"`
	Mine   bool    `json:"mine,omitempty"` // this page has the call

	ICE   []ICEServer `json:"ice,omitempty"`
	Relay bool        `json:"relay,omitempty"` // use relayed candidates only
}

// Other is somebody else in the unit of the person who was called.
type Other struct {
	Entry EntryID `json:"entry"`
	Name  string  `json:"name"`
}

// ICEServer is a relay with credentials for one call and side, shaped as
// RTCPeerConnection wants it.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username"`
	Credential string   `json:"credential"`
}

// Code is a doorcode as it is shown. It is the one struct that carries digits
// in the open, to the two pages of one call.
type Code struct {
	Digits string `json:"digits"`
	Nth    int    `json:"nth"`
	Door   string `json:"door"`
	Until  int64  `json:"until_ms"` // Unix milliseconds
	LeftMS int64  `json:"left_ms"`
	ReuseS int    `json:"reuse_s"` // typing it again within this time is the same entry
	Model  string `json:"model"`   // which keypad's steps to show
	Shown  bool   `json:"shown,omitempty"`
	Opened string `json:"opened,omitempty"`
}

// Refusal is an Error on the wire: its key, the sentence in the reader's
// language, and for limits the time at which they end.
type Refusal struct {
	Of     SignalKind `json:"of,omitempty"` // what was refused
	Kind   string     `json:"kind"`
	Status int        `json:"status"` // what HTTP would have said: 400, 403, 404, 409, 410, 429, 500 or 503
	Key    string     `json:"key"`
	Text   string     `json:"text"`
	LeftMS int64      `json:"left_ms,omitempty"`
}

// What is wrong with a signal.
var (
	ErrSignal     = Fail(Invalid, "signal.malformed")
	ErrSignalSize = Fail(Invalid, "signal.too_large")
	ErrText       = Fail(Invalid, "text.too_long", "max", MaxText)
	ErrCaller     = Fail(Invalid, "caller.too_long", "max", MaxCallerLine)
	ErrNotAllowed = Fail(Denied, "signal.not_allowed")
)

// sayable lists which side may send which kind.
var sayable = map[SignalKind][]Side{
	SigDial: {Visitor}, SigOpened: {Visitor}, SigShown: {Visitor}, SigOffer: {Visitor},
	SigRinging: {Resident}, SigDecline: {Resident}, SigExtend: {Resident}, SigGrant: {Resident},
	SigRenew: {Resident}, SigAnswer: {Resident},
	SigCandidate: {Visitor, Resident}, SigText: {Visitor, Resident},
	SigHangUp: {Visitor, Resident}, SigPing: {Visitor, Resident},
}

// ReadSignal decodes what a page sent: one JSON object, at most MaxSignal
// bytes, with no field that a Signal does not have. It returns ErrSignalSize or
// ErrSignal; whether the signal may be acted on is for Check.
func ReadSignal(data []byte) (Signal, error) {
	var s Signal
	if len(data) > MaxSignal {
		return s, ErrSignalSize
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Signal{}, ErrSignal.Because(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Signal{}, ErrSignal
	}
	return s, nil
}

// Check decides whether a signal that came from a side's page may be acted on:
// ErrNotAllowed for a move of the other side or of the server, ErrSignal for
// one that lacks what its kind needs, ErrSignalSize, ErrText and ErrCaller for
// one that carries too much. It does not know the call's state.
func (s Signal) Check(from Side) error {
	sides, known := sayable[s.Kind]
	switch {
	case !known && serverOnly(s.Kind):
		return ErrNotAllowed
	case !known:
		return ErrSignal
	case sides[0] != from && (len(sides) == 1 || sides[1] != from):
		return ErrNotAllowed
	case s.Call == "" && s.Kind != SigDial && s.Kind != SigPing:
		return ErrSignal
	}
	return s.checkContent()
}

func serverOnly(k SignalKind) bool {
	switch k {
	case SigCall, SigCode, SigDirectory, SigRefused, SigMoved, SigPong:
		return true
	}
	return false
}

func (s Signal) checkContent() error {
	switch s.Kind {
	case SigDial:
		if s.Entry == "" || len(s.Entry) > 64 {
			return ErrSignal
		}
		if s.Caller != nil {
			return s.Caller.Check()
		}
	case SigOffer, SigAnswer:
		return s.checkSDP()
	case SigCandidate:
		if s.Candidate == nil || s.Gen < 1 || s.Gen > MaxGen {
			return ErrSignal
		}
		if len(s.Candidate.Candidate)+len(s.Candidate.Mid) > MaxCandidate {
			return ErrSignalSize
		}
	case SigText:
		if s.Line < 1 || s.Line > MaxLines || !Clean(s.Text) {
			return ErrSignal
		}
		if utf8.RuneCountInString(s.Text) > MaxText {
			return ErrText
		}
	case SigGrant, SigShown:
		if s.Nth < 1 {
			return ErrSignal
		}
	case SigOpened:
		if s.Nth < 1 || s.Opened != "yes" && s.Opened != "no" {
			return ErrSignal
		}
	}
	return nil
}

// checkSDP lets an answer go without a description: the resident may answer
// before there is anything to connect to, and add one later.
func (s Signal) checkSDP() error {
	switch {
	case len(s.SDP) > MaxSDP:
		return ErrSignalSize
	case s.Kind == SigAnswer && s.SDP == "" && s.Gen == 0:
		return nil
	case s.SDP == "" || s.Gen < 1 || s.Gen > MaxGen:
		return ErrSignal
	}
	return nil
}

// Check refuses a kind that is none and a line that is too long or not text.
func (c Caller) Check() error {
	switch c.Kind {
	case Unsaid, Delivery, Guest, Servicer:
	default:
		return ErrSignal
	}
	if utf8.RuneCountInString(c.Line) > MaxCallerLine {
		return ErrCaller
	}
	if !Clean(c.Line) {
		return ErrSignal
	}
	return nil
}

// Clean reports whether s is a line that a page can show: valid UTF-8 without
// control characters (line breaks included) and without characters that turn
// the direction of what follows them.
func Clean(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return false
		}
	}
	return true
}
