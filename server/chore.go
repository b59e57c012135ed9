package server

import (
	"context"
	"log/slog"
	"time"
)

// chore is something that every node looks after from time to time. Of several
// nodes that do it at once, one does the work.
type chore struct {
	doing string // for the log, if it fails
	every time.Duration
	do    func(ctx context.Context, now time.Time) error
}

// chores are all of them.
func (s *Server) chores() []chore {
	return []chore{
		{"removing old records", time.Hour, s.purge},
		{"looking for lists from outside", time.Minute, s.office.SyncDue},
		{"looking for locks that are out of sync", time.Hour, s.office.WatchLocks},
	}
}

// run does a chore at once, and again and again until ctx is done. What fails is
// tried the next time.
func (c chore) run(ctx context.Context, log *slog.Logger) error {
	for {
		if err := c.do(ctx, time.Now()); err != nil && ctx.Err() == nil {
			log.Warn(c.doing, "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(c.every):
		}
	}
}

// purge removes, once a day among all nodes, what has outlived its retention at now,
// and reports how much of what.
func (s *Server) purge(ctx context.Context, now time.Time) error {
	gone, err := s.DB.PurgeDaily(ctx, now)
	for kind, n := range gone {
		if n > 0 {
			s.log.Info("removed old records", "kind", kind, "count", n)
		}
	}
	return err
}
