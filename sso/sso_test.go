package sso

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"doorlink"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func provider(t testing.TB, i *issuer) *Provider {
	t.Helper()
	p, err := New(Config{Issuer: i.url, ClientID: clientID, ClientSecret: clientSecret, Return: returnTo})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// signIn goes all the way.
func signIn(t testing.TB, p *Provider) (Person, error) {
	t.Helper()
	redirect, kept, err := p.Start(t.Context(), time.Now())
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	return p.Finish(t.Context(), kept, browse(t, redirect), time.Now())
}

func TestAPersonSignsIn(t *testing.T) {
	t.Parallel()
	for _, alg := range []string{"RS256", "ES256"} {
		i := (&issuer{alg: alg}).start(t)
		p := provider(t, i)
		for range 2 {
			got, err := signIn(t, p)
			want := Person{Subject: "4711", Email: "ada@example.org", Name: "Ada Lovelace"}
			if err != nil || got != want {
				t.Errorf("%s: got %+v, %v, want %+v", alg, got, err, want)
			}
		}
		if d, k := i.count("/.well-known/openid-configuration"), i.count("/keys"); d != 1 || k != 1 {
			t.Errorf("%s: %d descriptions and %d key sets were read", alg, d, k)
		}
	}
}

func TestTheClientShowsItselfAsTheServiceWants(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"", "client_secret_basic", "client_secret_post", "none"} {
		i := (&issuer{method: method}).start(t)
		p := provider(t, i)
		if method == "none" {
			p.config.ClientSecret = ""
		}
		if _, err := signIn(t, p); err != nil || i.count("/token") != 1 {
			t.Errorf("%q: got %v after %d requests", method, err, i.count("/token"))
		}
	}
}

func TestATokenIsRefused(t *testing.T) {
	t.Parallel()
	set := func(name string, value any) func(map[string]any) {
		return func(c map[string]any) { c[name] = value }
	}
	for name, tt := range map[string]struct {
		issuer *issuer
		want   error
	}{
		"for another attempt":              {&issuer{bend: set("nonce", "other")}, errRefused},
		"without a nonce":                  {&issuer{bend: func(c map[string]any) { delete(c, "nonce") }}, errRefused},
		"for another client":               {&issuer{bend: set("aud", "other")}, errRefused},
		"for several, asked for by others": {&issuer{bend: func(c map[string]any) { c["aud"], c["azp"] = []string{clientID, "other"}, "other" }}, errRefused},
		"for several, asked for by nobody": {&issuer{bend: set("aud", []string{clientID, "other"})}, errRefused},
		"for several, asked for by us":     {&issuer{bend: func(c map[string]any) { c["aud"], c["azp"] = []string{clientID, "other"}, clientID }}, nil},
		"that has ended":                   {&issuer{bend: set("exp", time.Now().Add(-time.Second).Unix())}, errRefused},
		"that is not valid yet":            {&issuer{bend: set("nbf", time.Now().Add(time.Hour).Unix())}, errRefused},
		"of another issuer":                {&issuer{bend: set("iss", "https://sso.example.com")}, errRefused},
		"of nobody":                        {&issuer{bend: set("sub", "")}, errRefused},
		"with another access token":        {&issuer{bend: set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")}, errRefused},
		"signed in another way":            {&issuer{alg: "PS256"}, errRefused},
		"signed by nobody":                 {&issuer{alg: "none"}, errRefused},
		"signed with our own secret":       {&issuer{alg: "HS256"}, errRefused},
		"of an unverified address":         {&issuer{bend: set("email_verified", false)}, errUnverified},
		"of an address not vouched for":    {&issuer{bend: func(c map[string]any) { delete(c, "email_verified") }}, errUnverified},
		"verified in quotes":               {&issuer{bend: set("email_verified", "true")}, nil},
		"without an address":               {&issuer{bend: set("email", "")}, errUnverified},
		"with two addresses":               {&issuer{bend: set("email", "ada@example.org, bob@example.org")}, errUnverified},
		"with a name that is none":         {&issuer{bend: set("name", []string{"Ada"})}, errRefused},
	} {
		_, err := signIn(t, provider(t, tt.issuer.start(t)))
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

func TestAForeignKeyIsRefused(t *testing.T) {
	t.Parallel()
	i := (&issuer{alg: "ES256"}).start(t)
	i.answer = map[string]func(http.ResponseWriter){"/keys": func(w http.ResponseWriter) { (&issuer{key: i.key, ec: other(t)}).keys(w, nil) }}
	if _, err := signIn(t, provider(t, i)); !errors.Is(err, errRefused) {
		t.Errorf("got %v", err)
	}
}

func TestTheAddressIsAskedForWhenTheTokenHasNone(t *testing.T) {
	t.Parallel()
	none := func(c map[string]any) { delete(c, "email"); delete(c, "email_verified") }
	for name, tt := range map[string]struct {
		info map[string]any
		want error
	}{
		"and told":            {map[string]any{"sub": "4711", "email": "ada@example.org", "email_verified": true}, nil},
		"and not verified":    {map[string]any{"sub": "4711", "email": "ada@example.org"}, errUnverified},
		"and told of another": {map[string]any{"sub": "4712", "email": "bob@example.org", "email_verified": true}, errRefused},
	} {
		got, err := signIn(t, provider(t, (&issuer{bend: none, info: tt.info}).start(t)))
		if !errors.Is(err, tt.want) || err == nil && got.Email != "ada@example.org" {
			t.Errorf("%s: got %+v, %v, want %v", name, got, err, tt.want)
		}
	}
}

func TestWhatABrowserBringsMustBelongToTheAttempt(t *testing.T) {
	t.Parallel()
	i := (&issuer{}).start(t)
	p := provider(t, i)
	for name, tt := range map[string]struct {
		change func(url.Values)
		late   time.Duration
		want   error
	}{
		"another state":    {func(q url.Values) { q.Set("state", "other") }, 0, errRefused},
		"no state":         {func(q url.Values) { q.Del("state") }, 0, errRefused},
		"another issuer":   {func(q url.Values) { q.Set("iss", "https://sso.example.com") }, 0, errRefused},
		"a refusal":        {func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") }, 0, errRefused},
		"no code":          {func(q url.Values) { q.Del("code") }, 0, errRefused},
		"a made-up code":   {func(q url.Values) { q.Set("code", "geheim") }, 0, errRefused},
		"too late":         {func(url.Values) {}, AttemptTime, errExpired},
		"without the name": {func(q url.Values) { q.Del("iss") }, 0, nil},
	} {
		redirect, kept, err := p.Start(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		query := browse(t, redirect)
		tt.change(query)
		_, err = p.Finish(t.Context(), kept, query, time.Now().Add(tt.late))
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: a code or secret stands in %v", name, err)
		}
	}
}

func TestACodeOfAnotherAttemptIsRefused(t *testing.T) {
	t.Parallel()
	p := provider(t, (&issuer{}).start(t))
	redirect, _, err := p.Start(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	_, kept, err := p.Start(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	query := browse(t, redirect) // somebody else's code, put into our browser
	mine, err := readAttempt(kept)
	if err != nil {
		t.Fatal(err)
	}
	query.Set("state", mine.State)
	if _, err := p.Finish(t.Context(), kept, query, time.Now()); !errors.Is(err, errRefused) {
		t.Errorf("without its verifier: got %v", err)
	}
	if _, err := p.Finish(t.Context(), []byte("{"), query, time.Now()); err == nil || doorlink.KindOf(err) != doorlink.Internal {
		t.Errorf("a broken attempt: got %v", err)
	}
}

func TestAServiceThatWasAwayIsFoundLater(t *testing.T) {
	t.Parallel()
	const description = "/.well-known/openid-configuration"
	i := (&issuer{}).start(t)
	away := func(w http.ResponseWriter) { http.Error(w, "later", http.StatusServiceUnavailable) }
	i.answer = map[string]func(http.ResponseWriter){description: away}
	p := provider(t, i)
	if _, _, err := p.Start(t.Context(), time.Now()); !errors.Is(err, errDown) || i.count(description) != len(tries) {
		t.Errorf("away: got %v after %d tries", err, i.count(description))
	}
	if _, _, err := p.Start(t.Context(), time.Now()); !errors.Is(err, errDown) || i.count(description) != len(tries) {
		t.Errorf("a moment later: got %v after %d tries", err, i.count(description))
	}
	i.mu.Lock()
	i.answer = nil
	i.mu.Unlock()
	p.failed = time.Now().Add(-pause)
	if _, err := signIn(t, p); err != nil {
		t.Errorf("when it is back: got %v", err)
	}
}

func TestManyLookTheServiceUpOnce(t *testing.T) {
	t.Parallel()
	i := (&issuer{}).start(t)
	p := provider(t, i)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, _, err := p.Start(t.Context(), time.Now()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := i.count("/.well-known/openid-configuration"); got != 1 {
		t.Errorf("it was looked up %d times", got)
	}
	p = provider(t, i)
	p.turn <- struct{}{} // somebody is looking it up
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, _, err := p.Start(ctx, time.Now()); !errors.Is(err, errDown) {
		t.Errorf("when the caller leaves: got %v", err)
	}
}

func TestADescriptionIsRefused(t *testing.T) {
	t.Parallel()
	for name, describe := range map[string]func(map[string]any){
		"of another issuer":     func(d map[string]any) { d["issuer"] = "https://sso.example.com" },
		"with tokens in clear":  func(d map[string]any) { d["token_endpoint"] = "http://sso.example.com/token" },
		"with sign-in in clear": func(d map[string]any) { d["authorization_endpoint"] = "http://sso.example.com/" },
		"with keys in clear":    func(d map[string]any) { d["jwks_uri"] = "http://sso.example.com/keys" },
		"with people in clear":  func(d map[string]any) { d["userinfo_endpoint"] = "http://sso.example.com/people" },
	} {
		_, _, err := provider(t, (&issuer{describe: describe}).start(t)).Start(t.Context(), time.Now())
		if !errors.Is(err, errDown) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAnEndlessAnswerIsCutOff(t *testing.T) {
	t.Parallel()
	i := (&issuer{}).start(t)
	p := provider(t, i)
	redirect, kept, err := p.Start(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	query := browse(t, redirect)
	endless := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"access_token":"geheim`)
		for {
			if _, err := io.WriteString(w, strings.Repeat("x", 4096)); err != nil {
				return
			}
		}
	}
	i.mu.Lock()
	i.answer = map[string]func(http.ResponseWriter){"/token": endless}
	i.mu.Unlock()
	_, err = p.Finish(t.Context(), kept, query, time.Now())
	if !errors.Is(err, errDown) || len(err.Error()) > 300 || strings.Contains(err.Error(), "geheim") {
		t.Errorf("got %.400v", err)
	}
}

func TestSecretsAreNotSentAfterARedirect(t *testing.T) {
	t.Parallel()
	i, elsewhere := (&issuer{}).start(t), (&issuer{}).start(t)
	p := provider(t, i)
	redirect, kept, err := p.Start(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	query := browse(t, redirect)
	i.mu.Lock()
	i.answer = map[string]func(http.ResponseWriter){"/token": func(w http.ResponseWriter) {
		w.Header().Set("Location", elsewhere.url+"/token")
		w.WriteHeader(http.StatusTemporaryRedirect)
	}}
	i.mu.Unlock()
	if _, err := p.Finish(t.Context(), kept, query, time.Now()); !errors.Is(err, errRefused) || elsewhere.count("/token") != 0 {
		t.Errorf("got %v, sent %d times", err, elsewhere.count("/token"))
	}
}

func TestTheSettingIsChecked(t *testing.T) {
	t.Parallel()
	good := Config{Issuer: "https://sso.example.org/realms/house", ClientID: "doorlink", Return: returnTo}
	for name, tt := range map[string]struct {
		change func(*Config)
		want   error
	}{
		"as it should be":       {func(*Config) {}, nil},
		"on this machine":       {func(c *Config) { c.Issuer = "http://[::1]:8080" }, nil},
		"in clear":              {func(c *Config) { c.Issuer = "http://sso.example.org" }, errIssuer},
		"with a password":       {func(c *Config) { c.Issuer = "https://a:b@sso.example.org" }, errIssuer},
		"without a scheme":      {func(c *Config) { c.Issuer = "sso.example.org" }, errIssuer},
		"without a client":      {func(c *Config) { c.ClientID = "" }, errIssuer},
		"with nowhere to go":    {func(c *Config) { c.Return = "" }, errIssuer},
		"returning in the open": {func(c *Config) { c.Return = "http://house.example.org/" }, errIssuer},
	} {
		c := good
		tt.change(&c)
		if _, err := New(c); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

func TestTheClientSecretNeverPrints(t *testing.T) {
	t.Parallel()
	c := Config{Issuer: "https://sso.example.org", ClientID: clientID, ClientSecret: clientSecret, Return: returnTo}
	p, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v %#v %v %+v %#v", c, c, c, p, p, p); strings.Contains(text, "geheim") {
		t.Errorf("the secret shows in %s", text)
	}
}

// FuzzComeBack has no query accepted that does not bring the state back.
func FuzzComeBack(f *testing.F) {
	now := time.Unix(1614265330, 0)
	a := newAttempt(now)
	f.Add("state=" + a.State + "&code=1")
	f.Add("error=access_denied&state=")
	f.Add("code=1&state=%00&iss=https://sso.example.com")
	f.Fuzz(func(t *testing.T, raw string) {
		query, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		code, err := a.check(query, "https://sso.example.org", now)
		if err == nil && (query.Get("state") != a.State || code == "") {
			t.Errorf("%q is accepted", raw)
		}
		if err != nil && doorlink.KindOf(err) != doorlink.Denied {
			t.Errorf("%q: got %v", raw, err)
		}
	})
}
