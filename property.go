package doorlink

import "time"

// Property is one building, or one estate with one directory.
type Property struct {
	ID   PropertyID
	Name string
	Zone string // IANA name; the doors' days and hours are this zone's

	// Names is how residents appear in the directory.
	Names NameFormat
	// SearchFirst hides the list until the visitor has typed a unit or three
	// letters of a name.
	SearchFirst bool
	// Notice is a line the manager shows to every visitor; may be empty.
	Notice string
	// Languages are those of the printed panel, as BCP 47 tags, the main one
	// first. Pages follow the reader's browser instead.
	Languages []string
	// Digits is the length of doorcodes at locks that are activated from now on;
	// zero means DefaultDigits.
	Digits int
	// Quiet are the hours in which visitors are asked to call only if they are
	// expected; the zero value asks for nothing.
	Quiet Hours
	// Kept is how many days records of a kind are kept; a kind that is missing
	// has its default. See Keeps.
	Kept map[RecordKind]int
	// CountsOnly hides from managers which unit was called: they see that calls
	// were placed, and at which door.
	CountsOnly bool
	// HookNames lets webhooks carry the names of people and units beside IDs.
	HookNames bool
	// Look is after how many days managers are reminded to look whether a panel is
	// covered; zero means DefaultLook, NoLook never. See LookDue.
	Look int
}

// QuietUntil is when the quiet hours end in which a moment falls, on the clock of
// the doors; zero outside of them.
func (p Property) QuietUntil(t time.Time) time.Time {
	t = t.In(p.Clock())
	if p.Quiet.From == p.Quiet.To || !p.Quiet.Contain(t) {
		return time.Time{}
	}
	return next(p.Quiet.To, t)
}

// NextQuiet is when quiet hours next begin or end after a moment; zero: never.
func (p Property) NextQuiet(t time.Time) time.Time {
	t = t.In(p.Clock())
	if p.Quiet.From == p.Quiet.To {
		return time.Time{}
	}
	from, to := next(p.Quiet.From, t), next(p.Quiet.To, t)
	if from.Before(to) {
		return from
	}
	return to
}

// next is the first moment after t at which its clock shows m. An hour that a
// change of the clocks leaves out is the one after it.
func next(m Minute, t time.Time) time.Time {
	for day := t.Day(); ; day++ {
		if at := time.Date(t.Year(), t.Month(), day, int(m/60), int(m%60), 0, 0, t.Location()); at.After(t) {
			return at
		}
	}
}

// DefaultDigits is the length of doorcodes unless a property says otherwise.
const DefaultDigits = 7

// Location loads the property's zone. A zone that the tz database no longer
// knows is an Invalid error that names it.
func (p Property) Location() (*time.Location, error) {
	loc, err := time.LoadLocation(p.Zone)
	if err != nil || p.Zone == "" || p.Zone == "Local" {
		return nil, Fail(Invalid, "property.zone", "zone", p.Zone).Because(err)
	}
	return loc, nil
}

// Clock is the zone of the doors' clock: Location, or UTC for a zone that the tz
// database no longer knows. Then hours are off, but the bell rings and the
// settings open; where they must be right, use Location.
func (p Property) Clock() *time.Location {
	zone, err := p.Location()
	if err != nil {
		return time.UTC
	}
	return zone
}

// NameFormat is how much of a resident's name a stranger at the door reads.
type NameFormat string

const (
	FullName         NameFormat = "full"          // Ada Nwosu
	FirstAndInitial  NameFormat = "first_initial" // Ada N.
	Initials         NameFormat = "initials"      // A. N.
	UnitOnly         NameFormat = "unit"          // Unit 1A
	DefaultNames                = FirstAndInitial
	searchFirstAbove            = 200
)

// SearchesFirst reports whether a directory of n lines is searched rather than
// shown: by the property's choice, or because it is too long to read.
func (p Property) SearchesFirst(n int) bool { return p.SearchFirst || n > searchFirstAbove }

// DoorType decides whose entries at a door a manager may see, and whether a
// panel may hang beside it.
type DoorType string

const (
	BuildingEntrance DoorType = "building_entrance"
	Communal         DoorType = "communal"
	Service          DoorType = "service"
	Residence        DoorType = "residence"
)

// Door is one access point. It outlives the locks and stickers it has had.
type Door struct {
	ID       DoorID
	Property PropertyID
	Name     string // as residents and visitors read it: "North gate"
	Type     DoorType
	// NeedsShare lets only holders of a key with May Share Key give doorcodes
	// here.
	NeedsShare bool
}

// Panel is a DOOR Link: the plate beside a door. It has no electronics.
type Panel struct {
	ID    PanelID
	Door  DoorID
	Label string // printed on it and shown on the visitor's page: "N2"
}

// Entrance is a door with its property and panel: what is written on the sign
// above a visitor's page.
type Entrance struct {
	Property Property
	Door     Door
	Panel    Panel
}

// ErrResidenceDoor answers the wish to hang a panel beside a unit's own door.
var ErrResidenceDoor = Fail(Invalid, "panel.residence_door")

// MayHang reports whether a panel may be paired with a door of type t: unit
// doors have no visitors' panel.
func (t DoorType) MayHang() error {
	if t == Residence {
		return ErrResidenceDoor
	}
	return nil
}

// Sticker is what is printed on a panel at one time: the token in its QR code
// and the short code beside it. A panel has one live sticker, or two while a
// new one waits to be scanned for the first time.
type Sticker struct {
	ID    StickerID
	Panel PanelID
	Token Secret
	Short string    // eight characters; ShortCode shows them in two groups
	Ends  time.Time // zero while it is good

	Number  int       // the panel's first sticker is 1
	Made    time.Time // when it was drawn up
	Scanned time.Time // when it was first scanned; zero: not yet
	// TakesOver lets its first scan end the panel's other stickers: then it hangs
	// there.
	TakesOver bool
}

// Good reports whether the sticker still leads to its door's page at now.
func (s Sticker) Good(now time.Time) bool { return s.Ends.IsZero() || now.Before(s.Ends) }

// ErrDoorType refuses to change the type of a door whose lock is activated:
// what its history shows to whom was promised by that type.
var ErrDoorType = Fail(Conflict, "door.type")

// ErrStickerOld is all that a replaced sticker tells, whatever it once led to.
var ErrStickerOld = Fail(Gone, "sticker.old")

// ErrStickerUnknown is all that a wrong token tells.
var ErrStickerUnknown = Fail(NotFound, "sticker.unknown")
