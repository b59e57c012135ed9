package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"runtime/debug"
)

// commit does a group of jobs together; a single one needs no savepoint. If the
// transaction cannot be brought to the end, each job is done again by itself, so
// that it meets its own fate only. If none can be begun, all fail alike.
func (c *committer) commit(group []*job) {
	if err := c.begin(); err != nil {
		for _, j := range group {
			j.done <- outcome{err: err}
		}
		return
	}
	if len(group) == 1 {
		group[0].done <- c.finishAlone(group[0])
		return
	}
	if outcomes, err := c.together(group); err == nil {
		for i, j := range group {
			j.done <- outcomes[i]
		}
		return
	}
	for _, j := range group {
		j.done <- c.alone(j)
	}
}

// together runs all jobs in the transaction, each in a savepoint, and commits.
// An error says that the transaction as a whole came to nothing.
func (c *committer) together(group []*job) ([]outcome, error) {
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

// inSavepoint runs one job so that its failure is undone and nothing else. The
// outcome is the job's, the error the transaction's.
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
	return c.finishAlone(j)
}

// finishAlone runs one job in the transaction that was begun, and commits.
func (c *committer) finishAlone(j *job) outcome {
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
