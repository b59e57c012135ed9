package doorcode

import (
	"time"

	"doorlink"
)

// Every number of DDC-1 that a door may choose, with its range: section 5.
const (
	MinDigits, DefaultDigits, MaxDigits = 5, 7, 8
	MinWindow, DefaultWindow, MaxWindow = 1, 3, 8
	MinGrace, DefaultGrace, MaxGrace    = 120, 600, 1800
	MinReuse, DefaultReuse, MaxReuse    = 0, 60, 900
	MinFree, DefaultFree, MaxFree       = 1, 4, 10
	MinBase, DefaultBase, MaxBase       = 10, 60, 1800
	MinHold, DefaultHold, MaxHold       = 60, 1800, 86400
	MinDaily, DefaultDaily, MaxDaily    = 10, 50, 500
	MinTotal, DefaultTotal, MaxTotal    = 10, 300, 5000
)

// Seconds is a length of time as the provisioning file writes it.
type Seconds int

// Duration is the same length for package time.
func (s Seconds) Duration() time.Duration { return time.Duration(s) * time.Second }

// Params is how a door's codes are made and how its keypad answers mistakes.
// Lock and issuer must agree on them, so they travel in a Setup and change only
// with one.
type Params struct {
	Digits int     `json:"digits"`  // L: figures in a code
	Window int     `json:"window"`  // W: codes of one person that open at the same time
	Grace  Seconds `json:"grace_s"` // each side of midnight; covers a clock that drifts
	Reuse  Seconds `json:"reuse_s"` // a code opens again this long after its first use

	// The throttle of section 4.9.
	Free  int     `json:"free"`   // wrong entries in a row that cost nothing
	Base  Seconds `json:"base_s"` // the first hold; each further one is twice as long
	Hold  Seconds `json:"hold_s"` // the longest hold
	Daily int     `json:"daily"`  // wrong entries in a day before the keypad stops
	Total int     `json:"total"`  // wrong entries before it stops until the server is heard of
}

// Defaults are the parameters of a door for which nobody chose any.
func Defaults() Params {
	return Params{
		Digits: DefaultDigits, Window: DefaultWindow, Grace: DefaultGrace, Reuse: DefaultReuse,
		Free: DefaultFree, Base: DefaultBase, Hold: DefaultHold, Daily: DefaultDaily, Total: DefaultTotal,
	}
}

// Check refuses a value outside its range with an Invalid error "lock.setting"
// that names it and the range.
func (p Params) Check() error {
	for _, v := range []struct {
		name         string
		is, from, to int
	}{
		{"digits", p.Digits, MinDigits, MaxDigits},
		{"window", p.Window, MinWindow, MaxWindow},
		{"grace_s", int(p.Grace), MinGrace, MaxGrace},
		{"reuse_s", int(p.Reuse), MinReuse, MaxReuse},
		{"free", p.Free, MinFree, MaxFree},
		{"base_s", int(p.Base), MinBase, MaxBase},
		{"hold_s", int(p.Hold), MinHold, MaxHold},
		{"daily", p.Daily, MinDaily, MaxDaily},
		{"total", p.Total, MinTotal, MaxTotal},
	} {
		if v.is < v.from || v.is > v.to {
			return doorlink.Fail(doorlink.Invalid, "lock.setting", "name", v.name, "from", v.from, "to", v.to)
		}
	}
	return nil
}

// Odds is how far a stranger gets by trying numbers: section 6.1. In the
// minutes of grace around midnight two days are open and the chances double.
type Odds struct {
	Accepted int     // numbers that open the door
	OneIn    int     // numbers there are for each of them
	PerTry   float64 // chance of one try
	PerDay   float64 // chance of somebody who uses up a day's wrong entries
	InTotal  float64 // chance until the keypad stops for good
}

// ErrGuessable refuses parameters that would leave a stranger more than one
// chance in 10,000 a try. Its value "places" is how many residents the door
// has room for at these parameters.
var ErrGuessable = doorlink.Fail(doorlink.Invalid, "lock.guessable")

// Odds computes the chances at a door with that many active slots and codes of
// other kinds. Above the rule A·W + static ≤ 10^(L−4) it returns the figures
// together with ErrGuessable, so that a page can show how bad it would be. The
// parameters must have passed Check.
func (p Params) Odds(active, static int) (Odds, error) {
	size := pow10(p.Digits)
	o := Odds{Accepted: active*p.Window + static}
	o.PerTry = float64(o.Accepted) / float64(size)
	o.PerDay = chance(o.Accepted, size, p.Daily)
	o.InTotal = chance(o.Accepted, size, p.Total)
	if o.Accepted > 0 {
		o.OneIn = size / o.Accepted
	}
	if o.Accepted > pow10(p.Digits-4) {
		return o, ErrGuessable.With("places", p.MaxPlaces())
	}
	return o, nil
}

// MaxPlaces is the largest number of slots at a door without other codes.
func (p Params) MaxPlaces() int { return min(pow10(p.Digits-4)/p.Window, Slots(p.Digits)) }

// UsualPlaces is how many residents a day may give codes at a door for which nobody
// says otherwise: a hundred, or as many as there is room for. Each place makes
// guessing a little easier.
func (p Params) UsualPlaces() int { return min(p.MaxPlaces(), 100) }

// chance is 1 − Π (1 − a/(N−i)): that one of tries different numbers is among
// the accepted ones.
func chance(accepted, size, tries int) float64 {
	miss := 1.0
	for i := range tries {
		miss *= max(0, 1-float64(accepted)/float64(size-i))
	}
	return 1 - miss
}
