package bus

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"
)

// routeName is what every node is called in its certificate.
const routeName = "doorlink"

// routeTLS is how nodes meet: in TLS 1.3, where either side has to show a
// certificate of the key that all of them make from the secret they share. So a
// cluster has no certificates to hand out or to renew, nobody joins it without the
// secret, and nobody in between reads or changes what is said.
func routeTLS(secret string) (*tls.Config, error) {
	seed, err := hkdf.Key(sha256.New, []byte(secret), nil, "doorlink/routes", ed25519.SeedSize)
	if err != nil {
		return nil, fmt.Errorf("making the key of the routes: %w", err)
	}
	key := ed25519.NewKeyFromSeed(seed)
	ours := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: routeName}, DNSNames: []string{routeName},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), // "none", RFC 5280 section 4.1.2.5
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, ours, ours, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("making the certificate of the routes: %w", err)
	}
	if ours, err = x509.ParseCertificate(signed); err != nil {
		return nil, fmt.Errorf("making the certificate of the routes: %w", err)
	}
	known := x509.NewCertPool()
	known.AddCert(ours)
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{{Certificate: [][]byte{signed}, PrivateKey: key}},
		RootCAs:      known, ServerName: routeName,
		ClientCAs: known, ClientAuth: tls.RequireAndVerifyClientCert,
	}, nil
}
