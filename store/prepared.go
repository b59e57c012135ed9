package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// preparer is a pool or one connection of it.
type preparer interface {
	PrepareContext(ctx context.Context, text string) (*sql.Stmt, error)
}

// prepared is a runner that has SQLite compile each statement once. The texts
// are those in this package, so their number is bounded. (pgx does the same by
// itself.)
type prepared struct {
	on preparer

	mu    sync.RWMutex
	known map[string]*sql.Stmt
}

// prepare makes a runner that starts with nothing compiled.
func prepare(on preparer) *prepared { return &prepared{on: on, known: map[string]*sql.Stmt{}} }

// ExecContext implements runner.
func (p *prepared) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	s, err := p.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// QueryContext implements runner.
func (p *prepared) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	s, err := p.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// statement compiles a text, or finds it compiled. On a pool, database/sql
// compiles it once more on each further connection that runs it.
func (p *prepared) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	p.mu.RLock()
	s := p.known[text]
	p.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.known[text]; s != nil {
		return s, nil
	}
	s, err := p.on.PrepareContext(ctx, text)
	if err == nil {
		p.known[text] = s
	}
	return s, err
}

// close forgets all statements.
func (p *prepared) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var failed error
	for text, s := range p.known {
		failed = errors.Join(failed, s.Close())
		delete(p.known, text)
	}
	return failed
}
