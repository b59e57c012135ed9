package sso

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Start begins a sign-in: the address to send the browser to, and a value that
// the caller keeps on the server, bound to that browser's session, until the
// browser is back. It returns sso.down (Down) with the cause if the service is
// not reached within ten seconds.
func (p *Provider) Start(ctx context.Context, now time.Time) (redirect string, kept []byte, err error) {
	service, err := p.service(ctx)
	if err != nil {
		return "", nil, err
	}
	a := newAttempt(now)
	if kept, err = json.Marshal(a); err != nil {
		return "", nil, fmt.Errorf("writing a sign-in that is begun: %w", err)
	}
	redirect = p.oauth(service).AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier))
	return redirect, kept, nil
}

// Finish checks what the browser has come back with, the query of its address,
// against the value kept by Start, which the caller takes out of its keeping
// first: no value serves twice. It asks the service for the tokens and returns
// whom they are for.
//
// It returns sso.refused (Denied) with the cause, sso.unverified (Denied) for a
// person without a verified address, sso.expired (Gone) or sso.down (Down).
func (p *Provider) Finish(ctx context.Context, kept []byte, query url.Values, now time.Time) (Person, error) {
	a, err := readAttempt(kept)
	if err != nil {
		return Person{}, err
	}
	code, err := a.check(query, p.config.Issuer, now)
	if err != nil {
		return Person{}, err
	}
	service, err := p.service(ctx)
	if err != nil {
		return Person{}, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), timeLimit)
	defer cancel()
	token, err := p.oauth(service).Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return Person{}, exchangeFailed(err)
	}
	id, err := p.verify(ctx, service, token, a.Nonce, now)
	if err != nil {
		return Person{}, errRefused.Because(withoutWords(err))
	}
	return person(ctx, service, token, id)
}

// oauth is the client as the library wants it. The address and name of a person
// are all that is asked for.
func (p *Provider) oauth(service *oidc.Provider) *oauth2.Config {
	endpoint := service.Endpoint()
	endpoint.AuthStyle = p.style(service)
	return &oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret.Reveal(), RedirectURL: p.config.Return,
		Endpoint: endpoint, Scopes: []string{oidc.ScopeOpenID, oidc.ScopeEmail, oidc.ScopeProfile},
	}
}

// style is how we show the service who we are: by HTTP Basic, unless it says that
// it wants that in the form, or there is no secret to show. The library would try
// both, and so spend a code twice.
func (p *Provider) style(service *oidc.Provider) oauth2.AuthStyle {
	var d struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	err := service.Claims(&d)
	wantsForm := err == nil && slices.Contains(d.Methods, "client_secret_post") && !slices.Contains(d.Methods, "client_secret_basic")
	if p.config.ClientSecret == "" || wantsForm {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// exchangeFailed tells a service that is away from one that does not want us: a
// code that is not ours, used or late, or a client it does not know.
func exchangeFailed(err error) error {
	r, answered := errors.AsType[*oauth2.RetrieveError](err)
	if answered && r.Response.StatusCode < http.StatusInternalServerError {
		return errRefused.Because(withoutWords(err))
	}
	return errDown.Because(withoutWords(err))
}

// verify checks the ID token (OpenID Connect Core 1.0, 3.1.3.7). Algorithms are
// ours to choose, not the service's: RS256, which all have, or ES256.
func (p *Provider) verify(ctx context.Context, service *oidc.Provider, token *oauth2.Token, nonce string, now time.Time) (*oidc.IDToken, error) {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, errors.New("no ID token")
	}
	id, err := service.Verifier(&oidc.Config{
		ClientID: p.config.ClientID, SupportedSigningAlgs: []string{oidc.RS256, oidc.ES256}, Now: func() time.Time { return now },
	}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return nil, errors.New("another nonce")
	}
	if id.Subject == "" {
		return nil, errors.New("nobody's token")
	}
	// Not demanded of this flow, but held against the token if it is there
	// (3.1.3.8): then nobody has exchanged one for the other.
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, err
		}
	}
	return id, p.authorized(id)
}

// authorized checks that a token for several audiences was asked for by us.
func (p *Provider) authorized(id *oidc.IDToken) error {
	var c struct {
		Party string `json:"azp"`
	}
	if err := id.Claims(&c); err != nil {
		return err
	}
	others := slices.ContainsFunc(id.Audience, func(a string) bool { return a != p.config.ClientID })
	if c.Party != p.config.ClientID && (others || c.Party != "") {
		return errors.New("a token that somebody else asked for")
	}
	return nil
}

// claims are what a service says of a person, in the ID token or when asked.
type claims struct {
	Email    string `json:"email"`
	Verified any    `json:"email_verified"` // some say "true" in quotes
	Name     string `json:"name"`
}

// person reads who has signed in. Services may leave the address out of the ID
// token and tell it on request (5.4 of the same).
func person(ctx context.Context, service *oidc.Provider, token *oauth2.Token, id *oidc.IDToken) (Person, error) {
	var c claims
	if err := id.Claims(&c); err != nil {
		return Person{}, errRefused.Because(withoutWords(err))
	}
	if c.Email == "" && service.UserInfoEndpoint() != "" {
		info, err := service.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return Person{}, errDown.Because(withoutWords(err))
		}
		if info.Subject != id.Subject {
			return Person{}, errRefused.Because(errors.New("told of somebody else"))
		}
		if err := info.Claims(&c); err != nil {
			return Person{}, errRefused.Because(withoutWords(err))
		}
	}
	email, ok := c.address()
	if !ok {
		return Person{}, errUnverified
	}
	return Person{Subject: id.Subject, Email: email, Name: c.Name}, nil
}

// address is the e-mail address, if there is one and the service vouches for it.
func (c claims) address() (string, bool) {
	a, err := mail.ParseAddress(c.Email)
	if err != nil || a.Address != c.Email || c.Verified != true && c.Verified != "true" {
		return "", false
	}
	return strings.ToLower(c.Email), true
}
