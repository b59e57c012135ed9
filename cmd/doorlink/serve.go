package main

import (
	"context"
	"log/slog"

	"doorlink/server"
)

// serve runs the product.
type serve struct {
	server.Config `embed:""`
}

// Run serves until it is told to end.
func (c *serve) Run(ctx context.Context, log *slog.Logger) error {
	if err := c.Check(); err != nil {
		return err
	}
	s, err := server.New(ctx, c.Config, log)
	if err != nil {
		return err
	}
	log.Info("serving", "address", s.Base(), "version", version())
	return s.Run(ctx)
}
