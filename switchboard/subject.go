package switchboard

import (
	"time"

	"doorlink"
)

// Subjects on the bus. A call has one for each direction and one on which the
// visitor's node answers with all that was said so far; a person has one on
// which every open line of theirs listens.
const overSubject = "calls.over"

func personSubject(p doorlink.PersonID) string { return "person." + string(p) }
func visitorSubject(c doorlink.CallID) string  { return "call." + string(c) + ".visitor" }
func residentSubject(c doorlink.CallID) string { return "call." + string(c) + ".resident" }
func soFarSubject(c doorlink.CallID) string    { return "call." + string(c) + ".sofar" }

// toVisitor is what the visitor's end is told; one field at a time is set.
type toVisitor struct {
	Call    *doorlink.Call     `json:",omitempty"` // the call has changed
	Signal  *doorlink.Signal   `json:",omitempty"` // the resident says
	Reached doorlink.HandsetID `json:",omitempty"` // a line is open
	Ringing doorlink.HandsetID `json:",omitempty"` // a page shows the call
	Given   []byte             `json:",omitempty"` // a code, sealed: whoever listens on the bus learns nothing
	Line    *bool              `json:",omitempty"` // the resident's line went away or came back
	Take    *turn              `json:",omitempty"` // another leg has the call now
}

// toPerson is what every open line of a resident is told.
type toPerson struct {
	Call *doorlink.Call `json:",omitempty"` // a call has begun or changed
	Sign *sign          `json:",omitempty"` // with its first mention: what to show
	By   string         `json:",omitempty"` // the line that made the move
	Take *taken         `json:",omitempty"`

	Out doorlink.HandsetID `json:",omitempty"` // that handset was signed out
}

// taken says that a newer line of a handset has its answered call now.
type taken struct {
	Handset doorlink.HandsetID
	Call    doorlink.CallID
	Line    turn
}

// turn is whose a call is, of several pages of one browser: the one's that was
// opened last, however long each took to find the call.
type turn struct {
	ID string
	At time.Time
}

func newTurn(prefix string) turn { return turn{doorlink.NewID[string](prefix), time.Now()} }

// toResident is what the lines that know a call are told about it; one of the
// first two fields is set.
type toResident struct {
	Signal *doorlink.Signal `json:",omitempty"` // the visitor says
	Away   *bool            `json:",omitempty"` // the visitor's line went away or came back
	Leg    string           // which leg tells this,
	N      int              // and how many things it had told before
}

// soFar is all that a visitor has said in a call that a handset must know when
// it wakes late.
type soFar struct {
	Away    bool
	Signals []doorlink.Signal
	Leg     string // which leg answers,
	N       int    // and how many things it has told
}
