package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"doorlink"
	"doorlink/store"
)

func TestAStickerIsPrintedFromAPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	link := h.path("doors/" + string(h.plan.Doors[0].ID) + "/link")
	if page := v.get(link); !strings.Contains(page.body, link+"/print") {
		t.Error("no way leads to printing")
	}
	form := v.get(link + "/print")
	ask := url.Values{"seen": {hidden(t, form.body, "seen")}, "format": {"a6"}, "level": {"h"}, "ink": {"black"}}
	for as, want := range map[string]string{"pdf": "%PDF-", "svg": "<svg", "ndef": "\xd1"} {
		ask.Set("as", as)
		got := v.post(link+"/print", ask)
		name := got.header.Get("Content-Disposition")
		if got.status != http.StatusOK || !strings.HasPrefix(got.body, want) || !strings.HasPrefix(name, "attachment") || !strings.Contains(name, "F1 1."+as) {
			t.Errorf("%s: got status %d, %q and %.8q", as, got.status, name, got.body)
		}
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		was := h.plan.Doors[0]
		next := was
		next.Name = strings.Repeat("gate ", 80)
		return tx.Arrange(ctx, h.plan.Property.ID, []doorlink.Change{doorlink.Edit(doorlink.Row{Door: &was}, doorlink.Row{Door: &next})})
	})
	ask.Set("as", "pdf")
	got := v.post(link+"/print", ask)
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, `role="alert"`) || !strings.Contains(got.body, `value="h" checked`) {
		t.Errorf("a name without room: got status %d, want the form as it was chosen, and a sentence", got.status)
	}
	linda := h.signedIn(t, h.linda)
	if got := linda.get(link + "/print"); got.status != http.StatusForbidden {
		t.Errorf("without Device Management: got status %d", got.status)
	}
	if got := linda.post(link+"/print", ask); got.status != http.StatusForbidden {
		t.Errorf("without Device Management: got status %d, want it refused", got.status)
	}
}
