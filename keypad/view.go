package keypad

import (
	"fmt"
	"time"

	"doorlink/doorcode"
	"doorlink/doorcode/lock"
)

// View is what the lock shows at one instant, in words, for a page or a
// terminal to draw. It holds no digits. Times are the lock's own.
type View struct {
	State  State  `json:"state"`
	Says   string `json:"says"`   // the state in words
	Small  string `json:"small"`  // what comes next, or why
	Lens   string `json:"lens"`   // what stands in the middle of a dark lens
	Lights int    `json:"lights"` // one for each digit typed
	Digits int    `json:"digits"` // of a whole entry
	Clock  string `json:"clock"`
	Date   string `json:"date"`
	Facts  []Fact `json:"facts"`
	Log    []Line `json:"log"` // the latest, newest first
	Thrown bool   `json:"thrown"`
	Bolt   string `json:"bolt"` // what the bolt's button would do; empty without one
}

// Fact is a line of the lock's status.
type Fact struct {
	Name string `json:"name"`
	Is   string `json:"is"`
}

// Look returns what the lock shows now, and a channel that is closed when it
// may show something else. Clocks and count-downs move without that.
func (k *Keypad) Look() (View, <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	f := k.facts(now)
	shown := k.face.settle(now, k.outlook(now))
	v := View{
		State:  shown.state,
		Lights: len(shown.typed),
		Digits: f.Setup.Params.Digits,
		Clock:  wall(f.Setup, now).Format("15:04:05"),
		Date:   say("date", "date", wall(f.Setup, now).Format("Monday 2 January")),
		Facts:  status(f, now),
		Log:    lines(f, now),
		Thrown: f.Bolt == lock.Thrown,
	}
	if shown.verdict != "" {
		v.Lights = v.Digits
	}
	switch {
	case v.Thrown:
		v.Bolt = say("bolt.draw")
	case k.verifier != nil:
		v.Bolt = say("bolt.throw")
	}
	v.Says, v.Small, v.Lens = k.words(v, f, now)
	return v, k.changed
}

// words are the three texts of a state. It runs under mu.
func (k *Keypad) words(v View, f lock.Facts, now time.Time) (says, small, lens string) {
	switch v.State {
	case Held:
		return held(f, now)
	case Broken:
		return say("broken"), say(k.reason(f)), say("broken.lens")
	case Asleep:
		lens = say("asleep.lens")
	case Refused:
		if v.Thrown {
			return say("refused"), say("refused.bolt"), ""
		}
	}
	places := []any{"typed", v.Lights, "digits", v.Digits, "pause", seconds(pauseFor), "open", seconds(openFor)}
	state := string(v.State)
	return say(state, places...), say(state+".small", places...), lens
}

// reason is the key of the sentence that says why the lock is out of order. It
// runs under mu.
func (k *Keypad) reason(f lock.Facts) string {
	switch {
	case k.verifier == nil:
		return "broken.state"
	case k.fault:
		return "broken.store"
	}
	return "broken.time"
}

// held are the texts of a hold: how long, why, and the time left as a clock
// shows it.
func held(f lock.Facts, now time.Time) (says, small, lens string) {
	small = say("held.small", "count", count(f.Wrong))
	if f.HeldUntil.IsZero() {
		return say("held.stopped"), small, say("held.lens")
	}
	left := seconds(f.HeldUntil.Sub(now) + time.Second - 1)
	clock := fmt.Sprintf("%d:%02d", left/60, left%60)
	switch {
	case left == 1:
		return say("held.second"), small, clock
	case left < 120:
		return say("held.seconds", "seconds", left), small, clock
	case left < 3600:
		return say("held.minutes", "minutes", (left+59)/60), small, clock
	}
	return say("held.until", "until", wall(f.Setup, f.HeldUntil).Format("15:04")), small, say("held.lens")
}

// status is the list beside the lens. Its lines and their order never change
// while the program runs, so a page replaces the values alone.
func status(f lock.Facts, now time.Time) []Fact {
	s := f.Setup
	door, model := s.DoorName, say("model", "model", s.Model, "digits", s.Params.Digits)
	if s.Label != "" {
		door = say("door", "door", s.DoorName, "label", s.Label)
	}
	if s.Model == "" {
		model = say("model.unknown", "digits", s.Params.Digits)
	}
	return append([]Fact{
		{say("fact.door"), door},
		{say("fact.model"), model},
		{say("fact.zone"), say("zone", "zone", s.Zone, "offset", offset(s.Calendar.Offset(now)))},
		{say("fact.provisioned"), provisioned(s, now)},
	}, memory(f)...)
}

// memory is the part of the status that a lock must remember. Before its first
// reading of the clock, and when it is out of order, there is nothing to tell.
func memory(f lock.Facts) []Fact {
	wrong, bolt, used := say("unknown"), say("unknown"), say("unknown")
	if f.Day > 0 {
		wrong = say("wrong", "count", f.Setup.Params.Free-f.Free, "free", f.Setup.Params.Free)
		bolt = say("bolt.free")
		used = usedToday(f.UsedToday)
	}
	if f.Bolt == lock.Thrown {
		bolt = say("bolt.thrown")
	}
	return []Fact{
		{say("fact.wrong"), wrong},
		{say("fact.bolt"), bolt},
		{say("fact.used"), used},
	}
}

// provisioned is when the server made the provision, and how long ago that is
// once it is days.
func provisioned(s doorcode.Setup, now time.Time) string {
	at := wall(s, s.Issued).Format("2 January, 15:04")
	if days := int(s.Calendar.Day(now)) - int(s.Calendar.Day(s.Issued)); days > 1 {
		return say("provisioned.ago", "days", days, "at", at)
	}
	return at
}

// usedToday counts the codes that opened on the lock's day.
func usedToday(n int) string {
	if n == 1 {
		return say("used.one")
	}
	return say("used", "count", n)
}

// wall is an instant on the clock at the door.
func wall(s doorcode.Setup, t time.Time) time.Time {
	return t.In(time.FixedZone("", s.Calendar.Offset(t)))
}

// offset shows a distance from Greenwich in seconds as ±h:mm.
func offset(s int) string {
	sign := "+"
	if s < 0 {
		sign, s = "−", -s
	}
	return fmt.Sprintf("%s%d:%02d", sign, s/3600, s/60%60)
}

// count spells a number where there is a word for it; say gives any other one
// back as it is.
func count(n int) string { return say(fmt.Sprint(n)) }

// seconds is a length of time in whole ones, rounded down.
func seconds(d time.Duration) int { return int(d / time.Second) }
