package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"doorlink"
	"doorlink/directory"
	"doorlink/switchboard"
	"doorlink/web/page"
)

// sayTime limits what one signal may take on our side.
const sayTime = 5 * time.Second

// directory serves the page behind a sticker: everything in one response.
func (s *Server) directory(w http.ResponseWriter, r *http.Request, v visitor) error {
	if r.URL.Query().Get("q") != "" {
		return s.matches(w, r, v, "visitor/directory.html")
	}
	views, err := s.look()
	if err != nil {
		return err
	}
	now := time.Now()
	if opened(r) {
		s.tally.scan(v.visit, doorlink.DayIn(now, v.zone))
	}
	key := shelfKey{views: views.Views, panel: v.at.Panel.ID, lang: v.lang.Tag, resume: s.resumes(r.Context(), v)}
	kept := s.shelf.find(key, v.at.Revision, now)
	if kept == nil {
		if kept, err = s.newPage(r.Context(), views, key, v, now); err != nil {
			return err
		}
		s.shelf.put(key, kept)
	}
	return kept.serve(w, r)
}

func (s *Server) newPage(ctx context.Context, views views, key shelfKey, v visitor, now time.Time) (*shelfPage, error) {
	list, err := s.listed(ctx, v, now)
	if err != nil {
		return nil, err
	}
	view := v.shown(views, list, now, "")
	view.Resume = key.resume
	plain, err := views.Render("visitor/directory.html", view)
	if err != nil {
		return nil, err
	}
	until := list.until
	if quiet := v.at.Property.NextQuiet(now); until.IsZero() || !quiet.IsZero() && quiet.Before(until) {
		until = quiet
	}
	return &shelfPage{revision: list.revision, until: until, plain: plain, packed: page.Zip(plain), policy: views.Policy()}, nil
}

// shown is a directory as the page has it at now, or what a search finds in it.
func (v visitor) shown(views views, list *shelfList, now time.Time, query string) directoryView {
	view := views.directory(v.lang, v.at.Property, v.at.Door, v.at.Panel, list.entries, query)
	view.List = list.mark
	if ends := v.at.Property.QuietUntil(now); !ends.IsZero() {
		view.Quiet = v.lang.Say("visitor.quiet", "time", ends)
	}
	return view
}

// listed is who can be called at the visitor's door, read again only when the
// property's revision or a date says so.
func (s *Server) listed(ctx context.Context, v visitor, now time.Time) (*shelfList, error) {
	if l := s.shelf.list(v.at.Door.ID, v.at.Revision, now); l != nil {
		return l, nil
	}
	facts, err := s.db.Directory(ctx, v.at.Door.ID)
	if err != nil {
		return nil, err
	}
	entries := directory.Project(v.at.Property, facts, now)
	l := &shelfList{revision: v.at.Revision, until: directory.NextChange(facts, now), entries: entries, mark: markOf(entries)}
	s.shelf.putList(v.at.Door.ID, l)
	return l, nil
}

// search brings the few lines a visitor may mean, as a piece of the page.
func (s *Server) search(w http.ResponseWriter, r *http.Request, v visitor) error {
	return s.matches(w, r, v, "visitor/rows")
}

// matches answers a search with a whole page or a piece of one.
func (s *Server) matches(w http.ResponseWriter, r *http.Request, v visitor, part string) error {
	if err := s.limits.searches.Allow(string(v.visit.ID)); err != nil {
		return err
	}
	if err := s.limits.seeks.Allow(page.Address(r, s.proxies)); err != nil {
		return err
	}
	views, err := s.look()
	if err != nil {
		return err
	}
	now := time.Now()
	list, err := s.listed(r.Context(), v, now)
	if err != nil {
		return err
	}
	typed := strings.TrimSpace(r.URL.Query().Get("q"))
	if len(typed) > longestSearch {
		typed = strings.ToValidUTF8(typed[:longestSearch], "")
	}
	return views.Write(w, r, http.StatusOK, part, v.shown(views, list, now, typed))
}

// longestSearch is how many bytes of what was typed are looked for.
const longestSearch = 200

// resumes reports whether the visit has a call or a code to come back to. A
// browser that was never here costs no look.
func (s *Server) resumes(ctx context.Context, v visitor) bool {
	if !v.known {
		return false
	}
	c, err := s.db.VisitCall(ctx, v.visit.ID)
	if err != nil {
		return false // the socket will find out; without a call there is nothing to show
	}
	if c.Matters(time.Now()) {
		return true
	}
	codes, err := s.db.Handed(ctx, c.ID)
	return err == nil && len(codes) > 0
}

// line is the visitor's socket.
func (s *Server) line(w http.ResponseWriter, r *http.Request, v visitor) error {
	sock, err := s.accept(w, r)
	if err != nil {
		return err
	}
	p := &visitorPage{s: s, v: v, sock: sock, address: page.Address(r, s.proxies), list: r.URL.Query().Get("list")}
	if !s.keep(sock, p.run) {
		sock.close(websocket.StatusGoingAway, "restarting")
	}
	return nil
}

// visitorPage is a visitor's open page: a socket and, while there is something
// to hear, a leg.
type visitorPage struct {
	s       *Server
	v       visitor
	sock    *socket
	address string
	list    string // the mark of the list the page shows; empty if it did not say
	leg     *switchboard.Leg
}

func (p *visitorPage) run() {
	defer p.s.watch.add(p.v.at.Property.ID, p.v.at.Revision, p.sock)()
	defer p.hold()
	p.catchUp()
	p.resume()
	p.sock.listen(p.hear)
}

// hear does what the page says, or tells it why not.
func (p *visitorPage) hear(said []byte, err error) {
	var sig doorlink.Signal
	if err == nil {
		sig, err = signalFrom(doorlink.Visitor, said)
	}
	if err == nil {
		err = p.say(sig)
	}
	if err != nil {
		p.sock.send(p.s.refusal(p.v.lang, sig, err, p.v.zone))
	}
}

// catchUp tells a page whose list has changed since it was served: the line is
// opened some time after that, and again after a loss.
func (p *visitorPage) catchUp() {
	ctx, cancel := context.WithTimeout(context.Background(), sayTime)
	defer cancel()
	list, err := p.s.listed(ctx, p.v, time.Now())
	if err != nil {
		return // the next change will be told
	}
	p.s.watch.note(p.v.at.Property.ID, list.until)
	if p.list != "" && p.list != list.mark {
		p.sock.send(doorlink.Signal{Kind: doorlink.SigDirectory})
	}
}

// hold leaves a call for the page to come back to.
func (p *visitorPage) hold() {
	if p.leg != nil {
		p.leg.Close()
	}
}

func (p *visitorPage) resume() {
	ctx, cancel := context.WithTimeout(context.Background(), sayTime)
	defer cancel()
	leg, err := p.s.board.Resume(ctx, p.v.visit, p.v.at.Entrance(), p.sock.send)
	if err == nil {
		p.leg = leg
	} else if !errors.Is(err, switchboard.ErrNoCall) {
		p.sock.send(p.s.refusal(p.v.lang, doorlink.Signal{}, err, p.v.zone))
	}
}

func (p *visitorPage) say(sig doorlink.Signal) error {
	ctx, cancel := context.WithTimeout(context.Background(), sayTime)
	defer cancel()
	switch {
	case sig.Kind == doorlink.SigPing:
		p.sock.queue(pong)
		return nil
	case sig.Kind == doorlink.SigDial:
		return p.dial(ctx, sig)
	case p.leg == nil:
		return switchboard.ErrNoCall
	}
	return p.leg.Say(ctx, sig)
}

// dial places a call, if the sticker is still good: the page may be open since
// before it was replaced. A page that thinks it has none, while a call of its
// visit goes on, is told of that one.
func (p *visitorPage) dial(ctx context.Context, sig doorlink.Signal) error {
	if err := p.s.limits.dials.Allow(p.address); err != nil {
		return err
	}
	if err := p.s.limits.stickers.Allow(string(p.v.visit.Panel)); err != nil {
		return err
	}
	at, err := p.s.db.Scan(ctx, p.v.at.Sticker.Token, time.Now())
	if err != nil {
		return err
	}
	var as doorlink.Caller
	if sig.Caller != nil {
		as = *sig.Caller
	}
	leg, err := p.s.board.Dial(ctx, p.v.visit, at.Entrance(), sig.Entry, as, p.sock.send)
	if err != nil {
		return err
	}
	p.s.tally.call(p.v.visit, doorlink.DayIn(time.Now(), p.v.zone))
	p.hold()
	p.leg = leg
	return nil
}
