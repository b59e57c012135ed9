package console

import (
	"errors"
	"net/http"
	"time"

	"doorlink"
	"doorlink/store"
	"doorlink/web/page"
)

// problemView is problem.html: what went wrong, in a sentence.
type problemView struct {
	shell
	Text string
	Back string // where to go from here
}

// answer turns what a handler returned into a page: among a property's pages if
// d is not nil.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, d *desk, err error) {
	page.Answer(w, r, s.log, err, func(e *doorlink.Error) error {
		switch {
		case errors.Is(e, store.ErrNoSession):
			s.cookies.SetStrict(w, cookie, "", root, -time.Second)
			return s.signIn(w, r, page.Status(e.Kind), page.Sentence(s.words, e, nil))
		case r.URL.Path == root+"passkey", r.URL.Path == SSOPath, r.URL.Path == SSOPath+"/begin":
			return s.signIn(w, r, page.Status(e.Kind), page.Sentence(s.words, e, nil))
		}
		return s.show(w, r, page.Status(e.Kind), "problem.html", s.problem(r, d, e))
	})
}

func (s *Server) problem(r *http.Request, d *desk, e *doorlink.Error) problemView {
	if d == nil {
		return problemView{shell: s.bare("console.problem"), Text: page.Sentence(s.words, e, nil), Back: root}
	}
	v := problemView{shell: s.shell(r, d, ""), Text: page.Sentence(s.words, e, d.Location()), Back: d.path("")}
	v.Title = s.words.Say("console.problem")
	return v
}
