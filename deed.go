package doorlink

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Deed is one entry of the audit: what somebody changed, as it was and as it
// became. Deeds of a property form a chain that nothing can be taken out of
// unnoticed; those that concern no single property form one with an empty
// Property.
type Deed struct {
	Property PropertyID
	Seq      int64 // from 1, without gaps; set when it is kept
	At       time.Time
	Manager  ManagerID // empty: doorlink did it by itself
	Via      TokenID   // set if a program did it with a token
	Action   string    // "unit.add": a key of the sentences of the audit
	Subject  string    // the ID of what was changed; may be empty
	Detail   Detail    // empty once it was erased

	Erased bool // the detail was erased, the chain still holds
}

// Detail is the part of a Deed that may name people. The salt keeps it from
// being guessed from its digest after it was erased.
type Detail struct {
	Salt    string            `json:"salt"`
	Changes []Change          `json:"changes,omitempty"`
	Facts   map[string]string `json:"facts,omitempty"` // what is no change of a row: counts, dates, a reason
}

// Undone is the key of a fact that says which deed a deed took back.
const Undone = "undone"

// Write is the detail as it is kept, and its digest, which the chain covers.
func (d Detail) Write() (text, digest string) {
	b, err := json.Marshal(d)
	if err != nil {
		panic(err) // rows and strings are plain values
	}
	return string(b), Digest(string(b))
}

// Digest is SHA-256 in hexadecimal.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Chain is the hash of a deed whose detail has a digest, after a deed with the
// hash before; the first of a chain comes after an empty one.
func (d Deed) Chain(before, digest string) string {
	return Digest(fmt.Sprintf("doorlink audit 1\n%s\n%s\n%d\n%d\n%s\n%s\n%q\n%q\n%s\n",
		before, d.Property, d.Seq, d.At.UnixMilli(), d.Manager, d.Via, d.Action, d.Subject, digest))
}
