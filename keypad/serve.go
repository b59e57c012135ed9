package keypad

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Serve serves the page on l until ctx ends, then closes l and lets the
// requests in hand finish. It returns nil after an orderly end.
func (k *Keypad) Serve(ctx context.Context, l net.Listener) error {
	s := &http.Server{
		Handler:           k.Handler(),
		BaseContext:       func(net.Listener) context.Context { return ctx }, // ends the streams
		ErrorLog:          slog.NewLogLogger(k.log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      10 * time.Second, // streams move it on
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    8 << 10,
	}
	served := make(chan error, 1) // one value, whether anybody reads it or not
	go func() { served <- s.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("serving the lock's page: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := s.Shutdown(last); err != nil {
		return errors.Join(fmt.Errorf("closing the lock's page: %w", err), s.Close())
	}
	return nil
}
