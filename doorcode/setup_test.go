package doorcode

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
)

func testSetup() Setup {
	issued := time.Date(2026, time.March, 28, 9, 30, 0, 0, time.UTC)
	zone, _ := time.LoadLocation("Europe/Berlin")
	return Setup{
		Version: 3, Lock: "lock_1", Property: "prop-0001", Door: "door-lobby", DoorName: "North gate", Label: "N2",
		Model: "M2", Zone: "Europe/Berlin", Epoch: 1, First: 20454, Params: Defaults(),
		Calendar: CalendarFor(zone, issued), Places: 200, Issued: issued,
	}
}

func TestASetupSurvivesBeingStoredAsJSON(t *testing.T) {
	t.Parallel()
	want := testSetup()
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Setup
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("it reads back differently (-want +got):\n%s", diff)
	}
}

func TestAnUnusableSetupIsRefused(t *testing.T) {
	t.Parallel()
	if err := testSetup().Check(); err != nil {
		t.Fatalf("a good one is refused: %v", err)
	}
	for name, spoil := range map[string]func(*Setup){
		"no version":         func(s *Setup) { s.Version = 0 },
		"no lock":            func(s *Setup) { s.Lock = "" },
		"no property":        func(s *Setup) { s.Property = "" },
		"no door":            func(s *Setup) { s.Door = "" },
		"no epoch":           func(s *Setup) { s.Epoch = 0 },
		"no date":            func(s *Setup) { s.Issued = time.Time{} },
		"a far first day":    func(s *Setup) { s.First = 1 << 30 },
		"no places":          func(s *Setup) { s.Places = 0 },
		"more than an index": func(s *Setup) { s.Places = 4097 },
		"guessable":          func(s *Setup) { s.Places = 334 },
		"nine digits":        func(s *Setup) { s.Params.Digits = 9 },
		"a bad calendar":     func(s *Setup) { s.Calendar.Initial = secondsPerDay },
	} {
		s := testSetup()
		spoil(&s)
		if s.Check() == nil {
			t.Errorf("%s: not refused", name)
		}
	}
	s := testSetup()
	s.Places = 334
	if !errors.Is(s.Check(), ErrGuessable) {
		t.Errorf("334 places: %v, want ErrGuessable", s.Check())
	}
}

func TestAProvisionReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	want := Master{Key{1}}.Provision(testSetup(), testSetup().Issued)
	text, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeProvision(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Setup, got.Setup); diff != "" {
		t.Errorf("setup (-want +got):\n%s", diff)
	}
	if got.Chain != want.Chain {
		t.Error("the chain is another one")
	}
}

func TestAProvisionStartsAtTheOldestDayThatMayOpen(t *testing.T) {
	t.Parallel()
	s, m := testSetup(), Master{Key{1}}
	midnight := s.Calendar.Start(20541)
	for _, c := range []struct {
		at   time.Time
		want doorlink.Day
	}{
		{midnight.Add(-time.Second), 20540},
		{midnight, 20540},
		{midnight.Add(10*time.Minute - time.Second), 20540},
		{midnight.Add(10 * time.Minute), 20541},
		{time.Unix(0, 0), s.First},
	} {
		p := m.Provision(s, c.at)
		want, _ := m.Door(s.Property, s.Door, s.Epoch).Chain(s.First).At(c.want)
		if p.Chain != want {
			t.Errorf("at %v the chain is that of %v, want %v", c.at, p.Chain.Day, c.want)
		}
	}
}

func TestAProvisionIsReadStrictly(t *testing.T) {
	t.Parallel()
	b, err := Master{}.Provision(testSetup(), testSetup().Issued).Encode()
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	replace := func(old, with string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("there is no %q in a provision", old)
		}
		return strings.Replace(good, old, with, 1)
	}
	for name, text := range map[string]string{
		"empty":             "",
		"no JSON":           "ddc1",
		"a later version":   replace(`"ddc1": 1`, `"ddc1": 2`),
		"no version":        replace(`"ddc1": 1`, `"ddc0": 1`),
		"an unknown field":  replace(`"places"`, `"spaces": 1, "places"`),
		"something after":   good + "{}",
		"half of it":        good[:len(good)/2],
		"no chain":          replace(`"chain": "`, `"chain": "x`),
		"a chain too early": replace(`"first": 20454`, `"first": 20999`),
		"a guessable door":  replace(`"places": 200`, `"places": 2000`),
		"a negative slot":   replace(`"places": 200`, `"places": -1`),
		"an array":          "[" + good + "]",
	} {
		if _, err := DecodeProvision([]byte(text)); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

func FuzzDecodeProvision(f *testing.F) {
	good, err := Master{}.Provision(testSetup(), testSetup().Issued).Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"ddc1":1,"setup":{},"chain":"1:00"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := DecodeProvision(text)
		if err != nil {
			return
		}
		again, err := p.Encode()
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		q, err := DecodeProvision(again)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(p.Setup, q.Setup); diff != "" || p.Chain != q.Chain {
			t.Fatalf("it reads back differently:\n%s", diff)
		}
	})
}
