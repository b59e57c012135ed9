package server

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// trusting is a client that trusts one certificate and looks every name up on
// loopback.
func trusting(t testing.TB, pem []byte) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatal("no certificate to trust")
	}
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true,
	}}
}

func TestPagesOverACertificateFromFiles(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t, "door.example")
	s, _ := start(t, Config{Cert: cert, Key: key, Base: "https://door.example"}, quiet)
	page := get(t, trusting(t, readFile(t, cert)), "https://"+s.at()+"/")
	if page.StatusCode != http.StatusOK || page.TLS.Version < tls.VersionTLS12 || page.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("got status %d, TLS %x and headers %v, want a page that keeps browsers on HTTPS", page.StatusCode, page.TLS.Version, page.Header)
	}
	if plain := get(t, &http.Client{}, "http://"+s.at()+"/"); plain.StatusCode != http.StatusBadRequest {
		t.Errorf("got status %d by plain HTTP, want %d", plain.StatusCode, http.StatusBadRequest)
	}
	old := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	if conn, err := tls.Dial("tcp", s.at(), old); err == nil {
		conn.Close()
		t.Error("TLS 1.1 was accepted")
	}
}

func TestPagesBehindAProxyKnowThatBrowsersUseHTTPS(t *testing.T) {
	t.Parallel()
	s, _ := start(t, Config{Proxies: 1, Base: "https://door.example"}, quiet)
	plan := build(t, s.DB)
	page := get(t, &http.Client{}, "http://"+s.at()+"/p/"+plan.Stickers[0].Token.Reveal())
	if page.StatusCode != http.StatusOK || len(page.Cookies()) != 1 || !page.Cookies()[0].Secure {
		t.Errorf("got status %d and cookies %v, want a page and a cookie for HTTPS alone", page.StatusCode, page.Cookies())
	}
	if link := s.pages.OfferSetup(); !strings.HasPrefix(link, "https://door.example/") {
		t.Errorf("got a link to %q, want the address browsers use", strings.SplitAfter(link, "/setup/")[0])
	}
}

func TestACertificateThatCannotBeLoadedStopsTheStart(t *testing.T) {
	t.Parallel()
	cert, _ := certificate(t, "door.example")
	_, other := certificate(t, "door.example")
	for _, key := range []string{other, cert, cert + ".none"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		c := Config{Data: t.TempDir(), RelayListen: "127.0.0.1:0", Cert: cert, Key: key, Base: "https://door.example"}
		if _, err := On(t.Context(), c, l, quiet); err == nil || !strings.Contains(err.Error(), "loading the certificate") {
			t.Errorf("got %v, want that the certificate could not be loaded", err)
		}
		if _, err := l.Accept(); err == nil {
			t.Error("the listener was left open")
		}
	}
}

// touch dates a file, to a moment that no file here has by itself.
func touch(t testing.TB, name string) {
	t.Helper()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(name, at, at); err != nil {
		t.Fatal(err)
	}
}

func TestARenewedCertificateIsServedWithinAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cert, key := certificate(t, "door.example")
		var said bytes.Buffer
		f := &certFiles{cert: cert, key: key, log: slog.New(slog.NewTextHandler(&said, nil))}
		if err := f.load(time.Now()); err != nil {
			t.Fatal(err)
		}
		serial := func() string {
			t.Helper()
			pair, err := f.get(nil)
			if err != nil {
				t.Fatal(err)
			}
			return pair.Leaf.SerialNumber.String()
		}
		first := serial()
		time.Sleep(lookTime)
		if serial() != first || said.Len() > 0 {
			t.Errorf("files that did not change were read again, or complained about: %s", &said)
		}

		before := readFile(t, key)
		renew(t, "door.example", cert, key)
		after := readFile(t, key)
		writeFile(t, key, before, 0o600) // the certificate is there, its key not yet
		touch(t, cert)
		if serial() != first || said.Len() > 0 {
			t.Errorf("the files were looked at before the minute was over: %s", &said)
		}
		time.Sleep(lookTime)
		if serial() != first || !strings.Contains(said.String(), "reading the certificate again") {
			t.Errorf("half a renewal was served, or nobody was told: %s", &said)
		}

		writeFile(t, key, after, 0o600)
		time.Sleep(lookTime)
		second := serial()
		if second == first {
			t.Error("the renewed certificate is not served")
		}

		if err := os.Remove(cert); err != nil {
			t.Fatal(err)
		}
		time.Sleep(lookTime)
		if serial() != second {
			t.Error("the certificate is gone with its file")
		}
	})
}
