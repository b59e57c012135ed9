package relay

import (
	"slices"
	"time"

	"doorlink"
)

// Outside hands out credentials for a relay that is run apart and shares a
// secret with us by the TURN REST convention, as coturn does with
// use-auth-secret. What it relays, and to whom, is that relay's configuration.
type Outside struct {
	urls   []string
	secret []byte
}

// NewOutside stands for the relay behind urls (turn:host:port?transport=udp and
// the like).
func NewOutside(urls []string, secret []byte) *Outside {
	return &Outside{urls: slices.Clone(urls), secret: secret}
}

// Servers is what the browser of one side of a call needs to use the relay; see
// Server.Servers.
func (o *Outside) Servers(call doorlink.CallID, side doorlink.Side, until time.Time) []doorlink.ICEServer {
	if last := time.Now().Add(longest); until.After(last) {
		until = last
	}
	name := userName(party{call, side}, until)
	return []doorlink.ICEServer{{URLs: slices.Clone(o.urls), Username: name, Credential: password(o.secret, name)}}
}

// End does nothing: a relay that is run apart has no way to be told. Its
// credentials end by themselves.
func (o *Outside) End(doorlink.CallID) {}
