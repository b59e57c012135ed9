package doorcode

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"

	"doorlink"
)

// rounds is R of DDC-1 section 4.4. Section 6.2 argues for 320.
const rounds = 320

// Perm is the secret order of one day: a keyed permutation of exactly the
// numbers that have the door's count of digits. It is the swap-or-not shuffle
// (Hoang, Morris, Rogaway 2012) with HMAC-SHA-256 deciding about each swap.
// Because it is a permutation, no two codes of a day are equal, and whoever has
// the day's key reads off a code whose it is.
//
// A Perm works in place to keep the garbage collector out of it, so it is not
// safe for concurrent use.
type Perm struct {
	digits int
	size   uint32 // N, ten to the digits
	keys   [rounds]uint32
	mac    hash.Hash
	msg    [7]byte
	sum    [sha256.Size]byte
}

// Perm sets up the chain's day for codes of that many digits, 5 to 8. It takes
// some twenty microseconds; keep the result while the day lasts. It panics on
// any other number of digits, which Params.Check refuses.
func (c Chain) Perm(digits int) *Perm {
	if digits < MinDigits || digits > MaxDigits {
		panic("doorcode: no permutation of that many digits")
	}
	key := c.code(digits)
	p := &Perm{digits: digits, size: uint32(pow10(digits)), mac: hmac.New(sha256.New, key[:])}
	for j := range rounds / 4 {
		p.msg[0] = 'K'
		binary.BigEndian.PutUint16(p.msg[1:], uint16(j))
		p.hash(3)
		for i := range 4 {
			p.keys[4*j+i] = uint32(binary.BigEndian.Uint64(p.sum[8*i:]) % uint64(p.size))
		}
	}
	return p
}

// Digits is how many digits the codes have.
func (p *Perm) Digits() int { return p.digits }

// Shuffle is Enc of section 4.4: where x lands. x must be less than ten to the
// digits. It does not allocate.
func (p *Perm) Shuffle(x uint32) uint32 {
	for i := range rounds {
		x = p.round(i, x)
	}
	return x
}

// Unshuffle is Dec of section 4.4, the way back: a round undoes itself, so the
// rounds run in the opposite order. It does not allocate.
func (p *Perm) Unshuffle(x uint32) uint32 {
	for i := rounds - 1; i >= 0; i-- {
		x = p.round(i, x)
	}
	return x
}

// Encode returns the code of an index. It panics on an index there is no room
// for at this number of digits, which Setup.Check refuses.
func (p *Perm) Encode(i Index) doorlink.Digits {
	return Format(p.Shuffle(i.pack(p.digits)), p.digits)
}

// Decode reads off an entry which index it is the code of. ok is false when it
// is not of the right digits, or the code of nothing; almost every number is.
// It does not allocate.
func (p *Perm) Decode(entry string) (i Index, ok bool) {
	x, ok := Parse(entry, p.digits)
	if !ok {
		return Index{}, false
	}
	return unpack(p.Unshuffle(x), p.digits)
}

// Format keeps the round keys from being printed.
func (p *Perm) Format(f fmt.State, _ rune) { io.WriteString(f, "[key]") }

// round pairs x with its mirror image at the round's key and swaps the two if
// a bit that both share says so.
func (p *Perm) round(i int, x uint32) uint32 {
	y := p.keys[i] + p.size - x
	if y >= p.size {
		y -= p.size
	}
	if p.bit(i, max(x, y)) {
		return y
	}
	return x
}

// bit is the round's decision about the pair whose larger member is v. One MAC
// serves 256 neighbours, so that a whole domain can be permuted cheaply.
func (p *Perm) bit(i int, v uint32) bool {
	p.msg[0] = 'B'
	binary.BigEndian.PutUint16(p.msg[1:], uint16(i))
	binary.BigEndian.PutUint32(p.msg[3:], v>>8)
	p.hash(7)
	q := v & 255
	return p.sum[q>>3]>>(q&7)&1 == 1
}

// hash leaves the MAC of the first n bytes of msg in sum.
func (p *Perm) hash(n int) {
	p.mac.Reset()
	p.mac.Write(p.msg[:n])
	p.mac.Sum(p.sum[:0])
}
