package doorlink

import (
	"crypto/sha256"
	"log/slog"
)

// Secret is a bearer secret: whoever shows it is let in. It never prints: fmt,
// JSON and slog see "[secret]". Reveal gives the text to the one place that
// hands it over.
type Secret string

// Reveal returns the secret itself. Call it where it is written to its owner,
// nowhere else.
func (s Secret) Reveal() string { return string(s) }

// Hash is what is stored of a secret: SHA-256, 52 characters of base32. A
// secret of 160 random bits needs neither salt nor stretching.
func (s Secret) Hash() string {
	sum := sha256.Sum256([]byte(s))
	return encoding.EncodeToString(sum[:])
}

func (s Secret) String() string               { return "[secret]" }
func (s Secret) GoString() string             { return "[secret]" }
func (s Secret) LogValue() slog.Value         { return slog.StringValue("[secret]") }
func (s Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// VisitFor derives the ID of a visit from the secret in the visitor's cookie
// and the door, so that a visit can be known again without the secret being
// stored, and one browser's visits to two doors cannot be linked by their IDs.
func VisitFor(cookie Secret, door DoorID) VisitID {
	sum := sha256.Sum256([]byte("visit\x00" + string(door) + "\x00" + string(cookie)))
	return VisitID("visit_" + encoding.EncodeToString(sum[:16]))
}
