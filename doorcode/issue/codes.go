package issue

import (
	"sync"

	"doorlink"
	"doorlink/doorcode"
)

// codes makes the codes of one door on one day and knows which are unfit to be
// given. It is safe for concurrent use.
type codes struct {
	places uint16

	mu     sync.Mutex // a Perm is for one at a time
	today  *doorcode.Perm
	beside [2]*doorcode.Perm // the days before and after; nil before the epoch
}

// newCodes sets up a day and its neighbours, which takes some seventy
// microseconds. before is the chain of the day before, or of the first day of
// the epoch.
func newCodes(before doorcode.Chain, setup doorcode.Setup, day doorlink.Day) *codes {
	c := &codes{places: setup.Places}
	chain := before
	if chain.Day < day {
		c.beside[0] = chain.Perm(setup.Params.Digits)
		chain = chain.Next()
	}
	c.today = chain.Perm(setup.Params.Digits)
	c.beside[1] = chain.Next().Perm(setup.Params.Digits)
	return c
}

// digits derives one code.
func (c *codes) digits(slot uint16, gen uint8) doorlink.Digits {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.today.Encode(doorcode.Index{Class: doorcode.Resident, Slot: slot, Gen: gen})
}

// unfit reports whether a code may not be given: because it is reserved, or
// because around midnight the lock could take it for somebody else's code of
// the day before or after (section 4.6, step 5).
func (c *codes) unfit(digits doorlink.Digits) bool {
	if doorcode.Reserved(digits) {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, day := range c.beside {
		if day == nil {
			continue
		}
		i, ok := day.Decode(digits.Reveal())
		if ok && i.Class == doorcode.Resident && i.Slot < c.places {
			return true
		}
	}
	return false
}

// choice is the codes of one Issue. It keeps the code that was derived last,
// and so the one that was found fit, no longer than that. It is not safe for
// concurrent use.
type choice struct {
	*codes
	slot uint16
	gen  uint8
	last doorlink.Digits
}

// digits derives one code, once.
func (c *choice) digits(slot uint16, gen uint8) doorlink.Digits {
	if c.last == "" || slot != c.slot || gen != c.gen {
		c.slot, c.gen, c.last = slot, gen, c.codes.digits(slot, gen)
	}
	return c.last
}

// unfit reports whether a code may not be given.
func (c *choice) unfit(slot uint16, gen uint8) bool { return c.codes.unfit(c.digits(slot, gen)) }

// maxDays is how many days of doors are kept, in about two megabytes; then the
// cache starts again.
const maxDays = 256

// days keeps the days of doors that codes were asked for: whoever gives one
// shows it, and gives another to the next visitor. The zero value is empty.
type days struct {
	chains chains

	mu   sync.Mutex
	kept map[dayKey]*codes
}

// dayKey names a door's day and everything of the set-up that its codes depend
// on.
type dayKey struct {
	chainKey
	digits int
	places uint16
}

// at finds the codes of a day, which must not lie before the epoch.
func (d *days) at(m doorcode.Master, s doorcode.Setup, day doorlink.Day) *codes {
	key := dayKey{chainKey{s.Property, s.Door, s.Epoch, s.First, day}, s.Params.Digits, s.Places}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.kept[key]
	if c == nil {
		c = newCodes(d.chains.at(m, s, max(day, s.First+1)-1), s, day)
		if d.kept == nil || len(d.kept) >= maxDays {
			d.kept = make(map[dayKey]*codes)
		}
		d.kept[key] = c
	}
	return c
}
