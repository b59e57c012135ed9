package sticker_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"doorlink/sticker"
	"doorlink/web/locale"
)

const address = "https://linden.example/s/7KQ4M2XWPA"

// plate is one of a door, in languages.
func plate(t testing.TB, languages ...string) sticker.Plate {
	t.Helper()
	all, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	p := sticker.Plate{Address: address, Short: "7KQ4M2XW", Door: "North gate", Property: "Linden Court", Label: "N2", Number: 3}
	for _, l := range languages {
		p.Languages = append(p.Languages, all.Match("", l))
	}
	return p
}

// tools skips a test unless all programs are installed.
func tools(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(name + " is not installed")
		}
	}
}

func TestAPrintedCodeScansThoughTurnedDimmedOrBlurred(t *testing.T) {
	t.Parallel()
	tools(t, "pdftoppm", "zbarimg", "convert")
	harms := map[string][]string{
		"clean":   nil,
		"turned":  {"-background", "white", "-rotate", "7"},
		"dimmed":  {"-brightness-contrast", "-30x-40"},
		"blurred": {"-blur", "0x1"},
	}
	for _, f := range []sticker.Format{sticker.Panel, sticker.A6} {
		folder := t.TempDir()
		var b bytes.Buffer
		if err := plate(t, "en").PDF(&b, f); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(folder, "plate.pdf")
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, dpi := range []string{"150", "300"} {
			run(t, "pdftoppm", "-cropbox", "-png", "-singlefile", "-r", dpi, file, filepath.Join(folder, dpi))
			for name, harm := range harms {
				out := filepath.Join(folder, dpi+name+".png")
				run(t, "convert", append(append([]string{filepath.Join(folder, dpi+".png")}, harm...), out)...)
				if got := run(t, "zbarimg", "-q", "--raw", out); got != address {
					t.Errorf("%s at %s dpi, %s: read %q", f, dpi, name, got)
				}
			}
		}
	}
}

// run runs a program and gives what it says.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Errorf("%s %v: %v", name, args, err)
	}
	return strings.TrimSpace(string(out))
}

func TestNamesInSeveralScriptsFindRoom(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Ñandú", "Ihsan Doğramacı Konferans ve Kültür Merkezi, arka kapı", "البوابة الشمالية", "北门", "Βόρεια πύλη"} {
		p := plate(t, "en", "de")
		p.Door = name
		for _, f := range []sticker.Format{sticker.Panel, sticker.A6, sticker.Sheet} {
			var pdf, svg bytes.Buffer
			if err := errors.Join(p.PDF(&pdf, f), p.SVG(&svg, f)); err != nil {
				t.Errorf("%s on %s: %v", name, f, err)
			}
		}
	}
}

func TestWordsStayWhole(t *testing.T) {
	t.Parallel()
	tools(t, "pdftotext")
	for _, language := range []string{"en", "de", "es", "tr"} {
		p := plate(t, language)
		for _, f := range []sticker.Format{sticker.Panel, sticker.A6, sticker.Sheet} {
			path := filepath.Join(t.TempDir(), "sticker.pdf")
			var pdf bytes.Buffer
			if err := errors.Join(p.PDF(&pdf, f), os.WriteFile(path, pdf.Bytes(), 0o600)); err != nil {
				t.Fatal(err)
			}
			printed := strings.Fields(run(t, "pdftotext", "-layout", path, "-"))
			for _, key := range []string{"sticker.measure", "sticker.never"} {
				for word := range strings.FieldsSeq(p.Languages[0].Say(key)) {
					if !slices.Contains(printed, word) {
						t.Errorf("%s on %s: %q is taken apart", language, f, word)
					}
				}
			}
		}
	}
}

func TestWhatCannotBePrintedIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	for want, change := range map[error]func(*sticker.Plate){
		sticker.ErrAddress: func(p *sticker.Plate) { p.Address = "javascript:alert(1)" },
		sticker.ErrGlyph:   func(p *sticker.Plate) { p.Door = "\U0001F6AA" },
		sticker.ErrFull:    func(p *sticker.Plate) { p.Door = strings.Repeat("gate ", 400) },
		sticker.ErrFormat:  func(p *sticker.Plate) { p.Level = "l" },
	} {
		p := plate(t, "en")
		change(&p)
		var b bytes.Buffer
		if err := p.PDF(&b, sticker.Panel); !errors.Is(err, want) || b.Len() > 0 {
			t.Errorf("got %v and %d bytes, want %v", err, b.Len(), want)
		}
	}
}

func BenchmarkPlate(b *testing.B) {
	p := plate(b, "en", "de")
	for _, f := range []sticker.Format{sticker.Panel, sticker.A6, sticker.Sheet} {
		for as, write := range map[string]func(io.Writer, sticker.Format) error{"pdf": p.PDF, "svg": p.SVG} {
			b.Run(string(f)+"/"+as, func(b *testing.B) {
				for b.Loop() {
					if err := write(io.Discard, f); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
