package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"doorlink"
	"doorlink/store"
)

const (
	// tallyTime is how long counts wait in memory to be written together. A power
	// cut loses that much of them; a restart loses none.
	tallyTime = 10 * time.Second
	// mostTallied limits what waits while the database is away: stickers by days.
	// What is beyond is not counted.
	mostTallied = 10_000
	// mostSeen limits the visits that are known to have been counted. When there
	// are more, all are forgotten, and a page that is loaded again counts again.
	mostSeen = 50_000
)

// tally counts scans and calls until they are written. It knows visits only
// while it runs, to tell a page that is loaded again, and writes counts alone.
type tally struct {
	mu   sync.Mutex
	uses map[tallied]*store.Use
	seen map[doorlink.VisitID]bool
}

// tallied is a row of counts.
type tallied struct {
	sticker doorlink.StickerID
	day     doorlink.Day
}

func newTally() *tally {
	return &tally{uses: map[tallied]*store.Use{}, seen: map[doorlink.VisitID]bool{}}
}

// scan counts the first page that a visit opens at a panel.
func (t *tally) scan(v doorlink.Visit, day doorlink.Day) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen[v.ID] {
		return
	}
	if len(t.seen) >= mostSeen {
		clear(t.seen)
	}
	t.seen[v.ID] = true
	t.add(store.Use{Panel: v.Panel, Sticker: v.Sticker, Day: day, Scans: 1})
}

// call counts a call that was placed.
func (t *tally) call(v doorlink.Visit, day doorlink.Day) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.add(store.Use{Panel: v.Panel, Sticker: v.Sticker, Day: day, Calls: 1})
}

func (t *tally) add(u store.Use) {
	at := tallied{u.Sticker, u.Day}
	if sum := t.uses[at]; sum != nil {
		sum.Scans, sum.Calls = sum.Scans+u.Scans, sum.Calls+u.Calls
	} else if len(t.uses) < mostTallied {
		t.uses[at] = &u
	}
}

// take hands out what was counted since the last time.
func (t *tally) take() []store.Use {
	t.mu.Lock()
	defer t.mu.Unlock()
	var uses []store.Use
	for _, u := range t.uses {
		uses = append(uses, *u)
	}
	clear(t.uses)
	return uses
}

// flush writes what was counted; what cannot be written waits for the next time.
func (t *tally) flush(ctx context.Context, write func(context.Context, []store.Use) error) error {
	uses := t.take()
	if len(uses) == 0 {
		return nil
	}
	err := write(ctx, uses)
	if err != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, u := range uses {
			t.add(u)
		}
	}
	return err
}

// run writes counts until ctx is done, and then what is left.
func (t *tally) run(ctx context.Context, write func(context.Context, []store.Use) error, log *slog.Logger) {
	for open := true; open; {
		select {
		case <-ctx.Done():
			open = false
		case <-time.After(tallyTime):
		}
		now, cancel := context.WithTimeout(context.WithoutCancel(ctx), sayTime)
		if err := t.flush(now, write); err != nil {
			log.Warn("counts of scans wait to be written", "cause", err)
		}
		cancel()
	}
}

// previews are what programs call themselves that open addresses nobody has
// followed yet, to show what is there.
var previews = []string{"bot/", "bot-", "bot (", "spider", "crawler", "preview", "facebookexternalhit", "whatsapp/"}

// opened reports whether a person opens a page: no program looks ahead for them,
// and no script asks. It goes by what the asker says.
func opened(r *http.Request) bool {
	h := r.Header
	for _, purpose := range []string{h.Get("Sec-Purpose"), h.Get("Purpose"), h.Get("X-Moz")} {
		if strings.Contains(purpose, "prefetch") || strings.Contains(purpose, "preview") {
			return false
		}
	}
	if to := h.Get("Sec-Fetch-Dest"); r.Method != http.MethodGet || to != "" && to != "document" {
		return false
	}
	name := strings.ToLower(r.UserAgent())
	for _, p := range previews {
		if strings.Contains(name, p) {
			return false
		}
	}
	return true
}
