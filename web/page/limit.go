package page

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"doorlink"
)

// Budget is how often something may be done: once every Every on average, and
// Burst times at once.
type Budget struct {
	Every time.Duration
	Burst int
}

// ErrWait refuses what is done too often. Its arg "wait" is the time.Duration
// after which the same request is fine.
var ErrWait = doorlink.Fail(doorlink.Busy, "limit.wait")

// keptLimiters is how many keys are remembered; the one that was idle longest
// is forgotten first, which can only forgive.
const keptLimiters = 50_000

// Limiter counts by key, such as an address. It may be used from any goroutine.
type Limiter struct {
	budget Budget

	mu    sync.Mutex
	byKey map[string]*list.Element
	order *list.List // of *counted, used last in front
}

type counted struct {
	key  string
	rate *rate.Limiter
}

// NewLimiter makes a Limiter that gives each key the same budget.
func NewLimiter(b Budget) *Limiter {
	return &Limiter{budget: b, byKey: map[string]*list.Element{}, order: list.New()}
}

// Allow takes one from key's budget. If that is used up it returns ErrWait and
// takes nothing.
func (l *Limiter) Allow(key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.byKey[key]
	if e == nil {
		e = l.order.PushFront(&counted{key, rate.NewLimiter(rate.Every(l.budget.Every), l.budget.Burst)})
		l.byKey[key] = e
		l.forget()
	}
	l.order.MoveToFront(e)
	r := e.Value.(*counted).rate.Reserve()
	if d := r.Delay(); d > 0 {
		r.Cancel()
		return ErrWait.With("wait", d)
	}
	return nil
}

func (l *Limiter) forget() {
	if l.order.Len() > keptLimiters {
		oldest := l.order.Back()
		delete(l.byKey, oldest.Value.(*counted).key)
		l.order.Remove(oldest)
	}
}

// Ceiling counts by key how many there are at once, and has no room above Most.
// It may be used from any goroutine.
type Ceiling struct {
	Most int

	mu   sync.Mutex
	here map[string]int
}

// fullTime is when somebody who found no room may look again.
const fullTime = time.Minute

// Enter counts one more of key until leave is called, which must be once. Where
// there are Most already, it returns ErrWait and counts nothing.
func (c *Ceiling) Enter(key string) (leave func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.here[key] >= c.Most {
		return nil, ErrWait.With("wait", fullTime)
	}
	if c.here == nil {
		c.here = map[string]int{}
	}
	c.here[key]++
	return func() { c.leave(key) }, nil
}

func (c *Ceiling) leave(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.here[key]--; c.here[key] == 0 {
		delete(c.here, key)
	}
}
