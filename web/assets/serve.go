package assets

import (
	"net/http"
	"strconv"
	"strings"
)

// Handler serves the files under /a/{hash}/{name}, where browsers may keep them
// for ever. A hash of another build is not found rather than answered with
// something else. Only GET and HEAD are served.
func (s *Set) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /a/{hash}/{name...}", func(w http.ResponseWriter, r *http.Request) {
		f, ok := s.files[r.PathValue("name")]
		if !ok || f.hash != r.PathValue("hash") {
			http.NotFound(w, r)
			return
		}
		f.serve(w, r)
	})
	return mux
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	body := f.body
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		w.Write(body) // the browser may have gone; there is nobody to tell
	}
}
