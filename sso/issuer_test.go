package sso

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

const (
	clientID     = "doorlink"
	clientSecret = "geheim:&1"
	returnTo     = "https://house.example.org/console/sso"
)

// issuer is an OpenID provider: one that is right unless a test bends it. Its
// fields are set before requests come.
type issuer struct {
	url string
	key *rsa.PrivateKey
	ec  *ecdsa.PrivateKey
	alg string // RS256 unless set
	// method is the one way in which the client may show who it is;
	// client_secret_basic, unsaid, unless set.
	method string

	bend     func(claims map[string]any)
	describe func(discovery map[string]any)
	info     map[string]any                       // what userinfo says; nil: no such endpoint
	answer   map[string]func(http.ResponseWriter) // by path, instead of the usual answer

	mu       sync.Mutex
	codes    map[string]url.Values // what was asked for, by code
	requests map[string]int        // by path
}

// rsaKey takes a while to make, so the tests share one.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func (i *issuer) start(t testing.TB) *issuer {
	t.Helper()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i.key, i.ec = rsaKey(), ec
	i.codes, i.requests = map[string]url.Values{}, map[string]int{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, _ *http.Request) { reply(w, i.info) })
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		i.requests[r.URL.Path]++
		answer := i.answer[r.URL.Path]
		i.mu.Unlock()
		if answer != nil {
			answer(w)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	i.url = s.URL
	return i
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func (i *issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	d := map[string]any{
		"issuer": i.url, "authorization_endpoint": i.url + "/authorize", "token_endpoint": i.url + "/token",
		"jwks_uri": i.url + "/keys", "id_token_signing_alg_values_supported": []string{"RS256", "ES256", "HS256", "none"},
	}
	if i.method != "" {
		d["token_endpoint_auth_methods_supported"] = []string{i.method}
	}
	if i.info != nil {
		d["userinfo_endpoint"] = i.url + "/userinfo"
	}
	if i.describe != nil {
		i.describe(d)
	}
	reply(w, d)
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (i *issuer) keys(w http.ResponseWriter, _ *http.Request) {
	point, err := i.ec.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	reply(w, map[string]any{"keys": []any{
		map[string]any{"kty": "RSA", "kid": "r", "use": "sig", "n": b64(i.key.N.Bytes()), "e": b64(big.NewInt(int64(i.key.E)).Bytes())},
		map[string]any{"kty": "EC", "kid": "e", "use": "sig", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])},
	}})
}

// authorize lets everybody in and sends the browser back.
func (i *issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != clientID || q.Get("redirect_uri") != returnTo || q.Get("code_challenge_method") != "S256" || q.Get("scope") != "openid email profile" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	i.mu.Lock()
	i.codes[code] = q
	i.mu.Unlock()
	back := url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {i.url}}
	http.Redirect(w, r, returnTo+"?"+back.Encode(), http.StatusFound)
}

// token redeems a code once, for the client that has asked for it.
func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	code := r.FormValue("code")
	i.mu.Lock()
	asked, ok := i.codes[code]
	delete(i.codes, code)
	i.mu.Unlock()
	challenge := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !ok || asked.Get("code_challenge") != b64(challenge[:]) || !i.isClient(r) || r.FormValue("redirect_uri") != returnTo {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":"invalid_grant","error_description":"`+code+`"}`)
		return
	}
	claims := map[string]any{
		"iss": i.url, "aud": clientID, "sub": "4711", "nonce": asked.Get("nonce"),
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
		"email": "Ada@Example.org", "email_verified": true, "name": "Ada Lovelace",
	}
	if i.bend != nil {
		i.bend(claims)
	}
	reply(w, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 60, "id_token": i.sign(claims)})
}

// isClient checks who redeems a code (RFC 6749, 2.3.1).
func (i *issuer) isClient(r *http.Request) bool {
	user, password, basic := r.BasicAuth()
	secret, _ := url.QueryUnescape(password)
	switch i.method {
	case "client_secret_post":
		return !basic && r.PostFormValue("client_id") == clientID && r.PostFormValue("client_secret") == clientSecret
	case "none":
		return !basic && r.PostFormValue("client_id") == clientID && !r.PostForm.Has("client_secret")
	}
	return basic && user == clientID && secret == clientSecret
}

// sign makes a JWT (RFC 7515).
func (i *issuer) sign(claims map[string]any) string {
	alg, kid := "RS256", "r"
	if i.alg != "" {
		alg = i.alg
	}
	if alg == "ES256" {
		kid = "e"
	}
	header, _ := json.Marshal(map[string]string{"alg": alg, "kid": kid, "typ": "JWT"})
	body, _ := json.Marshal(claims)
	signed := b64(header) + "." + b64(body)
	sum := sha256.Sum256([]byte(signed))
	var signature []byte
	switch alg {
	case "RS256":
		signature, _ = rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, sum[:])
	case "PS256":
		signature, _ = rsa.SignPSS(rand.Reader, i.key, crypto.SHA256, sum[:], nil)
	case "HS256":
		m := hmac.New(sha256.New, []byte(clientSecret))
		m.Write([]byte(signed))
		signature = m.Sum(nil)
	case "ES256":
		r, s, err := ecdsa.Sign(rand.Reader, i.ec, sum[:])
		if err != nil {
			panic(err)
		}
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	return signed + "." + b64(signature)
}

// browse is the browser: it goes to the service and returns what it comes back
// with.
func browse(t testing.TB, redirect string) url.Values {
	t.Helper()
	c := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	r, err := c.Get(redirect)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	back, err := r.Location()
	if err != nil {
		t.Fatalf("status %d: %v", r.StatusCode, err)
	}
	return back.Query()
}

// count is how often a path was asked for.
func (i *issuer) count(path string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.requests[path]
}

// other makes a key that the issuer does not have.
func other(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
