// Package hook delivers signed webhooks: events that a property has asked to
// have posted to a program of its own. It follows the Standard Webhooks
// specification, so receivers can verify with the libraries they have.
//
// A webhook's address is written by a manager and called by the server, from
// inside its network. So nothing but the public internet is called: every
// address is looked at after its name is resolved and right before the
// connection is made, redirects are not followed, and no proxy of the
// environment is used. What an endpoint answers is neither kept nor shown.
//
// The package keeps nothing and starts nothing. Which deliveries are due, and
// that each is sent by one node at a time, is decided where they are stored.
package hook

import (
	"time"

	"doorlink"
)

// MaxBody is the most that a delivery may contain, in bytes.
const MaxBody = 64 << 10

// Endpoint is where deliveries go.
type Endpoint struct {
	URL string // as CheckURL accepts it
	// Secrets sign each delivery, newest first. There is one; while it is being
	// changed there are two, so that receivers can follow without a gap.
	Secrets []doorlink.Secret
}

// Delivery is one event on its way. ID is the same at every attempt, so that
// receivers can drop what they have had; At is the moment of this attempt, which
// receivers hold against their clock.
type Delivery struct {
	ID   doorlink.DeliveryID
	At   time.Time
	Body []byte // JSON, at most MaxBody
}

// Outcome is what became of one attempt. It tells nothing of the answer but its
// status, so that no endpoint can be used to read what it reaches.
type Outcome struct {
	Status int           // of the HTTP answer; 0 if there was none
	Took   time.Duration // from the first look-up to the end of the answer
	Retry  bool          // another attempt may do better
	Gone   bool          // 410: the receiver wants nothing any more, ever
	Why    Why           // empty: delivered
	// After is how long the endpoint asked to be left alone, at most MaxAfter;
	// 0 if it did not ask.
	After time.Duration
}

// Delivered reports whether the endpoint has accepted the delivery.
func (o Outcome) Delivered() bool { return o.Why == "" }

// Why names the sentence that tells a manager why an attempt failed.
type Why string

// The reasons of a failed attempt.
const (
	Refused    Why = "hook.why.refused"    // an answer other than 2xx
	Busy       Why = "hook.why.busy"       // 429 or 503: later, please
	WasGone    Why = "hook.why.gone"       // 410
	Redirected Why = "hook.why.redirect"   // 3xx, which is never followed
	TooSlow    Why = "hook.why.slow"       // no full answer within ten seconds
	NoName     Why = "hook.why.name"       // the host name does not resolve
	Private    Why = "hook.why.private"    // the host is not on the public internet
	Untrusted  Why = "hook.why.tls"        // its certificate does not hold
	NoAnswer   Why = "hook.why.no_answer"  // no connection, or it broke
	Unsendable Why = "hook.why.unsendable" // its address, secret or size is not allowed
	Stopped    Why = "hook.why.stopped"    // the server went down meanwhile
)
