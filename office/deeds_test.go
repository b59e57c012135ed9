package office_test

import (
	"testing"

	"doorlink"
	"doorlink/office"
)

func TestTheAuditNamesWhatWasChangedEvenOnceItIsGone(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		d := h.desk(t)
		u, _, err := d.AddUnit(t.Context(), "9Z")
		if err != nil {
			t.Fatal(err)
		}
		did, err := d.Undo(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		deeds, err := d.Deeds(t.Context(), "")
		if err != nil || len(deeds.Rows) != 2 {
			t.Fatalf("got %d entries and %v, want 2", len(deeds.Rows), err)
		}
		for _, deed := range deeds.Rows {
			if deed.About != "9Z" || deed.By != "Rut" || deed.Subject != string(u.ID) || !deed.Undoable {
				t.Errorf("got %q by %q, want 9Z by Rut, which can be taken back", deed.About, deed.By)
			}
		}
		if line, err := d.Did(t.Context(), did.Seq, false); err != nil || line.Detail.Facts[doorlink.Undone] != "unit.add" {
			t.Errorf("got %v and %v, want what was done just now", line.Detail.Facts, err)
		}
		if _, err := d.Deeds(t.Context(), "first"); doorlink.KindOf(err) != doorlink.Invalid {
			t.Errorf("got %v for a cursor that is none, want %v", err, office.ErrCursor)
		}
	})
}
