package doorcode

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"doorlink"
)

// The table of DDC-1 section 6.1.
func TestOddsAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		digits, active, window      int
		perTry                      float64
		oneIn                       int
		percentPerDay, percentTotal string
		refused                     bool
	}{
		{5, 1, 3, 3.0e-5, 33333, "0.15", "0.9", false},
		{5, 10, 1, 1.0e-4, 10000, "0.50", "3.0", false},
		{5, 50, 3, 1.5e-3, 666, "7.2", "36", true},
		{6, 33, 3, 9.9e-5, 10101, "0.49", "2.9", false},
		{6, 200, 3, 6.0e-4, 1666, "3.0", "16", true},
		{7, 20, 3, 6.0e-6, 166666, "0.030", "0.18", false},
		{7, 200, 3, 6.0e-5, 16666, "0.30", "1.8", false},
		{7, 333, 3, 1.0e-4, 10010, "0.50", "3.0", false},
		{8, 200, 3, 6.0e-6, 166666, "0.030", "0.18", false},
		{8, 3333, 3, 1.0e-4, 10001, "0.50", "3.0", false},
	} {
		p := Defaults()
		p.Digits, p.Window = c.digits, c.window
		o, err := p.Odds(c.active, 0)
		name := fmt.Sprintf("L=%d A=%d W=%d", c.digits, c.active, c.window)
		if o.Accepted != c.active*c.window || o.OneIn != c.oneIn || math.Abs(o.PerTry-c.perTry) > c.perTry/100 {
			t.Errorf("%s: %+v, want one in %d", name, o, c.oneIn)
		}
		if got := likeTable(o.PerDay, c.percentPerDay); got != c.percentPerDay {
			t.Errorf("%s: %s %% a day, want %s", name, got, c.percentPerDay)
		}
		if got := likeTable(o.InTotal, c.percentTotal); got != c.percentTotal {
			t.Errorf("%s: %s %% in total, want %s", name, got, c.percentTotal)
		}
		if refused := errors.Is(err, ErrGuessable); refused != c.refused {
			t.Errorf("%s: %v, refused should be %v", name, err, c.refused)
		}
	}
}

// likeTable writes a chance in per cent with as many places as the table has.
func likeTable(chance float64, as string) string {
	places := 0
	for i, c := range as {
		if c == '.' {
			places = len(as) - i - 1
		}
	}
	return fmt.Sprintf("%.*f", places, 100*chance)
}

func TestOddsCountOtherCodesToo(t *testing.T) {
	t.Parallel()
	p := Defaults()
	if _, err := p.Odds(333, 1); err != nil {
		t.Errorf("1,000 accepted numbers of seven digits are refused: %v", err)
	}
	o, err := p.Odds(333, 2)
	if !errors.Is(err, ErrGuessable) || o.Accepted != 1001 {
		t.Errorf("1,001 accepted numbers give %+v, %v", o, err)
	}
}

// One accepted number among N is found in f different tries with chance f/N.
func TestATryIsNotRepeated(t *testing.T) {
	t.Parallel()
	p := Defaults()
	p.Digits, p.Window = 5, 1
	o, err := p.Odds(1, 0)
	if err != nil || math.Abs(o.PerDay-50e-5) > 1e-12 || math.Abs(o.InTotal-300e-5) > 1e-12 {
		t.Errorf("%+v, %v, want 0.0005 a day and 0.003 in total", o, err)
	}
}

func TestADoorHasPlacesForAsManyAsTheRuleAllows(t *testing.T) {
	t.Parallel()
	for digits, want := range map[int]int{5: 3, 6: 33, 7: 333, 8: 3333} {
		p := Defaults()
		p.Digits = digits
		if got := p.MaxPlaces(); got != want {
			t.Errorf("%d digits have %d places, want %d", digits, got, want)
		}
		if _, err := p.Odds(want, 0); err != nil {
			t.Errorf("%d places at %d digits are refused: %v", want, digits, err)
		}
		if _, err := p.Odds(want+1, 0); err == nil {
			t.Errorf("%d places at %d digits are not refused", want+1, digits)
		}
	}
	wide := Params{Digits: 8, Window: 1}
	if got := wide.MaxPlaces(); got != 4096 {
		t.Errorf("a window of one at eight digits has %d places, want the 4,096 that an index holds", got)
	}
}

func TestParamsOutOfRangeAreRefusedByName(t *testing.T) {
	t.Parallel()
	if err := Defaults().Check(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
	for name, set := range map[string]func(*Params){
		"digits":  func(p *Params) { p.Digits = 9 },
		"window":  func(p *Params) { p.Window = 0 },
		"grace_s": func(p *Params) { p.Grace = 60 },
		"reuse_s": func(p *Params) { p.Reuse = 901 },
		"free":    func(p *Params) { p.Free = 0 },
		"base_s":  func(p *Params) { p.Base = 0 },
		"hold_s":  func(p *Params) { p.Hold = -1 },
		"daily":   func(p *Params) { p.Daily = 9 },
		"total":   func(p *Params) { p.Total = 5001 },
	} {
		p := Defaults()
		set(&p)
		e, ok := errors.AsType[*doorlink.Error](p.Check())
		if !ok || e.Kind != doorlink.Invalid || e.Args[1] != name {
			t.Errorf("%s out of range gives %v", name, e)
		}
	}
}
