package office

import (
	"context"
	"strconv"
	"time"

	"doorlink"
	"doorlink/building"
	"doorlink/store"
)

var (
	// ErrLabel refuses what cannot be printed on a panel; arg "max" is how many
	// characters can.
	ErrLabel = doorlink.Fail(doorlink.Invalid, "link.label", "max", maxLabel)
	// ErrLinked refuses a second DOOR Link at a door.
	ErrLinked = doorlink.Fail(doorlink.Conflict, "link.exists")
	// ErrStop refuses a date for the old sticker that has passed or is further
	// away than its arg "days".
	ErrStop = doorlink.Fail(doorlink.Invalid, "link.stop", "days", int(MaxOverlap/(24*time.Hour)))
)

const maxLabel = 12

// MaxOverlap is how long an old sticker may stay good beside a new one.
const MaxOverlap = 30 * 24 * time.Hour

// LinkView is a door's DOOR Link as its page shows it.
type LinkView struct {
	DoorLine
	PanelTag string             // of the panel's row
	Stickers []doorlink.Sticker // all it has had, the first one first
	Looked   time.Time          // when somebody last found it uncovered; zero: never
	Overdue  bool               // it is time to look again: see OverdueDoors
	Open     int                // doorcodes of today that were not used yet
	Days     []DayUse           // as Desk.Uses has them
	Now      int                // calls that go on
	Silence  *doorlink.Silence  // nil: the overlay watch has nothing to tell
}

// Link is the DOOR Link at a door; one without has no Panel. It fails with
// ErrDoorGone. Needs See.
func (d *Desk) Link(ctx context.Context, id doorlink.DoorID) (LinkView, error) {
	line, err := d.Door(ctx, id)
	if err != nil {
		return LinkView{}, err
	}
	v := LinkView{DoorLine: line}
	if v.Panel.ID == "" {
		return v, nil
	}
	v.PanelTag = doorlink.Row{Panel: &v.Panel}.Tag()
	if v.Stickers, err = d.db.Stickers(ctx, v.Panel.ID); err != nil {
		return v, err
	}
	if v.Looked, err = d.db.Looked(ctx, v.Panel.ID); err != nil {
		return v, err
	}
	v.Overdue = d.Property.LookDue(lastLook(v.Stickers, v.Looked), time.Now())
	if v.Days, err = d.usesOf(ctx, v.Panel.ID); err != nil {
		return v, err
	}
	if v.Now, err = d.callsAt(ctx, id); err != nil {
		return v, err
	}
	if s, silent := d.covered(v.Days, v.Looked); silent {
		v.Silence = &s
	}
	v.Open, err = d.db.OpenCodes(ctx, id, d.today())
	return v, err
}

// AddLink pairs a door with a new DOOR Link and its first sticker. It fails with
// ErrLabel, ErrLinked, and with doorlink.ErrResidenceDoor for a unit's own door.
// It is taken back by RetireLink, not by Undo. Needs Devices.
func (d *Desk) AddLink(ctx context.Context, id doorlink.DoorID, label string) (doorlink.Sticker, Receipt, error) {
	if err := d.may(doorlink.Devices); err != nil {
		return doorlink.Sticker{}, Receipt{}, err
	}
	line, err := d.Door(ctx, id)
	if err != nil {
		return doorlink.Sticker{}, Receipt{}, err
	}
	if line.Panel.ID != "" {
		return doorlink.Sticker{}, Receipt{}, ErrLinked
	}
	if err := line.Type.MayHang(); err != nil {
		return doorlink.Sticker{}, Receipt{}, err
	}
	p := doorlink.Panel{ID: doorlink.NewID[doorlink.PanelID]("panel"), Door: id}
	if p.Label, err = cleanLabel(label); err != nil {
		return doorlink.Sticker{}, Receipt{}, err
	}
	first := building.NewSticker(p.ID)
	first.Made = time.Now().Truncate(time.Millisecond).UTC()
	r, err := d.do(ctx, act{
		action: "link.add", subject: string(id), facts: map[string]string{"panel": string(p.ID), "label": p.Label},
		also: func(ctx context.Context, tx *store.Tx) error {
			if err := tx.AddPanel(ctx, p); err != nil {
				return err
			}
			return tx.AddSticker(ctx, first)
		},
	})
	return first, r, err
}

// cleanLabel is a name that fits on a panel.
func cleanLabel(label string) (string, error) {
	label, err := cleanName(label)
	if err != nil || len([]rune(label)) > maxLabel {
		return "", ErrLabel
	}
	return label, nil
}

// SetLabel changes what is printed on the DOOR Link of a door, which the asker
// saw with a tag: see edit. Stickers that hang keep what is printed on them.
// Needs Devices.
func (d *Desk) SetLabel(ctx context.Context, id doorlink.DoorID, label, tag string) (Receipt, error) {
	line, err := d.linked(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	next := line.Panel
	if next.Label, err = cleanLabel(label); err != nil {
		return Receipt{}, err
	}
	c, err := edit(doorlink.Row{Panel: &line.Panel}, doorlink.Row{Panel: &next}, tag)
	if err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, act{action: "link.label", subject: string(id), changes: []doorlink.Change{c}})
}

// linked finds a door that has a DOOR Link, for somebody who may change it.
func (d *Desk) linked(ctx context.Context, id doorlink.DoorID) (DoorLine, error) {
	if err := d.may(doorlink.Devices); err != nil {
		return DoorLine{}, err
	}
	line, err := d.Door(ctx, id)
	if err == nil && line.Panel.ID == "" {
		err = ErrNoLink
	}
	return line, err
}

// QRChange is how a sticker is replaced.
type QRChange struct {
	Seen  doorlink.StickerID // the newest sticker as the asker saw it; empty: whichever
	Now   bool               // the old sticker stops at once: for misuse and damage
	Stop  time.Time          // else it stops at the latest then; zero: StopFor
	Codes bool               // also call back the doorcodes of today that were not used yet
}

// StopFor is when an old sticker stops at the latest unless somebody chooses
// otherwise: at 18:00 of the third day from now, whose zone is the property's.
func StopFor(now time.Time) time.Time {
	y, m, day := now.Date()
	return time.Date(y, m, day+3, 18, 0, 0, 0, now.Location())
}

// ChangeQR draws up a new sticker for the DOOR Link of a door. The old one stops
// as the change says: by itself when the new one is first scanned, so that the
// door is never without. Calls in progress go on. It fails with ErrStop, with
// doorlink.ErrChanged if there is a newer sticker than Seen, and with
// ErrNoLink without a DOOR Link. It cannot be undone. Needs Devices.
func (d *Desk) ChangeQR(ctx context.Context, id doorlink.DoorID, how QRChange) (doorlink.Sticker, Receipt, error) {
	line, err := d.linked(ctx, id)
	if err != nil {
		return doorlink.Sticker{}, Receipt{}, err
	}
	now := time.Now().In(d.Location())
	stop, err := how.stop(now)
	if err != nil {
		return doorlink.Sticker{}, Receipt{}, err
	}
	next := building.NewSticker(line.Panel.ID)
	next.Made, next.TakesOver = now.Truncate(time.Millisecond).UTC(), true
	facts := map[string]string{"stops": stop.UTC().Format(time.RFC3339)}
	told := map[string]string{"door": string(id), "panel": string(line.Panel.ID), "sticker": string(next.ID)}
	r, err := d.do(ctx, act{
		action: "qr.change", subject: string(id), facts: facts, tells: []doorlink.Event{d.event(doorlink.QRChanged, told)},
		also: func(ctx context.Context, tx *store.Tx) error {
			all, err := tx.Stickers(ctx, d.Property.ID, line.Panel.ID)
			if err != nil {
				return err
			}
			if next.Number, err = how.after(all); err != nil {
				return err
			}
			facts["number"] = strconv.Itoa(next.Number)
			if err := endAll(ctx, tx, all, stop, now); err != nil {
				return err
			}
			if err := tx.AddSticker(ctx, next); err != nil {
				return err
			}
			return d.cancelAt(ctx, tx, id, how.Codes, facts, now)
		},
	})
	return next, r, err
}

// stop is when the old sticker stops at the latest.
func (c QRChange) stop(now time.Time) (time.Time, error) {
	switch {
	case c.Now:
		return now, nil
	case c.Stop.IsZero():
		return StopFor(now), nil
	case !c.Stop.After(now), c.Stop.Sub(now) > MaxOverlap:
		return c.Stop, ErrStop
	}
	return c.Stop, nil
}

// after is the number of the sticker that comes after all.
func (c QRChange) after(all []doorlink.Sticker) (int, error) {
	if len(all) == 0 {
		return 1, nil
	}
	last := all[len(all)-1]
	if c.Seen != "" && c.Seen != last.ID {
		return 0, doorlink.ErrChanged
	}
	return last.Number + 1, nil
}

// endAll ends stickers at stop. One that was to take over and was never scanned
// does not hang anywhere: it ends now.
func endAll(ctx context.Context, tx *store.Tx, all []doorlink.Sticker, stop, now time.Time) error {
	for _, s := range all {
		at := stop
		if s.TakesOver && s.Scanned.IsZero() {
			at = now
		}
		if err := tx.EndSticker(ctx, s.ID, at); err != nil {
			return err
		}
	}
	return nil
}

// cancelAt calls back a door's unused codes of today if it is wanted, and adds
// how many they are to the facts.
func (d *Desk) cancelAt(ctx context.Context, tx *store.Tx, id doorlink.DoorID, wanted bool, facts map[string]string, now time.Time) error {
	delete(facts, CodesFact)
	if !wanted {
		return nil
	}
	n, err := tx.CancelDoorCodes(ctx, id, doorlink.DayIn(now, d.Location()), now)
	if n > 0 {
		facts[CodesFact] = strconv.FormatInt(n, 10)
	}
	return err
}

// RetireLink takes the DOOR Link away from a door: its stickers lead nowhere
// from now on. It cannot be undone; a new one is added with AddLink. It fails
// with doorlink.ErrChanged if the asker saw the panel with another tag. Needs
// Devices.
func (d *Desk) RetireLink(ctx context.Context, id doorlink.DoorID, tag string) (Receipt, error) {
	line, err := d.linked(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	if err := seen(doorlink.Row{Panel: &line.Panel}, tag); err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, act{
		action: "link.retire", subject: string(id),
		facts: map[string]string{"panel": string(line.Panel.ID), "label": line.Panel.Label},
		also:  func(ctx context.Context, tx *store.Tx) error { return tx.DropPanel(ctx, line.Panel.ID) },
	})
}

// Looked notes that somebody looked at the DOOR Link of a door and found it
// uncovered: nothing was pasted over it. Needs Devices.
func (d *Desk) Looked(ctx context.Context, id doorlink.DoorID) (Receipt, error) {
	line, err := d.linked(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, act{
		action: "link.looked", subject: string(id),
		also: func(ctx context.Context, tx *store.Tx) error { return tx.LookedAt(ctx, line.Panel.ID, time.Now()) },
	})
}
