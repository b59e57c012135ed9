package doorcode

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"doorlink"
)

// Chain is the secret of a door for one day, from which the next day's follows
// but never the day before: C_n of DDC-1 section 4.2. A lock holds the one of
// the oldest day it may still accept, so that nobody who opens it learns the
// codes of days gone by. Like its key, a Chain does not print.
type Chain struct {
	Key
	Day doorlink.Day
}

// Chain starts the chain of an epoch at its first day.
func (k DoorKey) Chain(first doorlink.Day) Chain {
	return Chain{k.expand("ddc1/chain", number(first)), first}
}

// Next is the chain one day on.
func (c Chain) Next() Chain {
	return Chain{c.expand("ddc1/step", number(c.Day+1)), c.Day + 1}
}

// At walks the chain to day. It takes about a microsecond a day; ok is false
// for a day that has gone, which nobody can reach again.
func (c Chain) At(day doorlink.Day) (at Chain, ok bool) {
	if day < c.Day {
		return Chain{}, false
	}
	for c.Day < day {
		c = c.Next()
	}
	return c, true
}

// code is the key of the day's permutation. The number of digits is part of
// it: codes of five and of seven digits have nothing in common.
func (c Chain) code(digits int) Key {
	return c.expand("ddc1/day", append(number(c.Day), byte(digits)))
}

// Down is the key that seals what a server sends to the lock on that day.
func (c Chain) Down() Key { return c.expand("ddc1/dn", number(c.Day)) }

// Up is the key that seals what the lock sends to a server on that day.
func (c Chain) Up() Key { return c.expand("ddc1/up", number(c.Day)) }

// Reveal returns the chain as text, the day, a colon and the key, for the two
// files that keep one: the provisioning file and the lock's own state.
func (c Chain) Reveal() string { return fmt.Sprintf("%d:%s", uint32(c.Day), c.Key.Reveal()) }

var errChain = errors.New("a chain is a day number, a colon and a key")

// ReadChain reads what Reveal wrote. The error does not repeat the text.
func ReadChain(text string) (Chain, error) {
	before, after, _ := strings.Cut(text, ":")
	day, err := strconv.ParseUint(before, 10, 32)
	if err != nil {
		return Chain{}, errChain
	}
	key, err := ReadKey(after)
	if err != nil {
		return Chain{}, errChain
	}
	return Chain{key, doorlink.Day(day)}, nil
}

func number(d doorlink.Day) []byte { return binary.BigEndian.AppendUint32(nil, uint32(d)) }
