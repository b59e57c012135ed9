package web

import (
	"net/http"

	"doorlink"
	"doorlink/web/locale"
	"doorlink/web/page"
)

// longestBody is how many bytes of a request are read: a whole building fits the
// set-up form.
const longestBody = 256 << 10

// Handler serves every route of the product.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	s.routes(mux.Handle)
	return page.Careful(longestBody, http.NewCrossOriginProtection().Handler(mux))
}

func (s *Server) routes(on func(pattern string, h http.Handler)) {
	// Anybody.
	on("GET /{$}", s.open(s.start))
	on("GET /{short}", s.open(s.typed))
	on("GET /robots.txt", http.HandlerFunc(robots))
	on("GET /favicon.ico", http.HandlerFunc(noIcon))
	on("GET /a/", s.source.Assets(s.log))
	on("GET /healthz", http.HandlerFunc(healthy))
	on("GET /readyz", http.HandlerFunc(s.ready))
	on("GET /setup/{token}", s.open(s.setupForm))
	on("POST /setup/{token}", s.open(s.setUp))

	// Visitors.
	on("GET /p/{token}", s.visitor(s.directory))
	on("GET /p/{token}/search", s.visitor(s.search))
	on("GET /p/{token}/line", s.visitor(s.line))

	// Residents.
	on("GET /r/in/{link}", s.open(s.enter))
	on("GET /r/out", s.open(s.signedOut))
	on("GET /r/{$}", s.resident(s.home))
	on("GET /r/line", s.resident(s.residentLine))
	on("POST /r/shown", s.resident(s.shown))
	on("POST /r/out", s.resident(s.leave))

	on("/", s.open(nowhere))
}

// errNowhere answers an address that leads nowhere.
var errNowhere = doorlink.Fail(doorlink.NotFound, "page.unknown")

func nowhere(http.ResponseWriter, *http.Request, *locale.Language) error { return errNowhere }

// robots keeps search engines out altogether: no page is for them.
func robots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	w.Write([]byte("User-agent: *\nDisallow: /\n"))
}

func noIcon(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// healthy says that the process answers; nothing else is looked at.
func healthy(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) }

// ready says whether calls can be placed: the database answers.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if err := s.db.Ping(r.Context()); err != nil {
		s.log.Warn("not ready", "err", err)
		http.Error(w, "the database is away", http.StatusServiceUnavailable)
		return
	}
	w.Write([]byte("ok\n"))
}
