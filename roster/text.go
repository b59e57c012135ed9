package roster

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Encoding is how a list was written. It is found out, not told: whoever looks
// at the preview sees it beside the names.
type Encoding string

// Windows-1252 is assumed of whatever is not UTF-8: what spreadsheets in western
// countries save as CSV.
const (
	UTF8        Encoding = "UTF-8"
	UTF16       Encoding = "UTF-16"
	Windows1252 Encoding = "Windows-1252"
)

// Text reads all of a list, as text in UTF-8 with lines that end in \n or \r\n,
// and says how it was written. It fails with ErrPacked, ErrTooBig and ErrBinary;
// a failure of r itself is returned wrapped.
func Text(r io.Reader) (string, Encoding, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	switch {
	case err != nil:
		return "", "", fmt.Errorf("reading a list: %w", err)
	case packed(b):
		return "", "", ErrPacked
	case len(b) > MaxBytes:
		return "", "", ErrTooBig
	}
	text, encoding := decode(b)
	if strings.ContainsRune(text, 0) {
		return "", "", ErrBinary
	}
	if !strings.Contains(text, "\n") { // spreadsheets of old Macintoshes
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	return text, encoding, nil
}

// packed knows zip archives, which .xlsx and .ods files are, and the older .xls
// by how they begin.
func packed(b []byte) bool {
	for _, magic := range []string{"PK\x03\x04", "PK\x05\x06", "PK\x07\x08", "\xd0\xcf\x11\xe0", "\x1f\x8b"} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	return false
}

// decode makes UTF-8 of a list. What a byte order mark promised and the text
// does not keep becomes U+FFFD, by which the row is refused later.
func decode(b []byte) (string, Encoding) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return strings.ToValidUTF8(string(b[3:]), string(utf8.RuneError)), UTF8
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return decode16(b[2:], binary.LittleEndian), UTF16
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return decode16(b[2:], binary.BigEndian), UTF16
	case utf8.Valid(b):
		return string(b), UTF8
	}
	var s strings.Builder
	s.Grow(len(b) + len(b)/8)
	for _, c := range b {
		s.WriteRune(charmap.Windows1252.DecodeByte(c))
	}
	return s.String(), Windows1252
}

// decode16 reads UTF-16; half a character at the end is U+FFFD.
func decode16(b []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(b)/2+1)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	if len(b) == 1 {
		units = append(units, utf8.RuneError)
	}
	return string(utf16.Decode(units))
}
