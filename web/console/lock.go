package console

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/store"
	"doorlink/web/page"
)

// setupView is door_lock.html: how a door's lock is to be set up, as it was
// chosen, and what would come of it.
type setupView struct {
	doorView
	Plan    *lockRow // as the lock would be; nil: nothing can come of what was chosen
	Room    int      // the most places
	Open    int      // doorcodes of today that new keys would cancel
	NewKeys bool
	Places  string // as typed
	Models  []choice
	Reuses  []choice
}

// reuses are for how many seconds a code may open again after its first use; a
// lock that has another time can keep it.
var reuses = []doorcode.Seconds{0, doorcode.DefaultReuse, doorcode.MaxReuse}

// setupForm asks how a lock is to be set up, and shows the odds of what is in the
// address.
func (s *Server) setupForm(w http.ResponseWriter, r *http.Request, d *desk) error {
	if !r.URL.Query().Has("places") {
		return s.showSetup(w, r, d, http.StatusOK, office.LockWish{Reuse: doorcode.DefaultReuse}, form{})
	}
	return s.showSetup(w, r, d, http.StatusOK, lockWish(r), form{})
}

// showSetup shows the form with a wish. One of zero places is nobody's yet.
func (s *Server) showSetup(w http.ResponseWriter, r *http.Request, d *desk, status int, wish office.LockWish, f form) error {
	at, err := s.atDoor(r, d, "lock")
	if err != nil {
		return err
	}
	if wish.Places == 0 && at.At.Active() {
		wish.Reuse = at.At.Setup.Params.Reuse
	}
	plan, err := d.PlanLock(r.Context(), at.At.ID, wish)
	wrong, refused := errors.AsType[*doorlink.Error](err)
	if err != nil && (!refused || wrong.Kind != doorlink.Invalid) {
		return err
	}
	if refused && f.Wrong == "" {
		f.Wrong = page.Sentence(d.lang, wrong, d.Location())
	}
	v := setupView{doorView: at, Room: plan.Room, Open: plan.Open, NewKeys: wish.NewKeys}
	v.form, v.Places = f, r.FormValue("places")
	v.Row = plan.Was.LockTag()
	if err == nil || errors.Is(err, doorcode.ErrGuessable) {
		line := plan.Was
		line.Setup, line.Odds = plan.Setup, plan.Odds
		row := d.lockRow(line)
		v.Plan = &row
	}
	if v.Places == "" && v.Plan != nil {
		v.Places = strconv.Itoa(v.Plan.Places)
	}
	v.Models, v.Reuses = lockModels(plan.Setup.Model), d.reuses(wish.Reuse)
	return s.show(w, r, status, "door_lock.html", v)
}

// lockModels are the models to choose from, and the one that is on.
func lockModels(on string) []choice {
	var all []choice
	for _, m := range office.LockModels {
		all = append(all, choice{Value: m, Name: m, On: m == on})
	}
	if on != "" && !slices.Contains(office.LockModels, on) {
		all = append(all, choice{Value: on, Name: on, On: true})
	}
	return all
}

// reuses are the times to choose from, and the one that is on.
func (d *desk) reuses(on doorcode.Seconds) []choice {
	var all []choice
	for _, n := range reuses {
		value := strconv.Itoa(int(n))
		all = append(all, choice{Value: value, Name: d.lang.Say("console.setup.reuse." + value), On: n == on})
	}
	if !slices.Contains(reuses, on) {
		all = append(all, choice{Value: strconv.Itoa(int(on)), Name: d.lang.Say("console.setup.reuse.other", "n", int(on)), On: true})
	}
	return all
}

// lockWish reads the form, from the address or from a body.
func lockWish(r *http.Request) office.LockWish {
	return office.LockWish{
		Model: r.FormValue("model"), Places: cmp.Or(number(r.FormValue("places")), -1), Reuse: doorcode.Seconds(number(r.FormValue("reuse"))),
		NewKeys: r.FormValue("keys") == "new", Seen: r.FormValue("seen"),
	}
}

// setUpLock sends the file with which the lock is told. What cannot be done
// brings the form back, as it was filled in.
func (s *Server) setUpLock(w http.ResponseWriter, r *http.Request, d *desk) error {
	id, wish := doorlink.DoorID(r.PathValue("door")), lockWish(r)
	made, err := d.Activate(r.Context(), id, wish)
	e, refused := errors.AsType[*doorlink.Error](err)
	switch {
	case err == nil:
		return send(w, made.File)
	case errors.Is(err, doorlink.ErrChanged) || errors.Is(err, store.ErrOldSetup):
		now, err := d.Lock(r.Context(), id)
		if err != nil {
			return err
		}
		return s.showSetup(w, r, d, http.StatusConflict, wish, form{Wrong: d.lang.Say("console.setup.meanwhile",
			"version", now.Setup.Version, "since", d.moment(now.Setup.Issued))})
	case refused && e.Kind == doorlink.Invalid:
		return s.showSetup(w, r, d, http.StatusBadRequest, wish, form{Wrong: page.Sentence(d.lang, e, d.Location())})
	}
	return err
}
