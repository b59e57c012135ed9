package console

import (
	"net/http"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
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

func (s *Server) removeHook(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.RemoveHook(r.Context(), doorlink.HookID(r.PathValue("hook")), r.PostFormValue("tag"))
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("webhooks"))
}
