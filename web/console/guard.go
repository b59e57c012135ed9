package console

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
	"doorlink/web/locale"
	"doorlink/web/page"
)

// The audience of a route is the type of its function: a handler that needs to
// know who is asking cannot be registered without the guard that finds out.
type (
	openFunc func(w http.ResponseWriter, r *http.Request) error
	ownFunc  func(w http.ResponseWriter, r *http.Request, o *own) error
	deskFunc func(w http.ResponseWriter, r *http.Request, d *desk) error
)

// errForm refuses a form that is too long or cannot be read.
var errForm = doorlink.Fail(doorlink.Invalid, "console.form")

// own is a manager who is signed in, at no property.
type own struct {
	office.Actor
	session store.DeskSession
	lang    *locale.Language
}

// desk is a manager at a property that is theirs.
type desk struct {
	*office.Desk
	lang *locale.Language
}

// The cookie of a manager's session. It is a secret of its own: it opens no
// visitor's or resident's route, nor do theirs open the console's.
const (
	cookie = "dl_desk"
	root   = "/console/"
)

// open guards what anybody may see. It reads forms, but for those in several
// parts, which are the reader's to read: only they may be as long as a list.
func (s *Server) open(f openFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			r.Body = http.MaxBytesReader(w, r.Body, longestForm)
		}
		if err := r.ParseForm(); err != nil { // a field that is missing then would read as one left empty
			s.answer(w, r, nil, errForm.Because(err))
			return
		}
		s.answer(w, r, nil, f(w, r))
	})
}

// own guards what needs a manager who is signed in.
func (s *Server) own(f ownFunc) http.Handler { return s.signedIn(s.db.Desk, f) }

// finder finds a session by the hash of its secret, as store.DB.Desk does.
type finder func(ctx context.Context, hash string, now time.Time) (store.DeskSession, error)

func (s *Server) signedIn(find finder, f ownFunc) http.Handler {
	return s.open(func(w http.ResponseWriter, r *http.Request) error {
		o, err := s.who(r, find)
		if err != nil {
			return err
		}
		return f(w, r, o)
	})
}

// desk guards what needs a manager at one of their properties. What goes wrong
// there is told among that property's pages; who asks for something of elsewhere
// is told that it is not there, and the audit that they asked.
func (s *Server) desk(f deskFunc) http.Handler { return s.own(s.at(f)) }

// aside guards what an open page asks by itself, which is no use of the session.
func (s *Server) aside(f deskFunc) http.Handler { return s.signedIn(s.db.UnusedDesk, s.at(f)) }

func (s *Server) at(f deskFunc) ownFunc {
	return func(w http.ResponseWriter, r *http.Request, o *own) error {
		at, err := s.office.At(r.Context(), o.Actor, doorlink.PropertyID(r.PathValue("property")))
		if err != nil {
			return err
		}
		d := &desk{Desk: at, lang: o.lang}
		err = f(w, r, d)
		if doorlink.KindOf(err) == doorlink.NotFound {
			d.Missed(r.Context(), r.URL.Path+" "+r.Form.Encode())
		}
		s.answer(w, r, d, err)
		return nil
	}
}

// who finds the manager of a request, or fails with store.ErrNoSession.
func (s *Server) who(r *http.Request, find finder) (*own, error) {
	secret, ok := page.SecretIn(r, cookie)
	if !ok {
		return nil, store.ErrNoSession
	}
	session, err := find(r.Context(), secret.Hash(), time.Now())
	if err != nil {
		return nil, err
	}
	if session.Browser != browser(r) {
		return nil, s.stolen(r.Context(), session)
	}
	m, err := s.db.Manager(r.Context(), session.Manager)
	if errors.Is(err, store.ErrNoManager) {
		return nil, store.ErrNoSession // removed between the two looks
	}
	return &own{Actor: office.Actor{Manager: m}, session: session, lang: s.words}, err
}

// browser is the hash of what a browser calls itself. Whoever has only a copy of
// the cookie seldom has the same browser in the same version, too.
func browser(r *http.Request) string { return doorlink.Digest(r.UserAgent()) }

// stolen ends a session that came from another browser than the one that signed
// in: its owner signs in again, a thief does not.
func (s *Server) stolen(ctx context.Context, session store.DeskSession) error {
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.EndDesk(ctx, session.Hash); err != nil {
			return err
		}
		_, err := tx.Audit(ctx, doorlink.Deed{At: time.Now(), Manager: session.Manager, Action: "session.refused"})
		return err
	})
	if err != nil {
		return err
	}
	return store.ErrNoSession
}
