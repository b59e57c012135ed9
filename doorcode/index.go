package doorcode

import (
	"strings"

	"doorlink"
)

// Generations is how many codes a slot has in a day.
const Generations = 16

// Resident is the class of the daily codes that residents hand out, the only
// one this implementation issues and accepts. DDC-1 keeps 1 to 3 for pooled
// codes, staff and revocation at the keypad.
const Resident = 0

// Index names a code within a day: section 4.4 of DDC-1.
type Index struct {
	Class uint8  // 0 to 3
	Slot  uint16 // whose it is; see Slots
	Gen   uint8  // which of that person's codes of the day, 0 to 15
}

// Slots is how many slots there are room for at that many digits: 1,024 at
// five, 4,096 from six on.
func Slots(digits int) int { return 1 << slotBits(digits) }

func slotBits(digits int) int {
	if digits == 5 {
		return 10
	}
	return 12
}

// pack is m of section 4.4: class, slot and generation side by side.
func (i Index) pack(digits int) uint32 {
	if i.Class > 3 || int(i.Slot) >= Slots(digits) || i.Gen >= Generations {
		panic("doorcode: index out of range")
	}
	return uint32(i.Class)<<(slotBits(digits)+4) | uint32(i.Slot)<<4 | uint32(i.Gen)
}

func unpack(m uint32, digits int) (i Index, ok bool) {
	class := m >> (slotBits(digits) + 4)
	if class > 3 {
		return Index{}, false
	}
	slot := m >> 4 & uint32(Slots(digits)-1)
	return Index{Class: uint8(class), Slot: uint16(slot), Gen: uint8(m & 15)}, true
}

// Format writes x with exactly that many digits, one to nine, zeros in front.
func Format(x uint32, digits int) doorlink.Digits {
	var room [9]byte
	b := room[:digits]
	for i := digits - 1; i >= 0; i-- {
		b[i] = byte('0' + x%10)
		x /= 10
	}
	return doorlink.Digits(b)
}

// Parse reads exactly that many ASCII digits, one to nine, and nothing else:
// no sign, no space, no digits of other scripts.
func Parse(entry string, digits int) (x uint32, ok bool) {
	if len(entry) != digits || digits < 1 || digits > 9 {
		return 0, false
	}
	for i := range len(entry) {
		c := entry[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		x = x*10 + uint32(c-'0')
	}
	return x, true
}

// Reserved reports whether a code is kept back because it is among the first
// that anybody tries and that keypads take for commands of their own: one
// figure repeated, or figures counting up or down. The issuer skips it; a lock
// need not know.
func Reserved(d doorlink.Digits) bool {
	code := d.Reveal()
	return strings.Count(code, code[:1]) == len(code) ||
		strings.Contains("01234567890", code) || strings.Contains("09876543210", code)
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}
