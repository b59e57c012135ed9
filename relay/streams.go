package relay

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxStreams bounds the TCP clients of the relay; more are hung up on.
	maxStreams = 4096

	// perAddress bounds those of one address, or whoever connects often enough
	// shuts all others out. UDP comes first in browsers: not even a mobile network
	// behind one address has so many for whom it is blocked.
	perAddress = 256

	// patience is how long a TCP client may be connected without an
	// allocation. A browser takes two round trips.
	patience = 10 * time.Second

	// maxEarly is how many bytes a TCP client may send before it has an
	// allocation. A browser sends four hundred.
	maxEarly = 8 << 10

	// stalled is how long a TCP client may leave what it is sent unread. Sound
	// that late is of no use, and half a packet would spoil the stream.
	stalled = 5 * time.Second
)

// streams is the listener for TCP clients. It knows those connected, because
// the library knows no limits for them.
type streams struct {
	net.Listener
	log *slog.Logger

	mu     sync.Mutex
	live   map[client]*stream
	from   map[netip.Addr]int // how many of live are of an address
	closed bool
}

func newStreams(l net.Listener, log *slog.Logger) *streams {
	return &streams{Listener: l, log: log, live: map[client]*stream{}, from: map[netip.Addr]int{}}
}

// Accept waits for the next client. It returns an error only when the listener
// is closed, for the library takes any error for the end.
func (s *streams) Accept() (net.Conn, error) {
	for {
		conn, err := s.Listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil, err
		case err != nil:
			pause(s.log, fmt.Errorf("accepting a TCP client: %w", err))
			continue
		}
		if st := s.admit(conn); st != nil {
			return st, nil
		}
		conn.Close()
	}
}

// admit notes a new client and gives it patience, or returns nil if there are
// too many, of its address or at all, or the relay is closed.
func (s *streams) admit(conn net.Conn) *stream {
	st := &stream{Conn: conn, client: clientAt(conn.RemoteAddr()), of: s}
	s.mu.Lock()
	defer s.mu.Unlock()
	addr := st.client.addr.Addr()
	if s.closed || len(s.live) >= maxStreams || s.from[addr] >= perAddress {
		return nil
	}
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil // gone already
	}
	s.live[st.client] = st
	s.from[addr]++
	return st
}

// stay lets a client that has an allocation stay connected as long as it has.
func (s *streams) stay(c client) { s.limit(c, time.Time{}) }

// hurry gives a client whose allocation is gone the time of a new one.
func (s *streams) hurry(c client) { s.limit(c, time.Now().Add(patience)) }

// limit does nothing for a client that is not, or no longer, connected: a
// deadline cannot fail otherwise, and the reader learns that by itself.
func (s *streams) limit(c client, deadline time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.live[c]; st != nil {
		st.settled.Store(deadline.IsZero())
		_ = st.SetReadDeadline(deadline)
	}
}

func (s *streams) open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.live)
}

// closeAll hangs up on everybody; the listener is closed elsewhere.
func (s *streams) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, st := range s.live {
		st.Conn.Close()
	}
}

// stream is the connection of a TCP client.
type stream struct {
	net.Conn
	client  client
	of      *streams
	settled atomic.Bool // has an allocation
	early   int         // bytes read without one; the reader's own
}

// Read fails once a client without allocation has sent more than asking for one
// takes.
func (st *stream) Read(p []byte) (int, error) {
	n, err := st.Conn.Read(p)
	if st.settled.Load() {
		return n, err
	}
	if st.early += n; st.early > maxEarly {
		return 0, errors.New("relay: client talks but does not allocate")
	}
	return n, err
}

// Write sends p as a whole or closes the connection.
func (st *stream) Write(p []byte) (int, error) {
	err := st.SetWriteDeadline(time.Now().Add(stalled))
	n := 0
	if err == nil {
		n, err = st.Conn.Write(p)
	}
	if err != nil {
		st.Conn.Close()
	}
	return n, err
}

// Close hangs up and makes room for another client.
func (st *stream) Close() error {
	st.of.leave(st)
	return st.Conn.Close()
}

// leave makes room for another client. Doing so twice does nothing.
func (s *streams) leave(st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live[st.client] != st {
		return
	}
	delete(s.live, st.client)
	addr := st.client.addr.Addr()
	if s.from[addr]--; s.from[addr] == 0 {
		delete(s.from, addr)
	}
}
