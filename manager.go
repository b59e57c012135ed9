package doorlink

import (
	"slices"
	"time"
)

// Manager is somebody who runs properties in the console. They sign in with a
// passkey, a link sent by e-mail, or a single sign-on; there are no passwords.
type Manager struct {
	ID    ManagerID
	Name  string
	Email string // lower case; for sign-in and for what the console sends
	// Portfolio managers may do everything at every property and name the other
	// managers.
	Portfolio bool
}

// KeyScope is how much a Property Manager decides about keys. The names are
// those of the permission groups that managers know from DOOR OS.
type KeyScope string

const (
	FullKeys     KeyScope = "full"     // Full Key Management: edits keys, reads reports
	LimitedKeys  KeyScope = "limited"  // Limited Key Management: gives keys, no reports
	SpecificKeys KeyScope = "specific" // Specific Key Management: only the keys listed
)

// Role is what a manager may do at one property. The zero value may nothing.
type Role struct {
	Manager  ManagerID
	Property PropertyID
	Scope    KeyScope
	Keys     []KeyID // with SpecificKeys: those
	Devices  bool    // Device Management: doors, DOOR Links and locks
}

// Ability is one thing that a manager or a token may or may not do at a
// property. Tokens are given abilities by these names.
type Ability string

const (
	See        Ability = "see"      // read the property, its units, people, keys and doors
	EditPeople Ability = "people"   // units and people: invite, edit, move out
	GrantKeys  Ability = "grants"   // give keys to people and take them away
	EditKeys   Ability = "keys"     // what is on a key
	Devices    Ability = "devices"  // doors, DOOR Links, stickers and locks
	Settings   Ability = "settings" // the property itself
	SeeHistory Ability = "history"  // calls, codes and entries
	SeeReports Ability = "reports"  // exports, reports and the audit
	Connect    Ability = "connect"  // tokens, webhooks and lists from outside
	Govern     Ability = "govern"   // managers, roles and new properties
)

// Abilities are all there are, in the order in which people choose them.
var Abilities = []Ability{See, EditPeople, GrantKeys, EditKeys, Devices, Settings, SeeHistory, SeeReports, Connect, Govern}

// abilities is the permission table of the three scopes.
var abilities = map[KeyScope][]Ability{
	FullKeys:     {See, EditPeople, GrantKeys, EditKeys, Settings, SeeHistory, SeeReports, Connect},
	LimitedKeys:  {See, EditPeople, GrantKeys, SeeHistory},
	SpecificKeys: {See, EditPeople, GrantKeys, SeeHistory, SeeReports},
}

// May reports whether the role includes an ability.
func (r Role) May(a Ability) bool {
	return slices.Contains(abilities[r.Scope], a) || a == Devices && r.Devices
}

// Manages reports whether the role extends to a key: SpecificKeys to those
// listed, the others to all.
func (r Role) Manages(k KeyID) bool {
	return r.Scope != SpecificKeys && r.Scope != "" || slices.Contains(r.Keys, k)
}

// Token lets a program use the API at one property, or at all of them, until
// it ends. What it may do never exceeds what its maker may.
type Token struct {
	ID       TokenID
	Property PropertyID // empty: every property, including new ones
	Name     string
	May      []Ability
	Manager  ManagerID // who made it
	Made     time.Time
	Ends     time.Time // always set; see MaxTokenTime
	Used     time.Time // to the minute; zero: never
}

// MaxTokenTime is the longest that a token is good for.
const MaxTokenTime = 366 * 24 * time.Hour

// Good reports whether the token has not ended at now.
func (t Token) Good(now time.Time) bool { return now.Before(t.Ends) }
