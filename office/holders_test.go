package office_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

func TestHoldersAreFoundSortedAndPaged(t *testing.T) { onEach(t, holdersAreFound) }

func holdersAreFound(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	soon := time.Now().Add(time.Hour)
	must(t)(d.SetHolding(ctx, doorlink.Holder{Key: h.key, Person: h.bram, To: soon, Resident: true}, ""))
	must(t)(d.SetHolding(ctx, doorlink.Holder{Key: h.key, Person: h.chidi, From: soon, Resident: true}, ""))
	for _, tt := range []struct {
		name string
		q    office.Query
		want string
	}{
		{"by family name", office.Query{}, "Ada Chidi Bram"},
		{"the other way", office.Query{Sort: "-name"}, "Bram Chidi Ada"},
		{"by unit", office.Query{Sort: "-unit"}, "Bram Chidi Ada"},
		{"by end", office.Query{Sort: "to"}, "Bram Ada Chidi"},
		{"a unit", office.Query{Find: "1b"}, "Bram"},
		{"an address", office.Query{Find: "ADA@"}, "Ada"},
	} {
		var got []string
		for q := tt.q; ; {
			q.Limit = 2
			page, err := d.Holders(ctx, h.key, q)
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			for _, l := range page.Rows {
				got = append(got, l.Person.Given)
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, got, tt.want)
		}
	}
	one, err := d.Holder(ctx, h.key, h.chidi)
	if err != nil || one.Now || !one.Resident || one.Units[0].Name != "1A" {
		t.Errorf("got %+v, %v", one, err)
	}
	if _, err := d.Holder(ctx, h.roof, h.ada); !errors.Is(err, store.ErrMissing) {
		t.Errorf("a key they do not hold: got %v", err)
	}
	for k, want := range map[doorlink.KeyID]int{h.roof: 2, h.key: 0} {
		if page, err := d.WithoutKey(ctx, k, office.Query{Find: "1a"}); err != nil || page.Total != want {
			t.Errorf("without a key: got %d, %v, want %d", page.Total, err, want)
		}
	}
}

// Moments that people can write, and that have no year of four figures in UTC.
var (
	beforeAll = time.Date(0, 1, 1, 0, 0, 0, 0, time.FixedZone("east", 3600))
	afterAll  = time.Date(9999, 12, 31, 23, 59, 0, 0, time.FixedZone("west", -3600))
)

func TestAKeyIsHeldInYearsThatCanBeSaid(t *testing.T) { onEach(t, heldInYears) }

func heldInYears(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	must(t)(d.GiveKey(ctx, doorlink.Holder{Key: h.roof, Person: h.bram}))
	before := h.standing(t)
	for _, dates := range []doorlink.Holder{{From: beforeAll}, {To: afterAll}, {From: time.Date(1998, 5, 1, 0, 0, 0, 0, time.UTC)}} {
		dates.Key, dates.Person = h.roof, h.bram
		if _, err := d.SetHolding(ctx, dates, ""); !errors.Is(err, office.ErrYears) {
			t.Errorf("%v to %v: got %v", dates.From, dates.To, err)
		}
		if _, err := d.Invite(ctx, office.Invitation{Given: "x", Keys: []doorlink.Holder{dates}}); !errors.Is(err, office.ErrYears) {
			t.Errorf("%v to %v: somebody new got %v", dates.From, dates.To, err)
		}
		dates.Person = h.ada
		if _, err := d.GiveKey(ctx, dates); !errors.Is(err, office.ErrYears) {
			t.Errorf("%v to %v: a gift got %v", dates.From, dates.To, err)
		}
	}
	same(t, "refused", h.standing(t), before)
	last := time.Date(2199, 12, 31, 23, 0, 0, 0, time.FixedZone("west", -2*3600)) // the year 2200 in UTC
	must(t)(d.SetHolding(ctx, doorlink.Holder{Key: h.roof, Person: h.bram, To: last}, ""))
}

func TestAKeyIsGivenToManyAtOnce(t *testing.T) { onEach(t, givenToMany) }

func givenToMany(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	from, until := time.Now().Add(time.Hour), time.Now().Add(48*time.Hour)
	must(t)(d.GiveKey(ctx, doorlink.Holder{Key: h.roof, Person: h.bram}))
	before := h.standing(t)
	for name, c := range map[string]struct {
		h      doorlink.Holder
		people []doorlink.PersonID
		want   error
	}{
		"no such key":            {doorlink.Holder{Key: "key_none"}, []doorlink.PersonID{h.ada}, office.ErrKeyGone},
		"one of elsewhere":       {doorlink.Holder{Key: h.roof}, []doorlink.PersonID{h.ada, h.elsewhere.People[0].ID}, store.ErrMissing},
		"an end that came first": {doorlink.Holder{Key: h.roof, From: until, To: from}, []doorlink.PersonID{h.ada}, office.ErrDates},
		"a year before any":      {doorlink.Holder{Key: h.roof, From: beforeAll}, []doorlink.PersonID{h.ada}, office.ErrYears},
		"a year of five figures": {doorlink.Holder{Key: h.roof, To: afterAll}, []doorlink.PersonID{h.ada}, office.ErrYears},
	} {
		if _, err := d.GiveTo(ctx, c.h, c.people...); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	same(t, "refused", h.standing(t), before)
	given := must(t)(d.GiveTo(ctx, doorlink.Holder{Key: h.roof, From: from, To: until, Resident: true}, h.ada, h.bram, h.chidi))
	for who, want := range map[doorlink.PersonID]bool{h.ada: true, h.chidi: true, h.bram: false} {
		if got, err := d.Holder(ctx, h.roof, who); err != nil || got.Resident != want || got.To.IsZero() == want {
			t.Errorf("got %+v, %v: who held it keeps it as it was", got.Holder, err)
		}
	}
	must(t)(d.Undo(ctx, given.Seq))
	same(t, "undone", h.standing(t), before)
	if r := must(t)(d.GiveTo(ctx, doorlink.Holder{Key: h.roof})); r.Seq != 0 {
		t.Errorf("given to nobody: got %+v", r)
	}
}
