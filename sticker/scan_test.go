package sticker_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"doorlink/sticker"
)

// token is an address as stickers have it.
const token = "https://linden.example/p/mf0zyamgb8n8tmva50eeqbvv888nztzb"

// raster is a plate as a printer would put it on paper, in grey.
func raster(t *testing.T, p sticker.Plate, f sticker.Format, dpi string) *image.Gray {
	t.Helper()
	var b bytes.Buffer
	if err := p.PDF(&b, f); err != nil {
		t.Fatal(err)
	}
	plate := filepath.Join(t.TempDir(), "plate")
	if err := os.WriteFile(plate+".pdf", b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "pdftoppm", "-cropbox", "-png", "-singlefile", "-r", dpi, plate+".pdf", plate)
	file, err := os.Open(plate + ".png")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	drawn, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	grey := image.NewGray(drawn.Bounds())
	draw.Draw(grey, grey.Bounds(), drawn, image.Point{}, draw.Src)
	return grey
}

// codeIn finds the code on a plate: it is all that another address alters.
func codeIn(t *testing.T, on *image.Gray, p sticker.Plate, f sticker.Format, dpi string) image.Rectangle {
	t.Helper()
	p.Address = "https://linden.example/" + strings.Repeat("Z", len(p.Address)-len("https://linden.example/"))
	other := raster(t, p, f, dpi)
	var code image.Rectangle
	for i := range on.Pix {
		if on.Pix[i] != other.Pix[i] {
			x, y := i%on.Stride, i/on.Stride
			code = code.Union(image.Rect(x, y, x+1, y+1))
		}
	}
	return code
}

// scan is every address that a scanner reads in a picture, after harm was done
// to it.
func scan(t *testing.T, picture image.Image, harm ...string) []string {
	t.Helper()
	folder := t.TempDir()
	before, after := filepath.Join(folder, "before.png"), filepath.Join(folder, "after.png")
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(before, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "convert", append(append([]string{before}, harm...), after)...)
	return strings.Fields(run(t, "zbarimg", "-q", "--raw", after))
}

// TestADirtyCodeScansThoughTurnedDimmedAndBlurred covers a part of the code in
// one piece, which is harder than as much in specks: at H a fifth of its area, at Q a
// tenth.
func TestADirtyCodeScansThoughTurnedDimmedAndBlurred(t *testing.T) {
	t.Parallel()
	tools(t, "pdftoppm", "zbarimg", "convert")
	for level, part := range map[sticker.Level]float64{sticker.H: 0.2, sticker.Q: 0.1} {
		p := plate(t, "en", "de")
		p.Address, p.Level = token, level
		for _, dpi := range []string{"150", "300"} {
			paper := raster(t, p, sticker.Panel, dpi)
			code := codeIn(t, paper, p, sticker.Panel, dpi)
			if wide := float64(code.Dx()); math.Abs(wide-float64(code.Dy())) > 0.1*wide {
				t.Fatalf("the code is not where it was looked for: %v", code)
			}
			side := int(math.Ceil(float64(code.Dx()) * math.Sqrt(part)))
			dirt := image.Rectangle{code.Max.Sub(image.Pt(side, side)), code.Max}
			draw.Draw(paper, dirt, image.NewUniform(color.Gray{Y: 128}), image.Point{}, draw.Src)
			got := scan(t, paper, "-background", "white", "-rotate", "7", "-brightness-contrast", "-30x-40", "-blur", "0x1")
			if len(got) != 1 || got[0] != token {
				t.Errorf("level %s at %s dpi, %v of %v covered: read %q", level, dpi, dirt, code, got)
			}
		}
	}
}

func TestTheLevelIsHUnlessSomebodyChooses(t *testing.T) {
	t.Parallel()
	drawn := map[sticker.Level]string{}
	for _, level := range []sticker.Level{"", sticker.H, sticker.Q} {
		p := plate(t, "en")
		p.Level = level
		var b bytes.Buffer
		if err := p.SVG(&b, sticker.Panel); err != nil {
			t.Fatal(err)
		}
		drawn[level] = b.String()
	}
	if drawn[""] != drawn[sticker.H] || drawn[""] == drawn[sticker.Q] {
		t.Error("a plate of no level is not one of level h, or is one of level q")
	}
}

func TestEveryStickerOfASheetScans(t *testing.T) {
	t.Parallel()
	tools(t, "pdftoppm", "zbarimg", "convert")
	for _, level := range []sticker.Level{sticker.Q, sticker.H} {
		p := plate(t, "en", "de", "ar")
		p.Address, p.Level = token, level
		got := scan(t, raster(t, p, sticker.Sheet, "150"))
		if len(got) != 2 || got[0] != token || got[1] != token {
			t.Errorf("level %s: read %q, want the same address in colour and in black", level, got)
		}
	}
}

// TestADrawingScansInABrowser has a browser paint the SVG, on a screen with
// three dots to a pixel.
func TestADrawingScansInABrowser(t *testing.T) {
	t.Parallel()
	tools(t, "zbarimg")
	browser := ""
	for _, name := range []string{"google-chrome", "chromium-browser", "chromium"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
		}
	}
	if browser == "" {
		t.Skip("chromium is not installed")
	}
	for _, level := range []sticker.Level{sticker.Q, sticker.H} {
		p := plate(t, "en")
		p.Address, p.Level = token, level
		var b bytes.Buffer
		if err := p.SVG(&b, sticker.Panel); err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		svg, screen := filepath.Join(folder, "plate.svg"), filepath.Join(folder, "screen.png")
		if err := os.WriteFile(svg, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+folder, "--force-device-scale-factor=3",
			"--window-size=400,560", "--screenshot="+screen, "file://"+svg)
		if got := run(t, "zbarimg", "-q", "--raw", screen); got != token {
			t.Errorf("level %s: read %q", level, got)
		}
	}
}

func TestATagHoldsTheAddress(t *testing.T) {
	t.Parallel()
	for _, want := range []string{token, "http://www.linden.example/p/7", "https://www.linden.example/p/7", "http://10.0.0.1:8080/p/7", token + strings.Repeat("x", 300)} {
		tag, err := sticker.NDEF(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := readTag(tag); err != nil || got != want {
			t.Errorf("the tag says %q, %v, want %q", got, err, want)
		}
	}
	if _, err := sticker.NDEF("javascript:alert(1)"); !errors.Is(err, sticker.ErrAddress) {
		t.Errorf("an address of no page: got %v", err)
	}
}

// readTag reads an NDEF message of one URI record as phones do: NFC Forum NDEF
// 1.0, section 3.2, and URI Record Type Definition 1.0, section 3.2.
func readTag(message []byte) (string, error) {
	r := bytes.NewReader(message)
	var head, kindLong byte
	if err := errors.Join(binary.Read(r, binary.BigEndian, &head), binary.Read(r, binary.BigEndian, &kindLong)); err != nil {
		return "", err
	}
	first, last, chunked, short, named := head&0x80 != 0, head&0x40 != 0, head&0x20 != 0, head&0x10 != 0, head&0x08 != 0
	if !first || !last || chunked || named || head&0x07 != 1 {
		return "", fmt.Errorf("not one whole record of a well-known type: %08b", head)
	}
	var long uint32
	if short {
		var one byte
		if err := binary.Read(r, binary.BigEndian, &one); err != nil {
			return "", err
		}
		long = uint32(one)
	} else if err := binary.Read(r, binary.BigEndian, &long); err != nil {
		return "", err
	}
	kind, body := make([]byte, kindLong), make([]byte, min(long, uint32(len(message))))
	if err := errors.Join(binary.Read(r, binary.BigEndian, kind), binary.Read(r, binary.BigEndian, body)); err != nil {
		return "", err
	}
	if string(kind) != "U" || len(body) == 0 || r.Len() > 0 {
		return "", fmt.Errorf("a record of type %q with %d bytes, and %d more", kind, len(body), r.Len())
	}
	begin, ok := map[byte]string{0: "", 1: "http://www.", 2: "https://www.", 3: "http://", 4: "https://"}[body[0]]
	if !ok {
		return "", fmt.Errorf("an address that begins by %d", body[0])
	}
	return begin + string(body[1:]), nil
}
