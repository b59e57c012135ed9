package web

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"doorlink"
	"doorlink/store"
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

// errAnswered says that a handler has answered its request itself.
var errAnswered = errors.New("already answered")

// answer turns what a handler returned into a page.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, l *locale.Language, err error) {
	if errors.Is(err, errAnswered) {
		return
	}
	page.Answer(w, r, s.log, err, func(e *doorlink.Error) error {
		views, err := s.look()
		if err != nil {
			return err
		}
		name, view := s.problem(views, r, l, e)
		return views.Write(w, r, page.Status(e.Kind), name, view)
	})
}

// problem chooses the page that helps with a failure.
func (s *Server) problem(v views, r *http.Request, l *locale.Language, e *doorlink.Error) (name string, view any) {
	switch {
	case errors.Is(e, doorlink.ErrStickerOld):
		return "visitor/notice.html", v.gone(l)
	case errors.Is(e, doorlink.ErrStickerUnknown), errors.Is(e, errNowhere):
		return "visitor/notice.html", v.unknown(l)
	case errors.Is(e, store.ErrNoSession), errors.Is(e, store.ErrLinkUsed),
		errors.Is(e, store.ErrLinkExpired), errors.Is(e, store.ErrLinkUnknown):
		return "resident/problem.html", v.problem(l, e.Key)
	}
	return "visitor/notice.html", v.failed(l, page.Sentence(l, e, time.UTC))
}

// failed is the page for everything without one of its own: what went wrong,
// in a sentence.
func (v views) failed(l *locale.Language, text string) noticeView {
	return noticeView{
		visitorView: visitorView{l, v.Languages.Languages(), l.Say("error.title")},
		State:       "failed", Lead: text, Next: l.Say("visitor.unknown.type"),
	}
}

// start is where somebody without a working camera begins.
func (s *Server) start(w http.ResponseWriter, r *http.Request, l *locale.Language) error {
	if code := r.URL.Query().Get("code"); code != "" {
		short, ok := doorlink.ReadShortCode(code)
		if !ok {
			return s.wrongCode(w, r, l, code)
		}
		http.Redirect(w, r, "/"+url.PathEscape(short), http.StatusSeeOther)
		return nil
	}
	views, err := s.look()
	if err != nil {
		return err
	}
	return views.Write(w, r, http.StatusOK, "visitor/start.html", views.start(l, ""))
}

// typed leads from the short address on a sticker to its page. A short code can be
// guessed, other than a token: so right ones are charged like wrong ones, and none
// is looked up once the budget is used up.
func (s *Server) typed(w http.ResponseWriter, r *http.Request, l *locale.Language) error {
	short, ok := doorlink.ReadShortCode(r.PathValue("short"))
	if !ok {
		return errNowhere
	}
	if err := s.limits.guesses.Allow(page.Address(r, s.proxies)); err != nil {
		return err
	}
	at, err := s.db.ScanShort(r.Context(), short, time.Now())
	if errors.Is(err, doorlink.ErrStickerUnknown) {
		return s.wrongCode(w, r, l, doorlink.ShortCode(short))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/p/"+at.Sticker.Token.Reveal(), http.StatusSeeOther)
	return nil
}

// longestTyped bounds what is shown back to somebody who mistyped.
const longestTyped = 20

func (s *Server) wrongCode(w http.ResponseWriter, r *http.Request, l *locale.Language, typed string) error {
	if runes := []rune(typed); len(runes) > longestTyped {
		typed = string(runes[:longestTyped]) + "…"
	}
	views, err := s.look()
	if err != nil {
		return err
	}
	return views.Write(w, r, http.StatusNotFound, "visitor/start.html", views.start(l, typed))
}

// search brings the few lines a visitor may mean, as a piece of the page.
func (s *Server) search(w http.ResponseWriter, r *http.Request, v visitor) error {
	return s.matches(w, r, v, "visitor/rows")
}

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
