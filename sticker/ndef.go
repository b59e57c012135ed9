package sticker

import (
	"encoding/binary"
	"net/url"
	"strings"

	"doorlink"
)

// prefixes are the beginnings that a URI record writes as one byte: NFC Forum
// URI Record Type Definition 1.0, table 3. Only the four of the web can begin a
// panel's address; longer ones stand first.
var prefixes = []struct {
	text string
	code byte
}{{"http://www.", 1}, {"https://www.", 2}, {"http://", 3}, {"https://", 4}}

// NDEF is the content of the NFC tag behind a panel: one message of one URI
// record (NFC Forum NDEF 1.0), short when the address allows it. Writing apps
// take it as a file; the tag's own framing, such as the TLV of a Type 2 tag, is
// theirs to add. An address that is not of the web gives ErrAddress.
func NDEF(address string) ([]byte, error) {
	if _, err := host(address); err != nil {
		return nil, err
	}
	const (
		begin, end, short, wellKnown = 0x80, 0x40, 0x10, 0x01
		kind                         = 'U'
	)
	payload := abbreviate(address)
	if len(payload) < 256 {
		return append([]byte{begin | end | short | wellKnown, 1, byte(len(payload)), kind}, payload...), nil
	}
	record := binary.BigEndian.AppendUint32([]byte{begin | end | wellKnown, 1}, uint32(len(payload)))
	return append(append(record, kind), payload...), nil
}

// abbreviate writes an address with its beginning as one byte.
func abbreviate(address string) []byte {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(address, p.text); ok {
			return append([]byte{p.code}, rest...)
		}
	}
	return append([]byte{0}, address...)
}

// host is the domain of an address of the web, with its port if it has one: what
// people type. Everything else is ErrAddress.
func host(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", ErrAddress.Because(err)
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.User != nil {
		return "", ErrAddress
	}
	return u.Host, nil
}

// What a plate may be refused for. Nothing has been written then.
var (
	// ErrAddress is an address that is not of the web, or too long for a code
	// that scans at arm's length.
	ErrAddress = doorlink.Fail(doorlink.Invalid, "sticker.address")
	// ErrGlyph is a character that the fonts lack, the arg "glyph".
	ErrGlyph = doorlink.Fail(doorlink.Invalid, "sticker.glyph")
	// ErrFull is a text that finds no room, the arg "text": a name that is too
	// long, or too many languages.
	ErrFull = doorlink.Fail(doorlink.Invalid, "sticker.full")
	// ErrFormat is a format, ink or level that does not exist.
	ErrFormat = doorlink.Fail(doorlink.Invalid, "sticker.format")
)
