package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
)

// maxQueue is how many writes wait at most, and so the size of the largest
// group. When the queue is full, Write waits for a place.
const maxQueue = 256

// errClosed is why a write was refused during or after Close.
var errClosed = errors.New("the database is closed")

// job is one write on its way through the committer.
type job struct {
	do    func(*Tx) error
	taken atomic.Bool  // set by who decides its fate: the committer, or a writer that gives up
	done  chan outcome // capacity 1, sent to once: never blocks
}

// outcome is how a job ended. A panic is what it panicked with, and where.
type outcome struct {
	err   error
	panic string
}

// committer owns the one connection that writes to a SQLite database. A commit
// costs an fsync however much it holds, so the committer takes everything that
// waits into one transaction, each job in a savepoint of its own, and answers
// all after the commit. A job that comes alone waits for nobody.
type committer struct {
	pool  *sql.DB
	log   *slog.Logger
	queue chan *job     // capacity maxQueue; full: writers wait
	stop  chan struct{} // closed by Close: begin nothing more
	ended chan struct{} // closed when run has returned
	once  sync.Once

	commits atomic.Int64 // how many transactions were committed

	// The rest belongs to run's goroutine.
	conn  *sql.Conn
	stmts *prepared
}

// newCommitter makes a committer on a pool of one connection. Nothing is
// written until run runs.
func newCommitter(pool *sql.DB, log *slog.Logger) *committer {
	return &committer{
		pool: pool, log: log,
		queue: make(chan *job, maxQueue), stop: make(chan struct{}), ended: make(chan struct{}),
	}
}

// write queues f and waits for its outcome. It gives up when ctx ends before f
// was begun.
func (c *committer) write(ctx context.Context, f func(*Tx) error) error {
	j := &job{do: func(tx *Tx) error { return tx.call(ctx, f) }, done: make(chan outcome, 1)}
	select {
	case c.queue <- j:
	case <-ctx.Done():
		return fault(ctx, "waiting to write", ctx.Err())
	case <-c.ended:
		return fault(ctx, "writing", errClosed)
	}
	select {
	case o := <-j.done:
		return o.raise()
	case <-ctx.Done():
	case <-c.ended:
	}
	if j.taken.CompareAndSwap(false, true) {
		if ctx.Err() == nil {
			return fault(ctx, "writing", errClosed)
		}
		return fault(ctx, "waiting to write", ctx.Err())
	}
	return c.late(j)
}

// late waits for a job that was begun, unless the function ended the
// committer's goroutine (runtime.Goexit) and nobody is left to answer.
func (c *committer) late(j *job) error {
	select {
	case o := <-j.done:
		return o.raise()
	case <-c.ended:
	}
	select {
	case o := <-j.done:
		return o.raise()
	default:
		return fault(context.Background(), "writing", errClosed)
	}
}

// raise returns the error, or lets a panic go on where the job came from.
func (o outcome) raise() error {
	if o.panic != "" {
		panic(o.panic)
	}
	return o.err
}

// run does jobs until Close.
func (c *committer) run() {
	defer close(c.ended)
	defer c.disconnect()
	for {
		select {
		case <-c.stop:
			return
		case j := <-c.queue:
			c.commit(c.gather(j))
		}
	}
}

// finish lets the group that is being committed finish, begins none after it, and
// returns when run has.
func (c *committer) finish() {
	c.once.Do(func() { close(c.stop) })
	<-c.ended
}

// gather takes everything that waits, but for jobs whose writers gave up. It
// lets other goroutines run before, since those that are about to write would
// otherwise find the processor taken until the commit is over.
func (c *committer) gather(first *job) []*job {
	runtime.Gosched()
	group := first.join(nil)
	for len(group) < maxQueue {
		select {
		case j := <-c.queue:
			group = j.join(group)
		default:
			return group
		}
	}
	return group
}

// join adds the job to a group unless its writer gave up.
func (j *job) join(group []*job) []*job {
	if j.taken.CompareAndSwap(false, true) {
		group = append(group, j)
	}
	return group
}
