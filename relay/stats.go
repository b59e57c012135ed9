package relay

import "sync/atomic"

// Stats is what the relay has done since New.
type Stats struct {
	Allocations int    // relayed addresses open now
	Streams     int    // TCP clients connected now
	Refused     uint64 // requests turned down for credential, quota or peer
	Dropped     uint64 // packets above the bandwidth, or for a forbidden port
	Packets     uint64 // packets relayed in either direction
	Bytes       uint64 // what they carried, without headers
}

// Stats reads the counters. They are not of one instant: each is right by
// itself.
func (s *Server) Stats() Stats {
	return Stats{
		Allocations: s.ledger.open(),
		Streams:     s.streams.open(),
		Refused:     s.tally.refused.Load(),
		Dropped:     s.tally.dropped.Load(),
		Packets:     s.tally.packets.Load(),
		Bytes:       s.tally.bytes.Load(),
	}
}

type tally struct {
	refused, dropped, packets, bytes atomic.Uint64
}

func (t *tally) pass(n int) {
	t.packets.Add(1)
	t.bytes.Add(uint64(n))
}
