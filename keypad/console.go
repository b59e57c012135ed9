package keypad

import (
	"context"
	"io"
	"os"
)

// console connects the lock with standard input and output, as far as the
// options ask for it. restore gives a terminal back as it was.
func console(o options, k *Keypad) (typing, showing part, restore func()) {
	restore, isTerminal := func() {}, false
	if o.terminal {
		restore, isTerminal = raw(os.Stdin)
	}
	switch {
	case isTerminal:
		showing = func(ctx context.Context) error { return k.Draw(ctx, os.Stdout) }
		return input(o, k.TypeKeys), showing, restore
	case o.terminal:
		showing = func(ctx context.Context) error { return k.Tell(ctx, os.Stdout) }
		return input(o, k.TypeLines), showing, restore
	case o.exitOnEOF:
		return input(o, ignore), wait, restore
	}
	return wait, wait, restore
}

// input reads standard input to its end, and ends there if that is asked for.
func input(o options, read func(io.Reader) error) part {
	return func(ctx context.Context) error {
		ended := make(chan error, 1) // one value, whether anybody reads it or not
		// Reading cannot be interrupted; the goroutine ends with the program.
		go func() { ended <- read(os.Stdin) }()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			if err != nil || o.exitOnEOF {
				return err
			}
		}
		return wait(ctx)
	}
}

// ignore waits for the end of the input and nothing else.
func ignore(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// wait is a part with nothing to do.
func wait(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
