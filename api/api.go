// Package api is doorlink for programs: everything managers do in the console,
// under /api/v1, as JSON.
//
// A request goes through the same gates whatever it is for: the token finds who
// asks (RFC 6750), its budget is charged, and where a program says that a
// request may come again (Idempotency-Key) the first answer is given every time.
// Handlers then do what the console's pages do: they call the office, which
// decides who may. No rule stands here.
//
// The description is made from the code: /api/v1/openapi.json (OpenAPI 3.1), and
// /api/v1/openapi-3.0.json for generators that know no newer one. Failures are
// problems by RFC 9457 whose type is the key of the failure. doc: docs/api.md.
package api

import (
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"doorlink/office"
	"doorlink/web/locale"
	"doorlink/web/page"
)

// Base is where the API is served; what is under it is the Server's.
const Base = "/api/v1"

// maxBody is how much a request may say, in bytes, but for one with a list.
const maxBody = 1 << 20

// Config is what the API must know of its surroundings.
type Config struct {
	Base    string // how browsers address this service, for the links in answers
	Proxies int    // trusted proxies in front, for the address of who asks
}

// Server answers programs. It is an http.Handler for everything under Base and
// is for many goroutines.
type Server struct {
	Config
	office  *office.Office
	log     *slog.Logger
	words   *locale.Language
	press   office.Press
	mux     *http.ServeMux
	huma    huma.API
	spent   *meter        // requests, by token
	guesses *page.Limiter // wrong tokens, by address
	handler http.Handler
}

// New makes the API of an office. Its sentences are English whatever language
// the asker prefers: programs are written by people who read English, and their
// logs are easier to search so. It fails if the sentences cannot be read.
func New(c Config, o *office.Office, log *slog.Logger) (*Server, error) {
	all, err := locale.Load()
	if err != nil {
		return nil, err
	}
	s := &Server{
		Config: c, office: o, log: log, words: all.Match("", "en"), mux: http.NewServeMux(),
		press: office.Press{Base: c.Base, Words: all},
		spent: newMeter(perToken), guesses: page.NewLimiter(guessesPerAddress),
	}
	s.huma = humago.NewWithPrefix(s.mux, Base, s.describe())
	s.register()
	s.handler = page.Careful(maxList, http.HandlerFunc(s.serve))
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// describe is the frame of the description, without huma's pages from elsewhere
// and without its links in every answer.
func (s *Server) describe() huma.Config {
	c := huma.DefaultConfig("doorlink", "1")
	c.Info.Description = "What the manager's console does, for programs. See docs/api.md."
	c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", nil
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{s.say}
	c.Security = []map[string][]string{{"token": {}}}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "A token that a manager made: dl_…"},
	}
	return c
}

// register is the list of everything there is.
func (s *Server) register() {
	s.registerProperties()
	s.registerDoors()
	s.registerLinks()
	s.registerKeys()
	s.registerUnits()
	s.registerPeople()
	s.registerHolders()
	s.registerHistory()
	s.registerAudit()
	s.registerReports()
	s.registerLocks()
	s.registerManagers()
	s.registerLists()
	s.registerFeeds()
	s.registerTokens()
	s.registerHooks()
	s.registerPrint()
	s.registerUses()
}
