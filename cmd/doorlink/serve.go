package main

import (
	"context"
	"fmt"
	"log/slog"

	"doorlink/server"
)

// serve runs the product.
type serve struct {
	server.Config `embed:""`
}

// Help explains how settings are made.
func (serve) Help() string {
	return `Everything that is unset is embedded: database, bus, relay. A setting can be made as a flag (--relay-lan), ` +
		`as a variable (DOORLINK_RELAY_LAN=true) or in the file named by --config ({"relay-lan": true}); the former counts before the latter.`
}

// Run serves until it is told to end.
func (c *serve) Run(ctx context.Context, log *slog.Logger) error {
	if err := c.Check(); err != nil {
		return fmt.Errorf("these settings cannot be:\n%w", err)
	}
	server.Frugal()
	s, err := server.New(ctx, c.Config, log)
	if err != nil {
		return err
	}
	server.Settle()
	log.Info("serving", "address", s.Base(), "version", version())
	return s.Run(ctx)
}
