package web

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"doorlink/web/locale"
)

// connect opens a socket at a page of s that runs run, and says how it went.
func connect(t *testing.T, s site, run func(*socket)) (*websocket.Conn, int) {
	t.Helper()
	h := httptest.NewServer(s.open(func(w http.ResponseWriter, r *http.Request, _ *locale.Language) error {
		sock, err := s.accept(w, r)
		if err == nil {
			s.keep(sock, func() { run(sock) })
		}
		return err
	}))
	t.Cleanup(h.Close)
	conn, answer, err := websocket.Dial(t.Context(), h.URL, nil)
	if err == nil {
		t.Cleanup(func() { conn.CloseNow() })
	}
	return conn, answer.StatusCode
}

func TestAPageThatMakesItsSocketPanicEndsItsOwnAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, "http://127.0.0.1", 1)
	var log bytes.Buffer
	s.log = slog.New(slog.NewTextHandler(&log, nil))
	waits, _ := connect(t, s, func(sock *socket) { sock.listen(func([]byte, error) {}) })
	fatal, _ := connect(t, s, func(sock *socket) {
		sock.listen(func([]byte, error) { panic("no such thing") })
	})
	if err := fatal.Write(t.Context(), websocket.MessageText, []byte("how")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := fatal.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusInternalError {
		t.Errorf("the page that did it reads %v", err)
	}
	if err := waits.Write(t.Context(), websocket.MessageText, ping); err != nil {
		t.Fatal(err)
	}
	if _, said, err := waits.Read(t.Context()); err != nil || !bytes.Equal(said, pong) {
		t.Errorf("another page reads %s, %v", said, err)
	}
	waits.Close(websocket.StatusNormalClosure, "")
	s.pages.Wait()
	if text := log.String(); !strings.Contains(text, "no such thing") || !strings.Contains(text, "socket_test.go") {
		t.Errorf("the log says %q", text)
	}
}

func TestAnAddressHasRoomForSoManyPagesAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, "http://127.0.0.1", 1)
	s.limits.open.Most = 1
	listen := func(sock *socket) { sock.listen(func([]byte, error) {}) }
	first, _ := connect(t, s, listen)
	if _, status := connect(t, s, listen); status != http.StatusTooManyRequests {
		t.Errorf("a second page gets %d", status)
	}
	first.Close(websocket.StatusNormalClosure, "")
	s.pages.Wait()
	if _, status := connect(t, s, listen); status != http.StatusSwitchingProtocols {
		t.Errorf("once the first has gone, another gets %d", status)
	}
}

// TestWhatIsSaidAfterTheSocketWasClosedIsNotHeard closes a socket whose other end
// does not mind, as that of a handset that was signed out and is in wrong hands.
func TestWhatIsSaidAfterTheSocketWasClosedIsNotHeard(t *testing.T) {
	t.Parallel()
	open, ended := make(chan *socket, 1), make(chan struct{})
	var heard []string
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := newSocket(w, r)
		if err != nil {
			t.Error(err)
			return
		}
		open <- s
		go func() {
			defer close(ended)
			s.listen(func(said []byte, _ error) { heard = append(heard, string(said)) })
		}()
	}))
	t.Cleanup(site.Close)
	conn, err := net.Dial("tcp", strings.TrimPrefix(site.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	in := bufio.NewReader(conn)
	if r, err := http.ReadResponse(in, nil); err != nil || r.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("got %v, %v", r, err)
	}
	const line, closing, ping, pong = 0x81, 0x88, 0x89, 0x8a
	say := func(kind byte, what string) { // masked with zeros
		conn.Write(append([]byte{kind, 0x80 | byte(len(what)), 0, 0, 0, 0}, what...))
	}
	reads := func(want byte) {
		t.Helper()
		if kind, err := in.ReadByte(); err != nil || kind != want {
			t.Fatalf("got frame %#x, %v, want %#x", kind, err, want)
		}
	}
	say(line, "before")
	say(ping, "")
	reads(pong) // it waits to read again
	in.ReadByte()
	go (<-open).close(websocket.StatusPolicyViolation, "signed out")
	reads(closing)
	say(line, "after")
	conn.(*net.TCPConn).CloseWrite()
	io.Copy(io.Discard, in)
	conn.Close()
	<-ended
	if len(heard) != 1 || heard[0] != "before" {
		t.Errorf("heard %q", heard)
	}
}
