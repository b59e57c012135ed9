package issue

import (
	"sync"

	"doorlink"
	"doorlink/doorcode"
)

const (
	stride    = 32   // days between the chain values that are kept
	maxChains = 1024 // doors and months; then the cache starts again
)

// chains keeps one chain value per door and month, so that a door in its tenth
// year does not cost four thousand steps a code. The zero value is empty.
type chains struct {
	mu   sync.Mutex
	kept map[chainKey]doorcode.Chain
}

// chainKey names a kept value. first is part of it because the chain starts
// there.
type chainKey struct {
	property doorlink.PropertyID
	door     doorlink.DoorID
	epoch    uint32
	first    doorlink.Day
	day      doorlink.Day
}

// at is the chain of a door on a day, which must not lie before the epoch.
func (c *chains) at(m doorcode.Master, s doorcode.Setup, day doorlink.Day) doorcode.Chain {
	month := s.First + (day-s.First)/stride*stride
	key := chainKey{s.Property, s.Door, s.Epoch, s.First, month}
	c.mu.Lock()
	defer c.mu.Unlock()
	chain, ok := c.kept[key]
	if !ok {
		chain, _ = m.Door(s.Property, s.Door, s.Epoch).Chain(s.First).At(month)
		if c.kept == nil || len(c.kept) >= maxChains {
			c.kept = make(map[chainKey]doorcode.Chain)
		}
		c.kept[key] = chain
	}
	chain, _ = chain.At(day)
	return chain
}
