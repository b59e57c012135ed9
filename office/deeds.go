package office

import (
	"context"
	"time"

	"doorlink"
	"doorlink/store"
)

// DeedLine is an entry of the audit as managers read it.
type DeedLine struct {
	doorlink.Deed
	Undoable bool // by this manager, now, unless it was changed since
}

// ownTime is for how long somebody is told what they did.
const ownTime = 10 * time.Minute

// Did finds what the actor did themselves within the last minutes, by its number
// in the audit, or fails with store.ErrNoDeed.
func (d *Desk) Did(ctx context.Context, seq int64) (DeedLine, error) {
	deed, err := d.db.Deed(ctx, d.Property.ID, seq)
	if err != nil {
		return DeedLine{}, err
	}
	now := time.Now()
	if deed.Manager != d.Manager.ID || deed.Via != d.via() || now.Sub(deed.At) >= ownTime {
		return DeedLine{}, store.ErrNoDeed
	}
	return d.line(deed, now), nil
}

func (d *Desk) line(deed doorlink.Deed, now time.Time) DeedLine {
	return DeedLine{Deed: deed, Undoable: d.undoable(deed, now) == nil}
}

// undoable is nil if the actor may take a deed back at now; else why not.
func (d *Desk) undoable(deed doorlink.Deed, now time.Time) error {
	if len(deed.Detail.Changes) == 0 || now.Sub(deed.At) >= UndoTime {
		return ErrNotUndone
	}
	for _, c := range deed.Detail.Changes {
		if err := d.mayUndo(c); err != nil {
			return err
		}
	}
	return nil
}
