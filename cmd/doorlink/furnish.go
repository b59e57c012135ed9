package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/server"
)

// furnish builds the building and provisions its locks, as far as an earlier run
// has not.
func (c *demo) furnish(ctx context.Context, s *server.Server) error {
	all, err := s.DB.Properties(ctx)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		return c.provision(ctx, s, all[0].ID)
	}
	plan, err := demoPlan(c.Residents, time.Now())
	if err != nil {
		return err
	}
	if err := s.DB.Build(ctx, plan, time.Now()); err != nil {
		return fmt.Errorf("building the demo: %w", err)
	}
	return c.provision(ctx, s, plan.Property.ID)
}

// provision makes ready the locks that have no file yet and have taken none
// over.
func (c *demo) provision(ctx context.Context, s *server.Server, p doorlink.PropertyID) error {
	doors, err := s.DB.Doors(ctx, p)
	if err != nil {
		return err
	}
	for _, d := range doors {
		file := c.lockFile(d.Door.ID)
		_, waits := os.Stat(file)
		_, taken := os.Stat(filepath.Join(c.lockState(d.Door.ID), "state"))
		if waits == nil || taken == nil {
			continue
		}
		if _, err := server.Provision(ctx, s.DB, s.Keys, d.Door.ID, demoLock, file); err != nil {
			return fmt.Errorf("provisioning the lock of %s: %w", d.Door.Name, err)
		}
	}
	return nil
}

// demoLock refuses a code the second time it is typed, at once, and has room
// for visitors who do not use theirs.
var demoLock = office.LockWish{Window: 8}

func (c *demo) lockFile(d doorlink.DoorID) string {
	return filepath.Join(c.Data, "lock-"+string(d)+".json")
}

// lockState is the folder of a door's lock.
func (c *demo) lockState(d doorlink.DoorID) string {
	return filepath.Join(c.Data, "lock-"+string(d))
}
