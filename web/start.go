package web

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"doorlink"
	"doorlink/web/locale"
	"doorlink/web/page"
)

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
