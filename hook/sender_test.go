package hook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"doorlink"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func delivery() Delivery {
	return Delivery{ID: doorlink.NewID[doorlink.DeliveryID]("dlv"), At: time.Now(), Body: []byte(`{"type":"call.placed"}`)}
}

// receiver answers deliveries on this machine until the test is over.
func receiver(t testing.TB, handle http.HandlerFunc) Endpoint {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return Endpoint{URL: s.URL, Secrets: []doorlink.Secret{NewSecret()}}
}

func TestADeliveryArrivesSigned(t *testing.T) {
	t.Parallel()
	secrets := []doorlink.Secret{NewSecret(), NewSecret()}
	d := delivery()
	e := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != string(d.Body) || r.Header.Get("Webhook-Id") != string(d.ID) {
			t.Errorf("got %q of %s, %v", body, r.Header.Get("Webhook-Id"), err)
		}
		for _, s := range secrets {
			if err := Verify(r.Header, body, time.Now(), s); err != nil {
				t.Error(err)
			}
		}
		w.WriteHeader(http.StatusAccepted)
	})
	e.Secrets = secrets
	got := New(Config{Private: true}).Send(t.Context(), e, d)
	if !got.Delivered() || got.Status != 202 || got.Retry || got.Took <= 0 {
		t.Errorf("got %+v", got)
	}
}

func TestAnswersAreJudgedByTheirStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]Outcome{
		200: {},
		204: {},
		302: {Retry: true, Why: Redirected},
		400: {Retry: true, Why: Refused},
		410: {Gone: true, Why: WasGone},
		429: {Retry: true, Why: Busy, After: 90 * time.Second},
		500: {Retry: true, Why: Refused},
		503: {Retry: true, Why: Busy, After: 90 * time.Second},
	} {
		e := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(status)
		})
		got := New(Config{Private: true}).Send(t.Context(), e, delivery())
		got.Took, want.Status = 0, status
		if got != want {
			t.Errorf("%d: got %+v, want %+v", status, got, want)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	inside := receiver(t, func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		e := receiver(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inside.URL, status) })
		got := New(Config{Private: true}).Send(t.Context(), e, delivery())
		if got.Why != Redirected || got.Status != status || reached.Load() {
			t.Errorf("got %+v, followed %v", got, reached.Load())
		}
	}
}

func TestAnEndpointThatHangsCostsItsTimeAlone(t *testing.T) {
	t.Parallel()
	end := make(chan struct{})
	e := receiver(t, func(http.ResponseWriter, *http.Request) { <-end })
	defer close(end)
	s := New(Config{Private: true})
	s.limit = 50 * time.Millisecond
	if got := s.Send(t.Context(), e, delivery()); got.Why != TooSlow || !got.Retry {
		t.Errorf("got %+v", got)
	}
}

func TestAStatusCountsEvenIfTheRestNeverComes(t *testing.T) {
	t.Parallel()
	end := make(chan struct{})
	e := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		http.NewResponseController(w).Flush()
		<-end
	})
	defer close(end)
	s := New(Config{Private: true})
	s.limit = 200 * time.Millisecond
	if got := s.Send(t.Context(), e, delivery()); !got.Delivered() {
		t.Errorf("got %+v", got)
	}
}

func TestTenGigabytesAreNotRead(t *testing.T) {
	t.Parallel()
	sent := make(chan int64, 1)
	e := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10000000000")
		n, _ := io.CopyN(w, endless{}, 10_000_000_000)
		sent <- n
	})
	if got := New(Config{Private: true}).Send(t.Context(), e, delivery()); !got.Delivered() {
		t.Errorf("got %+v", got)
	}
	// What was written beyond the 64 kB lay in the buffers of the two sockets.
	if n := <-sent; n > 64<<20 {
		t.Errorf("%d bytes were taken", n)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestAnEndlessHeaderIsNoAnswer(t *testing.T) {
	t.Parallel()
	e := Endpoint{URL: "http://" + raw(t, func(c net.Conn) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\n")
		for {
			if _, err := io.WriteString(c, "X: "+strings.Repeat("y", 4000)+"\r\n"); err != nil {
				return
			}
		}
	}), Secrets: []doorlink.Secret{NewSecret()}}
	if got := New(Config{Private: true}).Send(t.Context(), e, delivery()); got.Why != NoAnswer || !got.Retry {
		t.Errorf("got %+v", got)
	}
}

func TestAConnectionThatBreaksIsTriedAgain(t *testing.T) {
	t.Parallel()
	e := Endpoint{URL: "http://" + raw(t, func(c net.Conn) {
		c.(*net.TCPConn).SetLinger(0) // closing resets
	}), Secrets: []doorlink.Secret{NewSecret()}}
	if got := New(Config{Private: true}).Send(t.Context(), e, delivery()); got.Why != NoAnswer || !got.Retry {
		t.Errorf("got %+v", got)
	}
}

// raw serves connections without HTTP, one after the other, and returns where.
func raw(t testing.TB, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve(c)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String()
}

func TestACertificateMustHold(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshake that is to fail
	s.StartTLS()
	t.Cleanup(s.Close)
	e := Endpoint{URL: s.URL, Secrets: []doorlink.Secret{NewSecret()}}
	sender := New(Config{Private: true})
	if got := sender.Send(t.Context(), e, delivery()); got.Why != Untrusted || !got.Retry {
		t.Errorf("a stranger's: got %+v", got)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	sender.client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots}
	if got := sender.Send(t.Context(), e, delivery()); !got.Delivered() {
		t.Errorf("a known one: got %+v", got)
	}
}

func TestADeliveryStopsWithTheServer(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	end := make(chan struct{})
	e := receiver(t, func(http.ResponseWriter, *http.Request) { stop(); <-end })
	defer close(end)
	if got := New(Config{Private: true}).Send(ctx, e, delivery()); got.Why != Stopped || !got.Retry {
		t.Errorf("got %+v", got)
	}
}

func TestWhatCannotBeSentIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	good := Endpoint{URL: "https://example.org", Secrets: []doorlink.Secret{NewSecret()}}
	large := delivery()
	large.Body = make([]byte, MaxBody+1)
	for name, got := range map[string]Outcome{
		"no secret":  New(Config{}).Send(t.Context(), Endpoint{URL: good.URL}, delivery()),
		"too large":  New(Config{}).Send(t.Context(), good, large),
		"plain http": New(Config{}).Send(t.Context(), Endpoint{URL: "http://example.org", Secrets: good.Secrets}, delivery()),
	} {
		if got.Why != Unsendable || got.Retry {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// TestANameThatTurnsPrivateIsNotCalled has a resolver that answers with private
// addresses for a name that was harmless when it was entered. A server listens
// there, and hears nothing.
func TestANameThatTurnsPrivateIsNotCalled(t *testing.T) {
	t.Parallel()
	var heard atomic.Int64
	_, port, _ := net.SplitHostPort(raw(t, func(net.Conn) { heard.Add(1) }))
	e := Endpoint{URL: "https://receiver.example.org:" + port + "/", Secrets: []doorlink.Secret{NewSecret()}}
	if err := CheckURL(e.URL, false); err != nil {
		t.Fatal(err)
	}
	sender := New(Config{})
	sender.dialer.Resolver = resolver(t, net.IPv4(127, 0, 0, 1))
	if got := sender.Send(t.Context(), e, delivery()); got.Why != Private || got.Retry || heard.Load() != 0 {
		t.Errorf("got %+v, heard %d", got, heard.Load())
	}

	allowed := New(Config{Private: true})
	allowed.dialer.Resolver = resolver(t, net.IPv4(127, 0, 0, 1))
	if got := allowed.Send(t.Context(), e, delivery()); got.Why != NoAnswer || heard.Load() == 0 {
		t.Errorf("where it is allowed: got %+v, heard %d", got, heard.Load())
	}
}

func TestANameThatDoesNotResolveIsTriedAgain(t *testing.T) {
	t.Parallel()
	sender := New(Config{})
	sender.dialer.Resolver = resolver(t, nil)
	e := Endpoint{URL: "https://receiver.example.org/", Secrets: []doorlink.Secret{NewSecret()}}
	if got := sender.Send(t.Context(), e, delivery()); got.Why != NoName || !got.Retry {
		t.Errorf("got %+v", got)
	}
}

// resolver asks a name server of the test, which knows one address for every
// name, or with nil that no name exists.
func resolver(t testing.TB, ip net.IP) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(b)
			if err != nil {
				return
			}
			server.WriteTo(resolve(b[:n], ip), from)
		}
	}()
	t.Cleanup(func() { server.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// resolve answers a DNS query (RFC 1035, 4.1): its question again, and for type
// A one address.
func resolve(query []byte, ip net.IP) []byte {
	end := 12
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	question := query[12 : end+5]
	header := append([]byte{}, query[:2]...)
	header = append(header, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0)
	if ip == nil {
		header[3] = 0x83 // no such name
		return append(header, question...)
	}
	if binary.BigEndian.Uint16(query[end+1:]) != 1 {
		return append(header, question...)
	}
	header[7] = 1
	answer := append(header, question...)
	answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
	return append(answer, ip.To4()...)
}
