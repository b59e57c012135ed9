package doorlinktest

import (
	"bytes"
	"log/slog"
	"regexp"
	"sync"
	"testing"
)

// Log is everything the nodes of a cluster have logged, at every level. At the
// end of the test it must hold none of what the test has kept secret: digits,
// tokens, sessions, what was said, how to connect, and names.
type Log struct {
	mu      sync.Mutex
	text    bytes.Buffer
	secrets map[string]string // what each is, by its text
}

func newLog(tb testing.TB) *Log {
	l := &Log{secrets: map[string]string{}}
	tb.Cleanup(func() {
		l.check(tb)
		if tb.Failed() {
			tb.Logf("log of the cluster:\n%s", l)
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

// keep says that text must not occur in the log.
func (l *Log) keep(what, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if text != "" {
		l.secrets[text] = what
	}
}

func (l *Log) check(tb testing.TB) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for text, what := range l.secrets {
		whole := regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(text) + `($|\W)`)
		if found := whole.Find(l.text.Bytes()); found != nil {
			tb.Errorf("the log tells %s", what)
		}
	}
}
