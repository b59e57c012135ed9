// Package console is what managers see: the console, at /console/.
//
// It decides nothing. A session leads to a manager, the address to a property,
// and both to an office.Desk, which knows what the manager may do there; a page
// shows what the desk answers, a form asks it to do something and leads back to
// a page that says what was done and offers to undo it. Everything but the
// making of passkeys and counts that follow works without script.
package console

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"

	"doorlink/office"
	"doorlink/passkey"
	"doorlink/sso"
	"doorlink/store"
	"doorlink/web/locale"
	"doorlink/web/page"
)

// Config is what the console must know about where it is served.
type Config struct {
	Base    string        // the address browsers use, without a path
	Proxies int           // how many trusted proxies stand in front
	Dev     fs.FS         // sources to build anew for every page; nil outside development
	Post    Post          // nil: links to sign in with are not sent
	SSO     *sso.Provider // nil: nobody signs in with their organisation's account
}

// Post sends e-mail.
type Post interface {
	// Send hands one plain text to the mail server, or fails with a
	// doorlink.Error.
	Send(ctx context.Context, to, subject, text string) error
}

// Server serves the console of one node.
type Server struct {
	db      *store.DB
	office  *office.Office
	log     *slog.Logger
	base    string
	cookies page.Cookies
	proxies int
	post    Post
	sso     *sso.Provider
	site    *passkey.Site // nil where browsers have no passkeys
	source  *page.Source
	words   *locale.Language
	press   office.Press
	limits  limits
	letters sync.WaitGroup // being sent
	working sync.WaitGroup // on lists
	ending  chan struct{}  // closed by Run: begin nothing more
}

// New prepares the console; it fails where a source does not build.
func New(c Config, db *store.DB, o *office.Office, log *slog.Logger) (*Server, error) {
	source, err := page.NewSource(c.Dev, newViews)
	if err != nil {
		return nil, err
	}
	cookies, err := page.CookiesAt(c.Base)
	if err != nil {
		return nil, err
	}
	site, err := passkey.New(c.Base, siteName)
	if err != nil {
		site = nil // an address without a name, or without HTTPS: links do
	}
	return &Server{
		db: db, office: o, log: log,
		base: c.Base, cookies: cookies, proxies: c.Proxies, post: c.Post, sso: c.SSO, site: site,
		source: source, words: source.Languages().Match("", "en"), limits: newLimits(),
		press:  office.Press{Base: c.Base, Words: source.Languages()},
		ending: make(chan struct{}),
	}, nil
}

// Run waits until ctx is done, and then for the letters that are being sent and
// the lists that are being applied.
func (s *Server) Run(ctx context.Context) error {
	<-ctx.Done()
	close(s.ending)
	s.letters.Wait()
	s.working.Wait()
	return nil
}

// newViews bundles and parses the console's pages.
func newViews(sources fs.FS) (*page.Views, error) { return page.New(sources, []string{"console"}) }

// show answers with a page of the console.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, name string, view any) error {
	views, err := s.source.Views()
	if err != nil {
		return err
	}
	return views.Write(w, r, status, "console/"+name, view)
}
