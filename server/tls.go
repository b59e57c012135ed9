package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"
)

// certificates is how this node comes by HTTPS: by ACME, from files, or not at
// all because it is on loopback or behind a proxy that does it.
type certificates struct {
	config     *tls.Config           // nil for plain HTTP
	magic      *certmagic.Config     // nil without a domain
	issuer     *certmagic.ACMEIssuer // likewise
	challenges net.Listener          // likewise
	domains    []string
	log        *slog.Logger
}

func newCertificates(c Config, log *slog.Logger) (*certificates, error) {
	s := &certificates{domains: c.Domain, log: log}
	switch {
	case len(c.Domain) > 0:
		return s, s.prepare(c)
	case c.Cert != "":
		files, err := newCertFiles(c.Cert, c.Key)
		if err != nil {
			return nil, err
		}
		s.config = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: files.get, NextProtos: []string{"http/1.1"}}
	}
	return s, nil
}

// prepare sets ACME up; certificates are asked for by run. Only the set domains
// get one, so a stranger cannot make us ask for others.
func (s *certificates) prepare(c Config) (err error) {
	cache := certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return s.magic, nil },
		Logger:           zap.NewNop(),
	})
	s.magic = certmagic.New(cache, certmagic.Config{
		Storage: &certmagic.FileStorage{Path: filepath.Join(c.Data, "certificates")},
		Logger:  zap.NewNop(),
		OnEvent: s.tell,
	})
	template := certmagic.ACMEIssuer{
		CA: c.ACME, Email: c.Email, Agreed: true, Logger: zap.NewNop(),
		// The challenge arrives on the ports we listen on ourselves.
		DisableTLSALPNChallenge: true,
	}
	if c.ACME == "" {
		template.CA = certmagic.LetsEncryptProductionCA
	}
	if template.TrustedRoots, err = roots(c.ACMECA); err != nil {
		return err
	}
	s.issuer = certmagic.NewACMEIssuer(s.magic, template)
	s.magic.Issuers = []certmagic.Issuer{s.issuer}
	s.config = s.magic.TLSConfig()
	s.config.MinVersion = tls.VersionTLS12
	s.config.NextProtos = append([]string{"http/1.1"}, s.config.NextProtos...)
	if s.challenges, err = net.Listen("tcp", c.HTTP); err != nil {
		return fmt.Errorf("listening for the ACME challenge: %w", err)
	}
	return nil
}

// roots reads who signs the ACME directory's own certificate; nil means the
// system's roots.
func roots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the ACME directory's certificates: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", file)
	}
	return pool, nil
}

// tell puts what certmagic does into the log.
func (s *certificates) tell(_ context.Context, event string, data map[string]any) error {
	switch event {
	case "cert_obtained":
		s.log.Info("got a certificate", "domain", data["identifier"])
	case "cert_failed":
		s.log.Warn("getting a certificate", "domain", data["identifier"], "err", data["error"])
	}
	return nil
}

// run gets certificates and renews them until ctx is done.
func (s *certificates) run(ctx context.Context) error {
	if s.magic == nil {
		return nil
	}
	if err := s.magic.ManageAsync(ctx, s.domains); err != nil {
		return fmt.Errorf("managing certificates: %w", err)
	}
	<-ctx.Done()
	return nil
}

// wrap puts TLS around a listener where there is any.
func (s *certificates) wrap(l net.Listener) net.Listener {
	if s.config == nil {
		return l
	}
	return tls.NewListener(l, s.config)
}

// redirect answers the ACME challenge and sends everybody else to HTTPS. The
// host is the first domain, whatever was asked for: nobody can be sent
// elsewhere.
func (s *certificates) redirect() http.Handler {
	return s.issuer.HTTPChallengeHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://"+s.domains[0]+r.URL.RequestURI(), http.StatusPermanentRedirect)
	}))
}

// certFiles serves a certificate from files and reads them again when they
// change, so that whatever renews them needs not tell us.
type certFiles struct {
	cert, key string
	loaded    chan loadedCert // holds the one value; taken while it is looked at
}

type loadedCert struct {
	cert    *tls.Certificate
	changed time.Time // of the file
	looked  time.Time
}

// lookTime is how often the files are looked at.
const lookTime = time.Minute

func newCertFiles(cert, key string) (*certFiles, error) {
	f := &certFiles{cert: cert, key: key, loaded: make(chan loadedCert, 1)}
	l, err := f.load()
	if err != nil {
		return nil, err
	}
	f.loaded <- l
	return f, nil
}

func (f *certFiles) load() (loadedCert, error) {
	info, err1 := os.Stat(f.cert)
	pair, err2 := tls.LoadX509KeyPair(f.cert, f.key)
	if err := errors.Join(err1, err2); err != nil {
		return loadedCert{}, fmt.Errorf("loading the certificate: %w", err)
	}
	return loadedCert{&pair, info.ModTime(), time.Now()}, nil
}

// get serves the present certificate. New files that do not load leave the old
// ones in use.
func (f *certFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	l := <-f.loaded
	defer func() { f.loaded <- l }()
	if time.Since(l.looked) < lookTime {
		return l.cert, nil
	}
	l.looked = time.Now()
	if info, err := os.Stat(f.cert); err == nil && !info.ModTime().Equal(l.changed) {
		if next, err := f.load(); err == nil {
			l = next
		}
	}
	return l.cert, nil
}
