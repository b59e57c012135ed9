package console

import (
	"errors"
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/web/page"
)

// hookForm is what is asked of whoever adds or changes a webhook: webhook_new.html
// and a part of webhook_change.html.
type hookForm struct {
	URL    string
	Events []choice
	Wrong  string // what is wrong with it; empty: nothing
	Names  bool   // the property lets names go along
}

// hookForm is the form with a wish.
func (d *desk) hookForm(w office.HookWish, wrong string) hookForm {
	f := hookForm{URL: w.URL, Wrong: wrong, Names: d.Property.HookNames}
	for _, k := range append([]doorlink.EventKind{doorlink.EveryEvent}, doorlink.EventKinds...) {
		c := choice{Value: string(k), Name: string(k), Hint: d.lang.Say("console.event." + string(k))}
		if k == doorlink.EveryEvent {
			c.Name, c.Hint = d.lang.Say("console.hook.every"), d.lang.Say("console.hook.every.why")
		}
		for _, chosen := range w.Events {
			c.On = c.On || chosen == k
		}
		f.Events = append(f.Events, c)
	}
	return f
}

// hookIn reads the form.
func hookIn(r *http.Request) office.HookWish {
	w := office.HookWish{URL: r.PostFormValue("url")} // parses the form
	for _, k := range r.PostForm["event"] {
		w.Events = append(w.Events, doorlink.EventKind(k))
	}
	return w
}

// newHookView is webhook_new.html.
type newHookView struct {
	shell
	hookForm
}

func (s *Server) newHook(w http.ResponseWriter, r *http.Request, d *desk) error {
	if !d.May(doorlink.Connect) {
		return office.ErrMayNot
	}
	return s.showNewHook(w, r, d, http.StatusOK, d.hookForm(office.HookWish{}, ""))
}

func (s *Server) showNewHook(w http.ResponseWriter, r *http.Request, d *desk, status int, f hookForm) error {
	v := newHookView{s.shell(r, d, "webhooks"), f}
	v.Title = d.lang.Say("console.hooks.add")
	return s.show(w, r, status, "webhook_new.html", v)
}

// addHook brings a form with a mistake back with everything that was typed.
func (s *Server) addHook(w http.ResponseWriter, r *http.Request, d *desk) error {
	wish := hookIn(r)
	made, err := d.AddHook(r.Context(), wish)
	if e, ok := errors.AsType[*doorlink.Error](err); ok && e.Kind == doorlink.Invalid {
		return s.showNewHook(w, r, d, http.StatusBadRequest, d.hookForm(wish, page.Sentence(d.lang, e, d.Location())))
	}
	if err != nil {
		return err
	}
	return s.afterSecret(w, r, d, made)
}

// secretView is webhook_secret.html: the one page that shows a secret.
type secretView struct {
	shell
	At      hookRow
	Secret  string
	Renewed bool
}

// afterSecret leads to the page that shows a new secret.
func (s *Server) afterSecret(w http.ResponseWriter, r *http.Request, d *desk, made office.NewHook) error {
	at := d.path("webhooks/" + string(made.ID) + "/secret")
	s.carry(w, made.Secret, at)
	return s.after(w, r, d, made.Receipt, at)
}

// secret shows what was made just now; without it there is only the webhook's
// page.
func (s *Server) secret(w http.ResponseWriter, r *http.Request, d *desk) error {
	line, err := d.Hook(r.Context(), doorlink.HookID(r.PathValue("hook")))
	if err != nil {
		return err
	}
	v := secretView{shell: s.shell(r, d, "webhooks"), At: d.hookRow(line, time.Now()), Renewed: !line.Former.IsZero()}
	secret, ok := carried(w, r)
	if !ok {
		http.Redirect(w, r, v.At.Address, http.StatusSeeOther)
		return nil
	}
	v.Title, v.Secret = d.lang.Say("console.hook.secret.new"), secret.Reveal()
	return s.show(w, r, http.StatusOK, "webhook_secret.html", v)
}

// changeHookView is webhook_change.html.
type changeHookView struct {
	hookView
	hookForm
	Now string // what it says meanwhile, if somebody else changed it; empty otherwise
}

func (s *Server) changeHook(w http.ResponseWriter, r *http.Request, d *desk) error {
	at, err := s.atHook(r, d, "change")
	if err != nil {
		return err
	}
	v := changeHookView{hookView: at, hookForm: d.hookForm(office.HookWish{URL: at.At.URL, Events: at.At.Events}, "")}
	return s.show(w, r, http.StatusOK, "webhook_change.html", v)
}

// setHook brings a form back with everything that was typed if it has a mistake,
// or if somebody else was faster: then beside what they left.
func (s *Server) setHook(w http.ResponseWriter, r *http.Request, d *desk) error {
	at, err := s.atHook(r, d, "change")
	if err != nil {
		return err
	}
	wish := hookIn(r)
	did, err := d.SetHook(r.Context(), at.At.ID, wish, r.PostFormValue("tag"))
	e, told := errors.AsType[*doorlink.Error](err)
	switch stale := errors.Is(err, doorlink.ErrChanged); {
	case told && (stale || e.Kind == doorlink.Invalid):
		v := changeHookView{hookView: at, hookForm: d.hookForm(wish, page.Sentence(d.lang, e, d.Location()))}
		if stale {
			v.Now = d.lang.Say("console.hook.now", "url", at.At.URL, "events", at.At.Chosen)
		}
		return s.show(w, r, page.Status(e.Kind), "webhook_change.html", v)
	case err != nil:
		return err
	}
	return s.after(w, r, d, did, at.At.Address)
}

func (s *Server) renewSecret(w http.ResponseWriter, r *http.Request, d *desk) error {
	made, err := d.RenewSecret(r.Context(), doorlink.HookID(r.PathValue("hook")))
	if err != nil {
		return err
	}
	return s.afterSecret(w, r, d, made)
}
