package journeys

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"
)

var (
	// consoleRoute matches a page's route, which the console has beside its handler.
	consoleRoute = regexp.MustCompile(`on\("(GET /console/[^"]*)"`)
	// noPage matches routes that lead on, are asked by a page, or are a file.
	noPage = regexp.MustCompile(`\{\$\}|/sso|/live$|[./](csv|json)$`)
)

// everyPage has a tour of the console fail, by what it returns, unless every page
// there is was looked at.
func everyPage(tb testing.TB, see look) (seeing look, check func()) {
	tb.Helper()
	files, err := filepath.Glob("../web/console/*.go")
	if err != nil {
		tb.Fatal(err)
	}
	var text []byte
	for _, file := range files {
		part, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		text = append(text, part...)
	}
	left, mux := map[string]bool{}, http.NewServeMux()
	for _, found := range consoleRoute.FindAllSubmatch(text, -1) {
		if route := string(found[1]); !noPage.MatchString(route) {
			left[route] = true
			mux.Handle(route, http.NotFoundHandler())
		}
	}
	if len(left) < 30 {
		tb.Fatalf("got %d pages: the routes are not read", len(left))
	}
	seeing = func(t *tab, state string) {
		r, err := http.NewRequest(http.MethodGet, ask(t, chromedp.Evaluate[string](`location.pathname`)), nil)
		if err != nil {
			tb.Fatal(err)
		}
		_, route := mux.Handler(r)
		delete(left, route)
		see(t, state)
	}
	return seeing, func() {
		for route := range left {
			tb.Errorf("nobody looks at %s", route)
		}
	}
}
