package server

import (
	"context"
	"time"
)

// listTime is how often the schedules of lists are looked at.
const listTime = time.Minute

// lists takes what other systems dropped, when the properties' times have come,
// until ctx is done. Each property's turn is one node's.
func (s *Server) lists(ctx context.Context) error {
	for {
		if err := s.office.SyncDue(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.log.Warn("looking for lists from outside", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(listTime):
		}
	}
}
