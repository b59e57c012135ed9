package hook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"doorlink"
)

// The headers of the Standard Webhooks specification.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
)

const (
	secretPrefix = "whsec_"
	version      = "v1," // HMAC-SHA256

	// tolerance is how far the clocks of both sides may be apart, and so how
	// long a delivery that somebody has recorded can be played again.
	tolerance = 5 * time.Minute
)

// ErrSecret is a secret that is not "whsec_" and 24 to 64 bytes in base64.
var ErrSecret = errors.New("hook: not a signing secret")

// What Verify has found wrong.
var (
	ErrTimestamp = errors.New("hook: sent more than five minutes from now")
	ErrSignature = errors.New("hook: no signature by a secret that we know")
)

// NewSecret makes a signing secret of 256 random bits.
func NewSecret() doorlink.Secret {
	var key [32]byte
	rand.Read(key[:]) // never fails: crypto/rand crashes the program instead
	return doorlink.Secret(secretPrefix + base64.StdEncoding.EncodeToString(key[:]))
}

// Sign returns the webhook-signature header of a delivery: one signature for
// each secret, in their order. It returns ErrSecret if there is none, or one
// that is not a secret.
func Sign(d Delivery, secrets ...doorlink.Secret) (string, error) {
	if len(secrets) == 0 {
		return "", ErrSecret
	}
	var header []string
	for _, s := range secrets {
		key, err := readSecret(s)
		if err != nil {
			return "", err
		}
		sum := mac(key, string(d.ID), timestamp(d.At), d.Body)
		header = append(header, version+base64.StdEncoding.EncodeToString(sum))
	}
	return strings.Join(header, " "), nil
}

// Verify checks what a receiver was sent against the secrets it knows, of which
// one must have signed. It returns ErrTimestamp, ErrSignature or ErrSecret, and
// takes as long for a wrong signature as for a right one. The ID of a delivery
// that verifies may still be one the receiver has had.
func Verify(h http.Header, body []byte, now time.Time, secrets ...doorlink.Secret) error {
	seconds, err := strconv.ParseInt(h.Get(headerTimestamp), 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return ErrTimestamp
	}
	signed := false
	for _, s := range secrets {
		key, err := readSecret(s)
		if err != nil {
			return err
		}
		want := mac(key, h.Get(headerID), h.Get(headerTimestamp), body)
		for _, got := range signatures(h.Get(headerSignature)) {
			signed = hmac.Equal(got, want) || signed
		}
	}
	if !signed {
		return ErrSignature
	}
	return nil
}

// signatures reads the header, passing over versions other than ours and what
// is not base64.
func signatures(header string) [][]byte {
	var all [][]byte
	for part := range strings.FieldsSeq(header) {
		text, ours := strings.CutPrefix(part, version)
		if s, err := base64.StdEncoding.DecodeString(text); ours && err == nil {
			all = append(all, s)
		}
	}
	return all
}

func readSecret(s doorlink.Secret) ([]byte, error) {
	text, ok := strings.CutPrefix(s.Reveal(), secretPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, ErrSecret
	}
	return key, nil
}

// mac is what a signature is made of: ID, time and body, joined by dots.
func mac(key []byte, id, timestamp string, body []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(id + "." + timestamp + "."))
	m.Write(body)
	return m.Sum(nil)
}

func timestamp(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
