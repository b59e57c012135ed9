package relay

import (
	"crypto/hmac"
	"crypto/sha1" // the TURN REST convention and RFC 8489 know nothing else
	"encoding/base64"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorlink"

	"github.com/pion/turn/v5"
)

// allocate is the method number of Allocate, RFC 8656 section 17.
const allocate = 0x003

// party is whom a credential belongs to: one side of one call.
type party struct {
	call doorlink.CallID
	side doorlink.Side
}

// Servers is what the browser of one side of a call needs to use this relay.
// The credential is the TURN REST one (draft-uberti-behave-turn-rest-00): the
// user name is expiry, call and side, the password its HMAC, so every node
// that knows the secret can check it and none has to remember it.
//
// until is when it stops being good for new relayed addresses; beyond two
// hours it is cut. What was allocated before goes on until End, so a call that
// is extended keeps its audio, but a connection that is set up anew needs new
// servers. Servers does not know whether the call has ended.
func (s *Server) Servers(call doorlink.CallID, side doorlink.Side, until time.Time) []doorlink.ICEServer {
	if last := time.Now().Add(longest); until.After(last) {
		until = last
	}
	name := userName(party{call, side}, until)
	return []doorlink.ICEServer{{URLs: slices.Clone(s.urls), Username: name, Credential: password(s.secret, name)}}
}

// End closes every allocation of the call on this node and refuses its
// credentials from now on. Ending a call twice, or one that never used the
// relay, is fine. A restart forgets it: then the credential's own expiry is
// what is left.
func (s *Server) End(call doorlink.CallID) {
	for _, r := range s.ledger.end(call, time.Now()) {
		r.Close()
	}
}

// authorise tells the library which key a request must be signed with; it
// checks the signature itself. Expiry counts for Allocate alone, the end of the
// call for every request.
func (s *Server) authorise(ra *turn.RequestAttributes) (userID string, key []byte, ok bool) {
	p, until, ok := readUserName(ra.Username)
	now := time.Now()
	if !ok || ra.Method == allocate && !now.Before(until) || s.ledger.hasEnded(p.call, now) {
		s.tally.refused.Add(1)
		return "", nil, false
	}
	return p.id(), turn.GenerateAuthKey(ra.Username, ra.Realm, password(s.secret, ra.Username)), true
}

// onAuth counts signatures that do not match.
func (s *Server) onAuth(_, _ net.Addr, _, _, _, _ string, verdict bool) {
	if !verdict {
		s.tally.refused.Add(1)
	}
}

// id is how the library knows the owner of an allocation. It leaves the expiry
// out, so that a newer credential of the same party works on it too.
func (p party) id() string { return string(p.call) + ":" + string(p.side) }

func userName(p party, until time.Time) string {
	return strconv.FormatInt(until.Unix(), 10) + ":" + p.id()
}

// readUserName is the inverse of userName. It does not check the signature.
func readUserName(name string) (p party, until time.Time, ok bool) {
	unix, id, _ := strings.Cut(name, ":")
	sec, err := strconv.ParseInt(unix, 10, 64)
	if err != nil || sec < 0 {
		return party{}, time.Time{}, false
	}
	p, ok = readID(id)
	return p, time.Unix(sec, 0), ok
}

// readID is the inverse of party.id.
func readID(id string) (party, bool) {
	call, side, _ := strings.Cut(id, ":")
	p := party{doorlink.CallID(call), doorlink.Side(side)}
	known := p.side == doorlink.Visitor || p.side == doorlink.Resident
	return p, known && call != "" && len(call) <= 64
}

// password is the one of the convention; it is what clients prove to know.
func password(secret []byte, name string) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write([]byte(name))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
