package keypad

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"doorlink/doorcode/lock"
)

// options are the program's flags.
type options struct {
	provision, state, listen            string
	terminal, json, exitOnEOF, setClock bool
}

// Main is the program keypad: it runs a lock until ctx ends and returns the
// exit status, 0, or 1 for a failure, or 2 for wrong use. args are those after
// the program's name; see command keypad.
func Main(ctx context.Context, args []string) int {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2 // flag has said why
	}
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "keypad:", err)
		return 1
	}
	return 0
}

// parse reads the flags and says itself what is wrong with them.
func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("keypad", flag.ContinueOnError)
	flags.StringVar(&o.provision, "provision", "", "`FILE` that provisions the lock; it is deleted once the lock has taken it over")
	flags.StringVar(&o.state, "state", "", "`DIR` where the lock keeps its state and its log")
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "`ADDR` of the lock's page; port 0 is any free one")
	flags.BoolVar(&o.terminal, "terminal", false, "show the lens here: 0 to 9 type, Enter wakes, Escape clears")
	flags.BoolVar(&o.json, "json", false, "print the page's address as a JSON object")
	flags.BoolVar(&o.exitOnEOF, "exit-on-eof", false, "end when standard input does")
	flags.BoolVar(&o.setClock, "set-clock", false, "believe this computer's clock, after the lock was off for days")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.state == "" || flags.NArg() > 0 {
		fmt.Fprintln(flags.Output(), "keypad: --state is needed, and nothing but flags")
		flags.Usage()
		return o, errors.New("wrong use")
	}
	return o, nil
}

// run opens the lock and its page, and keeps both until ctx ends or a part of
// the program does. The lock's folder is let go of at the end.
func run(ctx context.Context, o options) error {
	store, err := lock.OpenFiles(o.state)
	if err != nil {
		return err
	}
	k, err := open(o, store, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		return errors.Join(err, store.Close())
	}
	l, err := net.Listen("tcp", o.listen)
	if err != nil {
		return errors.Join(fmt.Errorf("opening the lock's page: %w", err), store.Close())
	}
	if err := announce(o, l.Addr()); err != nil {
		return errors.Join(err, l.Close(), store.Close())
	}
	typing, showing, restore := console(o, k)
	defer restore()
	serve := func(ctx context.Context) error { return k.Serve(ctx, l) }
	return errors.Join(together(ctx, k.Run, serve, typing, showing), store.Close())
}

// open makes the keypad of the lock in the store. A lock whose state cannot be
// relied on still has a keypad, one that is out of order.
func open(o options, store *lock.Files, log *slog.Logger) (*Keypad, error) {
	v, setup, err := verifier(o, store)
	if errors.Is(err, lock.ErrState) && setup.Door != "" {
		log.Error("the lock is out of order", "door", setup.Door, "err", err)
		events, err := store.Events()
		if err != nil {
			return nil, err
		}
		return OutOfOrder(setup, events, log), nil
	}
	if err != nil {
		return nil, err
	}
	if err := forget(o, v.Facts(time.Now()).Setup); err != nil {
		log.Warn("delete the provisioning file: it holds the secret of the door", "door", setup.Door, "err", err)
	}
	if now := time.Now(); o.setClock && !v.Facts(now).Believed {
		if err := v.SetTime(now); err != nil {
			return nil, err
		}
	}
	return New(v, log), nil
}

// announce prints where the page is, once the address is taken.
func announce(o options, at net.Addr) error {
	url := "http://" + at.String() + "/"
	if !o.json {
		_, err := fmt.Println(url)
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]string{"url": url})
}

// part is something that goes on until its context ends.
type part func(context.Context) error

// together runs parts until one of them ends, then ends the others. That a
// part was told to end is no error.
func together(ctx context.Context, parts ...part) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	errs := make([]error, len(parts))
	var all sync.WaitGroup
	for i, run := range parts {
		all.Go(func() {
			defer stop()
			if err := run(ctx); !errors.Is(err, context.Canceled) {
				errs[i] = err
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
