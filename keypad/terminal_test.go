package keypad

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestOnlyFiguresTypeInATerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, keys string
		state      State
		lights     int
	}{
		{"Enter wakes", "\n", Awake, 0},
		{"the figure that wakes types nothing", "4", Awake, 0},
		{"figures type", "\n42", Typing, 2},
		{"letters and other scripts do not", "\n4a٣３ 2", Typing, 2},
		{"Escape clears", "\n42|\x1b", Awake, 0},
		{"an arrow with figures in it is no key", "\n42|\x1b[1;5A|7", Typing, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := newHouse(t, time.Now()).open(t, t.TempDir())
			if err := k.TypeKeys(&chunks{strings.Split(c.keys, "|")}); err != nil {
				t.Fatal(err)
			}
			if v, _ := k.Look(); v.State != c.state || v.Lights != c.lights {
				t.Errorf("%s with %d lights, want %s with %d", v.State, v.Lights, c.state, c.lights)
			}
		})
	}
}

// chunks is a terminal that hands over one piece at a time.
type chunks struct{ left []string }

func (c *chunks) Read(b []byte) (int, error) {
	if len(c.left) == 0 {
		return strings.NewReader("").Read(b)
	}
	n := copy(b, c.left[0])
	c.left = c.left[1:]
	return n, nil
}

func TestALineIsAnEntry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, time.Now())
		k := h.open(t, t.TempDir())
		if err := k.TypeLines(strings.NewReader(h.code(t, 2, time.Now()) + "\n")); err != nil {
			t.Fatal(err)
		}
		wantState(t, k, Accepted)
	})
}

func TestATerminalDrawsTheLights(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newHouse(t, time.Now()).open(t, t.TempDir())
		live(t, k)
		var drawn, told bytes.Buffer
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 2)
		go func() { ended <- k.Draw(ctx, &drawn) }()
		go func() { ended <- k.Tell(ctx, &told) }()
		synctest.Wait()
		enter(k, "12")
		synctest.Wait()
		time.Sleep(pauseFor)
		synctest.Wait()
		stop()
		for range 2 {
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("drawing ended with %v", err)
			}
		}
		lines := strings.Split(drawn.String(), "\r\x1b[2K")
		want := "○○○○○○○  Awake · Type the 7 digits"
		if got := lines[len(lines)-1]; got != want {
			t.Errorf("drawn last: %q, want %q", got, want)
		}
		if !strings.Contains(drawn.String(), "●●○○○○○  2 of 7 digits") {
			t.Errorf("two digits were never drawn: %q", drawn.String())
		}
		if got, want := told.String(), "Asleep · Touch the lens\n2 of 7 digits"; !strings.HasPrefix(got, want) {
			t.Errorf("told %q, want it to begin with %q", got, want)
		}
	})
}
