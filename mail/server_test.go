package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync"
	"testing"
)

// smtpd is a mail server for tests, RFC 5321 as far as a message needs it. Its
// fields are set before it starts.
type smtpd struct {
	startTLS bool              // offered, and demanded before AUTH
	implicit bool              // TLS from the first byte
	auth     string            // mechanisms offered; empty: none
	password string            // of the user "doorlink"
	replies  map[string]string // to a command, instead of the usual one
	hang     bool              // says nothing at all

	addr  string
	cert  *x509.Certificate
	tls   *tls.Config
	close chan struct{} // ends hanging

	mu       sync.Mutex
	commands []string
	messages []string
}

// start serves until the test is over.
func (s *smtpd) start(t testing.TB) *smtpd {
	t.Helper()
	h := httptest.NewUnstartedServer(nil) // for its certificate, of example.com
	h.StartTLS()
	s.cert, s.tls = h.Certificate(), &tls.Config{Certificates: h.TLS.Certificates}
	h.Close()
	s.close = make(chan struct{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() { close(s.close); l.Close(); all.Wait() })
	return s
}

func (s *smtpd) port() string {
	_, port, _ := net.SplitHostPort(s.addr)
	return port
}

func (s *smtpd) serve(c net.Conn) {
	defer func() { c.Close() }()
	if s.hang {
		<-s.close
		return
	}
	safe := s.implicit
	if safe {
		c = tls.Server(c, s.tls)
	}
	p := textproto.NewConn(c)
	p.PrintfLine("220 example.com ready")
	for {
		line, err := p.ReadLine()
		if err != nil {
			return
		}
		s.note(line)
		verb := strings.ToUpper(strings.Fields(line + " ?")[0])
		if reply, ok := s.replies[verb]; ok {
			if reply == "" {
				return // hangs up
			}
			p.PrintfLine("%s", reply)
			continue
		}
		switch verb {
		case "EHLO":
			s.greet(p, safe)
		case "STARTTLS":
			p.PrintfLine("220 go on")
			c = tls.Server(c, s.tls)
			p, safe = textproto.NewConn(c), true
		case "AUTH":
			s.letIn(p, line)
		case "DATA":
			p.PrintfLine("354 go on")
			text, err := p.ReadDotBytes()
			if err != nil {
				return
			}
			s.keep(string(text))
			p.PrintfLine("250 2.0.0 taken")
		case "QUIT":
			p.PrintfLine("221 bye")
			return
		default:
			p.PrintfLine("250 2.0.0 fine")
		}
	}
}

func (s *smtpd) greet(p *textproto.Conn, safe bool) {
	p.PrintfLine("250-example.com")
	p.PrintfLine("250-ENHANCEDSTATUSCODES")
	if s.startTLS && !safe {
		p.PrintfLine("250-STARTTLS")
	} else if s.auth != "" {
		p.PrintfLine("250-AUTH %s", s.auth)
	}
	p.PrintfLine("250 8BITMIME")
}

// letIn speaks PLAIN (RFC 4616) with an initial response, and LOGIN.
func (s *smtpd) letIn(p *textproto.Conn, line string) {
	f := strings.Fields(line)
	var user, password string
	if f[1] == "PLAIN" {
		text, _ := base64.StdEncoding.DecodeString(f[2])
		parts := strings.Split(string(text), "\x00")
		user, password = parts[1], parts[2]
	} else {
		user, password = ask(p, "Username:"), ask(p, "Password:")
	}
	if user != "doorlink" || password != s.password {
		p.PrintfLine("535 5.7.8 no, %s", user)
		return
	}
	p.PrintfLine("235 2.7.0 welcome")
}

func ask(p *textproto.Conn, prompt string) string {
	p.PrintfLine("334 %s", base64.StdEncoding.EncodeToString([]byte(prompt)))
	line, _ := p.ReadLine()
	text, _ := base64.StdEncoding.DecodeString(line)
	return string(text)
}

func (s *smtpd) note(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands = append(s.commands, line)
}

func (s *smtpd) keep(message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, message)
}

// heard reports whether any command begins with a text.
func (s *smtpd) heard(beginning string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.commands {
		if strings.HasPrefix(c, beginning) {
			return true
		}
	}
	return false
}

func (s *smtpd) received() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.messages
}

// resolver is a name server of the test that knows this machine by every name
// (RFC 1035, 4.1), so that a server here can have a name that is not loopback.
func resolver(t testing.TB) *net.Resolver {
	t.Helper()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 1500)
		for {
			n, from, err := l.ReadFrom(b)
			if err != nil {
				return
			}
			l.WriteTo(home(b[:n]), from)
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", l.LocalAddr().String())
	}}
}

// home answers a query for an IPv4 address, and no other.
func home(query []byte) []byte {
	end := 12
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	answer := append([]byte{}, query[:2]...)
	answer = append(answer, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0)
	answer = append(answer, query[12:end+5]...)
	if query[end+2] == 1 {
		answer[7] = 1
		answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
	}
	return answer
}
