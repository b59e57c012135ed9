package server

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// acme gets certificates for the set domains from a certificate authority that
// speaks ACME (RFC 8555), renews them, and keeps them in the data folder. Only
// the set domains get one: what a stranger asks for in a handshake never makes
// us ask for more.
type acme struct {
	magic    *certmagic.Config
	stop     func() // ends the library's upkeep and waits for it; once
	issuer   *certmagic.ACMEIssuer
	listener net.Listener // where the authority asks, by plain HTTP
	domains  []string
	base     string
}

// newACME takes the address for the challenge. Nothing is asked for before run;
// close ends what was begun.
func newACME(c Config, base string, log *slog.Logger) (*acme, error) {
	trusted, err := roots(c.ACMECA)
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(c.HTTP)
	if err != nil {
		return nil, fmt.Errorf("reading the address for the ACME challenge: %w", err)
	}
	a := &acme{domains: c.Domain, base: base}
	if a.listener, err = net.Listen("tcp", c.HTTP); err != nil {
		return nil, fmt.Errorf("listening for the ACME challenge: %w", err)
	}
	told := errorsTo(log)
	cache := certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return a.magic, nil },
		Logger:           told,
	})
	a.stop = sync.OnceFunc(cache.Stop)
	a.magic = certmagic.New(cache, certmagic.Config{
		Storage: &certmagic.FileStorage{Path: filepath.Join(c.Data, "certificates")},
		Logger:  told,
		OnEvent: func(_ context.Context, event string, data map[string]any) error {
			if event == "cert_obtained" {
				log.Info("got a certificate", "domain", data["identifier"])
			}
			return nil
		},
	})
	a.issuer = certmagic.NewACMEIssuer(a.magic, certmagic.ACMEIssuer{
		CA: c.ACME, Email: c.Email, Agreed: true, TrustedRoots: trusted, Logger: told,
		// The challenge is answered where we listen ourselves. The library
		// tries to listen there too, and is content to find it taken.
		ListenHost: host, AltHTTPPort: a.listener.Addr().(*net.TCPAddr).Port, DisableTLSALPNChallenge: true,
	})
	a.magic.Issuers = []certmagic.Issuer{a.issuer}
	return a, nil
}

// errorsTo is a log for certmagic: its errors are warnings of ours, for it tries
// again by itself, and all else is dropped.
func errorsTo(log *slog.Logger) *zap.Logger {
	text := zapcore.NewConsoleEncoder(zapcore.EncoderConfig{MessageKey: "msg", ConsoleSeparator: " "})
	to := zapcore.AddSync(slog.NewLogLogger(log.Handler(), slog.LevelWarn).Writer())
	return zap.New(zapcore.NewCore(text, to, zapcore.ErrorLevel))
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

// run gets certificates and renews them until ctx is done. An authority that is
// away is tried again, at growing intervals.
func (a *acme) run(ctx context.Context) error {
	if err := a.magic.ManageAsync(ctx, a.domains); err != nil {
		return fmt.Errorf("managing certificates: %w", err)
	}
	<-ctx.Done()
	return nil
}

func (a *acme) close() {
	a.listener.Close()
	a.stop()
}

// challenged answers the ACME challenge and sends everybody else to HTTPS: to
// our own address, whatever was asked for, so that nobody can be sent elsewhere.
func (a *acme) challenged() http.Handler {
	return a.issuer.HTTPChallengeHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := r.URL.RequestURI()
		if !strings.HasPrefix(page, "/") { // no request of a browser
			page = "/"
		}
		http.Redirect(w, r, a.base+page, http.StatusPermanentRedirect)
	}))
}
