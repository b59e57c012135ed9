package doorlinktest

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"
	"testing"
	"time"

	"doorlink"
	"doorlink/bus"
	"doorlink/directory"
	"doorlink/doorcode/issue"
	"doorlink/relay"
	"doorlink/store"
	"doorlink/store/storetest"
	"doorlink/switchboard"
	"doorlink/web"
)

// twins are two nodes inside a bubble: a board and pages each, one database file
// and one bus. A clustered bus needs TCP, which has no fake time, so this is
// what two nodes look like from above the bus. around puts something between
// the boards and what they ask.
func twins(tb testing.TB, around func(asked) asked) *Cluster {
	tb.Helper()
	c := newBubbleCluster(tb)
	rand.Read(c.keys.Doorcodes.Key[:]) // never fails
	var err error
	c.DB, err = store.Open(context.Background(), storetest.SQLite(tb), c.Log.logger())
	must(tb, err)
	tb.Cleanup(func() { c.DB.Close() })
	shared, err := bus.Embedded()
	must(tb, err)
	tb.Cleanup(shared.Close)
	desk := issue.New(c.keys.Doorcodes, c.DB)
	all := around(asked{c.DB, c.DB, issue.NewCounter(desk, c.DB)})
	for range 2 {
		servers := relay.NewOutside([]string{relayElsewhere}, []byte("not used by anybody"))
		board := switchboard.New(all, all, all, servers, shared, c.Log.logger())
		c.Nodes = append(c.Nodes, twin(tb, c, board))
	}
	return c
}

// asked is what a board asks.
type asked struct {
	switchboard.Calls
	switchboard.House
	switchboard.Codes
}

// twin serves the pages of a board until the end of the test.
func twin(tb testing.TB, c *Cluster, board *switchboard.Board) *Node {
	tb.Helper()
	l := newPipes()
	pages, err := web.New(web.Config{Base: "http://localhost"}, c.DB, board, c.Log.logger())
	must(tb, err)
	h := &http.Server{Handler: pages.Handler()}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { board.Run(ctx) })
	all.Go(func() { pages.Run(ctx) })
	all.Go(func() { h.Serve(l) })
	tb.Cleanup(func() {
		cancel()
		h.Close()
		all.Wait()
	})
	return &Node{Base: "http://localhost", dial: l.dial}
}

// slow makes everything that a board asks take its time, before and after, so
// that whatever can come in between does.
type slow struct {
	asked
	pause func()
}

func (s *slow) AddCall(ctx context.Context, c doorlink.Call,
	rule func(doorlink.Call, []doorlink.Call) (doorlink.Call, error)) (doorlink.Call, error) {
	s.pause()
	defer s.pause()
	return s.Calls.AddCall(ctx, c, rule)
}

func (s *slow) ChangeCall(ctx context.Context, id doorlink.CallID,
	change func(doorlink.Call) (doorlink.Call, error)) (doorlink.Call, error) {
	s.pause()
	defer s.pause()
	return s.Calls.ChangeCall(ctx, id, change)
}

func (s *slow) Call(ctx context.Context, id doorlink.CallID) (doorlink.Call, error) {
	s.pause()
	defer s.pause()
	return s.Calls.Call(ctx, id)
}

func (s *slow) VisitCall(ctx context.Context, v doorlink.VisitID) (doorlink.Call, error) {
	s.pause()
	defer s.pause()
	return s.Calls.VisitCall(ctx, v)
}

func (s *slow) PersonCalls(ctx context.Context, p doorlink.PersonID, now time.Time) ([]doorlink.Call, error) {
	s.pause()
	defer s.pause()
	return s.Calls.PersonCalls(ctx, p, now)
}

func (s *slow) OverdueCalls(ctx context.Context, now time.Time, limit int) ([]doorlink.CallID, error) {
	s.pause()
	defer s.pause()
	return s.Calls.OverdueCalls(ctx, now, limit)
}

func (s *slow) MarkCode(ctx context.Context, id doorlink.CallID, nth int, shown bool, opened string, now time.Time) error {
	s.pause()
	defer s.pause()
	return s.Calls.MarkCode(ctx, id, nth, shown, opened, now)
}

func (s *slow) Entrance(ctx context.Context, door doorlink.DoorID) (doorlink.Entrance, error) {
	s.pause()
	defer s.pause()
	return s.House.Entrance(ctx, door)
}

func (s *slow) UnitFacts(ctx context.Context, door doorlink.DoorID, entry doorlink.EntryID) ([]directory.Facts, error) {
	s.pause()
	defer s.pause()
	return s.House.UnitFacts(ctx, door, entry)
}

func (s *slow) Give(ctx context.Context, c doorlink.Call, nth int, now time.Time) (doorlink.Code, error) {
	s.pause()
	defer s.pause()
	return s.Codes.Give(ctx, c, nth, now)
}

func (s *slow) Given(ctx context.Context, c doorlink.CallID, now time.Time) ([]doorlink.Code, error) {
	s.pause()
	defer s.pause()
	return s.Codes.Given(ctx, c, now)
}
