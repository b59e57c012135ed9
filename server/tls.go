package server

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// certificates is how this node comes by HTTPS: by ACME, from files, or not at
// all because it is on loopback or behind a proxy that does it.
type certificates struct {
	config *tls.Config // nil for plain HTTP
	acme   *acme       // nil without a domain
}

// base is the address that those are sent to who come by plain HTTP.
func newCertificates(c Config, base string, log *slog.Logger) (*certificates, error) {
	switch {
	case len(c.Domain) > 0:
		a, err := newACME(c, base, log)
		if err != nil {
			return nil, err
		}
		return &certificates{tlsConfig(a.magic.GetCertificate), a}, nil
	case c.Cert != "":
		files := &certFiles{cert: c.Cert, key: c.Key, log: log}
		if err := files.load(time.Now()); err != nil {
			return nil, err
		}
		return &certificates{tlsConfig(files.get), nil}, nil
	}
	return &certificates{}, nil
}

// tlsConfig offers HTTP/1.1 alone: the pages are one answer each and their
// sockets need a connection of their own.
func tlsConfig(get func(*tls.ClientHelloInfo) (*tls.Certificate, error)) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: get, NextProtos: []string{"http/1.1"}}
}

// wrap puts TLS around a listener where there is any.
func (s *certificates) wrap(l net.Listener) net.Listener {
	if s.config == nil {
		return l
	}
	return tls.NewListener(l, s.config)
}

// lookTime is how often certificate files are looked at.
const lookTime = time.Minute

// certFiles serves a certificate from files and reads them again when they
// change, so that whatever renews them needs not tell us.
type certFiles struct {
	cert, key string
	log       *slog.Logger

	mu     sync.Mutex
	pair   *tls.Certificate
	read   time.Time // when the certificate's file was written
	looked time.Time
}

// load reads the files. If that fails, everything stays as it was.
func (f *certFiles) load(now time.Time) error {
	info, err := os.Stat(f.cert)
	if err != nil {
		return fmt.Errorf("loading the certificate: %w", err)
	}
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return fmt.Errorf("loading the certificate: %w", err)
	}
	f.pair, f.read, f.looked = &pair, info.ModTime(), now
	return nil
}

// get serves the present certificate. New files that do not load, or do not
// belong together yet, leave the old certificate in use until they do.
func (f *certFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	if now.Sub(f.looked) < lookTime {
		return f.pair, nil
	}
	f.looked = now
	info, err := os.Stat(f.cert)
	if err == nil && !info.ModTime().Equal(f.read) {
		err = f.load(now)
	}
	if err != nil {
		f.log.Warn("reading the certificate again", "err", err)
	}
	return f.pair, nil
}
