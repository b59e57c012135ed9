package doorlink_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorlink"
)

var noon = time.Date(2026, 5, 14, 12, 0, 0, 0, time.UTC)

func placed(busy bool) doorlink.Call {
	v := doorlink.Visit{ID: "visit_1", Property: "prop_1", Door: "door_1", Panel: "panel_1"}
	return doorlink.PlaceCall("call_1", v, "entry", "pers_1", "unit_1", doorlink.Caller{}, busy, noon)
}

func in(t *testing.T, s doorlink.State) doorlink.Call {
	t.Helper()
	c := placed(s == doorlink.Waiting)
	must := func(next doorlink.Call, err error) doorlink.Call {
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	switch s {
	case doorlink.Ringing:
		c = must(c.Ring(noon))
	case doorlink.Answered:
		c = must(must(c.Ring(noon)).Answer("hset_1", noon))
	case doorlink.Ended:
		c = must(must(c.Ring(noon)).Answer("hset_1", noon)).HangUp(doorlink.Visitor, noon)
	case doorlink.Declined:
		c = must(c.Decline(noon))
	case doorlink.Missed:
		c = must(c.Ring(noon)).Expire(noon.Add(doorlink.RingTime))
	case doorlink.Unreachable:
		c = c.GiveUp(noon)
	case doorlink.Cancelled:
		c = c.HangUp(doorlink.Visitor, noon)
	}
	if c.State != s {
		t.Fatalf("got a call that is %s, want %s", c.State, s)
	}
	return c
}

func TestMoves(t *testing.T) {
	t.Parallel()
	type move = func(doorlink.Call) (doorlink.Call, error)
	answer := func(h doorlink.HandsetID) move {
		return func(c doorlink.Call) (doorlink.Call, error) { return c.Answer(h, noon) }
	}
	decline := func(c doorlink.Call) (doorlink.Call, error) { return c.Decline(noon) }
	ring := func(c doorlink.Call) (doorlink.Call, error) { return c.Ring(noon) }
	free := func(c doorlink.Call) (doorlink.Call, error) { return c.Free(noon) }
	hangUp := func(by doorlink.Side) move {
		return func(c doorlink.Call) (doorlink.Call, error) { return c.HangUp(by, noon), nil }
	}
	giveUp := func(c doorlink.Call) (doorlink.Call, error) { return c.GiveUp(noon), nil }
	lose := func(c doorlink.Call) (doorlink.Call, error) { return c.Lose(noon), nil }
	extend := func(h doorlink.HandsetID) move {
		return func(c doorlink.Call) (doorlink.Call, error) { return c.Extend(h, noon.Add(time.Minute)) }
	}
	for _, tt := range []struct {
		name string
		from doorlink.State
		move move
		want doorlink.State
		err  error
	}{
		{"the first handset that shows it starts the ring", doorlink.Created, ring, doorlink.Ringing, nil},
		{"further handsets change nothing", doorlink.Ringing, ring, doorlink.Ringing, nil},
		{"nothing rings once answered", doorlink.Answered, ring, doorlink.Answered, doorlink.ErrAnswered},
		{"nothing rings once over", doorlink.Cancelled, ring, doorlink.Cancelled, doorlink.ErrOver},
		{"a handset may be faster than the ring", doorlink.Created, answer("hset_1"), doorlink.Answered, nil},
		{"a ringing call is answered", doorlink.Ringing, answer("hset_1"), doorlink.Answered, nil},
		{"a waiting call may be answered", doorlink.Waiting, answer("hset_1"), doorlink.Answered, nil},
		{"answering twice is answering", doorlink.Answered, answer("hset_1"), doorlink.Answered, nil},
		{"the second handset is too late", doorlink.Answered, answer("hset_2"), doorlink.Answered, doorlink.ErrTaken},
		{"a missed call cannot be answered", doorlink.Missed, answer("hset_1"), doorlink.Missed, doorlink.ErrOver},
		{"a ringing call is declined", doorlink.Ringing, decline, doorlink.Declined, nil},
		{"an answer stands against a decline", doorlink.Answered, decline, doorlink.Answered, doorlink.ErrTaken},
		{"declining twice is declining", doorlink.Declined, decline, doorlink.Declined, nil},
		{"a visitor who gives up cancels", doorlink.Ringing, hangUp(doorlink.Visitor), doorlink.Cancelled, nil},
		{"a resident who hangs up a ring declines", doorlink.Ringing, hangUp(doorlink.Resident), doorlink.Declined, nil},
		{"hanging up ends a conversation", doorlink.Answered, hangUp(doorlink.Resident), doorlink.Ended, nil},
		{"hanging up what is over changes nothing", doorlink.Missed, hangUp(doorlink.Visitor), doorlink.Missed, nil},
		{"no handset is found", doorlink.Created, giveUp, doorlink.Unreachable, nil},
		{"a ring is not given up", doorlink.Ringing, giveUp, doorlink.Ringing, nil},
		{"a lost visitor ends a conversation", doorlink.Answered, lose, doorlink.Ended, nil},
		{"a lost visitor stops a ring", doorlink.Ringing, lose, doorlink.Cancelled, nil},
		{"a waiting call begins when its turn comes", doorlink.Waiting, free, doorlink.Created, nil},
		{"only a waiting call has a turn", doorlink.Ringing, free, doorlink.Ringing, nil},
		{"the one who answered extends", doorlink.Answered, extend("hset_1"), doorlink.Answered, nil},
		{"nobody else extends", doorlink.Answered, extend("hset_2"), doorlink.Answered, doorlink.ErrNotYours},
		{"a ring is not extended", doorlink.Ringing, extend("hset_1"), doorlink.Ringing, doorlink.ErrNotAnswered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.move(in(t, tt.from))
			if !errors.Is(err, tt.err) || tt.err == nil && err != nil {
				t.Fatalf("got error %v, want %v", err, tt.err)
			}
			if got.State != tt.want {
				t.Fatalf("got %s, want %s", got.State, tt.want)
			}
		})
	}
}

func TestEveryStateEndsByItself(t *testing.T) {
	t.Parallel()
	for from, want := range map[doorlink.State]struct {
		after time.Duration
		state doorlink.State
	}{
		doorlink.Created:  {doorlink.ReachTime, doorlink.Unreachable},
		doorlink.Ringing:  {doorlink.RingTime, doorlink.Missed},
		doorlink.Waiting:  {doorlink.WaitTime, doorlink.Missed},
		doorlink.Answered: {doorlink.TalkTime, doorlink.Ended},
	} {
		c := in(t, from)
		if got := c.Expire(noon.Add(want.after - time.Millisecond)); got.State != from {
			t.Errorf("%s ended too early, as %s", from, got.State)
		}
		if got := c.Expire(noon.Add(want.after)); got.State != want.state {
			t.Errorf("got %s after %s of %s, want %s", got.State, want.after, from, want.state)
		}
	}
}

func TestACodeMayBeGivenWhileTalkingAndTwoMinutesAfter(t *testing.T) {
	t.Parallel()
	ended := in(t, doorlink.Ended)
	for _, tt := range []struct {
		name string
		call doorlink.Call
		by   doorlink.HandsetID
		at   time.Time
		err  error
	}{
		{"while it rings", in(t, doorlink.Ringing), "hset_1", noon, doorlink.ErrNotAnswered},
		{"while talking", in(t, doorlink.Answered), "hset_1", noon, nil},
		{"by another handset", in(t, doorlink.Answered), "hset_2", noon, doorlink.ErrNotYours},
		{"at the end of two minutes", ended, "hset_1", noon.Add(doorlink.GrantTime), nil},
		{"after two minutes", ended, "hset_1", noon.Add(doorlink.GrantTime + 1), doorlink.ErrOver},
		{"after a call nobody answered", in(t, doorlink.Missed), "hset_1", noon, doorlink.ErrNotAnswered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := tt.call.MayGrant(tt.by, tt.at); !errors.Is(err, tt.err) || tt.err == nil && err != nil {
				t.Fatalf("got %v, want %v", err, tt.err)
			}
		})
	}
}

// TestACallEndsThoughTheClockIsSetBack: whatever the clock says when the timer of
// a state fires, the state ends within a minute and its own time of then.
func TestACallEndsThoughTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	for state, lasts := range map[doorlink.State]time.Duration{
		doorlink.Created: doorlink.ReachTime, doorlink.Ringing: doorlink.RingTime,
		doorlink.Waiting: doorlink.WaitTime, doorlink.Answered: doorlink.TalkTime,
	} {
		c := in(t, state)
		for _, back := range []time.Duration{time.Second, time.Minute, lasts + time.Minute, lasts + time.Minute + 1, 24 * time.Hour} {
			fires := noon.Add(lasts).Add(-back)
			if over, want := c.Expire(fires).State.Over(), back > lasts+time.Minute; over != want {
				t.Errorf("%s, the clock set back by %s: over is %t, want %t", state, back, over, want)
			}
			if !c.Expire(noon.Add(lasts)).State.Over() {
				t.Errorf("%s does not end when the clock has come round again", state)
			}
		}
	}
}

// TestNoOrderOfMovesBreaksACall tries moves of both sides and of timers in any
// order, by a clock that may jump: what is over stays over, an answer is never lost
// to a timer, and only one handset ever has the call.
func TestNoOrderOfMovesBreaksACall(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, now := placed(rapid.Bool().Draw(t, "busy")), noon
		for range rapid.IntRange(1, 30).Draw(t, "moves") {
			now = now.Add(time.Duration(rapid.IntRange(0, 60_000).Draw(t, "ms")) * time.Millisecond)
			if rapid.IntRange(0, 9).Draw(t, "jump") == 0 {
				now = now.Add(time.Duration(rapid.IntRange(-48, 48).Draw(t, "hours")) * time.Hour)
			}
			was := c
			c = anyMove(t, c, now)
			switch {
			case was.State.Over() && c != was:
				t.Fatalf("a call that was %s became %s", was.State, c.State)
			case was.Handset != "" && c.Handset != was.Handset:
				t.Fatalf("the call went from %s to %s", was.Handset, c.Handset)
			case was.State == doorlink.Answered && c.State.Over() && c.State != doorlink.Ended:
				t.Fatalf("an answered call ended as %s", c.State)
			case c.State == doorlink.Answered && c.Answered.IsZero():
				t.Fatal("an answered call does not know when")
			case c.State.Over() != c.Until.IsZero():
				t.Fatalf("a call that is %s ends at %s", c.State, c.Until)
			}
		}
	})
}

func anyMove(t *rapid.T, c doorlink.Call, now time.Time) doorlink.Call {
	h := doorlink.HandsetID(rapid.SampledFrom([]string{"hset_1", "hset_2"}).Draw(t, "handset"))
	next, err := c, error(nil)
	switch rapid.IntRange(0, 8).Draw(t, "move") {
	case 0:
		next, err = c.Ring(now)
	case 1:
		next, err = c.Answer(h, now)
	case 2:
		next, err = c.Decline(now)
	case 3:
		next = c.HangUp(doorlink.Visitor, now)
	case 4:
		next = c.HangUp(doorlink.Resident, now)
	case 5:
		next = c.GiveUp(now)
	case 6:
		next, err = c.Extend(h, now)
	case 7:
		next = c.Expire(now)
	case 8:
		next, err = c.Free(now)
	}
	if err != nil {
		return c
	}
	return next
}

func TestAttemptsThatNobodyAnsweredAreCounted(t *testing.T) {
	t.Parallel()
	missed := func(ago time.Duration, person doorlink.PersonID, visit doorlink.VisitID) doorlink.Call {
		c := in(t, doorlink.Missed)
		c.Placed, c.Person, c.Visit = noon.Add(-ago), person, visit
		return c
	}
	answered := in(t, doorlink.Ended)
	answered.Placed = noon.Add(-time.Minute)
	next := placed(false)
	for _, tt := range []struct {
		name   string
		recent []doorlink.Call
		until  time.Time
		err    error
	}{
		{"the first call", nil, time.Time{}, nil},
		{"the third call", []doorlink.Call{missed(time.Minute, "pers_1", "visit_1"), missed(2*time.Minute, "pers_1", "visit_1")}, time.Time{}, nil},
		{"the fourth call waits for the first to be five minutes old", []doorlink.Call{
			missed(time.Minute, "pers_1", "visit_1"), missed(2*time.Minute, "pers_1", "visit_1"), missed(3*time.Minute, "pers_1", "visit_1"),
		}, noon.Add(2 * time.Minute), doorlink.Fail(doorlink.Busy, "call.held")},
		{"calls to others do not count against this one", []doorlink.Call{
			missed(time.Minute, "pers_2", "visit_1"), missed(2*time.Minute, "pers_3", "visit_1"), missed(3*time.Minute, "pers_4", "visit_1"),
		}, time.Time{}, nil},
		{"calls that were answered do not count", []doorlink.Call{answered, answered, answered, answered}, time.Time{}, nil},
		{"old calls do not count", []doorlink.Call{
			missed(5*time.Minute, "pers_1", "visit_1"), missed(6*time.Minute, "pers_1", "visit_1"), missed(7*time.Minute, "pers_1", "visit_1"),
		}, time.Time{}, nil},
		{"calls of a time before the clock was set back do not count", []doorlink.Call{
			missed(-time.Hour, "pers_1", "visit_1"), missed(-time.Hour, "pers_1", "visit_1"), missed(-time.Hour, "pers_1", "visit_1"),
		}, time.Time{}, nil},
		{"twelve calls at one panel, whoever made them", slices.Repeat([]doorlink.Call{missed(time.Minute, "pers_1", "visit_2")}, 12),
			noon.Add(4 * time.Minute), doorlink.Fail(doorlink.Busy, "call.held")},
		{"eleven calls at one panel", slices.Repeat([]doorlink.Call{missed(time.Minute, "pers_1", "visit_2")}, 11), time.Time{}, nil},
		{"a visit has one call at a time", []doorlink.Call{in(t, doorlink.Ringing)}, time.Time{}, doorlink.ErrInCall},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := doorlink.MayPlace(next, tt.recent, noon)
			if !errors.Is(err, tt.err) || tt.err == nil && err != nil {
				t.Fatalf("got %v, want %v", err, tt.err)
			}
			if e, ok := errors.AsType[*doorlink.Error](err); ok && !tt.until.IsZero() && !e.Args[1].(time.Time).Equal(tt.until) {
				t.Fatalf("got held until %s, want %s", e.Args[1], tt.until)
			}
		})
	}
}

func TestASweepThroughTheHouseIsHeld(t *testing.T) {
	t.Parallel()
	var recent []doorlink.Call
	for i := range 10 {
		c := in(t, doorlink.Missed)
		c.Person, c.Placed = doorlink.PersonID(rune('a'+i)), noon.Add(-time.Minute)
		recent = append(recent, c)
	}
	if err := doorlink.MayPlace(placed(false), recent, noon); doorlink.KindOf(err) != doorlink.Busy {
		t.Fatalf("got %v, want a limit", err)
	}
}
