package web

import (
	"context"
	"net/http"
	"time"

	"doorlink"
	"doorlink/store"
	"doorlink/web/locale"
	"doorlink/web/page"
)

// The audience of a route is the type of its function: a handler that needs to
// know who is asking cannot be registered without the guard that finds out.
type (
	openFunc     func(w http.ResponseWriter, r *http.Request, l *locale.Language) error
	visitorFunc  func(w http.ResponseWriter, r *http.Request, v visitor) error
	residentFunc func(w http.ResponseWriter, r *http.Request, h resident) error
)

// visitor is who a visitor's route is asked by, and where.
type visitor struct {
	visit doorlink.Visit
	at    store.Scanned
	zone  *time.Location
	lang  *locale.Language
	known bool // the visit has been here before
}

// resident is who a resident's route is asked by.
type resident struct {
	handset doorlink.Handset
	session doorlink.Secret
	lang    *locale.Language
}

// The cookies of the two audiences are secrets of their own; neither opens the
// other's routes.
const (
	visitCookie   = "dl_visit"
	sessionCookie = "dl_session"
	visitAge      = 24 * time.Hour
	sessionAge    = 90 * 24 * time.Hour
)

// open guards what anybody may see.
func (s *Server) open(f openFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l := s.cookies.Language(w, r, s.words)
		s.answer(w, r, l, f(w, r, l))
	})
}

// visitor guards what the holder of a sticker's token may see, and knows the
// browser again by its cookie.
func (s *Server) visitor(f visitorFunc) http.Handler {
	return s.open(func(w http.ResponseWriter, r *http.Request, l *locale.Language) error {
		at, err := s.db.Scan(r.Context(), doorlink.Secret(r.PathValue("token")), time.Now())
		if err != nil {
			return s.guessed(r, err)
		}
		if at.Sticker.Scanned.IsZero() && opened(r) {
			if at, err = s.firstScan(r.Context(), at); err != nil {
				return err
			}
		}
		cookie, known := page.SecretIn(r, visitCookie)
		if !known {
			cookie = doorlink.NewSecret()
			s.cookies.Set(w, visitCookie, cookie.Reveal(), "/p/", visitAge)
		}
		return f(w, r, visitor{
			visit: doorlink.Visit{
				ID: doorlink.VisitFor(cookie, at.Door.ID), Property: at.Property.ID,
				Door: at.Door.ID, Panel: at.Panel.ID, Sticker: at.Sticker.ID,
			},
			at: at, zone: at.Property.Clock(), lang: l, known: known,
		})
	})
}

// firstScan notes that a sticker hangs at its door, and reads again where it
// leads: the revision has grown. If it cannot be noted the visitor is let in all
// the same, and the next scan tries again.
func (s *Server) firstScan(ctx context.Context, at store.Scanned) (store.Scanned, error) {
	now := time.Now()
	if err := s.db.FirstScan(ctx, at.Sticker.ID, now); err != nil {
		s.log.Warn("the first scan of a sticker was not noted", "sticker", at.Sticker.ID, "cause", err)
		return at, nil
	}
	return s.db.Scan(ctx, at.Sticker.Token, now)
}

// resident guards what needs a signed-in handset.
func (s *Server) resident(f residentFunc) http.Handler {
	return s.open(func(w http.ResponseWriter, r *http.Request, l *locale.Language) error {
		secret, ok := page.SecretIn(r, sessionCookie)
		if !ok {
			return store.ErrNoSession
		}
		h, err := s.db.Session(r.Context(), secret.Hash(), time.Now())
		if err != nil {
			return err
		}
		return f(w, r, resident{handset: h, session: secret, lang: l})
	})
}

// guessed counts a wrong token or link against its address, and tells who goes on
// to wait. Nobody guesses 160 bits: right ones are let in all the same, since
// behind one address there may be many.
func (s *Server) guessed(r *http.Request, err error) error {
	if doorlink.KindOf(err) != doorlink.NotFound {
		return err
	}
	if wait := s.limits.guesses.Allow(page.Address(r, s.proxies)); wait != nil {
		return wait
	}
	return err
}
