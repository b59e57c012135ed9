// Package sticker draws what hangs beside a door: the QR code that leads to its
// page.
package sticker

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// quiet is the margin a scanner needs, in modules: ISO/IEC 18004, 9.1.
const quiet = 4

// Terminal draws the QR code of an address for a terminal, two modules in one
// character, dark on light whatever the terminal's colours are. It fails for an
// address that is too long for a QR code.
func Terminal(address string) (string, error) {
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return "", fmt.Errorf("drawing a QR code: %w", err)
	}
	var b strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		b.WriteString("\x1b[30;107m") // black on white
		for x := -quiet; x < code.Size+quiet; x++ {
			b.WriteString(half(code.Black(x, y), code.Black(x, y+1)))
		}
		b.WriteString("\x1b[0m\n")
	}
	return b.String(), nil
}

// half is a character whose upper and lower half are dark or not.
func half(upper, lower bool) string {
	switch {
	case upper && lower:
		return "█"
	case upper:
		return "▀"
	case lower:
		return "▄"
	}
	return " "
}
