package doorlinktest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/store"
)

// revealsNothing checks that a page tells nothing of the house and everybody in it.
func (h *House) revealsNothing(what, page string, secrets ...string) {
	h.tb.Helper()
	for _, s := range append(secrets, h.Property.Name, "Front door", "North gate") {
		if strings.Contains(page, s) {
			h.tb.Errorf("%s tells %q", what, s)
		}
	}
}

func TestWrongTokenTellsNothing(t *testing.T) {
	t.Parallel()
	house := New(t)
	house.Resident("Ana", "4B")
	token := house.at("Front door").sticker.Token.Reveal()
	visit := house.Scan("Front door")
	var pages []string
	for _, i := range []int{0, 15, 31} {
		wrong := []byte(token)
		if wrong[i]++; wrong[i] == '9'+1 {
			wrong[i] = '0'
		}
		status, page := visit.Get("/p/" + string(wrong))
		if status != http.StatusNotFound {
			t.Errorf("a token that is wrong in one place has status %d, want 404", status)
		}
		house.revealsNothing("the page of a wrong token", page, "Ana", "4B", string(wrong))
		pages = append(pages, page)
	}
	if pages[0] != pages[1] || pages[1] != pages[2] {
		t.Error("wrong tokens have different pages")
	}
}

func TestPageThatIsOpenSinceBeforeTheStickerWasReplacedPlacesNoCalls(t *testing.T) {
	t.Parallel()
	house := New(t)
	ana := house.Resident("Ana", "4B")
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	ana.Hears(call).Answer()
	old := house.at("Front door").sticker
	house.write(func(ctx context.Context, tx *store.Tx) error { return tx.EndSticker(ctx, old.ID, time.Now()) })
	code := ana.Grant(call) // the call goes on
	visit.Sees(code)
	visit.HangsUp(call)
	visit.Told(call, doorlink.Ended)
	if got := visit.DialRefused("Ana"); got.Key != "sticker.old" || got.Status != http.StatusGone {
		t.Errorf("a call by an old sticker was refused with %q, %d", got.Key, got.Status)
	}
}

func TestHandsetThatWasSignedOutAnswersNothingEvenIfNobodyToldIt(t *testing.T) {
	t.Parallel()
	house := New(t)
	ana, ben := house.Resident("Ana", "4B"), house.Resident("Ben", "5C")
	visit, other := house.Scan("Front door"), house.Scan("North gate")
	call, talk := visit.Dial("Ana"), other.Dial("Ben")
	ana.Hears(call)
	ben.Hears(talk).Answer()
	house.write(func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(tx.EndHandsets(ctx, ana.Person), tx.EndHandsets(ctx, ben.Person))
	})
	ana.say(doorlink.Signal{Kind: doorlink.SigAnswer, Call: call})
	ana.HungUp()
	visit.HangsUp(call)
	visit.Told(call, doorlink.Cancelled)
	ben.say(doorlink.Signal{Kind: doorlink.SigAnswer, Call: talk}) // again, as after a change of networks
	ben.Writes(talk, 1, "Coming down.")
	other.Reads(talk, "Coming down.")
}

func TestOldStickerTellsNothing(t *testing.T) {
	t.Parallel()
	house := New(t)
	house.Resident("Ana", "4B")
	visit := house.Scan("Front door")
	old := house.at("Front door").sticker
	house.write(func(ctx context.Context, tx *store.Tx) error { return tx.EndSticker(ctx, old.ID, time.Now()) })
	for _, path := range []string{visit.path, visit.path + "/search?q=Ana", visit.path + "/line"} {
		status, page := visit.Get(path)
		if status != http.StatusGone {
			t.Errorf("an old sticker has status %d, want 410", status)
		}
		house.revealsNothing("the page of an old sticker", page, "Ana", "4B", old.Token.Reveal())
	}
}

func TestOneTimeLinkWorksOnce(t *testing.T) {
	t.Parallel()
	house := New(t)
	ana := house.Resident("Ana", "4B")
	link := house.Link(ana.Person).Reveal()
	first, second := house.browser(house.Nodes[0]), house.browser(house.Nodes[0])
	if status, _ := first.Get("/r/in/" + link); status != http.StatusOK {
		t.Errorf("the link has status %d the first time, want 200", status)
	}
	status, page := second.Get("/r/in/" + link)
	if status != http.StatusGone {
		t.Errorf("the link has status %d the second time, want 410", status)
	}
	house.revealsNothing("the page of a used link", page, "Ana", "4B", link)
	if status, _ := second.Get("/r/"); status != http.StatusForbidden {
		t.Errorf("somebody with a used link has status %d, want 403", status)
	}
	if status, _ := second.Get("/r/in/" + doorlink.NewSecret().Reveal()); status != http.StatusNotFound {
		t.Errorf("a link that never was has status %d, want 404", status)
	}
}

func TestVisitorsCookieOpensNothingOfAResidents(t *testing.T) {
	t.Parallel()
	house := New(t)
	visit := house.Scan("Front door")
	for _, path := range []string{"/r/", "/r/line"} {
		if status, _ := visit.Get(path); status != http.StatusForbidden {
			t.Errorf("%s has status %d for a visitor, want 403", path, status)
		}
	}
}

// TestUnansweredCallsAreBounded: what a visit may do to one resident is told by tests
// in fake time; this is what it may do to all of them, and what all visits at one
// panel may do to one.
func TestUnansweredCallsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		house := InBubble(t).House(t)
		names := strings.Fields("Ana Ben Cem Dai Eva Fay Gil Hua Ivo Jan Kim")
		for _, n := range names {
			house.Resident(n, "4B")
		}
		inVain := func(v *Visit, name string) {
			call := v.Dial(name)
			v.HangsUp(call)
			v.Told(call, doorlink.Cancelled)
		}
		sweep := house.Scan("North gate")
		for _, n := range names[:10] {
			inVain(sweep, n)
		}
		for range 6 {
			v := house.Scan("Front door")
			inVain(v, "Ana")
			inVain(v, "Ana")
		}
		next := house.Scan("Front door")
		for what, got := range map[string]doorlink.Refusal{
			"the eleventh call of a visit":     sweep.DialRefused("Kim"),
			"the thirteenth call of one panel": next.DialRefused("Ana"),
		} {
			if got.Key != "call.held" || got.Status != http.StatusTooManyRequests || got.Text == "" || got.LeftMS <= 0 {
				t.Errorf("%s was refused with %+v, want call.held, 429, a sentence and a time", what, got)
			}
		}
		inVain(next, "Ben")
		time.Sleep(doorlink.LimitSpan)
		inVain(sweep, "Kim")
		inVain(next, "Ana")
	})
}

// TestDialsAtOnePanelAreBounded: machines at two addresses, each within its own
// limit, dial at one panel within one instant; another panel is nobody's loss.
func TestDialsAtOnePanelAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const pages, each, allowed = 4, 100, 300
		house := InBubble(t).House(t)
		house.Resident("Ana", "4B")
		visits := make([]*Visit, pages)
		for i := range visits {
			v := house.Scan("Front door")
			v.From([]string{"192.0.2.1", "192.0.2.2"}[i%2])
			v.Open()
			for range each {
				v.say(doorlink.Signal{Kind: doorlink.SigDial, Entry: "nobody"})
			}
			visits[i] = v
		}
		synctest.Wait()
		refused := map[string]int{}
		for _, v := range visits {
			for _, s := range v.line.all() {
				if s.Refused != nil {
					refused[s.Refused.Key]++
				}
			}
		}
		want := map[string]int{"dial.not_listed": allowed, "limit.wait": pages*each - allowed}
		if diff := cmp.Diff(want, refused); diff != "" {
			t.Errorf("dials were refused with (-want +got):\n%s", diff)
		}
		elsewhere := house.Scan("North gate")
		elsewhere.From("192.0.2.1")
		elsewhere.Dial("Ana")
	})
}

// TestTenThousandDialsFromOneAddressAreBounded: within one instant, fifty pages
// at one address dial two hundred times each.
func TestTenThousandDialsFromOneAddressAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const pages, each, allowed = 50, 200, 240
		house := InBubble(t).House(t)
		ana := house.Resident("Ana", "4B")
		var all sync.WaitGroup
		var visits []*Visit
		for range pages {
			v := house.Scan("Front door")
			v.Open()
			visits = append(visits, v)
			all.Go(func() {
				for range each {
					v.line.send(doorlink.Signal{Kind: doorlink.SigDial, Entry: ana.Entry})
				}
			})
		}
		all.Wait()
		synctest.Wait()
		waits, answers := 0, 0
		for _, v := range visits {
			for _, s := range v.line.all() {
				if s.Refused == nil {
					continue
				}
				answers++
				if s.Refused.Status != http.StatusTooManyRequests && s.Refused.Status != http.StatusConflict || s.Refused.Text == "" {
					t.Fatalf("a dial was refused with %+v", s.Refused)
				}
				if s.Refused.Key == "limit.wait" && s.Refused.LeftMS > 0 {
					waits++
				}
			}
		}
		if want := pages*each - allowed; waits != want {
			t.Errorf("%d dials were told to wait, want %d", waits, want)
		}
		calls, err := house.DB.PersonCalls(context.Background(), ana.Person, time.Now())
		must(t, err)
		if placed := len(calls); placed == 0 || placed+answers != pages*each {
			t.Errorf("%d calls placed and %d dials refused of %d", placed, answers, pages*each)
		}
	})
}

// TestMayShareKeyDecidesAboutCodesOnlyWhereADoorAsks: neither switch of a key
// keeps anybody from being listed and called. Provide Doorcodes is about holders'
// own codes, and May Share Key counts at doors that ask for it.
func TestMayShareKeyDecidesAboutCodesOnlyWhereADoorAsks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		own, asks, share bool
		refused          string
	}{
		{own: true, share: true},
		{own: false, share: false},
		{own: false, asks: true, share: true},
		{own: true, asks: true, share: false, refused: "grant.no_share"},
	} {
		house := New(t)
		door := house.at("Front door").door.ID
		house.edit(doorlink.Row{KeyDoor: &doorlink.KeyDoor{Key: house.key, Door: door}}, func(r *doorlink.Row) { r.KeyDoor.Own = tt.own })
		house.edit(doorlink.Row{Door: &doorlink.Door{ID: door}}, func(r *doorlink.Row) { r.Door.NeedsShare = tt.asks })
		house.edit(doorlink.Row{Key: &doorlink.Key{ID: house.key}}, func(r *doorlink.Row) { r.Key.MayShare = tt.share })
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		visit.Told(call, doorlink.Answered)
		if tt.refused == "" {
			house.Keypad("Front door").Opens(ana.Grant(call))
		} else if got := ana.GrantRefused(call); got.Key != tt.refused || got.Text == "" {
			t.Errorf("%+v: refused with %q", tt, got.Key)
		}
	}
}
