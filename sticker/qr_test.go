package sticker_test

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"doorlink/sticker"
)

// TestATerminalsCodeScans draws what a terminal would show and has a scanner
// read it.
func TestATerminalsCodeScans(t *testing.T) {
	t.Parallel()
	scanner, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Skip("zbarimg (Debian: zbar-tools) is not installed")
	}
	const address = "https://door.example/p/mf0zyamgb8n8tmva50eeqbvv888nztzb"
	drawn, err := sticker.Terminal(address)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "qr.png")
	paint(t, drawn, file)
	out, err := exec.Command(scanner, "-q", "--raw", file).Output()
	if err != nil {
		t.Fatalf("the code was not read: %v", err)
	}
	if got := strings.TrimSpace(string(out)); got != address {
		t.Fatalf("got %q, want %q", got, address)
	}
}

func TestAnAddressThatIsTooLongIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := sticker.Terminal(strings.Repeat("a", 4000)); err == nil {
		t.Fatal("4,000 characters made a QR code")
	}
}

// paint turns half blocks into pixels, eight to a module.
func paint(t *testing.T, drawn, file string) {
	t.Helper()
	const module = 8
	lines := strings.Split(strings.TrimSuffix(strings.NewReplacer("\x1b[30;107m", "", "\x1b[0m", "").Replace(drawn), "\n"), "\n")
	wide := len([]rune(lines[0]))
	picture := image.NewGray(image.Rect(0, 0, wide*module, 2*len(lines)*module))
	for y, line := range lines {
		for x, r := range []rune(line) {
			for half, dark := range [2]bool{r == '█' || r == '▀', r == '█' || r == '▄'} {
				shade := color.Gray{Y: 255}
				if dark {
					shade.Y = 0
				}
				for i := range module * module {
					picture.SetGray(x*module+i%module, (2*y+half)*module+i/module, shade)
				}
			}
		}
	}
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, picture); err != nil {
		t.Fatal(err)
	}
}
