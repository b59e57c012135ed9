package api_test

import (
	"strings"
	"testing"
)

func TestAStickerIsAFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	path := "doors/" + string(h.plan.Doors[0].ID) + "/link/sticker"
	for query, want := range map[string][2]string{
		"": {"application/pdf", "%PDF-"},
		"?as=svg&format=panel&level=h&ink=black&languages=en": {"image/svg+xml", "<svg"},
		"?as=ndef": {"application/octet-stream", "\xd1\x01"},
	} {
		got := p.asks(t, "GET", path+query, "").is(t, 200)
		if got.Header.Get("Content-Type") != want[0] || !strings.HasPrefix(got.text, want[1]) {
			t.Errorf("%q: got %s that begins with %.8q", query, got.Header.Get("Content-Type"), got.text)
		}
		if !strings.Contains(got.Header.Get("Content-Disposition"), "F1 1.") || got.Header.Get("Doorlink-Deed") == "" {
			t.Errorf("%q: got the headers %v", query, got.Header)
		}
	}
	for query, status := range map[string]int{"?as=doc": 422, "?languages=tr": 422, "?sticker=stick_1": 409} {
		p.asks(t, "GET", path+query, "").is(t, status)
	}
}
