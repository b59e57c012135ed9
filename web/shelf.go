package web

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/web/page"
)

// shelf keeps rendered directory pages until the directory behind them may have
// changed. What decides is the property's revision, which the caller has just
// read, and the next date that lists or hides somebody.
type shelf struct {
	mu    sync.RWMutex
	pages map[shelfKey]*shelfPage
	lists map[doorlink.DoorID]*shelfList
}

// shelfList is a directory as it was last read, for searching.
type shelfList struct {
	revision int64
	until    time.Time
	entries  []directory.Entry
	mark     string // names the entries; see markOf
}

// markOf names what a list shows, so that a page can say later which one it
// has. It tells nothing that the list does not.
func markOf(entries []directory.Entry) string {
	sum := fnv.New64a()
	for _, e := range entries {
		fmt.Fprintf(sum, "%s\n%s\n%s\n", e.ID, e.Name, e.Place)
	}
	return strconv.FormatUint(sum.Sum64(), 36)
}

type shelfKey struct {
	views  *page.Views
	panel  doorlink.PanelID
	lang   string
	resume bool
}

type shelfPage struct {
	revision int64
	until    time.Time // zero: as long as the revision
	plain    []byte
	packed   []byte // gzip
	policy   string // the page's Content-Security-Policy
}

// shelfSize is how many pages are kept. A full shelf is emptied: refilling it
// costs a millisecond a page.
const shelfSize = 2000

func newShelf() *shelf {
	return &shelf{pages: map[shelfKey]*shelfPage{}, lists: map[doorlink.DoorID]*shelfList{}}
}

// list returns the door's directory if it is still what revision says at now,
// or nil.
func (s *shelf) list(d doorlink.DoorID, revision int64, now time.Time) *shelfList {
	s.mu.RLock()
	defer s.mu.RUnlock()
	l := s.lists[d]
	if l == nil || stale(l.revision, l.until, revision, now) {
		return nil
	}
	return l
}

func (s *shelf) putList(d doorlink.DoorID, l *shelfList) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.lists) >= shelfSize {
		clear(s.lists)
	}
	s.lists[d] = l
}

func stale(had int64, until time.Time, revision int64, now time.Time) bool {
	return had != revision || !until.IsZero() && !now.Before(until)
}

// find returns the page if it still shows what revision says at now, or nil.
func (s *shelf) find(k shelfKey, revision int64, now time.Time) *shelfPage {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.pages[k]
	if p == nil || stale(p.revision, p.until, revision, now) {
		return nil
	}
	return p
}

func (s *shelf) put(k shelfKey, p *shelfPage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pages) >= shelfSize {
		clear(s.pages)
	}
	s.pages[k] = p
}

// serve writes the page in the form that the browser takes.
func (p *shelfPage) serve(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", p.policy)
	h.Set("Vary", "Accept-Encoding, Accept-Language, Cookie")
	body := p.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = p.packed
	}
	_, err := w.Write(body)
	return err
}
