package doorlink

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
)

// IDs are strings of their own types, so that one cannot stand where another
// belongs, with a prefix that makes a log line readable and 128 bits of chance
// that make them unguessable. An ID is not a secret: it may be logged, and
// holding one grants nothing.
type (
	PropertyID   string // prop_…
	DoorID       string // door_…
	LockID       string // lock_…
	PanelID      string // panel_…
	StickerID    string // stick_…
	UnitID       string // unit_…
	PersonID     string // pers_…
	MembershipID string // memb_…
	KeyID        string // key_…
	HandsetID    string // hset_…
	VisitID      string // visit_…
	CallID       string // call_…
	RecordID     string // rec_…
	ManagerID    string // man_…
	TokenID      string // tok_…
	HookID       string // hook_…
	DeliveryID   string // dlv_…
	DraftID      string // draft_…
	ConflictID   string // conf_…
	TakenID      string // take_…
)

// EntryID names one line of a directory on a visitor's page. It is the one ID
// without a prefix and with only 40 bits, because two hundred of them travel
// with the page: it means nothing outside its property, and a call to it is
// checked against the directory of the visitor's door.
type EntryID string

// alphabet is base32 in lower case without i, l, o and u (Crockford's choice):
// nothing in it can be mistaken for something else when read off a sticker.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

var encoding = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// NewID makes an ID: the prefix, an underscore and 26 random characters. The
// prefix belongs to the type; see the list of IDs.
func NewID[T ~string](prefix string) T {
	return T(prefix + "_" + encoding.EncodeToString(chance(16)))
}

// NewEntryID makes the short reference of a directory line.
func NewEntryID() EntryID { return EntryID(encoding.EncodeToString(chance(5))) }

// NewSecret makes a bearer secret of 160 random bits, 32 characters long: a
// sticker's token, a session, a one-time link.
func NewSecret() Secret { return Secret(encoding.EncodeToString(chance(20))) }

// NewShortCode makes the eight characters that are printed beside the QR code
// for people who type.
func NewShortCode() string { return encoding.EncodeToString(chance(5)) }

// ReadShortCode turns what somebody typed into a short code: case, spaces and
// hyphens do not matter, and the letters that look like figures are read as
// those. ok is false when the result cannot be a short code.
func ReadShortCode(typed string) (code string, ok bool) {
	code = strings.NewReplacer("-", "", " ", "", "o", "0", "i", "1", "l", "1").
		Replace(strings.ToLower(strings.TrimSpace(typed)))
	if len(code) != 8 || strings.Trim(code, alphabet) != "" {
		return "", false
	}
	return code, true
}

// ShortCode shows a short code in two groups of four, as it is printed.
func ShortCode(code string) string {
	if len(code) != 8 {
		return code
	}
	return strings.ToUpper(code[:4] + "-" + code[4:])
}

func chance(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand crashes the program instead
	return b
}
