package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
)

// hoursForm are the fields in which hours are typed, with Provide Doorcodes.
type hoursForm struct {
	From, To string // as browsers write times of day; both empty: any hour
	Days     []choice
	Own      bool
}

// week is the days of the week as managers plan them.
var week = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

func (d *desk) day(w time.Weekday) string { return d.lang.Say("console.day." + strconv.Itoa(int(w))) }

// hoursForm shows a door on a key as it is typed.
func (d *desk) hoursForm(on doorlink.KeyDoor) hoursForm {
	f := hoursForm{Own: on.Own}
	if on.Hours.From != on.Hours.To {
		f.From, f.To = on.Hours.From.Clock(), on.Hours.To.Clock()
	}
	for _, w := range week {
		f.Days = append(f.Days, choice{Value: strconv.Itoa(int(w)), Name: d.day(w), On: on.Hours.Days.Has(w)})
	}
	return f
}

// hoursTyped shows what was typed.
func (d *desk) hoursTyped(r *http.Request) hoursForm {
	f := d.hoursForm(doorlink.KeyDoor{Own: r.PostFormValue("own") != ""})
	f.From, f.To = r.PostFormValue("from"), r.PostFormValue("to")
	for i := range f.Days {
		f.Days[i].On = slices.Contains(r.PostForm["day"], f.Days[i].Value)
	}
	return f
}

// hoursIn reads the fields; it fails with office.ErrHours.
func hoursIn(r *http.Request) (doorlink.Hours, error) {
	var h doorlink.Hours
	from, to := r.PostFormValue("from"), r.PostFormValue("to")
	if from != "" || to != "" {
		var begins, ends bool
		h.From, begins = doorlink.ReadMinute(from)
		h.To, ends = doorlink.ReadMinute(to)
		if !begins || !ends {
			return h, office.ErrHours
		}
	}
	for _, w := range week {
		if slices.Contains(r.PostForm["day"], strconv.Itoa(int(w))) {
			h.Days |= 1 << w
		}
	}
	switch h.Days {
	case 0:
		return h, office.ErrHours
	case 1<<len(week) - 1:
		h.Days = 0 // as every day is kept
	}
	return h, nil
}

// hours words hours: “7:00 to 21:00, not Sunday”.
func (d *desk) hours(h doorlink.Hours) string {
	text := d.lang.Say("console.hours.any")
	if h.From != h.To {
		text = d.lang.Say("console.hours.span", "from", h.From.String(), "to", h.To.String())
	}
	var on, off []string
	for _, w := range week {
		if h.Days.Has(w) {
			on = append(on, d.day(w))
		} else {
			off = append(off, d.day(w))
		}
	}
	switch {
	case len(off) == 0:
		return text
	case len(off) < len(on):
		return d.lang.Say("console.hours.not", "hours", text, "days", strings.Join(off, ", "))
	}
	return d.lang.Say("console.hours.days", "hours", text, "days", strings.Join(on, ", "))
}
