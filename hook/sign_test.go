package hook

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorlink"
)

// The vector that the reference libraries of Standard Webhooks are tested with.
const (
	vectorSecret    = doorlink.Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

var (
	vectorTime = time.Unix(1614265330, 0)
	vector     = Delivery{ID: "msg_p5jXN8AQM9LWM0D4loKWxJek", At: vectorTime, Body: []byte(`{"test": 2432232314}`)}
)

func TestSignaturesAreThoseOfTheSpecification(t *testing.T) {
	t.Parallel()
	got, err := Sign(vector, vectorSecret)
	if err != nil || got != vectorSignature {
		t.Errorf("got %q, %v, want %q", got, err, vectorSignature)
	}
}

func headers(d Delivery, signature string) http.Header {
	h := http.Header{}
	h.Set("webhook-id", string(d.ID))
	h.Set("webhook-timestamp", fmt.Sprint(d.At.Unix()))
	h.Set("webhook-signature", signature)
	return h
}

func TestVerifyTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	other := NewSecret()
	for _, tt := range []struct {
		name      string
		signature string
		body      string
		now       time.Time
		secrets   []doorlink.Secret
		want      error
	}{
		{"as sent", vectorSignature, `{"test": 2432232314}`, vectorTime, []doorlink.Secret{vectorSecret}, nil},
		{"the second secret", vectorSignature, `{"test": 2432232314}`, vectorTime, []doorlink.Secret{other, vectorSecret}, nil},
		{"the second signature", "v1,AAAA v2,zzz " + vectorSignature, `{"test": 2432232314}`, vectorTime, []doorlink.Secret{vectorSecret}, nil},
		{"five minutes late", vectorSignature, `{"test": 2432232314}`, vectorTime.Add(5 * time.Minute), []doorlink.Secret{vectorSecret}, nil},
		{"later", vectorSignature, `{"test": 2432232314}`, vectorTime.Add(5*time.Minute + time.Second), []doorlink.Secret{vectorSecret}, ErrTimestamp},
		{"from the future", vectorSignature, `{"test": 2432232314}`, vectorTime.Add(-6 * time.Minute), []doorlink.Secret{vectorSecret}, ErrTimestamp},
		{"another body", vectorSignature, `{"test": 2432232315}`, vectorTime, []doorlink.Secret{vectorSecret}, ErrSignature},
		{"another secret", vectorSignature, `{"test": 2432232314}`, vectorTime, []doorlink.Secret{other}, ErrSignature},
		{"another version", strings.Replace(vectorSignature, "v1", "v2", 1), `{"test": 2432232314}`, vectorTime, []doorlink.Secret{vectorSecret}, ErrSignature},
		{"no secret", vectorSignature, `{"test": 2432232314}`, vectorTime, nil, ErrSignature},
		{"a broken secret", vectorSignature, `{"test": 2432232314}`, vectorTime, []doorlink.Secret{"whsec_!"}, ErrSecret},
		{"a short secret", vectorSignature, `{"test": 2432232314}`, vectorTime, []doorlink.Secret{"whsec_AAAA"}, ErrSecret},
	} {
		if got := Verify(headers(vector, tt.signature), []byte(tt.body), tt.now, tt.secrets...); !errors.Is(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestEitherSecretVerifiesWhileTheyChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, after := NewSecret(), NewSecret()
		d := Delivery{ID: doorlink.NewID[doorlink.DeliveryID]("dlv"), At: vectorTime, Body: rapid.SliceOf(rapid.Byte()).Draw(t, "body")}
		signature, err := Sign(d, after, before)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []doorlink.Secret{before, after} {
			if err := Verify(headers(d, signature), d.Body, vectorTime, s); err != nil {
				t.Fatal(err)
			}
		}
		if err := Verify(headers(d, signature), append(d.Body, 'x'), vectorTime, before); !errors.Is(err, ErrSignature) {
			t.Fatalf("a longer body: got %v", err)
		}
	})
}

func TestSigningSecretsNeverPrint(t *testing.T) {
	t.Parallel()
	e := Endpoint{URL: "https://example.org", Secrets: []doorlink.Secret{NewSecret()}}
	asJSON, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v", e, e, e), string(asJSON)} {
		if strings.Contains(text, secretPrefix) {
			t.Errorf("a secret shows in %s", text)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", vectorSignature, []byte("{}"))
	f.Add("", "-9223372036854775808", "v1, v1,=", []byte(nil))
	f.Fuzz(func(t *testing.T, id, at, signature string, body []byte) {
		h := http.Header{}
		h.Set("webhook-id", id)
		h.Set("webhook-timestamp", at)
		h.Set("webhook-signature", signature)
		if Verify(h, body, vectorTime, NewSecret()) == nil {
			t.Error("verified by a secret that nobody signed with")
		}
	})
}
