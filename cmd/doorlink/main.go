// Command doorlink is the virtual intercom: the server, a demonstration of the
// whole of it, and the few things an operator does from a terminal.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	_ "time/tzdata" // a door's midnight must not depend on what the host has installed

	"github.com/alecthomas/kong"
)

// commands is the command line. Settings come from flags, from DOORLINK_…
// variables and from the file named by --config, in this order.
type commands struct {
	Serve     serve     `cmd:"" help:"Run the server."`
	Demo      demo      `cmd:"" help:"Show everything at once: a building, its doors, residents and offline locks."`
	Doctor    doctor    `cmd:"" help:"Check what can be checked, with a hint for everything that is not well."`
	Provision provision `cmd:"" help:"Make a door's lock ready: write its provisioning file."`
	Link      link      `cmd:"" help:"Make a one-time link with which a resident signs in."`
	Backup    backup    `cmd:"" help:"Copy the embedded database and the keys while the server runs."`
	Keypad    lockOf    `cmd:"" hidden:"" passthrough:"" help:"The offline lock; the same as the program keypad."`

	Config  kong.ConfigFlag  `help:"File with settings, in JSON, by the names of the flags." placeholder:"FILE" type:"path"`
	Version kong.VersionFlag `help:"Print the version and end."`
	Verbose bool             `help:"Log what is only of interest when something is wrong."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// run parses the arguments, runs the command and returns the exit status: 0, 1
// for a failure, 2 for wrong use.
func run(ctx context.Context, args []string) int {
	var c commands
	parser, err := kong.New(&c, kong.Name("doorlink"), kong.Description("The open, self-hosted virtual intercom."),
		kong.DefaultEnvars("DOORLINK"), kong.Configuration(kong.JSON), kong.Vars{"version": version()},
		kong.BindTo(ctx, (*context.Context)(nil)), kong.UsageOnError())
	if err != nil {
		fmt.Fprintln(os.Stderr, "doorlink:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		parser.FatalIfErrorf(err) // prints the usage and ends
	}
	level := slog.LevelInfo
	if c.Verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	if err := parsed.Run(log); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 1
	}
	return 0
}

// version is the module's version and the revision it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			v += " " + s.Value[:12]
		}
	}
	return v
}
