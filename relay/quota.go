package relay

import (
	"net"
	"sync"
	"time"

	"doorlink"
)

// What one side of one call may use. A browser opens one relayed address per
// network it is on and per transport, and opens them anew when its network
// changes, before the old ones have timed out. On the resident's side up to
// eight handsets prepare for the answer while they ring.
const (
	visitorAllocations  = 8
	residentAllocations = 24

	// maxPeers bounds the addresses one allocation may talk to, and its
	// channels: a browser offers about ten.
	maxPeers = 64

	// perByte is the time a byte takes of the bandwidth of one side of a call
	// in one direction: 256 kbit/s. Speech with its headers needs about 100.
	perByte = time.Second / 32_000

	// reserve is what may be sent at once after a silence, as a time at that
	// rate: 64 kB.
	reserve = 2 * time.Second

	// headers is what IPv4 and UDP add to each packet, in bytes. They count, or
	// tiny packets would pass by the thousand.
	headers = 28
)

// bucket lets bytes through at a steady rate, with a reserve for bursts. The
// zero value is full.
type bucket struct {
	mu   sync.Mutex
	full time.Time // when the reserve will be full again
}

// take reports whether n bytes may pass at now, and counts them if so.
func (b *bucket) take(n int, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	full := b.full
	if full.Before(now) {
		full = now
	}
	full = full.Add(time.Duration(n) * perByte)
	if full.Sub(now) > reserve {
		return false
	}
	b.full = full
	return true
}

// share is what the allocations of one party have in common.
type share struct {
	open    int // allocations; guarded by the ledger
	out, in bucket
}

// hasRoom answers the library before it allocates, so that the client hears
// 486 (Allocation Quota Reached). enter decides in the end.
func (s *Server) hasRoom(userID, _ string, _ net.Addr) bool {
	p, ok := readID(userID)
	if !ok || !s.ledger.hasRoom(p) {
		s.tally.refused.Add(1)
		s.log.Debug("relay quota reached", "call", p.call, "side", p.side)
		return false
	}
	return true
}

func quota(side doorlink.Side) int {
	if side == doorlink.Resident {
		return residentAllocations
	}
	return visitorAllocations
}
