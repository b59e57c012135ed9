package office

import (
	"context"
	"slices"
	"time"

	"doorlink"
	"doorlink/directory"
)

// OverdueDoor is a door at whose panel nobody has looked for as long as the
// property says.
type OverdueDoor struct {
	DoorLine
	Last time.Time // when somebody did, or put a new sticker on
}

// OverdueDoors finds, by name, the doors at whose panels it is time to look again, as
// doorlink.Property.LookDue has it. Needs See.
func (d *Desk) OverdueDoors(ctx context.Context) ([]OverdueDoor, error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return nil, err
	}
	looks, err := d.db.Looks(ctx, d.Property.ID)
	if err != nil {
		return nil, err
	}
	now := time.Now().In(d.Location())
	var found []OverdueDoor
	for _, door := range roll.Doors {
		panel, ok := roll.Panel(door.ID)
		if !ok {
			continue
		}
		if last := lastLook(roll.StickersOf(panel.ID), looks[panel.ID]); d.Property.LookDue(last, now) {
			found = append(found, OverdueDoor{roll.doorLine(door, now), last})
		}
	}
	slices.SortFunc(found, func(a, b OverdueDoor) int { return directory.CompareNames(a.Name, b.Name) })
	return found, nil
}

// lastLook is when somebody last stood before a panel: they looked at it, or put a
// new sticker on, which was scanned for the first time then. Zero: nothing hangs.
func lastLook(stickers []doorlink.Sticker, looked time.Time) time.Time {
	last := looked
	for _, s := range stickers {
		if s.Scanned.After(last) {
			last = s.Scanned
		}
	}
	return last
}
