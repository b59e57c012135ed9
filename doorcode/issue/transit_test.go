package issue

import (
	"bytes"
	"testing"

	"doorlink"
	"doorlink/doorcode"
)

func TestACodeOpensForItsCallOnAnyNodeOfTheDeskAndNowhereElse(t *testing.T) {
	t.Parallel()
	code := doorlink.Code{Digits: "4820193", Nth: 2, Door: "North gate", Until: 1779314400000}
	sealed, err := NewCounter(New(master, newBook()), nil).Seal("call_1", code)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte(code.Digits)) {
		t.Error("the digits can be read")
	}
	twin := NewCounter(New(master, newBook()), nil)
	if got, err := twin.Open("call_1", sealed); err != nil || got != code {
		t.Errorf("the twin opens %+v, %v", got, err)
	}
	other := NewCounter(New(doorcode.Master{Key: doorcode.Key{1}}, newBook()), nil)
	changed := bytes.Clone(sealed)
	changed[len(changed)/2] ^= 1
	for why, open := range map[string]func() (doorlink.Code, error){
		"for another call": func() (doorlink.Code, error) { return twin.Open("call_2", sealed) },
		"by another desk":  func() (doorlink.Code, error) { return other.Open("call_1", sealed) },
		"changed":          func() (doorlink.Code, error) { return twin.Open("call_1", changed) },
		"cut":              func() (doorlink.Code, error) { return twin.Open("call_1", sealed[:8]) },
		"empty":            func() (doorlink.Code, error) { return twin.Open("call_1", nil) },
	} {
		if got, err := open(); err == nil || got != (doorlink.Code{}) {
			t.Errorf("%s it opens as %+v, %v", why, got, err)
		}
	}
}

func TestTheDaysThatAreKeptAreBoundedAndAreThoseOfTheSetup(t *testing.T) {
	t.Parallel()
	var d days
	s := testSetup()
	day := s.First + 3
	at := func(s doorcode.Setup) doorlink.Digits { return d.at(master, s, day).digits(2, 1) }
	first := at(s)
	if at(s) != first || len(d.kept) != 1 {
		t.Errorf("%d days are kept of one", len(d.kept))
	}
	for what, change := range map[string]func(*doorcode.Setup){
		"epoch":       func(s *doorcode.Setup) { s.Epoch++ },
		"first day":   func(s *doorcode.Setup) { s.First++ },
		"more digits": func(s *doorcode.Setup) { s.Params.Digits++ },
	} {
		changed := s
		change(&changed)
		if at(changed) == first {
			t.Errorf("with another %s it is the same code", what)
		}
	}
	fewer := s
	fewer.Places--
	if d.at(master, fewer, day) == d.at(master, s, day) {
		t.Error("which codes are unfit does not follow the number of places")
	}
	for n := range doorlink.Day(maxDays + 10) {
		d.at(master, s, s.First+n)
	}
	if len(d.kept) > maxDays {
		t.Errorf("%d days are kept, want %d at most", len(d.kept), maxDays)
	}
}
