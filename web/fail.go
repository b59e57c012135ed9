package web

import (
	"errors"
	"net/http"
	"time"

	"doorlink"
	"doorlink/store"
	"doorlink/web/locale"
	"doorlink/web/page"
)

// errAnswered says that a handler has answered its request itself.
var errAnswered = errors.New("already answered")

// answer turns what a handler returned into a page.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, l *locale.Language, err error) {
	if errors.Is(err, errAnswered) {
		return
	}
	page.Answer(w, r, s.log, err, func(e *doorlink.Error) error {
		views, err := s.look()
		if err != nil {
			return err
		}
		name, view := s.problem(views, r, l, e)
		return views.Write(w, r, page.Status(e.Kind), name, view)
	})
}

// problem chooses the page that helps with a failure.
func (s *Server) problem(v views, r *http.Request, l *locale.Language, e *doorlink.Error) (name string, view any) {
	switch {
	case errors.Is(e, doorlink.ErrStickerOld):
		return "visitor/notice.html", v.gone(l)
	case errors.Is(e, doorlink.ErrStickerUnknown), errors.Is(e, errNowhere):
		return "visitor/notice.html", v.unknown(l)
	case errors.Is(e, store.ErrNoSession), errors.Is(e, store.ErrLinkUsed),
		errors.Is(e, store.ErrLinkExpired), errors.Is(e, store.ErrLinkUnknown):
		return "resident/problem.html", v.problem(l, e.Key)
	}
	return "visitor/notice.html", v.failed(l, page.Sentence(l, e, time.UTC))
}

// failed is the page for everything without one of its own: what went wrong,
// in a sentence.
func (v views) failed(l *locale.Language, text string) noticeView {
	return noticeView{
		visitorView: visitorView{l, v.Languages.Languages(), l.Say("error.title")},
		State:       "failed", Lead: text, Next: l.Say("visitor.unknown.type"),
	}
}

// refusal words a failure to act on a signal for the page that sent it.
func (s *Server) refusal(l *locale.Language, of doorlink.Signal, err error, zone *time.Location) doorlink.Signal {
	e := page.Foreseen(s.log, err, "acting on a signal")
	r := &doorlink.Refusal{Of: of.Kind, Kind: e.Kind.String(), Status: page.Status(e.Kind), Key: e.Key, Text: page.Sentence(l, e, zone)}
	for i := 1; i < len(e.Args); i += 2 {
		switch v := e.Args[i].(type) {
		case time.Time:
			if e.Args[i-1] == "until" {
				r.LeftMS = max(0, time.Until(v).Milliseconds())
			}
		case time.Duration:
			r.LeftMS = v.Milliseconds()
		}
	}
	return doorlink.Signal{Kind: doorlink.SigRefused, Call: of.Call, Refused: r}
}
