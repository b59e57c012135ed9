package office

import (
	"slices"

	"doorlink"
)

// Step is one of the first steps of a new property.
type Step string

// The steps, in the order in which managers take them.
const (
	DoorStep    Step = "door"    // there is a door
	KeyStep     Step = "key"     // a key opens one
	PeopleStep  Step = "people"  // somebody lives in a unit
	LinkStep    Step = "link"    // a door has a DOOR Link
	StickerStep Step = "sticker" // somebody has scanned its sticker
)

// StepLine is a step, and whether it was taken.
type StepLine struct {
	Step
	Done bool
}

// FirstSteps are the steps that make a property answer its visitors.
func (r *Roll) FirstSteps() []StepLine {
	scanned := func(s doorlink.Sticker) bool { return !s.Scanned.IsZero() }
	return []StepLine{
		{DoorStep, len(r.Doors) > 0},
		{KeyStep, len(r.KeyDoors) > 0},
		{PeopleStep, len(r.Memberships) > 0},
		{LinkStep, len(r.Panels) > 0},
		{StickerStep, slices.ContainsFunc(r.Stickers, scanned)},
	}
}
