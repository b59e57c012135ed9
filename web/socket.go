package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"doorlink"
)

const (
	// readLimit closes a socket whose peer sends more in one message. Anything
	// between doorlink.MaxSignal and this gets a refusal and loses nothing.
	readLimit = 256 << 10
	// outLimit is how many signals may wait for a slow reader before its socket
	// is closed: it will resume and be told the state anew.
	outLimit = 256
	// writeTime is how long one write may take.
	writeTime = 10 * time.Second
	// pingTime is how often a socket proves that its other end is there, and
	// pongTime how long the proof may take.
	pingTime = 40 * time.Second
	pongTime = 15 * time.Second
	// sayRate and sayBurst bound what one socket may say; typing is ten signals
	// a second.
	sayRate  = 40
	sayBurst = 200
)

// socket is one page's WebSocket: one JSON signal per text message. While it is
// idle it costs one goroutine, which waits to read.
type socket struct {
	conn *websocket.Conn
	rate *rate.Limiter
	ping *time.Timer

	mu      sync.Mutex
	out     [][]byte
	writing bool // a goroutine is emptying out
	closed  bool
}

// accept turns a request into a socket. The handler must return at once and
// leave the socket to a goroutine: that frees what net/http keeps for a request.
func accept(w http.ResponseWriter, r *http.Request) (*socket, error) {
	conn, err := websocket.Accept(slim{w}, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return nil, err // Accept has answered the request
	}
	conn.SetReadLimit(readLimit)
	s := &socket{conn: conn, rate: rate.NewLimiter(sayRate, sayBurst)}
	s.ping = time.AfterFunc(pingTime, s.prove)
	return s, nil
}

// prove closes a socket whose other end does not answer a ping.
func (s *socket) prove() {
	ctx, cancel := context.WithTimeout(context.Background(), pongTime)
	defer cancel()
	if s.conn.Ping(ctx) != nil {
		s.close(websocket.StatusGoingAway, "no answer")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.ping.Reset(pingTime)
	}
}

// send queues a signal and returns at once. A socket that cannot keep up is
// closed.
func (s *socket) send(sig doorlink.Signal) {
	data, err := json.Marshal(sig)
	if err != nil {
		return // a Signal always encodes; there is nothing a page could do
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
	case len(s.out) >= outLimit:
		go s.close(websocket.StatusPolicyViolation, "too slow")
	default:
		s.out = append(s.out, data)
		if !s.writing {
			s.writing = true
			go s.write()
		}
	}
}

// write empties the queue and ends.
func (s *socket) write() {
	for {
		s.mu.Lock()
		if len(s.out) == 0 || s.closed {
			s.out, s.writing = nil, false
			s.mu.Unlock()
			return
		}
		data := s.out[0]
		s.out = s.out[1:]
		s.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), writeTime)
		err := s.conn.Write(ctx, websocket.MessageText, data)
		cancel()
		if err != nil {
			s.close(websocket.StatusGoingAway, "")
		}
	}
}

// errSlower refuses a page that says more than anybody can type.
var errSlower = doorlink.Fail(doorlink.Busy, "signal.too_many")

// read waits for the next signal from side and checks it. An error of kind
// Invalid, Denied or Busy concerns that signal alone; after any other the socket
// is finished.
func (s *socket) read(side doorlink.Side) (doorlink.Signal, error) {
	kind, data, err := s.conn.Read(context.Background())
	if err != nil {
		return doorlink.Signal{}, errHungUp
	}
	if !s.rate.Allow() {
		return doorlink.Signal{}, errSlower
	}
	if kind != websocket.MessageText {
		return doorlink.Signal{}, doorlink.ErrSignal
	}
	sig, err := doorlink.ReadSignal(data)
	if err != nil {
		return sig, err
	}
	return sig, sig.Check(side)
}

// errHungUp says that the socket is finished.
var errHungUp = errors.New("the page is gone")

// close ends the socket; only the first call does anything.
func (s *socket) close(code websocket.StatusCode, why string) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	s.mu.Unlock()
	s.ping.Stop()
	s.conn.Close(code, why)
}

// slim hands out small buffers when the connection is taken over: a socket
// that waits for a ring needs no eight kilobytes, and what is larger than a buffer
// goes past it.
type slim struct{ http.ResponseWriter }

func (w slim) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if rw.Reader.Buffered() > 0 {
		// A client that speaks before it was answered keeps the large buffer.
		return conn, rw, nil
	}
	return conn, bufio.NewReadWriter(bufio.NewReaderSize(conn, 128), bufio.NewWriterSize(conn, 256)), nil
}
