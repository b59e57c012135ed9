// Command keypad is an offline lock: it is provisioned once, from a file, and
// then decides about doorcodes alone. It has a page of its own, shows itself in
// a terminal if asked to, and never talks to the server that made the file.
//
//	keypad --provision FILE --state DIR [--listen ADDR] [--terminal]
//	       [--json] [--exit-on-eof] [--set-clock]
//
// The provisioning file is read at the start alone and must be its owner's alone
// (mode 0600). Once the lock has taken it over, durably, it deletes the file and
// goes on from its state, with --provision or without. A state that is damaged opens
// nothing; the lock then says that it is out of order and shows its log.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"doorlink/keypad"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := keypad.Main(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}
