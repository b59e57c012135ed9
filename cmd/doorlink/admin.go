package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/server"
	"doorlink/store"
)

// provision writes a lock's provisioning file.
type provision struct {
	server.Config `embed:""`

	Door    string `arg:"" help:"Name of the door, or its ID where names are not unique."`
	Out     string `arg:"" help:"File to write; it is made readable by you alone." type:"path"`
	Model   string `help:"Model of the lock, which decides the steps that visitors are shown: M2 unless it has another." default:""`
	Digits  int    `help:"Figures in a doorcode, 5 to 8; 0 takes what the property says." default:"0"`
	Reuse   int    `help:"Seconds in which typing a code again is the same entry, 0 to 900." default:"60"`
	Places  int    `help:"How many residents may give codes on one day; 0 chooses." default:"0"`
	NewKeys bool   `help:"Another lock hangs at the door, or somebody may have read the last file. Codes given today stop."`
}

// Run writes the file and prints how hard the codes are to guess.
func (c *provision) Run(ctx context.Context, log *slog.Logger) error {
	return withDB(ctx, c.Config, log, func(db *store.DB, master server.Keys) error {
		door, err := findDoor(ctx, db, c.Door)
		if err != nil {
			return err
		}
		wish := office.LockWish{Model: c.Model, Digits: c.Digits, Reuse: doorcode.Seconds(c.Reuse), Places: c.Places, NewKeys: c.NewKeys}
		odds, err := server.Provision(ctx, db, master, door, wish, c.Out)
		if err != nil {
			return err
		}
		fmt.Printf("%s\nOne in %d numbers opens the door. Somebody who tries all day has a chance of %.3f %%.\n"+
			"Give the file to the lock and delete it: it holds the secret of this door.\n", c.Out, odds.OneIn, 100*odds.PerDay)
		return nil
	})
}

// link prints a one-time link.
type link struct {
	server.Config `embed:""`

	Resident string        `arg:"" help:"Name of the resident, or their ID where names are not unique."`
	For      time.Duration `help:"How long the link works." default:"24h"`
}

// Run makes the link. It works once.
func (c *link) Run(ctx context.Context, log *slog.Logger) error {
	if c.For <= 0 {
		return fmt.Errorf("for: %s is no time in which a link could be used", c.For)
	}
	return withDB(ctx, c.Config, log, func(db *store.DB, _ server.Keys) error {
		who, err := findPerson(ctx, db, c.Resident)
		if err != nil {
			return err
		}
		secret := doorlink.NewSecret()
		if err := db.AddLink(ctx, who, secret.Hash(), time.Now().Add(c.For)); err != nil {
			return err
		}
		fmt.Println(c.Address() + "/r/in/" + secret.Reveal())
		return nil
	})
}

// managerLink prints a one-time link to the console.
type managerLink struct {
	server.Config `embed:""`

	Manager string        `arg:"" name:"email" help:"E-mail address of the manager."`
	Add     string        `help:"Add them as a Portfolio Manager of this name, if nobody has the address." placeholder:"NAME"`
	For     time.Duration `help:"How long the link works." default:"1h"`
}

// Run makes the link. It works once.
func (c *managerLink) Run(ctx context.Context, log *slog.Logger) error {
	if c.For <= 0 {
		return fmt.Errorf("for: %s is no time in which a link could be used", c.For)
	}
	return withDB(ctx, c.Config, log, func(db *store.DB, _ server.Keys) error {
		o := office.New(db, log)
		if c.Add != "" {
			m, err := office.NewManager(c.Add, c.Manager)
			if err != nil {
				return err
			}
			if _, err := o.Appoint(ctx, m); err != nil {
				return err
			}
		}
		_, secret, err := o.DeskLink(ctx, c.Manager, time.Now().Add(c.For))
		if err != nil {
			return err
		}
		fmt.Println(c.Address() + "/console/in/by/" + secret.Reveal())
		return nil
	})
}

// backup copies database and keys.
type backup struct {
	server.Config `embed:""`

	To string `arg:"" help:"Folder for the copy; it must not exist." type:"path"`
}

// Run makes the copy: a data folder from which the server starts as it is.
// Locks and residents' sign-ins survive in it.
func (c *backup) Run(ctx context.Context, log *slog.Logger) error {
	return withDB(ctx, c.Config, log, func(db *store.DB, _ server.Keys) error {
		if err := os.Mkdir(c.To, 0o700); err != nil {
			return fmt.Errorf("making the folder for the copy: %w", err)
		}
		err := db.Backup(ctx, filepath.Join(c.To, "doorlink.db"))
		if err == nil {
			err = c.CopyKeys(filepath.Join(c.To, "keys.json"))
		}
		if err != nil {
			return errors.Join(err, os.RemoveAll(c.To)) // half a copy is none
		}
		return nil
	})
}

// withDB opens keys and database for a command beside a running server. A folder
// without keys is not an installation, and nothing is made in it.
func withDB(ctx context.Context, c server.Config, log *slog.Logger, do func(*store.DB, server.Keys) error) error {
	keys, err := c.LoadKeys()
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no installation: %w; name its folder with --data, or its keys with --keys", err)
	}
	if err != nil {
		return err
	}
	db, err := c.OpenDB(ctx, log)
	if err != nil {
		return err
	}
	return errors.Join(do(db, keys), db.Close())
}

func findDoor(ctx context.Context, db *store.DB, name string) (doorlink.DoorID, error) {
	var found []doorlink.DoorID
	err := eachProperty(ctx, db, func(p doorlink.PropertyID) error {
		doors, err := db.Doors(ctx, p)
		for _, d := range doors {
			if string(d.Door.ID) == name || strings.EqualFold(d.Door.Name, name) {
				found = append(found, d.Door.ID)
			}
		}
		return err
	})
	return only(found, "door", name, err)
}

func findPerson(ctx context.Context, db *store.DB, name string) (doorlink.PersonID, error) {
	var found []doorlink.PersonID
	err := eachProperty(ctx, db, func(p doorlink.PropertyID) error {
		people, err := db.People(ctx, p)
		for _, one := range people {
			if string(one.ID) == name || strings.EqualFold(one.As(doorlink.FullName, ""), name) {
				found = append(found, one.ID)
			}
		}
		return err
	})
	return only(found, "resident", name, err)
}

func eachProperty(ctx context.Context, db *store.DB, do func(doorlink.PropertyID) error) error {
	all, err := db.Properties(ctx)
	for _, p := range all {
		err = errors.Join(err, do(p.ID))
	}
	return err
}

// only insists on exactly one thing of a name.
func only[T ~string](found []T, what, name string, err error) (T, error) {
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", fmt.Errorf("there is no %s %q", what, name)
	case len(found) > 1:
		return "", fmt.Errorf("%d times a %s %q; use one of the IDs %v", len(found), what, name, found)
	}
	return found[0], nil
}
