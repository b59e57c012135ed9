package console

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"doorlink/sso"
)

// issuer is an organisation's sign-in: discovery, keys, and the code flow with
// PKCE, for one client.
type issuer struct {
	*httptest.Server
	key   *rsa.PrivateKey
	email string
	bend  func(claims map[string]any) // what it says wrongly; may be nil

	mu    sync.Mutex
	asked map[string]url.Values // by code
}

// issuerKey takes a while to make.
var issuerKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newIssuer(t *testing.T, email string) *issuer {
	t.Helper()
	key, err := issuerKey()
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key, email: email, asked: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		tell(w, map[string]any{
			"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token",
			"jwks_uri": i.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		tell(w, map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "kid": "1", "use": "sig", "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func tell(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// authorize lets everybody in, and sends them back.
func (i *issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q, code := r.URL.Query(), rand.Text()
	i.mu.Lock()
	i.asked[code] = q
	i.mu.Unlock()
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

// token redeems a code once, for whoever has the verifier.
func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	asked, ok := i.asked[r.FormValue("code")]
	delete(i.asked, r.FormValue("code"))
	i.mu.Unlock()
	challenge := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !ok || asked.Get("code_challenge") != b64(challenge[:]) {
		w.WriteHeader(http.StatusBadRequest)
		tell(w, map[string]string{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{
		"iss": i.URL, "aud": "doorlink", "sub": "4711", "nonce": asked.Get("nonce"),
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(), "email": i.email, "email_verified": true,
	}
	if i.bend != nil {
		i.bend(claims)
	}
	header, _ := json.Marshal(map[string]string{"alg": "RS256", "kid": "1"})
	body, _ := json.Marshal(claims)
	signed := b64(header) + "." + b64(body)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	tell(w, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "id_token": signed + "." + b64(signature)})
}

// trusts lets a house's managers sign in with an issuer.
func (h *house) trusts(t *testing.T, i *issuer) {
	t.Helper()
	var err error
	h.console.sso, err = sso.New(sso.Config{Issuer: i.URL, ClientID: "doorlink", Return: h.base + SSOPath})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAManagerSignsInWithTheirOrganisation(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	if got := h.browser(t).get("/console/sso/begin"); got.status != http.StatusNotFound {
		t.Errorf("without one: got status %d", got.status)
	}
	h.trusts(t, newIssuer(t, "Linda@example.org"))
	v := h.browser(t)
	if got := v.get(root); !strings.Contains(got.body, "/console/sso/begin") {
		t.Fatal("the page to sign in with does not offer it")
	}
	back := v.get("/console/sso/begin")
	if back.status != http.StatusOK || back.header.Get("Refresh") != "0; url=/console/" || !strings.Contains(back.path, "/console/sso?code=") {
		t.Fatalf("got status %d at %s", back.status, back.path)
	}
	if got := v.get(root); got.path != h.path("overview") {
		t.Errorf("got to %s, want to be signed in", got.path)
	}
	if got := v.get("/console/account"); !strings.Contains(got.body, "Your organisation") {
		t.Error("the account does not say how")
	}
	if got := h.browser(t).get(back.path); got.status != http.StatusGone {
		t.Errorf("the same address in another browser: got status %d", got.status)
	}
	if got := v.get(back.path); got.status != http.StatusGone {
		t.Errorf("the same address again: got status %d", got.status)
	}
}

func TestAnOrganisationIsNotBelievedEverything(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		email string
		bend  func(map[string]any)
		want  string
	}{
		"an address of nobody":     {"mallory@example.org", nil, "no manager here has your e-mail address"},
		"an unverified address":    {"linda@example.org", func(c map[string]any) { c["email_verified"] = false }, "has not confirmed"},
		"a token for another":      {"linda@example.org", func(c map[string]any) { c["nonce"] = "other" }, "did not go through"},
		"a token for another site": {"linda@example.org", func(c map[string]any) { c["aud"] = "other" }, "did not go through"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, i := newHouse(t, nil), newIssuer(t, tt.email)
			i.bend = tt.bend
			h.trusts(t, i)
			v := h.browser(t)
			got := v.get("/console/sso/begin")
			if got.status != http.StatusForbidden || !strings.Contains(got.body, tt.want) {
				t.Errorf("got status %d, want it refused with a sentence", got.status)
			}
			if n := h.deeds(t, "session.start"); n != 0 {
				t.Error("somebody is signed in")
			}
		})
	}
}

func TestAStateIsTakenFromItsOwnBrowserOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.trusts(t, newIssuer(t, "linda@example.org"))
	v := h.browser(t)
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if got := v.get("/console/sso/begin").header.Get("Set-Cookie"); !strings.Contains(got, "; Path=/console/sso;") || !strings.Contains(got, "; HttpOnly") {
		t.Error("the sign-in that was begun is not bound to the browser")
	}
	if got := v.get("/console/sso?code=1&state=forged"); got.status != http.StatusForbidden {
		t.Errorf("a forged state: got status %d", got.status)
	}
	if got := v.get("/console/sso?code=1&state=forged"); got.status != http.StatusGone {
		t.Errorf("another try: got status %d, want that it is over", got.status)
	}
}

func TestAnOrganisationThatIsAwayLeavesTheOtherWays(t *testing.T) {
	t.Parallel()
	h, i := newHouse(t, make(letters, 1)), newIssuer(t, "linda@example.org")
	i.Close()
	h.trusts(t, i)
	got := h.browser(t).get("/console/sso/begin")
	if got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, "cannot be reached") || !strings.Contains(got.body, `name="email"`) {
		t.Errorf("got status %d, want the page to sign in with", got.status)
	}
}
