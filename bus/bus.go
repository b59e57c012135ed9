// Package bus carries messages between the parts of doorlink, on one node or
// on many. It is always NATS: a server inside this process that nobody outside
// can reach, several such servers joined to a cluster, or servers run apart.
// The code that uses it cannot tell which.
//
// What may be relied on: messages of one publisher on one subject arrive in
// order, at most once. What may not: that they arrive at all. What must last
// goes to the database first; the bus only says that it is there.
//
// Every node hears all that is published and picks what somebody on it listens
// to. So a listener costs an entry in a map, and a building has thousands: each
// open page of a resident is one. What is said and heard on one node takes no way
// through NATS, which would wake four goroutines to bring it back.
//
// All handlers of a Bus run one after the other in one goroutine. A handler
// must not wait: not for the network, not for the database, not for a request
// on the same bus. While it runs, up to 8,192 further messages are held; beyond
// that they are dropped and counted in Dropped.
package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// pending is how many messages may wait for their handlers.
const pending = 8192

// ErrNobody is what Request returns, at once, when no node answers a subject.
// That is a fact, not a time-out.
var ErrNobody = errors.New("nobody answers")

// Bus is a connection to the bus and, unless it was dialled, the server behind
// it. Its methods may be used from any goroutine.
type Bus struct {
	conn   *nats.Conn
	server *server.Server // nil when the servers are run apart
	inbox  chan *nats.Msg
	done   chan struct{} // closed when the dispatcher has ended

	mu        sync.RWMutex
	listeners map[string][]*listener // by subject
	answers   map[string][]*answer   // by subject
	closed    bool                   // inbox is

	dropped atomic.Int64
}

// listener is one that Subscribe added.
type listener struct{ handle func(data []byte) }

// answer is one that Answer added.
type answer struct {
	sub  *nats.Subscription // on which other nodes ask
	give func() ([]byte, error)
}

// news is what stands before every subject that is published, so that one
// subscription hears them all and no request.
const news = "news."

// begin takes over a connection and starts the one goroutine that runs the
// handlers. It ends with Close.
func begin(conn *nats.Conn, s *server.Server) (*Bus, error) {
	b := &Bus{
		conn:      conn,
		server:    s,
		inbox:     make(chan *nats.Msg, pending),
		done:      make(chan struct{}),
		listeners: map[string][]*listener{},
		answers:   map[string][]*answer{},
	}
	conn.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
		if errors.Is(err, nats.ErrSlowConsumer) {
			b.dropped.Add(1)
		}
	})
	_, err := conn.ChanSubscribe(news+">", b.inbox)
	go b.dispatch()
	if err != nil {
		b.Close()
		return nil, fmt.Errorf("listening on the bus: %w", err)
	}
	return b, nil
}

func (b *Bus) dispatch() {
	defer close(b.done)
	for m := range b.inbox {
		if subject, ok := strings.CutPrefix(m.Subject, news); ok {
			b.tell(subject, m.Data)
			continue
		}
		b.mu.RLock()
		all := b.answers[m.Subject]
		b.mu.RUnlock()
		for _, a := range all {
			if a.sub == m.Sub {
				a.respond(m)
			}
		}
	}
}

func (a *answer) respond(m *nats.Msg) {
	if data, err := a.give(); err == nil {
		m.Respond(data) // a requester that has gone is no concern of ours
	}
}

// tell runs the handlers of a subject in the order in which they subscribed,
// without those that cancelled meanwhile.
func (b *Bus) tell(subject string, data []byte) {
	b.mu.RLock()
	all := b.listeners[subject]
	b.mu.RUnlock()
	for _, l := range all {
		b.mu.RLock()
		still := slices.Contains(b.listeners[subject], l)
		b.mu.RUnlock()
		if still {
			l.handle(data)
		}
	}
}

// Close ends all subscriptions, waits for the handler that is running, and
// stops the server if it is ours.
func (b *Bus) Close() {
	b.conn.Close()
	b.mu.Lock()
	b.closed = true
	close(b.inbox)
	b.mu.Unlock()
	<-b.done
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
}

// Connected reports whether messages can travel at the moment.
func (b *Bus) Connected() bool { return b.conn.IsConnected() }

// Dropped counts the times at which messages were lost because handlers could
// not keep up.
func (b *Bus) Dropped() int64 { return b.dropped.Load() }

// Publish sends v as JSON to everybody who listens on subject, this process
// included. It does not wait for them.
func (b *Bus) Publish(subject string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding for %s: %w", subject, err)
	}
	b.hear(&nats.Msg{Subject: news + subject, Data: data})
	if err := b.conn.Publish(news+subject, data); err != nil {
		return fmt.Errorf("publishing on %s: %w", subject, err)
	}
	return nil
}

// hear hands a message of this node to its own listeners.
func (b *Bus) hear(m *nats.Msg) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return
	}
	select {
	case b.inbox <- m:
	default:
		b.dropped.Add(1)
	}
}

// Flush waits until everything this bus answers and published is known to its
// server. Who subscribes and then looks into the database flushes in between, so
// that nothing falls between the two.
func (b *Bus) Flush(ctx context.Context) error {
	return b.conn.FlushWithContext(ctx)
}

// Subscribe has fn called with every message on subject that decodes as T;
// others are ignored. cancel ends it; fn may still be running when cancel
// returns, and is not called after that.
func Subscribe[T any](b *Bus, subject string, fn func(T)) (cancel func()) {
	l := &listener{func(data []byte) {
		var v T
		if json.Unmarshal(data, &v) == nil {
			fn(v)
		}
	}}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listeners[subject] = append(slices.Clip(b.listeners[subject]), l)
	return func() { b.leave(subject, l) }
}

// leave takes a listener off.
func (b *Bus) leave(subject string, l *listener) {
	b.mu.Lock()
	defer b.mu.Unlock()
	without(b.listeners, subject, l)
}

// without takes one of a subject off. The list that somebody may be going
// through stays as it is.
func without[T comparable](all map[string][]T, subject string, one T) {
	left := slices.DeleteFunc(slices.Clone(all[subject]), func(other T) bool { return other == one })
	if len(left) == 0 {
		delete(all, subject)
		return
	}
	all[subject] = left
}

// Answer has fn asked for a value for every request on subject, from several
// goroutines at a time. The node that asks wins, then the first to answer.
func Answer[T any](b *Bus, subject string, fn func() T) (cancel func(), err error) {
	// The answer must be in place before the first request can be dispatched.
	b.mu.Lock()
	defer b.mu.Unlock()
	sub, err := b.conn.ChanSubscribe(subject, b.inbox)
	if err != nil {
		return nil, fmt.Errorf("answering on %s: %w", subject, err)
	}
	a := &answer{sub, func() ([]byte, error) { return json.Marshal(fn()) }}
	b.answers[subject] = append(slices.Clip(b.answers[subject]), a)
	return func() {
		b.mu.Lock()
		without(b.answers, subject, a)
		b.mu.Unlock()
		sub.Unsubscribe() // fails only when the bus is closed: as good as done
	}, nil
}

// Request asks for the value that some node answers on subject. It returns
// ErrNobody at once if none does, and otherwise waits no longer than ctx or
// five seconds.
func Request[T any](ctx context.Context, b *Bus, subject string) (T, error) {
	var v T
	data, err := b.ask(ctx, subject)
	if errors.Is(err, nats.ErrNoResponders) {
		return v, ErrNobody
	}
	if err != nil {
		return v, fmt.Errorf("asking %s: %w", subject, err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return v, fmt.Errorf("reading the answer on %s: %w", subject, err)
	}
	return v, nil
}

// ask asks this node, or else the others.
func (b *Bus) ask(ctx context.Context, subject string) ([]byte, error) {
	b.mu.RLock()
	own := b.answers[subject]
	b.mu.RUnlock()
	if len(own) > 0 {
		return own[len(own)-1].give()
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	m, err := b.conn.RequestWithContext(ctx, subject, nil)
	if err != nil {
		return nil, err
	}
	return m.Data, nil
}
