package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/web/page"
)

// patience is how long any request is worked on.
const patience = 30 * time.Second

// guessesPerAddress is how many wrong tokens one address may show. A good one is
// taken all the same: behind one address there may be many.
var guessesPerAddress = page.Budget{Every: 2 * time.Second, Burst: 30}

// asker is who asks, and how: what handlers need to know of a request beside
// its input.
type asker struct {
	office.Actor
	secret doorlink.Secret
	url    *url.URL
}

type askerKey struct{}

// askedBy is the asker of a request that passed the gates.
func askedBy(ctx context.Context) asker {
	a, _ := ctx.Value(askerKey{}).(asker)
	return a
}

// serve is the way of every request.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if strings.HasPrefix(r.URL.Path, Base+"/openapi") {
		s.route(w, r)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	a, err := s.asker(ctx, r)
	if err == nil {
		err = s.spend(w, a)
	}
	if err != nil {
		s.refuse(w, err, "finding who asks")
		return
	}
	if !longer(r) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	}
	r = r.WithContext(context.WithValue(ctx, askerKey{}, a))
	if key := r.Header.Get("Idempotency-Key"); key != "" && r.Method == http.MethodPost {
		s.once(w, r, a, key)
		return
	}
	s.route(w, r)
}

// asker finds who asks by the bearer token, which stands in no URL and no
// cookie: RFC 6750, section 2.1.
func (s *Server) asker(ctx context.Context, r *http.Request) (asker, error) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		secret = ""
	}
	a := asker{secret: doorlink.Secret(strings.TrimSpace(secret)), url: r.URL}
	var err error
	if a.Actor, err = s.office.ByToken(ctx, a.secret, time.Now()); doorlink.KindOf(err) != doorlink.Denied {
		return a, err
	}
	if wait := s.guesses.Allow(page.Address(r, s.Proxies)); wait != nil {
		return a, wait
	}
	return a, err
}

// route finds the handler. The mux's own words for a path or method that there
// is not are put as a problem.
func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	if _, pattern := s.mux.Handler(r); pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	told := newRecorder(w)
	s.mux.ServeHTTP(told, r)
	err := errNoPath
	if told.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", told.header.Get("Allow"))
		err = errNoMethod
	}
	s.refuse(w, err, "finding a path")
}
