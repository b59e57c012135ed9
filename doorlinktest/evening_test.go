package doorlinktest

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"doorlink"
)

// evenings is how many are played; a few hundred are worth an hour now and then.
var evenings = flag.Uint64("evenings", 4, "play so many busy evenings")

const (
	eveningVisitors  = 6
	eveningCalls     = 4 // by each visitor, one after the other
	eveningResidents = 4
	eveningHandsets  = 3 // of each resident
)

// TestBusyEvening lets visitors and residents do whatever people do, at random
// moments, through two nodes whose database takes its time, and holds after each
// call what must hold after any.
func TestBusyEvening(t *testing.T) {
	for seed := range *evenings {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { playEvening(t, seed) })
		})
	}
}

type evening struct {
	house *House
	tb    testing.TB
	dice  *dice
	homes []*home

	mu    sync.Mutex
	codes map[string]string // by digits: which code of which call
}

// home is a resident with all their handsets.
type home struct {
	name     string
	handsets []*busy
}

// busy is a handset whose owner does something about every call.
type busy struct {
	*Handset
	dice *dice
	work *sync.WaitGroup

	mu    sync.Mutex
	pages []*line
	met   map[doorlink.CallID]bool
}

// dice decides everything, so that a seed plays much the same evening again.
type dice struct {
	mu   sync.Mutex
	rand *rand.Rand
}

func (d *dice) below(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rand.IntN(n)
}

// pause waits for any time up to longest.
func (d *dice) pause(longest time.Duration) {
	time.Sleep(time.Duration(d.below(int(longest/time.Millisecond))) * time.Millisecond)
}

func playEvening(t *testing.T, seed uint64) {
	d := &dice{rand: rand.New(rand.NewPCG(seed, 0))}
	cluster := twins(t, func(a asked) asked {
		s := &slow{asked: a, pause: func() { d.pause(150 * time.Millisecond) }}
		return asked{s, s, s}
	})
	e := &evening{house: cluster.House(t), tb: t, dice: d, codes: map[string]string{}}
	over := make(chan struct{})
	var residents, visitors sync.WaitGroup
	for i := range eveningResidents {
		e.homes = append(e.homes, e.home(i, over, &residents))
	}
	for range eveningVisitors {
		visitors.Go(func() {
			for range eveningCalls {
				e.call()
			}
		})
	}
	visitors.Wait()
	close(over)
	residents.Wait()
}

// home moves a resident in. Their handsets are reloaded now and then, through
// either node, until over is closed.
func (e *evening) home(i int, over <-chan struct{}, work *sync.WaitGroup) *home {
	h := &home{name: fmt.Sprint("Resident", i)}
	r := e.house.Resident(h.name, fmt.Sprint(i, "A"))
	for j := range eveningHandsets {
		b := &busy{Handset: r.Handset, dice: e.dice, work: work, met: map[doorlink.CallID]bool{}}
		if j > 0 {
			b.Handset = r.Another(e.house.Nodes[j%2])
		}
		b.open()
		h.handsets = append(h.handsets, b)
		work.Go(func() { b.reloads(e.house.Nodes, over) })
	}
	return h
}

func (b *busy) reloads(nodes []*Node, over <-chan struct{}) {
	for {
		b.dice.pause(40 * time.Second)
		select {
		case <-over:
			return
		default:
		}
		b.Through(nodes[b.dice.below(len(nodes))])
		b.open()
	}
}

// open opens the page anew. What is heard on it is acted upon.
func (b *busy) open() {
	b.browser.open("/r/line?lang=en", func(l *line, s doorlink.Signal) {
		b.hears(l, s)
		if s.Kind == doorlink.SigCall {
			b.work.Go(func() { b.act(l, s) })
		}
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pages = append(b.pages, b.line)
}

// act does something about news of a call. What is said on a page that is gone
// meanwhile is lost, as it would be.
func (b *busy) act(l *line, s doorlink.Signal) {
	b.mu.Lock()
	first := !b.met[s.Call]
	b.met[s.Call] = true
	b.mu.Unlock()
	switch {
	case first && incoming(s.News.State):
		b.dice.pause(20 * time.Second)
		switch b.dice.below(10) {
		case 0:
			l.send(doorlink.Signal{Kind: doorlink.SigDecline, Call: s.Call})
		case 1, 2, 3, 4:
			l.send(doorlink.Signal{Kind: doorlink.SigAnswer, Call: s.Call})
		}
	case s.News.Mine:
		b.talk(l, s)
	}
}

// talk writes, gives a code or two, extends, and may hang up.
func (b *busy) talk(l *line, s doorlink.Signal) {
	for n := range 1 + b.dice.below(3) {
		b.dice.pause(10 * time.Second)
		l.send(doorlink.Signal{Kind: doorlink.SigText, Call: s.Call, Line: n + 1, Text: "who is there?"})
		b.dice.pause(time.Second)
		l.send(doorlink.Signal{Kind: doorlink.SigGrant, Call: s.Call, Nth: n + 1})
	}
	switch b.dice.below(4) {
	case 0:
		l.send(doorlink.Signal{Kind: doorlink.SigExtend, Call: s.Call})
	case 1:
		l.send(doorlink.Signal{Kind: doorlink.SigHangUp, Call: s.Call})
	}
}

// call is one visitor's call from the scan until it is over, whatever happens
// to their page.
func (e *evening) call() {
	e.dice.pause(30 * time.Second)
	to := e.homes[e.dice.below(len(e.homes))]
	v := e.house.Scan([]string{"Front door", "North gate"}[e.dice.below(2)])
	v.Through(e.house.Nodes[e.dice.below(2)])
	call := v.Dial(to.name)
	pages := []*line{v.line}
	for !e.isOver(call) {
		e.dice.pause(15 * time.Second)
		switch what := e.dice.below(12); {
		case what < 4:
			v.line.send(doorlink.Signal{Kind: doorlink.SigText, Call: call, Line: 1, Text: "it is me", Done: true})
			v.line.send(doorlink.Signal{Kind: doorlink.SigOffer, Call: call, Gen: 1, SDP: "v=0"})
		case what < 6: // a reload
			v.Through(e.house.Nodes[e.dice.below(2)])
			v.Open()
		case what < 7: // a second tab, after which the first is closed
			old := v
			v = v.Tab()
			old.Close()
		case what < 8: // the network is away for a while, perhaps for too long
			v.Close()
			e.dice.pause(80 * time.Second)
			v.Open()
		case what < 9:
			v.line.send(doorlink.Signal{Kind: doorlink.SigHangUp, Call: call})
		}
		if pages[len(pages)-1] != v.line {
			pages = append(pages, v.line)
		}
	}
	e.dice.pause(20 * time.Second) // in which codes may still be given
	time.Sleep(5 * time.Second)    // until everybody has heard
	e.check(call, pages, to)
	v.Close()
}

func (e *evening) isOver(call doorlink.CallID) bool {
	return e.stored(call).State.Over()
}

func (e *evening) stored(call doorlink.CallID) doorlink.Call {
	c, err := e.house.DB.Call(context.Background(), call)
	must(e.tb, err)
	return c
}

// check holds what must hold after any call.
func (e *evening) check(call doorlink.CallID, visitor []*line, to *home) {
	c := e.stored(call)
	e.checkEnd(c, "the visitor", visitor)
	e.checkCodes(call, visitor)
	winners := 0
	for i, b := range to.handsets {
		b.mu.Lock()
		pages := b.pages[:len(b.pages):len(b.pages)]
		b.mu.Unlock()
		e.checkEnd(c, fmt.Sprint("handset ", i), pages)
		e.checkCodes(call, pages)
		if had(pages, call) {
			winners++
		}
	}
	if answered := !c.Answered.IsZero(); winners > 1 || answered != (winners == 1) {
		e.tb.Errorf("%d handsets had %s, which was answered: %v", winners, call, answered)
	}
}

// checkEnd: final states are final, an answer is never taken back, and the last
// page does not show anything but the end.
func (e *evening) checkEnd(c doorlink.Call, who string, pages []*line) {
	for i, p := range pages {
		last := doorlink.State("")
		for _, s := range p.all() {
			if s.Kind != doorlink.SigCall || s.Call != c.ID {
				continue
			}
			now := s.News.State
			if last.Over() && last != "" && now != last || last == doorlink.Answered && incoming(now) {
				e.tb.Errorf("%s was told of %s that it is %s, then %s", who, c.ID, last, now)
			}
			last = now
		}
		if i == len(pages)-1 && p.isOpen() && last != "" && last != c.State {
			e.tb.Errorf("%s shows %s as %s although it is %s: %s", who, c.ID, last, c.State, p.story())
		}
	}
}

func (l *line) isOpen() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err == nil
}

func had(pages []*line, call doorlink.CallID) bool {
	for _, p := range pages {
		for _, s := range p.all() {
			if s.Kind == doorlink.SigCall && s.Call == call && s.News.Mine {
				return true
			}
		}
	}
	return false
}

// checkCodes: the same digits at a door are the same code of the same call.
func (e *evening) checkCodes(call doorlink.CallID, pages []*line) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range pages {
		for _, s := range p.all() {
			if s.Kind != doorlink.SigCode || s.Call != call {
				continue
			}
			at, which := s.Code.Door+s.Code.Digits, fmt.Sprint(call, s.Code.Nth)
			if was, known := e.codes[at]; known && was != which {
				e.tb.Errorf("the code of %s is that of %s too", which, was)
			}
			e.codes[at] = which
		}
	}
}
