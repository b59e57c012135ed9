// Package sso lets managers sign in with their organisation's account, by
// OpenID Connect 1.0: the authorization code flow with PKCE (RFC 7636), nonce
// and state. The organisation vouches for an e-mail address; which manager that
// is, if any, the caller decides.
//
// The organisation's service may be away when doorlink starts, or later. It is
// looked up when somebody signs in, and other ways to sign in do not depend on
// it. What it answers is bounded in time and size, and tokens appear in no error.
package sso

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"doorlink"
)

// AttemptTime is how long a person has at the organisation's page.
const AttemptTime = 10 * time.Minute

// Failures that a person sees.
var (
	errIssuer     = doorlink.Fail(doorlink.Invalid, "sso.issuer")
	errDown       = doorlink.Fail(doorlink.Down, "sso.down")
	errRefused    = doorlink.Fail(doorlink.Denied, "sso.refused")
	errUnverified = doorlink.Fail(doorlink.Denied, "sso.unverified")
	errExpired    = doorlink.Fail(doorlink.Gone, "sso.expired")
)

// Config is the setting for single sign-on.
type Config struct {
	Issuer       string // https://…, exactly as the service names itself
	ClientID     string
	ClientSecret doorlink.Secret // empty for a public client
	Return       string          // the address on this server that browsers come back to
}

// Person is who has signed in, as their organisation has it.
type Person struct {
	Subject string // the same at every sign-in, whatever the address is then
	Email   string // verified, lower case
	Name    string // may be empty
}

// Provider is an organisation's sign-in service. It may be used by many
// goroutines at once.
type Provider struct {
	config Config
	client *http.Client
	// turn guards what stands below it: whoever has put its one token there may
	// read and write. The others wait, as long as their contexts last.
	turn   chan struct{}
	found  *oidc.Provider // nil until the service was reached
	failed time.Time      // when it was not, last
}

// New makes a Provider. It returns an Invalid error, sso.issuer, for a setting
// that cannot be meant; http is accepted on this machine alone. It does not
// connect.
func New(c Config) (*Provider, error) {
	if !safe(c.Issuer) || !safe(c.Return) || c.ClientID == "" {
		return nil, errIssuer
	}
	return &Provider{config: c, client: newClient(), turn: make(chan struct{}, 1)}, nil
}

func (p *Provider) String() string   { return "sign-in at " + p.config.Issuer }
func (p *Provider) GoString() string { return p.String() }

// attempt is what is kept of one sign-in while the browser is away.
type attempt struct {
	State    string // comes back in the address: the browser is the one we sent
	Nonce    string // comes back in the ID token: the token is for this attempt
	Verifier string // proves to the service that the code was ours to redeem
	Until    time.Time
}

// newAttempt makes one of random values, each of 128 bits or more.
func newAttempt(now time.Time) attempt {
	return attempt{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Until: now.Add(AttemptTime)}
}

// check compares what a browser has brought back with the attempt it is to
// belong to, and returns the code.
func (a attempt) check(query url.Values, issuer string, now time.Time) (code string, err error) {
	if a.State == "" || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(a.State)) != 1 {
		return "", errRefused.Because(errors.New("another state"))
	}
	if !now.Before(a.Until) {
		return "", errExpired
	}
	// A service that names itself in the answer (RFC 9207) must be ours.
	if iss := query.Get("iss"); iss != "" && iss != issuer {
		return "", errRefused.Because(errors.New("another issuer"))
	}
	if query.Get("error") != "" || query.Get("code") == "" {
		return "", errRefused.Because(fmt.Errorf("no code: %.40q", query.Get("error")))
	}
	return query.Get("code"), nil
}

// readAttempt reads what Start has written.
func readAttempt(kept []byte) (attempt, error) {
	var a attempt
	if err := json.Unmarshal(kept, &a); err != nil {
		return a, fmt.Errorf("reading a sign-in that was begun: %w", err)
	}
	return a, nil
}
