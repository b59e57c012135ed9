package lock

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheLogTellsWhatHappenedInOrderAndIsChained(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	day := h.setup.First + 1
	code := h.code(day, 7, 2)
	wantKind(t, v, code, noon, Accept)
	wantKind(t, v, code, noon.Add(time.Second), Reuse)
	wantKind(t, v, code, noon.Add(time.Hour), Replay)
	wantKind(t, v, h.wrong(day, 0), noon.Add(time.Hour), Invalid)
	v.SetBolt(Thrown)
	wantKind(t, v, code, noon.Add(time.Hour), Privacy)
	if err := v.SetTime(noon.Add(24 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	want := []Event{
		{Kind: EventBoot}, {Kind: EventConfig},
		{Kind: EventAccept, Slot: 7, Gen: 2}, {Kind: EventReuse, Slot: 7, Gen: 2}, {Kind: EventReplay, Slot: 7, Gen: 2},
		{Kind: EventInvalid, Slot: 1}, {Kind: EventPrivacy}, {Kind: EventDay}, {Kind: EventTime},
	}
	got := must(store.Events())
	if err := CheckLog(got); err != nil {
		t.Error(err)
	}
	for i := range got {
		if got[i].Seq != uint64(i+1) || got[i].UTC < noon.Unix() || got[i].Day < day {
			t.Errorf("event %d is %+v", i, got[i])
		}
		got[i] = Event{Kind: got[i].Kind, Slot: got[i].Slot, Gen: got[i].Gen, Flags: got[i].Flags}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}

// longLog is a log of n events.
func longLog(n int) []Event {
	s := &state{}
	for i := range n {
		s.chain(Event{UTC: int64(i), Day: 20541, Kind: EventAccept, Slot: uint16(i % 7), Gen: uint8(i % 16)})
	}
	return s.Tail
}

func TestAnyChangeOfTheLogIsSeen(t *testing.T) {
	t.Parallel()
	whole := longLog(12)
	if err := CheckLog(whole); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(whole); i++ {
		for name, spoil := range map[string]func([]Event) []Event{
			"slot":    func(e []Event) []Event { e[i].Slot++; return e },
			"gen":     func(e []Event) []Event { e[i].Gen++; return e },
			"time":    func(e []Event) []Event { e[i].UTC--; return e },
			"day":     func(e []Event) []Event { e[i].Day++; return e },
			"kind":    func(e []Event) []Event { e[i].Kind++; return e },
			"flags":   func(e []Event) []Event { e[i].Flags++; return e },
			"number":  func(e []Event) []Event { e[i].Seq++; return e },
			"head":    func(e []Event) []Event { e[i].Head[31]++; return e },
			"order":   func(e []Event) []Event { e[i], e[i-1] = e[i-1], e[i]; return e },
			"missing": func(e []Event) []Event { return slices.Delete(e, i-1, i) },
		} {
			events := spoil(slices.Clone(whole))
			if name == "missing" && i == 1 { // the first one is taken as given
				continue
			}
			if CheckLog(events) == nil {
				t.Errorf("a changed %s of event %d is not seen", name, i)
			}
		}
	}
}

func TestAFullLogCountsNoiseInsteadOfGivingWayToIt(t *testing.T) {
	t.Parallel()
	s := &state{}
	for i := range uint64(2*LogSize - 1) {
		s.note(Event{Kind: EventReplay}) // there is room
		if s.Seq != i+1 {
			t.Fatalf("event %d is not in the log", i+1)
		}
	}
	s.note(Event{Kind: EventInvalid, Slot: 1})
	s.Tail = nil
	for i := range 30 {
		s.note(Event{Kind: []EventKind{EventInvalid, EventReplay, EventLocked, EventPrivacy}[i%4], UTC: int64(i), Day: 9})
	}
	if len(s.Tail) != 0 {
		t.Fatalf("noise made %d events in a full log", len(s.Tail))
	}
	s.note(Event{Kind: EventAccept, Slot: 5, Day: 10})
	s.note(Event{Kind: EventReuse, Slot: 5, Day: 10})
	got := slices.Clone(s.Tail)
	for i := range got {
		got[i].Head = Head{}
	}
	want := []Event{
		{Seq: 2*LogSize + 1, UTC: 29, Day: 9, Kind: EventInvalid, Slot: 30, Flags: FlagLost},
		{Seq: 2*LogSize + 2, Day: 10, Kind: EventAccept, Slot: 5},
		{Seq: 2*LogSize + 3, Day: 10, Kind: EventReuse, Slot: 5},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestALogThatLostEventsSaysSo(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func([]Event) []Event{
		"all":        func([]Event) []Event { return nil },
		"the last":   func(e []Event) []Event { return e[:len(e)-3] },
		"one of it":  func(e []Event) []Event { return slices.Delete(e, 2, 3) },
		"the truth":  func(e []Event) []Event { e[2].Slot++; return e },
		"the end of": func(e []Event) []Event { e[len(e)-1].Head[0]++; return e },
	} {
		h := newHouse(berlin, noon, 20)
		store := newFlash()
		v := h.open(t, store, noon)
		for slot := range uint16(5) {
			wantKind(t, v, h.code(h.setup.First+1, slot, 0), noon, Accept)
		}
		store.events = spoil(store.events)
		v = must(Resume(store))
		wantKind(t, v, h.code(h.setup.First+1, 9, 0), noon, Accept)
		events := must(store.Events())
		i := slices.IndexFunc(events, func(e Event) bool { return e.Flags&FlagLost != 0 })
		if i < 0 || events[i].Kind != EventBoot {
			t.Errorf("%s: no event says that others are lost", name)
		}
	}
}

func TestAStateThatIsOlderThanItsLogOrGoneOpensNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(t, store, noon)
	code := h.code(h.setup.First+1, 1, 0)
	wantKind(t, v, "0", noon, Format)
	backup := slices.Clone(store.state)
	wantKind(t, v, code, noon, Accept)
	for name, state := range map[string][]byte{"older": backup, "gone": nil} {
		_, err := Open(h.provision(noon), &flash{state: state, events: store.events, fuel: -1})
		if !errors.Is(err, ErrState) {
			t.Errorf("%s: %v, want ErrState", name, err)
		}
	}
}

func TestAStateOfAnotherFormatOpensNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	h.open(t, store, noon)
	other := strings.Replace(string(store.state), `"format":1`, `"format":2`, 1)
	if other == string(store.state) {
		t.Fatal("the state has no format")
	}
	store.state = []byte(other)
	if _, err := Resume(store); !errors.Is(err, ErrState) {
		t.Errorf("%v, want ErrState", err)
	}
}

func TestAnEventIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	for kind := EventAccept; kind <= EventPrivacy; kind++ {
		want := Event{Seq: 7, UTC: 1, Day: 20541, Kind: kind, Slot: 3, Gen: 2, Flags: FlagLost, Head: Head{1, 2}}
		var got Event
		if err := json.Unmarshal(must(json.Marshal(want)), &got); err != nil || got != want {
			t.Errorf("%+v reads as %+v, %v", want, got, err)
		}
	}
	var e Event
	for _, text := range []string{`{"type":"opened"}`, `{"type":""}`, `{"head":"00"}`, `{"head":"zz"}`} {
		if json.Unmarshal([]byte(text), &e) == nil {
			t.Errorf("%s is read", text)
		}
	}
}
