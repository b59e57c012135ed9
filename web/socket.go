package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"doorlink"
	"doorlink/web/page"
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
	// pingTime is after how long a socket that heard nothing proves that its other
	// end is there: a little more than a page's own pings are apart. pongTime is how
	// long the proof may take.
	pingTime = 25 * time.Second
	pongTime = 15 * time.Second
	// sayRate and sayBurst bound what one socket may say; typing is ten signals
	// a second. A long one counts once more for each saySize bytes.
	sayRate  = 40
	sayBurst = 200
	saySize  = 8 << 10
)

// socket is one page's WebSocket: one JSON signal per text message. While it is
// idle it costs one goroutine, which waits to read.
type socket struct {
	conn  *websocket.Conn
	rate  *rate.Limiter
	prove *time.Timer
	leave func()       // makes room for another
	heard atomic.Int64 // when something was, in Unix nanoseconds

	mu      sync.Mutex
	out     [][]byte
	writing bool // a goroutine is emptying out
	closed  bool
}

// accept turns a request into a socket, unless its address asks too often or has
// too many: that is page.ErrWait. The handler must return at once and leave the
// socket to a goroutine: that frees what net/http keeps for a request.
func (s *Server) accept(w http.ResponseWriter, r *http.Request) (*socket, error) {
	address := page.Address(r, s.proxies)
	if err := s.limits.sockets.Allow(address); err != nil {
		return nil, err
	}
	leave, err := s.limits.open.Enter(address)
	if err != nil {
		return nil, err
	}
	sock, err := newSocket(w, r)
	if err != nil {
		leave()
		return nil, errAnswered
	}
	sock.leave = leave
	return sock, nil
}

// newSocket answers the request either way.
func newSocket(w http.ResponseWriter, r *http.Request) (*socket, error) {
	conn, err := websocket.Accept(slim{w}, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(readLimit)
	s := &socket{conn: conn, rate: rate.NewLimiter(sayRate, sayBurst), leave: func() {}}
	s.heard.Store(time.Now().UnixNano())
	s.prove = time.AfterFunc(pingTime, s.proveAlive)
	return s, nil
}

// proveAlive closes a socket whose other end has said nothing and does not answer
// a ping either.
func (s *socket) proveAlive() {
	next := pingTime - time.Since(time.Unix(0, s.heard.Load()))
	if next <= 0 {
		if !s.answers() {
			s.close(websocket.StatusGoingAway, "no answer")
			return
		}
		next = pingTime
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.prove.Reset(next)
	}
}

// answers reports whether the other end answers a ping in time.
func (s *socket) answers() bool {
	ctx, cancel := context.WithTimeout(context.Background(), pongTime)
	defer cancel()
	return s.conn.Ping(ctx) == nil
}

// send queues a signal and returns at once. A socket that cannot keep up is
// closed.
func (s *socket) send(sig doorlink.Signal) {
	data, err := json.Marshal(sig)
	if err != nil {
		return // a Signal always encodes; there is nothing a page could do
	}
	s.queue(data)
}

// queue is send for what is already encoded.
func (s *socket) queue(data []byte) {
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

// listen hands every message to hear, or what is wrong with it, until the socket
// is finished; pings it answers itself. A page that is open waits here for hours,
// so no Signal stands in the frames of listen and what it calls: it would double
// the goroutine's stack.
func (s *socket) listen(hear func(said []byte, err error)) {
	for {
		said, err := s.next()
		switch {
		case errors.Is(err, errHungUp):
			return
		case err == nil && bytes.Equal(said.Bytes(), ping):
			s.queue(pong)
		default:
			hear(said.Bytes(), err)
		}
		if errors.Is(err, errSlower) {
			time.Sleep(time.Second / sayRate) // nor is a page read faster than it may say
		}
		giveBack(said)
	}
}

// ping and pong are what an idle page says and hears, every 20 seconds.
var ping, pong = []byte(`{"t":"ping"}`), []byte(`{"t":"pong"}`)

// next reads one message into a borrowed buffer, borrowed only once something
// arrives. What comes after the socket was closed is not heard, whatever the other
// end makes of the closing. After errHungUp there is no buffer to give back.
func (s *socket) next() (*bytes.Buffer, error) {
	kind, r, err := s.conn.Reader(context.Background())
	if err != nil {
		return nil, errHungUp
	}
	said := buffers.Get().(*bytes.Buffer)
	if _, err := said.ReadFrom(r); err != nil || s.over() {
		return nil, errHungUp
	}
	s.heard.Store(time.Now().UnixNano())
	if !s.rate.AllowN(time.Now(), 1+said.Len()/saySize) {
		return said, errSlower
	}
	if kind != websocket.MessageText {
		return said, doorlink.ErrSignal
	}
	return said, nil
}

// signalFrom decodes what a page of side said and checks it. However a ping is
// spelt, it is one.
func signalFrom(side doorlink.Side, said []byte) (doorlink.Signal, error) {
	sig, err := doorlink.ReadSignal(said)
	if err != nil {
		return sig, err
	}
	return sig, sig.Check(side)
}

// buffers are those that messages are read into.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func giveBack(b *bytes.Buffer) {
	if b.Cap() > 4*bytes.MinRead {
		return // a rare giant is not kept
	}
	b.Reset()
	buffers.Put(b)
}

// errHungUp says that the socket is finished.
var errHungUp = errors.New("the page is gone")

// over reports whether the socket was closed from this end.
func (s *socket) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// close ends the socket; only the first call does anything.
func (s *socket) close(code websocket.StatusCode, why string) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	s.mu.Unlock()
	s.leave()
	s.prove.Stop()
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
