package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"doorlink"
	"doorlink/hook"
	"doorlink/office"
	"doorlink/store"
	"doorlink/web/page"
)

// hooksView is webhooks.html.
type hooksView struct {
	shell
	listing
	Rows []hookRow
	Full bool // as many as a property may have
}

// hookRow is a webhook as its pages show it.
type hookRow struct {
	office.HookLine
	Address string // of its page
	Chosen  string // the events, in words
	Last    string // when it was last told something; empty: not yet
	Answer  string // what it said then
	Badge   badge
	Since   string // when it was paused, or began to fail; empty: neither
	Reason  string // why doorlink paused it; empty: it did not
	Overlap string // until when the former secret signs, too; empty: there is none
}

func (s *Server) hookRoutes(on register) {
	on("GET /console/{property}/webhooks", s.desk(s.hooks))
	on("POST /console/{property}/webhooks", s.desk(s.addHook))
	on("GET /console/{property}/webhooks/new", s.desk(s.newHook))
	on("GET /console/{property}/webhooks/{hook}", s.desk(s.hook))
	on("GET /console/{property}/webhooks/{hook}/change", s.desk(s.changeHook))
	on("POST /console/{property}/webhooks/{hook}/change", s.desk(s.setHook))
	on("POST /console/{property}/webhooks/{hook}/pause", s.desk(s.pauseHook))
	on("POST /console/{property}/webhooks/{hook}/test", s.desk(s.testHook))
	on("GET /console/{property}/webhooks/{hook}/secret", s.desk(s.secret))
	on("POST /console/{property}/webhooks/{hook}/secret", s.desk(s.renewSecret))
	on("POST /console/{property}/webhooks/{hook}/remove", s.desk(s.removeHook))
	on("POST /console/{property}/webhooks/{hook}/replay", s.desk(s.replayDead))
	on("GET /console/{property}/webhooks/{hook}/deliveries/{delivery}", s.desk(s.delivery))
	on("POST /console/{property}/webhooks/{hook}/deliveries/{delivery}/replay", s.desk(s.replay))
}

func (s *Server) hooks(w http.ResponseWriter, r *http.Request, d *desk) error {
	all, err := d.Hooks(r.Context())
	if err != nil {
		return err
	}
	found, err := d.FindHooks(r.Context(), asked(r))
	if err != nil {
		return err
	}
	v := hooksView{
		shell: s.shell(r, d, "webhooks"), listing: listed(d.lang, r, found, "console.hook.", "address", "last", "state"),
		Full: len(all) >= office.MaxHooks,
	}
	for _, h := range found.Rows {
		v.Rows = append(v.Rows, d.hookRow(h, time.Now()))
	}
	return s.show(w, r, http.StatusOK, "webhooks.html", v)
}

func (d *desk) hookRow(h office.HookLine, now time.Time) hookRow {
	row := hookRow{
		HookLine: h, Address: d.path("webhooks/" + string(h.ID)), Chosen: d.events(h.Events), Badge: d.hookBadge(h),
	}
	if !h.Tried.IsZero() {
		row.Last, row.Answer = d.moment(h.Tried), d.answer(h.Status, h.Took)
	}
	switch {
	case !h.Paused.IsZero():
		row.Since = d.moment(h.Paused)
	case !h.Failing.IsZero():
		row.Since = d.moment(h.Failing)
	}
	if h.Why != "" {
		row.Reason = d.lang.Say(h.Why)
	}
	if h.Former.After(now) {
		row.Overlap = d.moment(h.Former)
	}
	return row
}

// hookBadge says how a webhook fares.
func (d *desk) hookBadge(h office.HookLine) badge {
	b := badge{"", "clock", d.lang.Say("console.hook." + string(h.Health()))}
	switch h.Health() {
	case office.HookPaused:
		b.Look, b.Icon = "heed", "heed"
	case office.HookFailing:
		b.Look, b.Icon = "bad", "no"
	case office.HookGood:
		b.Look, b.Icon = "ok", "yes"
	}
	return b
}

// events are kinds of events in words.
func (d *desk) events(all []doorlink.EventKind) string {
	names := make([]string, len(all))
	for i, k := range all {
		if names[i] = string(k); k == doorlink.EveryEvent {
			names[i] = d.lang.Say("console.hook.every")
		}
	}
	return strings.Join(names, ", ")
}

// answer is what a receiver said, and how soon.
func (d *desk) answer(status int, took time.Duration) string {
	if status == 0 {
		return d.lang.Say("console.hook.no_answer")
	}
	if took < time.Second {
		return d.lang.Say("console.hook.answer.ms", "status", status, "ms", took.Milliseconds())
	}
	return d.lang.Say("console.hook.answer.s", "status", status, "s", took.Round(time.Second/10).Seconds())
}

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

// hookView is what the pages of one webhook have in common; the list of its
// deliveries is webhook.html.
type hookView struct {
	shell
	At  hookRow
	Tab string

	listing
	States, Kinds []choice // to choose deliveries by
	Chosen        bool     // some are
	Count         string   // how many were found
	Rows          []deliveryRow
}

// deliveryRow is a delivery as its pages show it.
type deliveryRow struct {
	store.Delivery
	Address  string
	When     string
	Badge    badge
	Answer   string // of the last try; empty: none yet
	Reason   string // what was wrong with it; empty: nothing
	NextTime string // when it is tried again; empty: it is not, or right away
}

// atHook makes what stands on every page of the webhook of a request.
func (s *Server) atHook(r *http.Request, d *desk, tab string) (hookView, error) {
	line, err := d.Hook(r.Context(), doorlink.HookID(r.PathValue("hook")))
	if err != nil {
		return hookView{}, err
	}
	v := hookView{shell: s.shell(r, d, "webhooks"), At: d.hookRow(line, time.Now()), Tab: tab}
	v.Title = line.URL
	return v, nil
}

func (s *Server) hook(w http.ResponseWriter, r *http.Request, d *desk) error {
	v, err := s.atHook(r, d, "deliveries")
	if err != nil {
		return err
	}
	q := asked(r, "state", "event")
	found, err := d.Deliveries(r.Context(), v.At.ID, q)
	if err != nil {
		return err
	}
	v.listing = logged(d.lang, r, found, "console.delivery.")
	v.Chosen = q.Find+q.Only["state"]+q.Only["event"] != ""
	if v.Count = d.lang.Say("console.delivery.count", "n", found.Total); found.Total > store.MaxCounted {
		v.Count = d.lang.Say("console.delivery.many", "n", store.MaxCounted)
	}
	v.States = []choice{{Name: d.lang.Say("console.delivery.any")}}
	for _, state := range []string{store.DeliveryWaiting, store.DeliveryArrived, store.DeliveryDead} {
		v.States = append(v.States, choice{Value: state, Name: d.lang.Say("console.delivery." + state), On: state == q.Only["state"]})
	}
	v.Kinds = []choice{{Name: d.lang.Say("console.delivery.any")}}
	for _, k := range append(doorlink.EventKinds[:len(doorlink.EventKinds):len(doorlink.EventKinds)], doorlink.HookTest) {
		v.Kinds = append(v.Kinds, choice{Value: string(k), Name: string(k), On: string(k) == q.Only["event"]})
	}
	for _, one := range found.Rows {
		v.Rows = append(v.Rows, d.deliveryRow(one, time.Now()))
	}
	return s.show(w, r, http.StatusOK, "webhook.html", v)
}

func (d *desk) deliveryRow(one store.Delivery, now time.Time) deliveryRow {
	row := deliveryRow{
		Delivery: one, When: d.moment(one.At),
		Address: d.path("webhooks/" + string(one.Hook) + "/deliveries/" + string(one.ID)),
	}
	switch one.State() {
	case store.DeliveryArrived:
		row.Badge = badge{"ok", "yes", d.lang.Say("console.delivery.arrived")}
	case store.DeliveryDead:
		row.Badge = badge{"bad", "no", d.lang.Say("console.delivery.dead")}
	default:
		row.Badge = badge{"", "clock", d.lang.Say("console.delivery.waiting")}
		if one.Tries > 0 {
			row.Badge = badge{"heed", "heed", d.lang.Say("console.delivery.retrying", "n", one.Tries, "max", hook.Attempts)}
		}
		if one.Next.After(now) {
			row.NextTime = d.moment(one.Next)
		}
	}
	if !one.Tried.IsZero() {
		row.Answer = d.answer(one.Status, one.Took)
	}
	if one.Why != "" {
		row.Reason = d.lang.Say(one.Why)
	}
	return row
}

// deliveryView is webhook_delivery.html.
type deliveryView struct {
	hookView
	One   deliveryRow
	Text  string // the body, indented to be read
	First string // when it was first tried; empty: not yet
	Last  string // when it was last tried; empty: not yet
}

func (s *Server) delivery(w http.ResponseWriter, r *http.Request, d *desk) error {
	at, err := s.atHook(r, d, "")
	if err != nil {
		return err
	}
	one, err := d.Delivery(r.Context(), at.At.ID, doorlink.DeliveryID(r.PathValue("delivery")))
	if err != nil {
		return err
	}
	v := deliveryView{
		hookView: at, One: d.deliveryRow(one, time.Now()), Text: one.Body, First: d.moment(one.First), Last: d.moment(one.Tried),
	}
	v.Title = string(one.Event)
	var text bytes.Buffer
	if json.Indent(&text, []byte(one.Body), "", "  ") == nil {
		v.Text = text.String()
	}
	return s.show(w, r, http.StatusOK, "webhook_delivery.html", v)
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

// afterHook leads back to the webhook once something was done to it.
func (s *Server) afterHook(w http.ResponseWriter, r *http.Request, d *desk, did office.Receipt, err error) error {
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("webhooks/"+r.PathValue("hook")))
}

func (s *Server) pauseHook(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.PauseHook(r.Context(), doorlink.HookID(r.PathValue("hook")), r.PostFormValue("paused") != "", "")
	return s.afterHook(w, r, d, did, err)
}

func (s *Server) testHook(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.TestHook(r.Context(), doorlink.HookID(r.PathValue("hook")))
	return s.afterHook(w, r, d, did, err)
}

func (s *Server) replayDead(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.ReplayDead(r.Context(), doorlink.HookID(r.PathValue("hook")))
	return s.afterHook(w, r, d, did, err)
}

func (s *Server) replay(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.Replay(r.Context(), doorlink.HookID(r.PathValue("hook")), doorlink.DeliveryID(r.PathValue("delivery")))
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("webhooks/"+r.PathValue("hook")+"/deliveries/"+r.PathValue("delivery")))
}

func (s *Server) renewSecret(w http.ResponseWriter, r *http.Request, d *desk) error {
	made, err := d.RenewSecret(r.Context(), doorlink.HookID(r.PathValue("hook")))
	if err != nil {
		return err
	}
	return s.afterSecret(w, r, d, made)
}

func (s *Server) removeHook(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.RemoveHook(r.Context(), doorlink.HookID(r.PathValue("hook")), r.PostFormValue("tag"))
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("webhooks"))
}
