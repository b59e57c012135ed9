package store

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// lockRetry is how often a lock that somebody else holds is tried. Waiting in
// the system call could not be ended by a context.
const lockRetry = 20 * time.Millisecond

// lockFile takes the lock of a file, which it makes if need be, and waits for
// it until ctx ends. The lock goes when unlock is called or the process dies.
// The file stays: removing it would give two processes a lock each.
func lockFile(ctx context.Context, path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f.Close, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, f.Close())
		}
		select {
		case <-time.After(lockRetry):
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), f.Close())
		}
	}
}
