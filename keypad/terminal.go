package keypad

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

const escape = 0x1b

// TypeKeys takes keys from a terminal in raw mode: a digit is its key, Enter
// wakes, Escape clears, the rest is no key. It returns nil at the end of r.
func (k *Keypad) TypeKeys(r io.Reader) error {
	chunk := make([]byte, 256)
	for {
		n, err := r.Read(chunk)
		if n > 1 && chunk[0] == escape {
			n = 0 // an arrow or a function key, digits and all
		}
		for _, b := range chunk[:n] {
			k.key(b)
		}
		if err != nil {
			return ended(err)
		}
	}
}

// key is what a byte from a raw terminal means.
func (k *Keypad) key(b byte) {
	switch b {
	case '\r', '\n':
		k.Wake()
	case escape:
		k.Clear()
	default:
		k.Press(b)
	}
}

// TypeLines takes keys from a pipe or a file, a line for each entry. A line
// wakes the lens first, so that all its digits count. It returns nil at the
// end of r.
func (k *Keypad) TypeLines(r io.Reader) error {
	in := bufio.NewReader(r)
	for {
		b, err := in.ReadByte()
		if err != nil {
			return ended(err)
		}
		k.Wake()
		k.Press(b)
	}
}

// ended turns the end of the input into no error.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return fmt.Errorf("reading the keys: %w", err)
}

// Draw keeps a line of a terminal up to date with the lens until ctx ends and
// returns its error, or that of w.
func (k *Keypad) Draw(ctx context.Context, w io.Writer) error {
	return k.follow(ctx, func(last, now View) error {
		if lens(last) == lens(now) {
			return nil
		}
		_, err := fmt.Fprint(w, "\r\x1b[2K", lens(now))
		return err
	})
}

// Tell writes a line for each state of the lens until ctx ends and returns its
// error, or that of w. It is for readers that cannot take a line back.
func (k *Keypad) Tell(ctx context.Context, w io.Writer) error {
	return k.follow(ctx, func(last, now View) error {
		if last.State == now.State {
			return nil
		}
		_, err := fmt.Fprintln(w, sentence(now))
		return err
	})
}

// follow shows each view after the one before it. It looks again twice a
// second, for a count-down.
func (k *Keypad) follow(ctx context.Context, show func(last, now View) error) error {
	again := time.NewTicker(500 * time.Millisecond)
	defer again.Stop()
	var last View
	for {
		view, changed := k.Look()
		if err := show(last, view); err != nil {
			return fmt.Errorf("writing to the terminal: %w", err)
		}
		last = view
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		case <-again.C:
		}
	}
}

// lens draws the lights and says the state.
func lens(v View) string {
	row := strings.Repeat("●", v.Lights) + strings.Repeat("○", v.Digits-v.Lights)
	switch v.State {
	case Accepted, Open:
		row = strings.Repeat("◉", v.Digits)
	case Refused, Broken:
		row = strings.Repeat("×", v.Digits)
	}
	return row + "  " + sentence(v)
}

// sentence is the state in words, on one line.
func sentence(v View) string { return v.Says + " · " + v.Small }
