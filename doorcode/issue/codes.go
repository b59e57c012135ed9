package issue

import (
	"doorlink"
	"doorlink/doorcode"
)

// codes makes the codes of one door on one day and knows which are unfit to be
// given. It is made for one Issue and not safe for concurrent use.
type codes struct {
	today  *doorcode.Perm
	beside [2]*doorcode.Perm // the days before and after; nil before the epoch
	places uint16

	// The code that was derived last: the one that is found fit is given.
	slot uint16
	gen  uint8
	last doorlink.Digits
}

// codes sets up a day and its neighbours, which takes some seventy microseconds.
func (d *Desk) codes(setup doorcode.Setup, day doorlink.Day) *codes {
	c := &codes{places: setup.Places}
	chain := d.chains.at(d.master, setup, max(day, setup.First+1)-1)
	if chain.Day < day {
		c.beside[0] = chain.Perm(setup.Params.Digits)
		chain = chain.Next()
	}
	c.today = chain.Perm(setup.Params.Digits)
	c.beside[1] = chain.Next().Perm(setup.Params.Digits)
	return c
}

// digits derives one code. Nothing keeps it for longer than one Issue.
func (c *codes) digits(slot uint16, gen uint8) doorlink.Digits {
	if c.last == "" || slot != c.slot || gen != c.gen {
		c.slot, c.gen, c.last = slot, gen, encode(c.today, slot, gen)
	}
	return c.last
}

// digits derives one code that was given before.
func (d *Desk) digits(setup doorcode.Setup, day doorlink.Day, slot uint16, gen uint8) doorlink.Digits {
	return encode(d.chains.at(d.master, setup, day).Perm(setup.Params.Digits), slot, gen)
}

func encode(day *doorcode.Perm, slot uint16, gen uint8) doorlink.Digits {
	return day.Encode(doorcode.Index{Class: doorcode.Resident, Slot: slot, Gen: gen})
}

// unfit reports whether a code may not be given: because it is reserved, or
// because around midnight the lock could take it for somebody else's code of
// the day before or after (section 4.6, step 5).
func (c *codes) unfit(slot uint16, gen uint8) bool {
	digits := c.digits(slot, gen)
	if doorcode.Reserved(digits) {
		return true
	}
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
