package doorcode

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"doorlink"
)

// Key is 32 secret bytes. It never prints: every verb of fmt, slog and
// encoding/json see "[key]". Reveal gives the bytes to the two files that keep
// one.
type Key [32]byte

var errKey = errors.New("a key is 64 hexadecimal figures")

// ReadKey reads what Reveal wrote. The error does not repeat the text.
func ReadKey(text string) (Key, error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(Key{}) {
		return Key{}, errKey
	}
	return Key(b), nil
}

// Reveal returns the key as 64 hexadecimal figures in lower case. Call it where
// the key is written to its keeper, nowhere else.
func (k Key) Reveal() string { return hex.EncodeToString(k[:]) }

// String hides the key from whoever asks for it as text.
func (k Key) String() string { return "[key]" }

// GoString hides it from %#v.
func (k Key) GoString() string { return "[key]" }

// LogValue hides it from slog.
func (k Key) LogValue() slog.Value { return slog.StringValue("[key]") }

// MarshalText hides it from encoding/json and its like.
func (k Key) MarshalText() ([]byte, error) { return []byte("[key]"), nil }

// Format keeps the bytes from the verbs that String does not cover, %d for
// one.
func (k Key) Format(f fmt.State, _ rune) { io.WriteString(f, "[key]") }

// expand is HKDF-Expand (RFC 5869) to 32 bytes with info = label ‖ 0 ‖ context,
// the Expand of DDC-1 section 4.1.
func (k Key) expand(label string, context []byte) Key {
	b, err := hkdf.Expand(sha256.New, k[:], label+"\x00"+string(context), len(k))
	if err != nil { // only for outputs above 8,160 bytes
		panic("doorcode: " + err.Error())
	}
	return Key(b)
}

// Master is the one key from which a server derives everything: MK of DDC-1
// section 4.2. Whoever has it can make codes for every door.
type Master struct{ Key }

// DoorKey makes the codes of one door for one epoch. A lock never holds it.
type DoorKey struct{ Key }

// Door derives the key of a door. Epochs count from 1; a new one follows when a
// lock was stolen, opened or replaced, and shares nothing with the last.
func (m Master) Door(p doorlink.PropertyID, d doorlink.DoorID, epoch uint32) DoorKey {
	property := m.root().expand("ddc1/property", prefixed(string(p)))
	return DoorKey{property.expand("ddc1/door", binary.BigEndian.AppendUint32(prefixed(string(d)), epoch))}
}

// Transit seals a code on its way from the node where a resident gave it to the
// one that shows it. It is not of DDC-1: no lock knows it.
func (m Master) Transit() Key { return m.root().expand("doorlink/transit", nil) }

// root is K_root: HKDF-Extract with the salt "ddc1".
func (m Master) root() Key {
	b, err := hkdf.Extract(sha256.New, m.Key[:], []byte("ddc1"))
	if err != nil { // only where FIPS rules forbid the hash
		panic("doorcode: " + err.Error())
	}
	return Key(b)
}

// prefixed is lp(x) of section 4.1: the length in two bytes, then the text. It
// keeps ids apart that would otherwise run into each other.
func prefixed(id string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(id))), id...)
}
