package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/coder/websocket"

	"doorlink"
	"doorlink/store"
	"doorlink/switchboard"
	"doorlink/web/locale"
	"doorlink/web/page"
)

// enter uses a one-time link: it registers this browser as a handset of the
// resident and signs it in. Only a person's own navigation counts; the previews of
// chats, to which links are handed over, and of browsers leave the link as it is.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, l *locale.Language) error {
	if !opened(r) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	h := doorlink.Handset{ID: doorlink.NewID[doorlink.HandsetID]("hset"), Name: page.BrowserName(r.UserAgent())}
	if old, ok := page.SecretIn(r, sessionCookie); ok {
		if known, err := s.db.Session(r.Context(), old.Hash(), time.Now()); err == nil {
			h.ID = known.ID // the same browser signing in again is the same handset
		}
	}
	session := doorlink.NewSecret()
	link := doorlink.Secret(r.PathValue("link"))
	if _, err := s.db.UseLink(r.Context(), link.Hash(), session.Hash(), h, time.Now()); err != nil {
		return s.guessed(r, err)
	}
	s.cookies.Set(w, sessionCookie, session.Reveal(), "/r/", sessionAge)
	http.Redirect(w, r, "/r/", http.StatusSeeOther)
	return nil
}

// home is the resident's page: whether they can be reached, where they are
// listed, and the place where calls appear.
func (s *Server) home(w http.ResponseWriter, r *http.Request, h resident) error {
	person, property, doors, err := s.db.PersonDoors(r.Context(), h.handset.Person)
	if err != nil {
		return err
	}
	views, err := s.look()
	if err != nil {
		return err
	}
	return views.Write(w, r, http.StatusOK, "resident/home.html", views.home(h.lang, person, property, doors, time.Now().In(property.Clock())))
}

// signedOut is where signing out ends.
func (s *Server) signedOut(w http.ResponseWriter, r *http.Request, l *locale.Language) error {
	views, err := s.look()
	if err != nil {
		return err
	}
	return views.Write(w, r, http.StatusOK, "resident/problem.html", views.problem(l, "out"))
}

// shown turns Show in intercom on or off.
func (s *Server) shown(w http.ResponseWriter, r *http.Request, h resident) error {
	if err := s.db.SetShown(r.Context(), h.handset.Person, r.PostFormValue("shown") == "on"); err != nil {
		return err
	}
	http.Redirect(w, r, "/r/", http.StatusSeeOther)
	return nil
}

// leave signs this handset out. Its open pages lose their lines.
func (s *Server) leave(w http.ResponseWriter, r *http.Request, h resident) error {
	if err := s.db.EndSession(r.Context(), h.session.Hash()); err != nil {
		return err
	}
	s.board.SignOut(h.handset)
	s.cookies.Set(w, sessionCookie, "", "/r/", -time.Second)
	http.Redirect(w, r, "/r/out", http.StatusSeeOther)
	return nil
}

// residentLine is a handset's socket.
func (s *Server) residentLine(w http.ResponseWriter, r *http.Request, h resident) error {
	sock, err := s.accept(w, r)
	if err != nil {
		return err
	}
	p := &residentPage{s: s, handset: h.handset, lang: h.lang, sock: sock}
	// The line is opened here and not in the goroutine that waits for years: its
	// stack would keep the size that looking into the database takes.
	if err := p.open(); err != nil {
		p.refuse(doorlink.Signal{}, err)
		sock.close(websocket.StatusTryAgainLater, "")
		return errAnswered
	}
	if !s.keep(sock, p.run) {
		p.line.Close()
		sock.close(websocket.StatusGoingAway, "restarting")
	}
	return nil
}

// residentPage is a handset's open page.
type residentPage struct {
	s       *Server
	handset doorlink.Handset
	lang    *locale.Language
	sock    *socket
	line    *switchboard.Line
}

func (p *residentPage) run() {
	defer p.line.Close()
	p.sock.listen(p.hear)
}

// hear does what the page says, or tells it why not.
func (p *residentPage) hear(said []byte, err error) {
	var sig doorlink.Signal
	if err == nil {
		sig, err = signalFrom(doorlink.Resident, said)
	}
	if err == nil {
		err = p.say(sig)
	}
	if err != nil {
		p.refuse(sig, err)
	}
}

func (p *residentPage) open() (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), sayTime)
	defer cancel()
	p.line, err = p.s.board.Line(ctx, p.handset, p.sock.send, p.signedOut)
	return err
}

// signedOut closes the page's socket without making whoever says so wait.
func (p *residentPage) signedOut() { go p.sock.close(websocket.StatusPolicyViolation, "signed out") }

func (p *residentPage) say(sig doorlink.Signal) error {
	if sig.Kind == doorlink.SigPing {
		p.sock.queue(pong)
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), sayTime)
	defer cancel()
	if sig.Kind == doorlink.SigAnswer {
		if err := p.mayAnswer(ctx, sig.Call); err != nil {
			return err
		}
	}
	return p.line.Say(ctx, sig)
}

// mayAnswer fails for a handset that was signed out and whose page has not heard of
// it, since the bus may lose a word. A call that it has goes on.
func (p *residentPage) mayAnswer(ctx context.Context, id doorlink.CallID) error {
	all, err := p.s.db.Handsets(ctx, p.handset.Person)
	if err != nil || slices.ContainsFunc(all, func(h doorlink.Handset) bool { return h.ID == p.handset.ID }) {
		return err
	}
	if c, err := p.s.db.Call(ctx, id); err == nil && c.Handset == p.handset.ID {
		return nil
	}
	p.signedOut()
	return store.ErrNoSession
}

// refuse words a refusal. Moments in it are already in the door's zone.
func (p *residentPage) refuse(of doorlink.Signal, err error) {
	p.sock.send(p.s.refusal(p.lang, of, err, nil))
}
