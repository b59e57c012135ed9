package sso

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	timeLimit = 10 * time.Second // of one request to the service
	maxAnswer = 256 << 10        // bytes of one answer; key sets have a few thousand

	// pause is how long a service that was not reached is left alone, so that a
	// morning's sign-ins do not all wait for it.
	pause = 5 * time.Second
)

// tries are the waits before each attempt to reach the service.
var tries = []time.Duration{0, 250 * time.Millisecond, time.Second}

// service returns the service, looking it up if that has not succeeded yet. Once
// found it is kept; its keys are fetched anew when it signs with others.
func (p *Provider) service(ctx context.Context) (*oidc.Provider, error) {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, errDown.Because(ctx.Err())
	}
	if p.found != nil {
		return p.found, nil
	}
	if time.Since(p.failed) < pause {
		return nil, errDown.Because(errors.New("it was away a moment ago"))
	}
	found, err := p.lookUp(ctx)
	if err != nil {
		p.failed = time.Now()
		return nil, errDown.Because(withoutWords(err))
	}
	p.found = found
	return found, nil
}

// lookUp reads the service's description (OpenID Connect Discovery 1.0).
func (p *Provider) lookUp(ctx context.Context) (found *oidc.Provider, err error) {
	for _, wait := range tries {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, errors.Join(err, ctx.Err())
		}
		found, err = oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.config.Issuer)
		if err == nil {
			break
		}
		if _, other := errors.AsType[*oidc.IssuerMismatchError](err); other {
			return nil, err // it will not change its name in a second
		}
	}
	if err != nil {
		return nil, err
	}
	if err := allSafe(found); err != nil {
		return nil, err
	}
	return found, nil
}

// allSafe looks at every address of a description that is asked later: where
// people are sent, what is told our secret, and whose word on keys and people we
// take.
func allSafe(found *oidc.Provider) error {
	var d struct {
		Keys string `json:"jwks_uri"`
	}
	if err := found.Claims(&d); err != nil {
		return err
	}
	e, people := found.Endpoint(), found.UserInfoEndpoint()
	if !safe(e.AuthURL) || !safe(e.TokenURL) || !safe(d.Keys) || people != "" && !safe(people) {
		return errors.New("an endpoint without TLS")
	}
	return nil
}

// safe reports whether an address may be trusted with secrets: https, or this
// machine.
func safe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	a, err := netip.ParseAddr(u.Hostname())
	local := u.Hostname() == "localhost" || err == nil && a.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && local
}

// newClient makes the one client that everything goes through, so that no
// request of the libraries is without its bounds.
func newClient() *http.Client {
	return &http.Client{
		Timeout: timeLimit,
		// A redirect would carry the client's secret to who knows where.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: bounded{&http.Transport{
			Proxy:                  http.ProxyFromEnvironment, // the address is the operator's own setting
			DisableKeepAlives:      true,                      // sign-ins are rare
			MaxResponseHeaderBytes: maxAnswer,
		}},
	}
}

// bounded cuts answers off, which the libraries read whole.
type bounded struct{ next http.RoundTripper }

// RoundTrip makes the request and bounds what can be read of the answer.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(answer.Body, maxAnswer), answer.Body}
	return answer, nil
}

// withoutWords is an error as it may be logged. The libraries put whole answers
// into theirs; of those from the token endpoint only the code is kept, of the
// others, which are public, the beginning.
func withoutWords(err error) error {
	if r, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return fmt.Errorf("token endpoint: status %d, %.40q", r.Response.StatusCode, r.ErrorCode)
	}
	if _, ok := errors.AsType[*url.Error](err); ok {
		return err
	}
	return fmt.Errorf("%.200s", err.Error())
}
