package doorlinktest

import (
	"context"
	"net"
	"sync"
)

// pipes is a listener without a network: connections are net.Pipe, whose
// deadlines and blocking belong to the fake time of a testing/synctest bubble.
type pipes struct {
	calls  chan net.Conn // unbuffered: dialling waits for Accept
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{calls: make(chan net.Conn), closed: make(chan struct{})} }

// Accept waits for the next connection, or fails with net.ErrClosed.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and all later dialling. It may be called again.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Addr is a name that stands for loopback; nobody can connect to it.
func (p *pipes) Addr() net.Addr { return pipeAddr("localhost") }

// dial connects from an address, which the other end sees; an empty one is that of
// everybody who has none.
func (p *pipes) dial(ctx context.Context, from string) (net.Conn, error) {
	near, far := net.Pipe()
	if from != "" {
		far = pipeFrom{far, pipeAddr(from)}
	}
	select {
	case p.calls <- far:
		return near, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// pipeFrom is the end of a pipe whose other one has an address.
type pipeFrom struct {
	net.Conn
	from pipeAddr
}

func (p pipeFrom) RemoteAddr() net.Addr { return p.from }

type pipeAddr string

func (pipeAddr) Network() string  { return "pipe" }
func (a pipeAddr) String() string { return string(a) }
