// Package web is doorlink as people see it: the visitor's page behind a
// sticker, the resident's app, and the sockets through which both take part in
// calls.
//
// Visitors and residents have separate secrets and separate kinds of handler;
// see guard.go. Every page carries its policy, makes no request to anybody
// else, and works without script except for the call itself.
package web

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"

	"github.com/coder/websocket"

	"doorlink"
	"doorlink/store"
	"doorlink/switchboard"
	"doorlink/web/locale"
	"doorlink/web/page"
)

// Config is what the pages must know about where they are served.
type Config struct {
	Base    string // the address browsers use, without a path
	Proxies int    // how many trusted proxies stand in front
	Dev     fs.FS  // sources to build anew for every page; nil outside development
	// Welcome appoints the manager who has set the first building up and signs
	// them in to the console; nil where there is no console.
	Welcome func(w http.ResponseWriter, r *http.Request, m doorlink.Manager) error
}

// Server serves the pages of one node.
type Server struct {
	db      *store.DB
	board   *switchboard.Board
	log     *slog.Logger
	base    string
	cookies page.Cookies
	proxies int
	source  *page.Source
	words   *locale.Catalogue
	limits  limits
	shelf   *shelf
	watch   *watch
	tally   *tally
	setup   setup
	welcome func(http.ResponseWriter, *http.Request, doorlink.Manager) error

	mu      sync.Mutex
	closing bool
	sockets map[*socket]bool
	pages   sync.WaitGroup
}

// New prepares the pages; it fails where a source does not build.
func New(c Config, db *store.DB, board *switchboard.Board, log *slog.Logger) (*Server, error) {
	source, err := page.NewSource(c.Dev, newViews)
	if err != nil {
		return nil, err
	}
	cookies, err := page.CookiesAt(c.Base)
	if err != nil {
		return nil, err
	}
	return &Server{
		db: db, board: board, log: log,
		base: c.Base, cookies: cookies, proxies: c.Proxies,
		source: source, words: source.Languages(),
		limits: newLimits(), shelf: newShelf(), watch: newWatch(), tally: newTally(),
		sockets: map[*socket]bool{}, welcome: c.Welcome,
	}, nil
}

// Run tells open pages of changes, and writes what was counted, until ctx is
// done; then it closes all sockets and waits for them.
func (s *Server) Run(ctx context.Context) error {
	var counting sync.WaitGroup
	counting.Go(func() { s.tally.run(ctx, s.db.AddUses, s.log) })
	defer counting.Wait()
	s.watch.run(ctx, s.db.Revision)
	s.mu.Lock()
	s.closing = true
	open := make([]*socket, 0, len(s.sockets))
	for sock := range s.sockets {
		open = append(open, sock)
	}
	s.mu.Unlock()
	for _, sock := range open {
		go sock.close(websocket.StatusGoingAway, "restarting")
	}
	s.pages.Wait()
	return nil
}

// keep runs a page's socket in a goroutine of its own, so that its handler can
// return. It reports false, and runs nothing, when the server is closing. Should
// run panic, that ends this one page, as net/http would have it: whoever found out
// how to make it panic does not silence the whole house.
func (s *Server) keep(sock *socket, run func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.sockets[sock] = true
	s.pages.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				s.log.Error("a page's socket panicked", "panic", p, "stack", string(debug.Stack()))
				sock.close(websocket.StatusInternalError, "")
			}
			sock.close(websocket.StatusNormalClosure, "")
			s.mu.Lock()
			delete(s.sockets, sock)
			s.mu.Unlock()
		}()
		run()
	})
	return true
}

// Sockets is how many pages are connected.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// look is what pages are made of now; see page.Source.
func (s *Server) look() (views, error) {
	v, err := s.source.Views()
	return views{v}, err
}
