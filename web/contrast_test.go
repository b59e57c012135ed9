package web

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"testing"

	"doorlink/web/ui"
)

// tokenPattern reads a colour role with its two lights:
// --page: var(--L, #f3f5f9) var(--D, #0d1423);
var tokenPattern = regexp.MustCompile(`--([\w-]+): var\(--L, #([0-9a-f]{6})\) var\(--D, #([0-9a-f]{6})\);`)

// light is the colours of one light, by role.
type light map[string]uint32

func readTokens(t testing.TB) (day, night light) {
	t.Helper()
	css, err := fs.ReadFile(ui.Sources(), "shared/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	day, night = light{}, light{}
	for _, m := range tokenPattern.FindAllStringSubmatch(string(css), -1) {
		for i, l := range []light{day, night} {
			rgb, err := strconv.ParseUint(m[2+i], 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			l[m[1]] = uint32(rgb)
		}
	}
	return day, night
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(rgb uint32) float64 {
	sum := 0.0
	for i, weight := range []float64{0.0722, 0.7152, 0.2126} { // blue, green, red
		c := float64(rgb>>(8*i)&0xff) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// contrast is the contrast ratio of WCAG 2.2, 1 to 21.
func contrast(a, b uint32) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestEveryPairOfColoursHasItsContrast(t *testing.T) {
	t.Parallel()
	day, night := readTokens(t)
	grounds := []string{"page", "card", "sunk", "tint", "go-tint", "warn-tint", "stop-tint"}
	for _, c := range []struct {
		what      string
		ink, over []string
		floor     float64
	}{
		{"text", []string{"ink"}, grounds, 7},
		{"second text", []string{"soft"}, grounds, 4.5},
		{"links", []string{"link"}, []string{"page", "card", "sunk", "tint"}, 4.5},
		{"white on enamel", []string{"on-fill"}, []string{"enamel", "plate"}, 4.5},
		{"white on fills", []string{"on-fill"}, []string{"go-fill", "stop-fill"}, 4.5},
		{"words on the night screens", []string{"on-fill", "lamp", "night-soft"}, []string{"night"}, 4.5},
		{"words on the lamp", []string{"on-lamp"}, []string{"lamp"}, 4.5},
		{"states", []string{"go", "warn", "stop"}, []string{"page", "card"}, 4.5},
		{"go on its tint", []string{"go"}, []string{"go-tint"}, 4.5},
		{"warn on its tint", []string{"warn"}, []string{"warn-tint"}, 4.5},
		{"stop on its tint", []string{"stop"}, []string{"stop-tint"}, 4.5},
		{"borders of controls", []string{"edge"}, []string{"page", "card", "sunk"}, 3},
		{"focus ring", []string{"focus"}, grounds, 3},
		{"fills of buttons", []string{"enamel", "go-fill", "stop-fill"}, []string{"page", "card"}, 3},
	} {
		for name, l := range map[string]light{"day": day, "night": night} {
			for _, ink := range c.ink {
				for _, over := range c.over {
					a, known := l[ink]
					b, alsoKnown := l[over]
					if got := contrast(a, b); !known || !alsoKnown || got < c.floor {
						t.Errorf("%s by %s: %s on %s is %.2f, want at least %v", c.what, name, ink, over, got, c.floor)
					}
				}
			}
		}
	}
}
