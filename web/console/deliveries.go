package console

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"doorlink"
	"doorlink/hook"
	"doorlink/store"
)

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
