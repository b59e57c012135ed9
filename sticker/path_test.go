package sticker_test

import (
	"strings"
	"testing"

	"doorlink/sticker"
)

func TestAPathCoversTheCodeWithItsMargin(t *testing.T) {
	t.Parallel()
	path, side, err := sticker.Path("https://linden.example/p/7kq4m")
	if err != nil || side < 21+8 || !strings.HasPrefix(path, "M4 4h7v1h-7z") {
		t.Errorf("got side %d, %.20q, %v; want a finder pattern behind the margin", side, path, err)
	}
	if _, _, err := sticker.Path(strings.Repeat("x", 5000)); err == nil {
		t.Error("an address that is too long was drawn")
	}
}
