package relay

import (
	"errors"
	"maps"
	"net/netip"
	"sync"
	"time"

	"doorlink"
)

var (
	errQuota  = errors.New("relay: too many allocations of one side of a call")
	errEnded  = errors.New("relay: the call has ended")
	errClosed = errors.New("relay: closed")
)

// ledger knows who has which relayed address, and which calls are over. It never
// closes anything itself: what it hands out to be closed comes back to leave,
// from whichever goroutine gets there first.
type ledger struct {
	mu      sync.RWMutex
	shares  map[party]*share
	live    map[netip.AddrPort]*relayed   // by relayed address
	clients map[client]*relayed           // settled ones; a client has one at most
	ended   map[doorlink.CallID]time.Time // until when it must be remembered
	closed  bool
}

func newLedger() *ledger {
	return &ledger{
		shares:  map[party]*share{},
		live:    map[netip.AddrPort]*relayed{},
		clients: map[client]*relayed{},
		ended:   map[doorlink.CallID]time.Time{},
	}
}

func (l *ledger) hasRoom(p party) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	sh := l.shares[p]
	return sh == nil || sh.open < quota(p.side)
}

// enter books a new allocation, or refuses it with errQuota, errEnded or
// errClosed.
func (l *ledger) enter(r *relayed, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	sh := l.shares[r.party]
	switch {
	case l.closed:
		return errClosed
	case now.Before(l.ended[r.party.call]):
		return errEnded
	case sh != nil && sh.open >= quota(r.party.side):
		return errQuota
	case sh == nil:
		sh = &share{}
		l.shares[r.party] = sh
	}
	sh.open++
	r.share = sh
	l.live[r.addr] = r
	return nil
}

// settle notes which client the allocation at addr answers to, and reports
// whether it is still there.
func (l *ledger) settle(c client, addr netip.AddrPort) (*relayed, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.live[addr]
	if r != nil {
		r.client = c
		l.clients[c] = r
	}
	return r, r != nil
}

// leave strikes r out, once, and returns its client. Its port is free already,
// and may have been booked anew.
func (l *ledger) leave(r *relayed) client {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.live[r.addr] == r {
		delete(l.live, r.addr)
	}
	if l.clients[r.client] == r {
		delete(l.clients, r.client)
	}
	if r.share.open--; r.share.open == 0 {
		delete(l.shares, r.party)
	}
	return r.client
}

// at is the allocation with that relayed address, nil if there is none.
func (l *ledger) at(addr netip.AddrPort) *relayed {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.live[addr]
}

// of is the allocation of a client, nil if it has none.
func (l *ledger) of(c client) *relayed {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.clients[c]
}

// open counts the allocations.
func (l *ledger) open() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.live)
}

// hasEnded reports whether end was told of the call, as long as that matters.
func (l *ledger) hasEnded(call doorlink.CallID, now time.Time) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return now.Before(l.ended[call])
}

// end remembers that the call is over for as long as a credential of it can be
// good, and returns its allocations, which are the caller's to close.
func (l *ledger) end(call doorlink.CallID, now time.Time) (all []*relayed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.ended, func(_ doorlink.CallID, until time.Time) bool { return !now.Before(until) })
	l.ended[call] = now.Add(longest)
	for _, r := range l.live {
		if r.party.call == call {
			all = append(all, r)
		}
	}
	return all
}

// shut lets nobody in any more and returns the allocations there are, which
// are the caller's to close.
func (l *ledger) shut() (all []*relayed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, r := range l.live {
		all = append(all, r)
	}
	return all
}
