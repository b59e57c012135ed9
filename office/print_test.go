package office_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"doorlink"
	"doorlink/office"
	"doorlink/sticker"
	"doorlink/store"
	"doorlink/web/locale"
)

// press prints at door.example.
func press(tb testing.TB) office.Press {
	tb.Helper()
	words, err := locale.Load()
	if err != nil {
		tb.Fatal(err)
	}
	return office.Press{Base: "https://door.example", Words: words}
}

func TestOnlyTheNewestStickerIsPrinted(t *testing.T) { onEach(t, printsNewest) }

func printsNewest(t *testing.T, h *house) {
	ctx, d, on := t.Context(), h.desk(t), press(t)
	old := h.plan.Stickers[0]
	for as, begins := range map[office.FileKind]string{"": "%PDF-", office.PDF: "%PDF-", office.SVG: "<svg", office.NDEF: "\xd1\x01"} {
		f, r, err := d.Print(ctx, h.front.ID, on, office.Print{Seen: old.ID, As: as})
		if err != nil || !bytes.HasPrefix(f.Body, []byte(begins)) || !strings.HasPrefix(f.Name, "F1 1.") {
			t.Errorf("%q: got %s that begins with %.8q, %v", as, f.Name, f.Body, err)
			continue
		}
		deed, err := h.db.Deed(ctx, h.plan.Property.ID, r.Seq)
		if err != nil || deed.Action != "link.print" || deed.Subject != string(h.front.ID) || deed.Detail.Facts["number"] != "1" || r.Undoable {
			t.Errorf("%q: the audit has %+v, %v", as, deed, err)
		}
	}
	next, _, err := d.ChangeQR(ctx, h.front.ID, office.QRChange{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Print(ctx, h.front.ID, on, office.Print{Seen: old.ID}); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("the sticker before: got %v", err)
	}
	f, _, err := d.Print(ctx, h.front.ID, on, office.Print{As: office.NDEF})
	if want := "door.example/p/" + next.Token.Reveal(); err != nil || !bytes.HasSuffix(f.Body, []byte(want)) {
		t.Errorf("got %q, %v, want the new sticker's address", f.Body, err)
	}
	must(t)(d.RetireLink(ctx, h.front.ID, ""))
	if _, _, err := d.Print(ctx, h.front.ID, on, office.Print{}); !errors.Is(err, store.ErrMissing) {
		t.Errorf("without a DOOR Link: got %v", err)
	}
}

func TestAPrintThatIsRefusedIsNotAudited(t *testing.T) { onEach(t, printsRefused) }

func printsRefused(t *testing.T, h *house) {
	ctx, on := t.Context(), press(t)
	tests := []struct {
		name string
		by   *office.Desk
		how  office.Print
		want error
	}{
		{"no such file", h.desk(t), office.Print{As: "doc"}, sticker.ErrFormat},
		{"no such format", h.desk(t), office.Print{Format: "a0"}, sticker.ErrFormat},
		{"no such level", h.desk(t), office.Print{Level: "l"}, sticker.ErrFormat},
		{"a language that the property has not", h.desk(t), office.Print{Languages: []string{"tr"}}, sticker.ErrFormat},
		{"without Device Management", h.as(t, doorlink.Role{Scope: doorlink.FullKeys}), office.Print{}, office.ErrMayNot},
	}
	for _, tt := range tests {
		if _, _, err := tt.by.Print(ctx, h.front.ID, on, tt.how); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
	deeds, err := h.db.Deeds(ctx, store.DeedQuery{Property: h.plan.Property.ID, Action: "link.print", Limit: 10})
	if err != nil || len(deeds) > 0 {
		t.Errorf("the audit has %d prints, %v", len(deeds), err)
	}
}

func TestAPanelSpeaksItsPropertysLanguagesEachOnce(t *testing.T) {
	t.Parallel()
	on := press(t)
	for _, tt := range []struct{ tags, want []string }{
		{nil, []string{"en"}},
		{[]string{"de", "en"}, []string{"de", "en"}},
		{[]string{"de-AT", "de", "fr"}, []string{"de", "en"}}, // there are no French words
	} {
		var got []string
		for _, l := range on.Languages(doorlink.Property{Languages: tt.tags}) {
			got = append(got, l.Tag)
		}
		if strings.Join(got, " ") != strings.Join(tt.want, " ") {
			t.Errorf("%v: got %v, want %v", tt.tags, got, tt.want)
		}
	}
}
