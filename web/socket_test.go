package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// TestWhatIsSaidAfterTheSocketWasClosedIsNotHeard closes a socket whose other end
// does not mind, as that of a handset that was signed out and is in wrong hands.
func TestWhatIsSaidAfterTheSocketWasClosedIsNotHeard(t *testing.T) {
	t.Parallel()
	open, ended := make(chan *socket, 1), make(chan struct{})
	var heard []string
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := accept(w, r)
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
