package doorlinktest

import (
	"bytes"
	"log/slog"
	"sync"
	"testing"
)

// Log is everything the nodes of a house have logged, at every level.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// newLog keeps a log, and shows it when the test has failed.
func newLog(tb testing.TB) *Log {
	l := &Log{}
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("log of the house:\n%s", l)
		}
	})
	return l
}

// Write appends to the log. It never fails.
func (l *Log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *Log) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
