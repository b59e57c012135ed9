package lock

import (
	"slices"
	"time"

	"doorlink"
	"doorlink/doorcode"
)

// judge decides about an entry at a believed time and changes the state
// accordingly; section 4.7 of DDC-1. The order matters: a thrown bolt and a hold
// come before the entry is looked at, so that neither tells anything about it.
// It returns what the log is to say, nothing when the state did not change.
func (v *Verifier) judge(entry string, now time.Time) (Verdict, []Event) {
	p := v.st.Setup.Params
	event := Event{UTC: now.Unix(), Day: v.st.Day}
	switch {
	case v.bolt == Thrown:
		event.Kind = EventPrivacy
		return Verdict{Kind: Privacy}, []Event{event}
	case v.st.Throttle.blocked(p, now):
		return v.refuse(now)
	case !v.st.readable(entry):
		return Verdict{Kind: Format}, nil
	}
	verdict := v.find(entry, now)
	event.Day, event.Slot, event.Gen = verdict.Day, verdict.Slot, verdict.Gen
	switch verdict.Kind {
	case Accept:
		event.Kind = EventAccept
		v.st.accept(verdict, now)
	case Reuse:
		event.Kind = EventReuse
	case Replay:
		event.Kind = EventReplay
	default:
		event = Event{UTC: now.Unix(), Day: v.st.Day, Kind: EventInvalid, Slot: 1}
		v.st.Throttle.miss(p, now)
		if v.st.Throttle.blocked(p, now) {
			verdict.HeldUntil = v.st.heldUntil(now)
		}
	}
	return verdict, []Event{event}
}

// refuse answers an entry during a hold. The log hears of the first one.
func (v *Verifier) refuse(now time.Time) (Verdict, []Event) {
	verdict := Verdict{Kind: Locked, HeldUntil: v.st.heldUntil(now)}
	if v.st.Throttle.Said {
		return verdict, nil
	}
	v.st.Throttle.Said = true
	return verdict, []Event{{UTC: now.Unix(), Day: v.st.Day, Kind: EventLocked}}
}

// find looks the entry up under every candidate day. Where a code was used
// before, another day may still know it as a fresh one.
func (v *Verifier) find(entry string, now time.Time) Verdict {
	found := Verdict{Kind: Invalid}
	for _, day := range v.st.candidates(now) {
		i, ok := v.read(entry, day)
		if !ok {
			continue
		}
		at := v.st.admit(day, i, now)
		if at.Opens() {
			return at
		}
		if found.Kind == Invalid {
			found = at
		}
	}
	return found
}

// admit decides about the code of an index: by the window if it is unused, by
// the time since its first use otherwise.
func (s *state) admit(day doorlink.Day, i doorcode.Index, now time.Time) Verdict {
	if i.Class != doorcode.Resident || i.Slot >= s.Setup.Places {
		return Verdict{Kind: Invalid}
	}
	at := Verdict{Kind: Replay, Day: day, Slot: i.Slot, Gen: i.Gen}
	used := s.Used[day][i.Slot]
	switch {
	case doorcode.Opens(used, i.Gen, s.Setup.Params.Window):
		at.Kind = Accept
	case used>>i.Gen&1 == 0: // beyond the window
		return Verdict{Kind: Invalid}
	case s.reusable(day, i, now):
		at.Kind = Reuse
	}
	return at
}

// read decodes an entry under a day's key, with the digits that are due on it.
func (v *Verifier) read(entry string, day doorlink.Day) (doorcode.Index, bool) {
	digits := v.st.Setup.Params.Digits
	if f := v.st.Former; len(entry) == f.Digits && day <= f.Until {
		digits = f.Digits
	}
	key := permKey{day, digits}
	perm := v.perms[key]
	if perm == nil {
		chain, ok := v.st.Chain.At(day)
		if !ok {
			return doorcode.Index{}, false
		}
		perm = chain.Perm(digits)
		v.perms[key] = perm
	}
	return perm.Decode(entry)
}

// readable reports whether an entry is a number of a length that is due.
func (s *state) readable(entry string) bool {
	n := len(entry)
	if n != s.Setup.Params.Digits && n != s.Former.Digits {
		return false
	}
	_, ok := doorcode.Parse(entry, n)
	return ok
}

// accept uses a code up. Only this ends a run of errors: a code that opens again
// within Reuse would otherwise buy its holder free tries.
func (s *state) accept(at Verdict, now time.Time) {
	s.use(at.Day, doorcode.Index{Slot: at.Slot, Gen: at.Gen})
	s.Throttle.Run = 0
	s.Opened = slices.DeleteFunc(s.Opened, func(o opened) bool {
		return now.Unix()-o.At > int64(s.Setup.Params.Reuse)
	})
	s.Opened = append(s.Opened, opened{Day: at.Day, Slot: at.Slot, Gen: at.Gen, At: now.Unix()})
}

// heldUntil is when a hold ends: with its time, with the day, or not by itself.
func (s *state) heldUntil(now time.Time) time.Time {
	p, t := s.Setup.Params, s.Throttle
	until := time.Unix(t.Until, 0).UTC()
	switch {
	case t.Total >= p.Total:
		return time.Time{}
	case t.Today >= t.limit(p):
		if midnight := s.Setup.Calendar.End(s.Day); midnight.After(until) {
			return midnight
		}
		return until
	case until.After(now):
		return until
	}
	return time.Time{}
}
