package api

import (
	"slices"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
)

// Hours are when a key opens a door, on the property's clock.
type Hours struct {
	From string   `json:"from,omitempty" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"07:00; missing, as is to: at any hour"`
	To   string   `json:"to,omitempty" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"Before from: on the day after"`
	Days []string `json:"days,omitempty" maxItems:"7" enum:"mon,tue,wed,thu,fri,sat,sun" doc:"Missing: every day"`
}

// Span is a part of every day, on the property's clock.
type Span struct {
	From string `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"22:00"`
	To   string `json:"to" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"Before from: on the day after"`
}

// spanOf is the span of hours; nil: there is none.
func spanOf(h doorlink.Hours) *Span {
	if h.From == h.To {
		return nil
	}
	return &Span{h.From.Clock(), h.To.Clock()}
}

// weekdays are the days of the week as programs write them.
var weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

func dayName(w time.Weekday) string { return strings.ToLower(w.String()[:3]) }

// hoursOf are hours in the words of the API; nil: always.
func hoursOf(h doorlink.Hours) *Hours {
	if h.Always() {
		return nil
	}
	var text Hours
	if h.From != h.To {
		text.From, text.To = h.From.Clock(), h.To.Clock()
	}
	for _, w := range weekdays {
		if h.Days != 0 && h.Days.Has(w) {
			text.Days = append(text.Days, dayName(w))
		}
	}
	return &text
}

// hours reads them; it fails with office.ErrHours where one end is missing.
func (text Hours) hours() (doorlink.Hours, error) {
	var h doorlink.Hours
	if (text.From == "") != (text.To == "") {
		return h, office.ErrHours
	}
	h.From, h.To = minutes(text.From), minutes(text.To)
	for _, w := range weekdays {
		if slices.Contains(text.Days, dayName(w)) {
			h.Days |= 1 << w
		}
	}
	if h.Days == 1<<len(weekdays)-1 {
		h.Days = 0 // every day, as it is kept
	}
	return h, nil
}

// minutes reads a time of day whose pattern was checked; midnight for none.
func minutes(clock string) doorlink.Minute {
	m, _ := doorlink.ReadMinute(clock)
	return m
}
