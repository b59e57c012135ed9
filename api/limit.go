package api

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	"doorlink/web/page"
)

// quota is how many requests are answered in each span of time.
type quota struct {
	requests int
	span     time.Duration
}

// perToken is what one token may ask of one node. It lets a program read ten
// thousand residents, and change them one by one, within the hour.
var perToken = quota{requests: 600, span: time.Minute}

// maxMetered is how many keys a meter knows before it forgets those whose span
// is over; tokens are made by managers, so there are never as many.
const maxMetered = 10_000

// meter counts by key in fixed spans, each of which begins with its first
// request: so that what the headers promise is what happens.
type meter struct {
	quota

	mu    sync.Mutex
	spans map[string]span
}

type span struct {
	ends time.Time
	used int
}

func newMeter(q quota) *meter { return &meter{quota: q, spans: map[string]span{}} }

// take charges one request at now and returns how many are left, and when the
// span ends. Fewer than none left means that this one is too many.
func (m *meter) take(key string, now time.Time) (left int, reset time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.spans[key]
	if !ok || !now.Before(s.ends) {
		m.forget(now)
		s = span{ends: now.Add(m.span)}
	}
	s.used = min(s.used+1, m.requests+1)
	m.spans[key] = s
	return m.requests - s.used, s.ends.Sub(now)
}

func (m *meter) forget(now time.Time) {
	if len(m.spans) < maxMetered {
		return
	}
	for key, s := range m.spans {
		if !now.Before(s.ends) {
			delete(m.spans, key)
		}
	}
}

// spend charges a request to its token and tells how much is left, in the words
// of draft-ietf-httpapi-ratelimit-headers-10.
func (s *Server) spend(w http.ResponseWriter, a asker) error {
	left, reset := s.spent.take(string(a.Token.ID), time.Now())
	seconds := int(math.Ceil(reset.Seconds()))
	w.Header().Set("RateLimit-Policy", fmt.Sprintf(`"token";q=%d;w=%d`, s.spent.requests, int(s.spent.span.Seconds())))
	w.Header().Set("RateLimit", fmt.Sprintf(`"token";r=%d;t=%d`, max(left, 0), seconds))
	if left < 0 {
		return page.ErrWait.With("wait", reset)
	}
	return nil
}
