package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"doorlink"
	"doorlink/server"
	"doorlink/store"
	"doorlink/web/console"
)

// doctor checks an installation. It changes nothing but what starting the
// server would: the database is brought up to date.
type doctor struct {
	server.Config `embed:""`
}

// Help explains whose settings these are.
func (doctor) Help() string { return "Give it the settings of the server." }

// check is one thing looked at: what is well, or what to do about it.
type check struct {
	what string
	look func(ctx context.Context) (found, hint string)
}

// Run prints a line for each thing and fails if one needs a hand.
func (c *doctor) Run(ctx context.Context, log *slog.Logger) error {
	var db *store.DB
	checks := []check{
		{"settings", c.settings},
		{"keys", c.keys},
		{"database", func(ctx context.Context) (found, hint string) {
			var err error
			if db, err = c.openDB(ctx, log); err != nil {
				return "", err.Error()
			}
			return db.Engine() + ", up to date", ""
		}},
		{"buildings", func(ctx context.Context) (found, hint string) { return buildings(ctx, db) }},
		{"address", c.address},
		{"relay", c.relay},
		{"sign-in", c.signIn},
		{"clock", clock},
	}
	unwell := 0
	for _, k := range checks {
		found, hint := k.look(ctx)
		if hint != "" {
			unwell++
			fmt.Printf("hint  %-10s %s\n", k.what, strings.ReplaceAll(hint, "\n", "\n"+strings.Repeat(" ", 17)))
			continue
		}
		fmt.Printf("ok    %-10s %s\n", k.what, found)
	}
	if db != nil {
		if err := db.Close(); err != nil {
			return err
		}
	}
	if unwell > 0 {
		return fmt.Errorf("%d of %d checks need a hand", unwell, len(checks))
	}
	return nil
}

// openDB opens the database, unless a first start would have to make its folder.
func (c *doctor) openDB(ctx context.Context, log *slog.Logger) (*store.DB, error) {
	if _, err := os.Stat(c.Data); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no folder %s yet; the server makes it when it first starts", c.Data)
	}
	return c.OpenDB(ctx, log)
}

func (c *doctor) settings(context.Context) (found, hint string) {
	if err := c.Check(); err != nil {
		return "", err.Error()
	}
	return c.Address(), ""
}

func (c *doctor) keys(context.Context) (found, hint string) {
	_, err := c.LoadKeys()
	if errors.Is(err, fs.ErrNotExist) {
		return "", err.Error() + "; the server makes them when it first starts"
	}
	if err != nil {
		return "", err.Error()
	}
	return "there, and yours alone", ""
}

// signIn asks the organisation's sign-in, if managers have one, for its
// description.
func (c *doctor) signIn(ctx context.Context) (found, hint string) {
	p, err := c.SignIn(c.Address())
	if err == nil && p == nil {
		return "managers use passkeys and links", ""
	}
	if err == nil {
		_, _, err = p.Start(ctx, time.Now())
	}
	if err != nil {
		return "", fmt.Sprintf("%s: %v", c.SSO, err)
	}
	return c.SSO + " answers; it must know the address " + c.Address() + console.SSOPath, ""
}

// buildings looks at the doors: each should have a lock and a known zone.
func buildings(ctx context.Context, db *store.DB) (found, hint string) {
	if db == nil {
		return "", "the database could not be opened"
	}
	all, err := db.Properties(ctx)
	if err != nil {
		return "", err.Error()
	}
	if len(all) == 0 {
		return "", "there is none yet; the server prints a link to set one up when it starts"
	}
	doors := 0
	for _, p := range all {
		n, hint := doorsOf(ctx, db, p)
		if hint != "" {
			return "", hint
		}
		doors += n
	}
	return fmt.Sprintf("%d with %d doors, each with a lock", len(all), doors), ""
}

func doorsOf(ctx context.Context, db *store.DB, p doorlink.Property) (n int, hint string) {
	if _, err := p.Location(); err != nil {
		return 0, fmt.Sprintf("%s: the time zone %q is unknown", p.Name, p.Zone)
	}
	doors, err := db.Doors(ctx, p.ID)
	if err != nil {
		return 0, err.Error()
	}
	for _, d := range doors {
		if _, err := db.Setup(ctx, d.Door.ID); err != nil {
			return 0, fmt.Sprintf("%s has no lock, so nobody can give a doorcode there; run: doorlink provision %q FILE", d.Door.Name, d.Door.Name)
		}
	}
	return len(doors), ""
}

// address reports whether the server runs there already, or could.
func (c *doctor) address(context.Context) (found, hint string) {
	l, err := net.Listen("tcp", c.Listen)
	if err == nil {
		l.Close()
		return c.Listen + " is free for the server", ""
	}
	conn, err := net.DialTimeout("tcp", c.Listen, 2*time.Second)
	if err != nil {
		return "", fmt.Sprintf("%s cannot be listened on: %v", c.Listen, err)
	}
	conn.Close()
	return c.Listen + " is in use, by the server if it runs", ""
}

// relay sends a packet through a relay of its own, made as the server's is but
// on a free port.
func (c *doctor) relay(ctx context.Context) (found, hint string) {
	if len(c.RelayURLs) > 0 {
		return "is run apart; not looked at", ""
	}
	took, err := c.TryRelay(ctx)
	if err != nil {
		return "", "audio could not be relayed: " + err.Error()
	}
	return fmt.Sprintf("a packet came back after %s; open %s for UDP and TCP, and UDP %s",
		took.Round(time.Microsecond), c.RelayListen, c.PortsToOpen()), ""
}

// clock compares the system's clock with its file system's, which are set apart
// where one of them is a network's.
func clock(context.Context) (found, hint string) {
	f, err := os.CreateTemp("", "doorlink-clock-")
	if err != nil {
		return "", err.Error()
	}
	defer os.Remove(f.Name())
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err.Error()
	}
	if d := time.Since(info.ModTime()).Abs(); d > time.Minute {
		return "", fmt.Sprintf("the clock and the file system are %s apart; doorcodes end at midnight, so the clock must be right", d.Round(time.Second))
	}
	return time.Now().Format("2006-01-02 15:04:05 MST"), ""
}
