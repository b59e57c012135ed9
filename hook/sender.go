package hook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	timeLimit = 10 * time.Second // of one attempt, from name to answer
	maxAnswer = 64 << 10         // of an answer's header, and of its body
)

// Config is how a Sender behaves.
type Config struct {
	// Private lets deliveries go to private addresses and to this machine, and
	// go without TLS: for tests, and for houses whose receivers stand in the
	// same network. Every manager who may set up webhooks can then have the
	// server call into that network.
	Private bool
}

// Sender makes the attempts. It may be used by many goroutines at once; each
// attempt has a connection of its own, which ends with it.
type Sender struct {
	private bool
	limit   time.Duration
	dialer  *net.Dialer
	client  *http.Client
}

// New makes a Sender.
func New(c Config) *Sender {
	dialer := &net.Dialer{Control: control(c.Private)}
	return &Sender{
		private: c.Private,
		limit:   timeLimit,
		dialer:  dialer,
		client: &http.Client{
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{
				DialContext:            dialer.DialContext,
				DisableKeepAlives:      true,
				DisableCompression:     true,
				MaxResponseHeaderBytes: maxAnswer,
				TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			},
		},
	}
}

// Send makes one attempt and returns within ten seconds, sooner if ctx ends. It
// has no error: whatever happens is an outcome to be kept beside the delivery.
func (s *Sender) Send(ctx context.Context, e Endpoint, d Delivery) Outcome {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	o := s.send(ctx, e, d)
	o.Took = time.Since(began)
	return o
}

func (s *Sender) send(ctx context.Context, e Endpoint, d Delivery) Outcome {
	r, err := s.request(ctx, e, d)
	if err != nil {
		return Outcome{Why: Unsendable}
	}
	answer, err := s.client.Do(r)
	if err != nil {
		why := reason(err)
		return Outcome{Why: why, Retry: why != Private}
	}
	defer answer.Body.Close()
	o := judge(answer, time.Now())
	// The answer is read so that the receiver is not cut off in the middle of a
	// sentence; its status counts even if the rest breaks off.
	io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer))
	return o
}

// request builds the signed request. It fails for what no repetition can mend.
func (s *Sender) request(ctx context.Context, e Endpoint, d Delivery) (*http.Request, error) {
	if err := CheckURL(e.URL, s.private); err != nil {
		return nil, err
	}
	if len(d.Body) > MaxBody {
		return nil, errors.New("hook: the body is too large")
	}
	signature, err := Sign(d, e.Secrets...)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(d.Body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "doorlink")
	r.Header.Set(headerID, string(d.ID))
	r.Header.Set(headerTimestamp, timestamp(d.At))
	r.Header.Set(headerSignature, signature)
	return r, nil
}

// judge says what an answer means. Anything but 2xx is a failure that may pass,
// except 410: so Standard Webhooks has it.
func judge(answer *http.Response, now time.Time) Outcome {
	o := Outcome{Status: answer.StatusCode, Retry: true}
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		o.Retry = false
	case code == http.StatusGone:
		o.Retry, o.Gone, o.Why = false, true, WasGone
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable:
		o.Why, o.After = Busy, retryAfter(answer.Header.Get("Retry-After"), now)
	case code >= 300 && code < 400:
		o.Why = Redirected
	default:
		o.Why = Refused
	}
	return o
}

// reason finds out why there was no answer.
func reason(err error) Why {
	if errors.Is(err, errAddress) {
		return Private
	}
	if errors.Is(err, context.Canceled) {
		return Stopped
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return TooSlow
	}
	if _, lookup := errors.AsType[*net.DNSError](err); lookup {
		return NoName
	}
	if _, certificate := errors.AsType[*tls.CertificateVerificationError](err); certificate {
		return Untrusted
	}
	return NoAnswer
}
