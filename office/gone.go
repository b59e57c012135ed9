package office

import (
	"doorlink"
	"doorlink/store"
)

// What is not at the property is said by its name. Each of these is a
// store.ErrMissing, too; what belongs to another property is not there either.
var (
	// ErrDoorGone, ErrUnitGone, ErrPersonGone and ErrKeyGone answer whoever means
	// one that is not there, or no longer.
	ErrDoorGone   = doorlink.Fail(doorlink.NotFound, "doors.gone").Because(store.ErrMissing)
	ErrUnitGone   = doorlink.Fail(doorlink.NotFound, "units.gone").Because(store.ErrMissing)
	ErrPersonGone = doorlink.Fail(doorlink.NotFound, "people.gone").Because(store.ErrMissing)
	ErrKeyGone    = doorlink.Fail(doorlink.NotFound, "keys.gone").Because(store.ErrMissing)
	// ErrNoLink answers whoever means the DOOR Link of a door that has none.
	ErrNoLink = doorlink.Fail(doorlink.NotFound, "link.none").Because(store.ErrMissing)
	// ErrNoSticker answers whoever means the sticker of a DOOR Link none of whose
	// stickers is good.
	ErrNoSticker = doorlink.Fail(doorlink.NotFound, "link.no_sticker").Because(store.ErrMissing)
	// ErrOffKey answers whoever means a door on a key on which it is not.
	ErrOffKey = doorlink.Fail(doorlink.NotFound, "keys.off").Because(store.ErrMissing)
	// ErrNotHeld answers whoever means how somebody holds a key that they do not
	// hold.
	ErrNotHeld = doorlink.Fail(doorlink.NotFound, "keys.not_held").Because(store.ErrMissing)
	// ErrElsewhere answers whoever means that somebody lives in a unit in which
	// they do not.
	ErrElsewhere = doorlink.Fail(doorlink.NotFound, "people.elsewhere").Because(store.ErrMissing)
)

// missing says that the thing of an ID is not there.
func missing(id any) error {
	switch id.(type) {
	case doorlink.DoorID:
		return ErrDoorGone
	case doorlink.UnitID:
		return ErrUnitGone
	case doorlink.PersonID:
		return ErrPersonGone
	case doorlink.KeyID:
		return ErrKeyGone
	}
	return store.ErrMissing
}
