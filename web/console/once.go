package console

import (
	"net/http"
	"time"

	"doorlink"
)

// What is secret and was made just now is shown once, and for some minutes after,
// in the browser of whoever made it: that carries it to its page in a cookie, so
// that it stands in no address, nothing of it is kept here, and loading the page
// again makes nothing anew.
const (
	shownCookie = "dl_shown"
	shownTime   = 10 * time.Minute
	longest     = 64 // characters of it
)

// carry gives a secret to the page at an address, and to no other.
func (s *Server) carry(w http.ResponseWriter, secret doorlink.Secret, at string) {
	s.cookies.SetStrict(w, shownCookie, secret.Reveal(), at, shownTime)
}

// carried is the secret that was given to a page, whose answer is kept nowhere.
func carried(w http.ResponseWriter, r *http.Request) (doorlink.Secret, bool) {
	c, err := r.Cookie(shownCookie)
	if err != nil || c.Value == "" || len(c.Value) > longest {
		return "", false
	}
	w.Header().Set("Cache-Control", "no-store")
	return doorlink.Secret(c.Value), true
}
