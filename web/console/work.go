package console

import (
	"context"
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/roster"
	"doorlink/web/page"
)

// workTime bounds the work on one list, letters included, and inviteRound how
// long letters go out before the page hears of it.
const (
	workTime    = time.Hour
	inviteRound = 10 * time.Second
)

// chooseAbout keeps what a manager chose about a list, and shows what it would
// change then.
func (s *Server) chooseAbout(w http.ResponseWriter, r *http.Request, d *desk) error {
	o := roster.Options{Leavers: r.PostFormValue("leavers") != "", TakeKeys: r.PostFormValue("take") != ""}
	for _, k := range r.PostForm["key"] {
		o.Keys = append(o.Keys, doorlink.KeyID(k))
	}
	return s.backToList(w, r, d, d.Choose(r.Context(), d.list(r), o))
}

// decide keeps who somebody of a list is: a person of the house, somebody new,
// or a question again.
func (s *Server) decide(w http.ResponseWriter, r *http.Request, d *desk) error {
	var who *doorlink.PersonID
	if r.PostFormValue("answer") != "ask" {
		id := doorlink.PersonID(r.PostFormValue("answer"))
		who = &id
	}
	return s.backToList(w, r, d, d.Decide(r.Context(), d.list(r), r.PostFormValue("email"), who))
}

func (s *Server) backToList(w http.ResponseWriter, r *http.Request, d *desk, err error) error {
	if err != nil {
		return err
	}
	http.Redirect(w, r, d.listPath(d.list(r)), http.StatusSeeOther)
	return nil
}

func (s *Server) removeList(w http.ResponseWriter, r *http.Request, d *desk) error {
	if err := d.RemoveDraft(r.Context(), d.list(r)); err != nil {
		return err
	}
	http.Redirect(w, r, d.path("import"), http.StatusSeeOther)
	return nil
}

// skipped are the rows that changed nothing, with the reason, to be mended.
func (s *Server) skipped(w http.ResponseWriter, r *http.Request, d *desk) error {
	p, err := d.Plan(r.Context(), d.list(r))
	if err != nil {
		return err
	}
	d.download(w, "skipped", "csv", "text/csv; charset=utf-8")
	return p.WriteSkipped(w, func(e *doorlink.Error) string { return page.Sentence(d.lang, e, d.Location()) })
}

// apply begins to apply a list; its page says how that goes.
func (s *Server) apply(w http.ResponseWriter, r *http.Request, d *desk) error {
	seal, invite := r.PostFormValue("seal"), r.PostFormValue("invite") != ""
	return s.work(w, r, d, func(ctx context.Context, f office.Draft) error {
		if _, err := d.Import(ctx, f.ID, seal); err != nil || !invite {
			return err
		}
		return s.inviteAll(ctx, d, f)
	})
}

// inviteNew begins to send links to everybody who has none.
func (s *Server) inviteNew(w http.ResponseWriter, r *http.Request, d *desk) error {
	return s.work(w, r, d, func(ctx context.Context, f office.Draft) error { return s.inviteAll(ctx, d, f) })
}

// inviteAll sends links, a round at a time, so that nobody else begins with the
// same list meanwhile, and no more than one once the node is to end.
func (s *Server) inviteAll(ctx context.Context, d *desk, f office.Draft) error {
	for {
		select {
		case <-s.ending:
			return nil
		default:
		}
		sent, err := d.InviteAll(ctx, inviteRound)
		if err != nil || sent == 0 {
			return err
		}
		if err := d.GoOn(ctx, f); err != nil {
			return err
		}
	}
}

// work does something with a list while its page refreshes itself. It goes on
// when the reader goes away.
func (s *Server) work(w http.ResponseWriter, r *http.Request, d *desk, do func(context.Context, office.Draft) error) error {
	draft, err := d.Begin(r.Context(), d.list(r))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), workTime)
	s.working.Go(func() {
		defer cancel()
		failed := ""
		if err := do(ctx, draft); err != nil {
			failed = page.Sentence(d.lang, page.Foreseen(s.log, err, "working on a list"), d.Location())
		}
		if err := d.End(ctx, draft, failed); err != nil {
			s.log.Warn("ending the work on a list", "list", draft.ID, "err", err)
		}
	})
	return s.backToList(w, r, d, nil)
}
