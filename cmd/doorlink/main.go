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
	"strings"
	"syscall"

	_ "time/tzdata" // a door's midnight must not depend on what the host has installed

	"github.com/alecthomas/kong"

	"doorlink"
	"doorlink/web/locale"
)

// commands is the command line. Settings come from flags, from DOORLINK_…
// variables and from the file named by --config, in this order.
type commands struct {
	Serve       serve       `cmd:"" help:"Run the server."`
	Demo        demo        `cmd:"" help:"Show everything at once: a building, its doors, residents and offline locks."`
	Doctor      doctor      `cmd:"" help:"Check what can be checked, with a hint for everything that is not well."`
	Provision   provision   `cmd:"" help:"Make a door's lock ready: write its provisioning file."`
	Link        link        `cmd:"" help:"Make a one-time link with which a resident signs in."`
	ManagerLink managerLink `cmd:"" help:"Make a one-time link with which a manager signs in to the console."`
	Backup      backup      `cmd:"" help:"Copy the embedded database and the keys while the server runs."`
	Audit       audit       `cmd:"" help:"Verify that the audit is as it was written."`
	Keypad      lockOf      `cmd:"" hidden:"" passthrough:"" help:"The offline lock; the same as the program keypad."`

	Config  kong.ConfigFlag  `help:"File with settings: one JSON object, by the names of the flags." placeholder:"FILE" type:"path"`
	Version kong.VersionFlag `help:"Print the version and end." env:"-"`
	Verbose bool             `help:"Log what is only of interest when something is wrong."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// The exit statuses.
const (
	failed   = 1
	wrongUse = 2
)

// exit is the error of a command that has said everything and ends with this
// status.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// run parses the arguments, runs the command and returns the exit status.
func run(ctx context.Context, args []string) int {
	var c commands
	parser, err := newParser(ctx, &c)
	if err = errors.Join(err, forgetEmpty()); err != nil {
		fmt.Fprintln(os.Stderr, "doorlink:", err)
		return failed
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "doorlink: %v\nFor help: %s --help\n", err, asked(err))
		return wrongUse
	}
	level := slog.LevelInfo
	if c.Verbose {
		level = slog.LevelDebug
	}
	err = parsed.Run(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})))
	if status, ok := errors.AsType[exit](err); ok {
		return int(status)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "doorlink:", strings.ReplaceAll(say(err), "\n", "\n  "))
		return failed
	}
	return 0
}

func newParser(ctx context.Context, c *commands) (*kong.Kong, error) {
	return kong.New(c, kong.Name("doorlink"), kong.Description("The open, self-hosted virtual intercom."),
		kong.DefaultEnvars("DOORLINK"), kong.Resolvers(kong.ResolverFunc(secretFile)), kong.Configuration(readSettings),
		groups, kong.PostBuild(hideUnused), kong.ValueFormatter(meaning),
		kong.Vars{"version": version()}, kong.BindTo(ctx, (*context.Context)(nil)))
}

// asked is the command whose use was wrong.
func asked(err error) string {
	if e, ok := errors.AsType[*kong.ParseError](err); ok && e.Context.Selected() != nil {
		return e.Context.Selected().FullPath()
	}
	return "doorlink"
}

// say puts an error into words for a terminal. Of an Error the cause matters to
// an operator where something is away; all else has a sentence, or names what
// was refused.
func say(err error) string {
	e, ok := errors.AsType[*doorlink.Error](err)
	if !ok || e.Kind == doorlink.Down {
		return err.Error()
	}
	words, load := locale.Load()
	if load != nil {
		return err.Error()
	}
	if text := words.Match("", "en").Say("error."+e.Key, e.Args...); text != "error."+e.Key {
		return text
	}
	return strings.TrimSpace(err.Error() + " " + strings.Trim(fmt.Sprint(e.Args...), "[]"))
}

// version is the module's version and the revision it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return info.Main.Version + " " + s.Value[:12]
		}
	}
	return info.Main.Version
}
