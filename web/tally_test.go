package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"doorlink"
	"doorlink/store"
)

func TestAScanIsThePageOfAPersonThatIsOpenedFirst(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, method string
		header       [2]string
		want         bool
	}{
		{"a phone", "GET", [2]string{"User-Agent", "Mozilla/5.0 (Linux; Android 9; CUBOT NOTE 20) Chrome/120.0 Mobile Safari/537.36"}, true},
		{"a phone that says what it wants", "GET", [2]string{"Sec-Fetch-Dest", "document"}, true},
		{"a look at the headers", "HEAD", [2]string{"Accept", "*/*"}, false},
		{"a page loaded ahead", "GET", [2]string{"Sec-Purpose", "prefetch;prerender"}, false},
		{"a page loaded ahead by Firefox", "GET", [2]string{"X-Moz", "prefetch"}, false},
		{"Safari's top sites", "GET", [2]string{"Purpose", "preview"}, false},
		{"a script", "GET", [2]string{"Sec-Fetch-Dest", "empty"}, false},
		{"a search engine", "GET", [2]string{"User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1)"}, false},
		{"a chat's preview", "GET", [2]string{"User-Agent", "WhatsApp/2.23.20.0"}, false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), tt.method, "/p/1", nil)
		r.Header.Set(tt.header[0], tt.header[1])
		if got := opened(r); got != tt.want {
			t.Errorf("%s: counts %v", tt.name, got)
		}
	}
}

func TestScansAndCallsAreAddedUpByStickerAndDay(t *testing.T) {
	t.Parallel()
	c := newTally()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			v := doorlink.Visit{ID: doorlink.NewID[doorlink.VisitID]("visit"), Panel: "panel_1", Sticker: "stick_1"}
			for range 3 { // loaded again
				c.scan(v, 7)
			}
			c.call(v, 7)
		})
	}
	all.Wait()
	c.scan(doorlink.Visit{ID: "visit_x", Panel: "panel_1", Sticker: "stick_1"}, 8)
	sums := map[doorlink.Day]store.Use{}
	for _, u := range c.take() {
		sums[u.Day] = u
	}
	want := store.Use{Panel: "panel_1", Sticker: "stick_1", Day: 7, Scans: 50, Calls: 50}
	if len(sums) != 2 || sums[7] != want || sums[8].Scans != 1 || len(c.take()) != 0 {
		t.Errorf("got %+v", sums)
	}
}

func TestCountsWaitForTheDatabaseAndAreWrittenAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTally()
		var written []int64
		var away atomic.Bool
		away.Store(true)
		write := func(_ context.Context, uses []store.Use) error {
			if away.Load() {
				return errors.New("away")
			}
			for _, u := range uses {
				written = append(written, u.Scans)
			}
			return nil
		}
		scan := func() { c.scan(doorlink.Visit{ID: doorlink.NewID[doorlink.VisitID]("visit"), Sticker: "stick_1"}, 7) }
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan bool)
		go func() { c.run(ctx, write, slog.New(slog.DiscardHandler)); close(done) }()
		scan()
		time.Sleep(tallyTime + time.Second)
		scan()
		away.Store(false)
		time.Sleep(tallyTime)
		scan()
		stop()
		<-done
		if len(written) != 2 || written[0] != 2 || written[1] != 1 {
			t.Errorf("got %v, want both that waited together, and the last at the end", written)
		}
	})
}

func TestWhatWaitsIsLimited(t *testing.T) {
	t.Parallel()
	c := newTally()
	for day := range doorlink.Day(mostTallied + 10) {
		c.call(doorlink.Visit{Sticker: "stick_1"}, day)
	}
	for range mostSeen + 10 {
		c.scan(doorlink.Visit{ID: doorlink.NewID[doorlink.VisitID]("visit"), Sticker: "stick_1"}, 1)
	}
	if len(c.uses) != mostTallied || len(c.seen) > mostSeen {
		t.Errorf("%d counts and %d visits wait", len(c.uses), len(c.seen))
	}
}

func TestAPageThatIsLoadedAgainIsOneScan(t *testing.T) {
	t.Parallel()
	s := newSite(t, "http://127.0.0.1", 1)
	first := s.get(t, s.door())
	for _, cookie := range first.Cookies() {
		r := httptest.NewRequestWithContext(t.Context(), "GET", s.door(), nil)
		r.AddCookie(cookie)
		s.Handler().ServeHTTP(httptest.NewRecorder(), r)
	}
	s.get(t, s.door()) // another browser
	if err := s.tally.flush(t.Context(), s.db.AddUses); err != nil {
		t.Fatal(err)
	}
	uses, err := s.db.Uses(t.Context(), s.plan.Panels[0].ID, 0)
	if err != nil || len(uses) != 1 || uses[0].Scans != 2 || uses[0].Sticker != s.plan.Stickers[0].ID {
		t.Errorf("got %+v, %v, want two scans", uses, err)
	}
}
