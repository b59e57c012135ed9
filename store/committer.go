package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
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

// close ends run, waits for it and closes the pool.
func (c *committer) close() error {
	c.once.Do(func() { close(c.stop) })
	<-c.ended
	return c.pool.Close()
}

// gather takes everything that waits, but for jobs whose writers gave up. It
// lets other goroutines run before, since those that are about to write would
// otherwise find the processor taken until the commit is over.
func (c *committer) gather(first *job) []*job {
	runtime.Gosched()
	var group []*job
	for j := first; j != nil; {
		if j.taken.CompareAndSwap(false, true) {
			group = append(group, j)
		}
		select {
		case j = <-c.queue:
		default:
			j = nil
		}
		if len(group) == maxQueue {
			break
		}
	}
	return group
}

// commit does a group together. If its transaction cannot be brought to the
// end, each job is done again by itself, so that it meets its own fate only.
func (c *committer) commit(group []*job) {
	if len(group) > 1 {
		if outcomes, err := c.together(group); err == nil {
			for i, j := range group {
				j.done <- outcomes[i]
			}
			return
		}
	}
	for _, j := range group {
		j.done <- c.alone(j)
	}
}

// together runs all jobs in one transaction, each in a savepoint. An error
// says that the transaction as a whole came to nothing.
func (c *committer) together(group []*job) ([]outcome, error) {
	if err := c.begin(); err != nil {
		return nil, err
	}
	outcomes := make([]outcome, len(group))
	for i, j := range group {
		var err error
		if outcomes[i], err = c.inSavepoint(j); err != nil {
			c.rollback()
			return nil, err
		}
	}
	return outcomes, c.end()
}

func (c *committer) inSavepoint(j *job) (outcome, error) {
	if err := c.control(`SAVEPOINT job`); err != nil {
		return outcome{}, err
	}
	o := c.attempt(j)
	if o.err != nil || o.panic != "" {
		if err := c.control(`ROLLBACK TO job`); err != nil {
			return o, err
		}
	}
	return o, c.control(`RELEASE job`)
}

// alone runs one job in a transaction of its own.
func (c *committer) alone(j *job) outcome {
	if err := c.begin(); err != nil {
		return outcome{err: err}
	}
	o := c.attempt(j)
	if o.err != nil || o.panic != "" {
		c.rollback()
		return o
	}
	return outcome{err: c.end()}
}

// attempt calls a job's function and catches its panic.
func (c *committer) attempt(j *job) (o outcome) {
	defer func() {
		if p := recover(); p != nil {
			o = outcome{panic: fmt.Sprintf("in a write: %v\n\n%s", p, debug.Stack())}
		}
	}()
	return outcome{err: j.do(&Tx{on: &strict{runner: c.stmts}})}
}

// begin starts a transaction, on a new connection if the last one was lost.
func (c *committer) begin() error {
	ctx := context.Background()
	if c.conn == nil {
		conn, err := c.pool.Conn(ctx)
		if err != nil {
			return fault(ctx, "opening the database", err)
		}
		c.conn, c.stmts = conn, prepare(conn)
	}
	err := c.control(`BEGIN IMMEDIATE`)
	if err != nil {
		c.rollback()
	}
	return err
}

// end commits. When that fails, nothing of the transaction is left.
func (c *committer) end() error {
	if err := c.control(`COMMIT`); err != nil {
		c.rollback()
		return err
	}
	c.commits.Add(1)
	return nil
}

// rollback leaves the connection outside any transaction. After some failures
// SQLite has rolled back by itself and refuses to do it again; a fresh
// connection is right after those too.
func (c *committer) rollback() {
	if err := c.control(`ROLLBACK`); err != nil {
		c.log.Debug("writing on a new connection", "cause", err)
		c.disconnect()
	}
}

// control executes a statement that moves the transaction itself.
func (c *committer) control(text string) error {
	ctx := context.Background()
	_, err := c.stmts.ExecContext(ctx, text)
	return fault(ctx, "committing", err)
}

// disconnect closes the connection for good rather than giving it back to the
// pool, so that whatever state it was in goes with it.
func (c *committer) disconnect() {
	if c.conn == nil {
		return
	}
	c.stmts.close()
	c.conn.Raw(func(any) error { return driver.ErrBadConn })
	c.conn.Close()
	c.conn, c.stmts = nil, nil
}
