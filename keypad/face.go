package keypad

import "time"

// State is what the lens shows. The strings are the values of data-state and
// data-lock on the page.
type State string

// The states of a lens, in the order in which an entry meets them.
const (
	Asleep   State = "asleep"   // dark; any touch wakes it
	Awake    State = "awake"    // the digits glow
	Typing   State = "typing"   // one light per digit
	Accepted State = "accepted" // the lights run in a circle
	Open     State = "open"     // the door can be pulled
	Refused  State = "refused"  // the lights blink twice; no reason is shown
	Held     State = "held"     // dark after too many wrong codes
	Broken   State = "broken"   // out of order: opens nothing
)

// How long the lens waits and shows. The two limits of an entry are those of
// DDC-1 section 5, the time to pull is domain rule K8.
const (
	awakeFor    = 10 * time.Second
	pauseFor    = 5 * time.Second  // between two digits
	entryFor    = 20 * time.Second // from the first digit to the last
	verdictTick = 150 * time.Millisecond
	acceptedFor = 1200 * time.Millisecond
	openFor     = 10 * time.Second
	refusedFor  = 3 * time.Second
)

// face is what the lens has been told and shows. It is a value: a move takes
// the instant at which it happens and returns the next face.
type face struct {
	state   State
	typed   string    // the digits so far; they never leave the lock
	began   time.Time // of the first digit
	until   time.Time // when the state ends by itself; zero if it does not
	verdict State     // Accepted or Refused, once a full entry was judged
}

// wake lights a sleeping lens. Elsewhere a touch between the keys does nothing.
func (f face) wake(now time.Time) face {
	if f.state != Asleep {
		return f
	}
	return face{state: Awake, until: now.Add(awakeFor)}
}

// press takes one digit. The touch that wakes the lens types nothing. While
// the lens answers or is held, keys are dead; after a refusal the first digit
// begins the next entry.
func (f face) press(digit byte, now time.Time) face {
	switch {
	case f.state == Asleep:
		return f.wake(now)
	case f.state == Awake || f.state == Refused:
		f = face{state: Typing, began: now}
	case f.state != Typing || f.verdict != "":
		return f
	}
	f.typed += string(digit)
	f.until = earlier(now.Add(pauseFor), f.began.Add(entryFor))
	return f
}

// clear drops what was typed.
func (f face) clear(now time.Time) face {
	if f.state != Typing || f.verdict != "" {
		return f
	}
	return face{state: Awake, until: now.Add(awakeFor)}
}

// judged ends an entry whose last digit was typed at now. The lens shows the
// verdict a fixed time later, so that how long it waits tells nothing about
// why; the last digit gets its light meanwhile.
func (f face) judged(verdict State, now time.Time) face {
	f.typed = ""
	f.verdict = verdict
	f.until = now.Add(verdictTick)
	return f
}

// outlook is what the lock itself says about taking entries.
type outlook struct {
	broken bool
	held   bool
	until  time.Time // of the hold; zero if it does not end by itself
}

// settle is the face at now, after everything that ends by itself. A hold or a
// fault waits until an answer has been shown, then it has its way.
func (f face) settle(now time.Time, o outlook) face {
	for !f.until.IsZero() && !now.Before(f.until) {
		f = f.lapse()
	}
	switch {
	case f.answering():
		return f
	case o.broken:
		return face{state: Broken}
	case o.held:
		return face{state: Held, until: o.until}
	case f.state == Held || f.state == Broken:
		return face{state: Asleep}
	}
	return f
}

// answering reports whether an entry is being answered.
func (f face) answering() bool {
	return f.verdict != "" || f.state == Accepted || f.state == Open || f.state == Refused
}

// lapse is the face that follows when its time is over.
func (f face) lapse() face {
	at := f.until
	switch f.state {
	case Typing:
		if f.verdict == Accepted {
			return face{state: Accepted, until: at.Add(acceptedFor)}
		}
		if f.verdict == Refused {
			return face{state: Refused, until: at.Add(refusedFor)}
		}
		return face{state: Awake, until: at.Add(awakeFor)}
	case Accepted:
		return face{state: Open, until: at.Add(openFor)}
	case Refused:
		return face{state: Awake, until: at.Add(awakeFor)}
	}
	return face{state: Asleep}
}

// earlier is the first of two instants; a zero one never comes.
func earlier(a, b time.Time) time.Time {
	if b.IsZero() || !a.IsZero() && a.Before(b) {
		return a
	}
	return b
}
