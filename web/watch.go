package web

import (
	"context"
	"sync"
	"time"

	"doorlink"
)

// watchTime is how often the directories of open pages are looked at. With the
// time to load the page again, a change is seen within two seconds.
const watchTime = time.Second

// watch tells open visitor pages that their directory has changed. It asks the
// database for one number per property with open pages, which works alike on
// one node and many, and for changes that only the calendar makes.
type watch struct {
	mu    sync.Mutex
	open  map[doorlink.PropertyID]map[*socket]bool
	known map[doorlink.PropertyID]int64
	dates map[doorlink.PropertyID]time.Time // the next date that changes a list
}

func newWatch() *watch {
	return &watch{
		open:  map[doorlink.PropertyID]map[*socket]bool{},
		known: map[doorlink.PropertyID]int64{},
		dates: map[doorlink.PropertyID]time.Time{},
	}
}

// add begins to tell a page that has just been found at a revision; one that
// others are ahead of is told at once. The function it returns ends it.
func (t *watch) add(p doorlink.PropertyID, revision int64, s *socket) (end func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open[p] == nil {
		t.open[p] = map[*socket]bool{}
		t.known[p] = revision
	}
	t.open[p][s] = true
	if revision < t.known[p] {
		s.send(doorlink.Signal{Kind: doorlink.SigDirectory})
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.open[p], s)
		if len(t.open[p]) == 0 {
			delete(t.open, p)
			delete(t.known, p)
			delete(t.dates, p)
		}
	}
}

// note remembers when dates alone will change a list of the property.
func (t *watch) note(p doorlink.PropertyID, next time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if was, ok := t.dates[p]; !next.IsZero() && (!ok || next.Before(was)) && t.open[p] != nil {
		t.dates[p] = next
	}
}

// run looks until ctx is done. revision reads a property's present one; a read
// that fails is tried again the next time.
func (t *watch) run(ctx context.Context, revision func(context.Context, doorlink.PropertyID) (int64, error)) {
	tick := time.NewTicker(watchTime)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, p := range t.properties() {
			if now, err := revision(ctx, p); err == nil {
				t.compare(p, now)
			}
		}
	}
}

func (t *watch) properties() []doorlink.PropertyID {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]doorlink.PropertyID, 0, len(t.open))
	for p := range t.open {
		all = append(all, p)
	}
	return all
}

func (t *watch) compare(p doorlink.PropertyID, revision int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	date, dated := t.dates[p]
	due := dated && !time.Now().Before(date)
	if due {
		delete(t.dates, p)
	}
	if revision == t.known[p] && !due {
		return
	}
	t.known[p] = revision
	for s := range t.open[p] {
		s.send(doorlink.Signal{Kind: doorlink.SigDirectory})
	}
}
