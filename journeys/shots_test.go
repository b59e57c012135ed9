package journeys

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestShots makes pictures of every state, with -shots DIR.
func TestShots(t *testing.T) {
	if *shots == "" {
		t.Skip("makes pictures with -shots DIR")
	}
	if err := os.MkdirAll(*shots, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tour := range tours {
		t.Run(tour.name, func(t *testing.T) {
			t.Parallel()
			tour.walk(t, shoot)
		})
	}
}

// shoot takes a page in both lights and both widths.
func shoot(t *tab, state string) {
	t.tb.Helper()
	for _, width := range []int64{390, 1280} {
		for _, light := range []string{"light", "dark"} {
			t.in(light, width)
			name := fmt.Sprintf("%s-%d-%s.png", state, width, light)
			picture := ask(t, chromedp.FullScreenshot(100))
			if err := os.WriteFile(filepath.Join(*shots, name), picture, 0o644); err != nil {
				t.tb.Fatal(err)
			}
		}
	}
	t.in("light", phone.width)
}

// in puts the page in a light, still, on a screen of some width.
func (t *tab) in(light string, width int64) {
	t.tb.Helper()
	t.do(chromedp.EmulateViewport(width, phone.height), func(ctx context.Context, at *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, at, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: light},
			{Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return chromedp.Void{}, err
	})
}
