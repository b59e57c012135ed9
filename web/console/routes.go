package console

import (
	"net/http"

	"doorlink"
	"doorlink/roster"
	"doorlink/web/page"
)

// How many bytes of a request are read: of a form, and of one with the longest
// list in it.
const (
	longestForm = 256 << 10
	longestBody = roster.MaxBytes + 64<<10
)

// withList marks the handler of a route that reads a list; all others read forms
// alone.
type withList struct{ http.Handler }

// Handler serves every route below /console/, and the console's part of /a/,
// where all pages have their styles and scripts.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	s.routes(func(pattern string, h http.Handler) {
		limit := int64(longestForm)
		if _, ok := h.(withList); ok {
			limit = longestBody
		}
		mux.Handle(pattern, http.MaxBytesHandler(h, limit))
	})
	return page.Careful(longestBody, http.NewCrossOriginProtection().Handler(mux))
}

// register serves an address by a handler.
type register func(pattern string, h http.Handler)

// routes registers every route. Those of a family of pages stand beside its handlers.
func (s *Server) routes(on register) {
	// Anybody.
	on("GET /a/{hash}/console/", s.source.Assets(s.log))
	s.signInRoutes(on)

	// Whoever is signed in.
	s.accountRoutes(on)
	s.portfolioRoutes(on)
	on("/console/", s.own(nowhere))

	// At a property, in the order of the rail.
	s.overviewRoutes(on)
	s.doorRoutes(on)
	s.linkRoutes(on)
	s.peopleRoutes(on)
	s.unitRoutes(on)
	s.keyRoutes(on)
	s.holderRoutes(on)
	s.historyRoutes(on)
	s.importRoutes(on)
	s.syncRoutes(on)
	s.reportRoutes(on)
	s.auditRoutes(on)
	s.tokenRoutes(on)
	s.managerRoutes(on)
	s.hookRoutes(on)
	s.settingsRoutes(on)
}

// errNowhere answers an address that leads nowhere.
var errNowhere = doorlink.Fail(doorlink.NotFound, "page.unknown")

func nowhere(http.ResponseWriter, *http.Request, *own) error { return errNowhere }
