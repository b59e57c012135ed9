package sticker

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// Path draws the QR code of an address as the path of an SVG whose unit is one
// module, with the margin a scanner needs: side is the width and height of the
// view box. It fails for an address that is too long for a QR code.
func Path(address string) (path string, side int, err error) {
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return "", 0, fmt.Errorf("drawing a QR code: %w", err)
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if n := x - from; n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, n, n)
			}
		}
	}
	return b.String(), code.Size + 2*quiet, nil
}
