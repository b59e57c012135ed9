package server

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// authority is a running Pebble: the certificate authority that Let's Encrypt
// gives to those who test against ACME. It really asks for the proof, at the
// address that its own name server tells.
type authority struct {
	directory, roots string // addresses
	trust            string // file with the certificate of the directory
	client           *http.Client
	stop             func()
}

// tool builds one of the programs that ../tools/go.mod pins.
func tool(t testing.TB, name string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "tool", "-modfile="+filepath.Join("..", "tools", "go.mod"), "-n", name)
	var why bytes.Buffer
	cmd.Stderr = &why
	path, err := cmd.Output()
	if err != nil && os.Getenv("CI") == "" {
		t.Skipf("%s cannot be built here: %v\n%s", name, err, &why)
	}
	if err != nil {
		t.Fatalf("building %s: %v\n%s", name, err, &why)
	}
	return strings.TrimSpace(string(path))
}

// pebble starts an authority that asks for proofs at the given port of
// loopback, whatever the domain.
func pebble(t testing.TB, port int) *authority {
	t.Helper()
	names, authorities := tool(t, "pebble-challtestsrv"), tool(t, "pebble")
	dns, at, managed := freeAddress(t), freeAddress(t), freeAddress(t)
	run(t, names, "-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", "",
		"-dnsserver", dns, "-management", freeAddress(t), "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "")
	until(t, "names are told", func() bool {
		asked := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, dns)
		}}
		_, err := asked.LookupHost(t.Context(), "door.example.")
		return err == nil
	})

	cert, key := certificate(t, "localhost")
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": at, "managementListenAddress": managed, "certificate": cert, "privateKey": key,
		"httpPort": port, "tlsPort": 1, "keyAlgorithm": "ecdsa", "retryAfter": map[string]int{"authz": 1, "order": 1},
	}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "pebble.json")
	writeFile(t, file, config, 0o600)
	a := &authority{
		directory: "https://" + at + "/dir", roots: "https://" + managed + "/roots/0",
		trust: cert, client: trusting(t, readFile(t, cert)),
	}
	a.stop = run(t, authorities, "-config", file, "-strict", "-dnsserver", dns)
	until(t, "the authority answers", func() bool {
		resp, err := a.client.Get(a.directory)
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	})
	return a
}

// run runs a program until the end of the test or until stop is called.
func run(t testing.TB, program string, args ...string) (stop func()) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		cmd.Process.Kill()
		cmd.Wait() // that it was killed is no news
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(program), &said)
		}
	})
	t.Cleanup(stop)
	return stop
}

// until waits for something that other processes bring about. An order that went
// wrong is placed again after a minute, so it waits for longer.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	late := time.After(3 * time.Minute)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// handshake returns the certificate that a server shows for a domain.
func handshake(at, domain string, roots *x509.CertPool) (*x509.Certificate, error) {
	conn, err := tls.Dial("tcp", at, &tls.Config{ServerName: domain, RootCAs: roots})
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0], nil
}

func TestADomainGetsItsCertificateFromAnAuthority(t *testing.T) {
	t.Parallel()
	proof := freeAddress(t)
	_, port, err := net.SplitHostPort(proof)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	ca := pebble(t, n)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(get(t, ca.client, ca.roots).body))

	var said syncBuffer
	config := Config{
		Data: t.TempDir(), Domain: []string{"door.example", "www.door.example"},
		ACME: ca.directory, ACMECA: ca.trust, HTTP: proof,
	}
	s, stop := start(t, config, slog.New(slog.NewTextHandler(&said, nil)))
	shown := map[string]*x509.Certificate{}
	for _, domain := range config.Domain {
		until(t, domain+" has a certificate", func() bool {
			shown[domain], err = handshake(s.at(), domain, roots)
			return err == nil
		})
		until(t, "the log says so", func() bool {
			return strings.Contains(said.String(), `msg="got a certificate" domain=`+domain)
		})
	}

	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "door.example"},
	}}
	page := get(t, client, "https://"+s.at()+"/")
	if page.StatusCode != http.StatusOK || page.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("got status %d and headers %v, want a page that keeps browsers on HTTPS", page.StatusCode, page.Header)
	}
	if s.Base() != "https://door.example" {
		t.Errorf("got the address %s, want that of the first domain", s.Base())
	}
	if _, err := handshake(s.at(), "other.example", roots); err == nil {
		t.Error("a domain that is not ours got an answer")
	}
	moved := get(t, &http.Client{}, "http://"+proof+"/p/x?lang=de")
	if to := moved.Header.Get("Location"); moved.StatusCode != http.StatusPermanentRedirect || to != "https://door.example/p/x?lang=de" {
		t.Errorf("got status %d to %q by plain HTTP, want the same page by HTTPS", moved.StatusCode, to)
	}

	// What was given is kept: no authority is needed to start again.
	stop()
	ca.stop()
	again, _ := start(t, config, quiet)
	until(t, "the kept certificate is served", func() bool {
		kept, err := handshake(again.at(), "door.example", roots)
		return err == nil && kept.Equal(shown["door.example"])
	})
}

func TestAnAuthorityThatIsAwayStopsNothing(t *testing.T) {
	t.Parallel()
	var said syncBuffer
	cert, _ := certificate(t, "localhost")
	s, stop := start(t, Config{
		Domain: []string{"door.example"}, HTTP: "127.0.0.1:0", ACME: "https://" + freeAddress(t) + "/dir", ACMECA: cert,
	}, slog.New(slog.NewTextHandler(&said, nil)))
	until(t, "the log says why", func() bool {
		return strings.Contains(said.String(), "level=WARN") && strings.Contains(said.String(), "connection refused")
	})
	if _, err := handshake(s.at(), "door.example", nil); err == nil {
		t.Error("there is a certificate that nobody gave")
	}
	stop()
}

func TestPlainHTTPLeadsToOurOwnAddressAlone(t *testing.T) {
	t.Parallel()
	c := Config{Domain: []string{"door.example"}, HTTP: "127.0.0.1:0", Data: t.TempDir()}
	a, err := newACME(c, c.base(nil), quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	for request, want := range map[string]string{
		"GET / HTTP/1.1\r\nHost: door.example":                               "https://door.example/",
		"GET /p/abc?lang=de HTTP/1.1\r\nHost: door.example":                  "https://door.example/p/abc?lang=de",
		"GET /r/ HTTP/1.1\r\nHost: evil.example":                             "https://door.example/r/",
		"GET //evil.example/x HTTP/1.1\r\nHost: door.example":                "https://door.example//evil.example/x",
		"GET http://evil.example/x HTTP/1.1\r\nHost: evil.example":           "https://door.example/x",
		"GET a:.evil.example/ HTTP/1.1\r\nHost: door.example":                "https://door.example/",
		"OPTIONS * HTTP/1.1\r\nHost: door.example":                           "https://door.example/",
		"POST /setup/x HTTP/1.1\r\nHost: door.example":                       "https://door.example/setup/x",
		"GET /.well-known/acme-challenge/x HTTP/1.1\r\nHost: door.example":   "https://door.example/.well-known/acme-challenge/x",
		"GET /%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: door.example":        "https://door.example/%0d%0aSet-Cookie:%20a=b",
		"GET /\\evil.example HTTP/1.1\r\nHost: door.example":                 `https://door.example/%5Cevil.example`,
		"GET /?next=https://evil.example HTTP/1.1\r\nHost: www.door.example": "https://door.example/?next=https://evil.example",
	} {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(request + "\r\n\r\n")))
		if err != nil {
			t.Errorf("%s: %v", request, err)
			continue
		}
		w := httptest.NewRecorder()
		a.challenged().ServeHTTP(w, r)
		if got := w.Header().Get("Location"); w.Code != http.StatusPermanentRedirect || got != want {
			t.Errorf("%s: got status %d to %q, want %q", request, w.Code, got, want)
		}
	}
}

// syncBuffer is a log that is read while it is written.
type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
