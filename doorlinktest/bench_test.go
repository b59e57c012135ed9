package doorlinktest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"doorlink"
	"doorlink/store"
)

// percentiles reports how long something took, one sample for each time.
func percentiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	at := func(percent int) float64 {
		return float64(took[min(len(took)-1, len(took)*percent/100)].Microseconds()) / 1000
	}
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(99), "p99-ms")
	b.ReportMetric(0, "ns/op") // the mean of everything around it says nothing
}

// crowd are residents and visitors of one cluster, renewed before a limit of the
// trade is met: calls from one sticker and address, codes of one day.
type crowd struct {
	*Cluster
	tb     testing.TB
	house  *House
	ana    *Resident
	calls  int
	visits int
}

// next is a visitor at the door, with the page open, and a resident who can hear
// them.
func (c *crowd) next() (*Visit, *Resident) {
	if c.calls%200 == 0 {
		c.house = c.House(c.tb)
	}
	if c.calls%10 == 0 {
		if c.ana != nil {
			c.ana.Close()
		}
		c.ana = c.house.Resident(fmt.Sprint("Ana", c.calls), fmt.Sprint(c.calls))
	}
	c.calls++
	v := c.visit()
	return v, c.ana
}

func (c *crowd) visit() *Visit {
	c.visits++
	door := []string{"Front door", "North gate"}[c.visits%2]
	v := &Visit{browser: c.house.browser(c.Nodes[0]), path: "/p/" + c.house.at(door).sticker.Token.Reveal()}
	v.client.Transport = v.node.transport(fmt.Sprintf("127.0.%d.%d", c.visits/200%200+1, c.visits%200+1), v.silent)
	v.Open()
	return v
}

// talking puts n calls up that go on, each with a line of text a second, until
// the end of the benchmark.
func (c *crowd) talking(n int) {
	stop := make(chan struct{})
	var all sync.WaitGroup
	c.house = c.House(c.tb)
	for i := range n {
		ben := c.house.Resident(fmt.Sprint("Ben", i), fmt.Sprint("B", i))
		v := c.visit()
		call := v.calls(ben)
		ben.Hears(call).Answer()
		all.Go(func() {
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			for said := 1; ; said = said%doorlink.MaxLines + 1 {
				select {
				case <-stop:
					return
				case <-tick.C:
				}
				v.line.send(doorlink.Signal{Kind: doorlink.SigText, Call: call, Line: said, Text: "are you coming down?", Done: true})
				ben.line.send(doorlink.Signal{Kind: doorlink.SigText, Call: call, Line: said, Text: "in a minute", Done: true})
			}
		})
	}
	c.tb.Cleanup(func() {
		close(stop)
		all.Wait()
	})
}

// calls dials somebody directly, without their name being looked up.
func (v *Visit) calls(r *Resident) doorlink.CallID {
	v.house.tb.Helper()
	mark := v.line.mark()
	v.say(doorlink.Signal{Kind: doorlink.SigDial, Entry: r.Entry})
	s := v.line.awaitFrom(mark, "the call is placed", func(s doorlink.Signal) bool {
		return s.Kind == doorlink.SigCall || s.Kind == doorlink.SigRefused
	})
	if s.Refused != nil {
		v.house.tb.Fatalf("the call was refused: %s", s.Refused.Key)
	}
	return s.Call
}

func BenchmarkDialToRing(b *testing.B) {
	for _, going := range []int{0, 100} {
		b.Run(fmt.Sprintf("%d calls going on", going), func(b *testing.B) {
			c := &crowd{Cluster: Alone(b), tb: b}
			c.talking(going)
			var took []time.Duration
			for b.Loop() {
				v, ana := c.next()
				mark := ana.line.mark()
				began := time.Now()
				v.say(doorlink.Signal{Kind: doorlink.SigDial, Entry: ana.Entry})
				call := ana.line.awaitFrom(mark, "the call comes in", func(s doorlink.Signal) bool {
					return s.Kind == doorlink.SigCall && incoming(s.News.State)
				}).Call
				took = append(took, time.Since(began))
				ana.Hears(call).Answer() // a call that was answered counts against no limit
				v.HangsUp(call)
				ana.Told(call, doorlink.Ended)
				v.Close()
			}
			percentiles(b, took)
		})
	}
}

func BenchmarkGrantToScreen(b *testing.B) {
	for _, going := range []int{0, 100} {
		b.Run(fmt.Sprintf("%d calls going on", going), func(b *testing.B) {
			c := &crowd{Cluster: Alone(b), tb: b}
			c.talking(going)
			var took []time.Duration
			for b.Loop() {
				v, ana := c.next()
				call := v.calls(ana)
				ana.Hears(call).Answer()
				began := time.Now()
				ana.AsksForCode(call, 1)
				v.line.await("the code is shown", func(s doorlink.Signal) bool { return s.Kind == doorlink.SigCode })
				took = append(took, time.Since(began))
				v.SaysOpened(call, 1, "yes") // which makes room for the next
				ana.SeesOpened(call, 1, "yes")
				v.HangsUp(call)
				ana.Told(call, doorlink.Ended)
				v.Close()
			}
			percentiles(b, took)
		})
	}
}

// pageRate is how many pages are asked for in a second: half of what a node on
// two cores is to bear.
const pageRate = 1000

// BenchmarkDirectoryUnderLoad is how long visitors wait for the page of a
// directory of 200 residents while pageRate of them come every second, whether
// the earlier ones have their page or not. The node is a process of its own.
func BenchmarkDirectoryUnderLoad(b *testing.B) {
	c := Processes(b, 1)
	house := c.House(b)
	house.fill(200)
	page := c.Nodes[0].Base + "/p/" + house.at("Front door").sticker.Token.Reveal()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: pageRate}}
	load(b, client, page)
	var mu sync.Mutex
	var took []time.Duration
	var all sync.WaitGroup
	due := time.Now()
	for b.Loop() {
		due = due.Add(time.Second / pageRate)
		<-time.After(time.Until(due))
		since := due
		all.Go(func() {
			load(b, client, page)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(since))
		})
	}
	all.Wait()
	percentiles(b, took)
	client.CloseIdleConnections()
}

// load loads a page as somebody who was never here.
func load(tb testing.TB, client *http.Client, page string) {
	tb.Helper()
	resp, err := client.Get(page)
	if err != nil {
		tb.Error(err)
		return
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		tb.Errorf("a page ended with %d, %v", resp.StatusCode, err)
	}
}

// idleSockets is how many residents' pages are open at once.
const idleSockets = 5000

// idleTime is how long they stay open before they are measured: some rounds of
// pings from both sides, which leave garbage behind.
const idleTime = 2 * time.Minute

// BenchmarkIdleResident is the memory of a node's process for each resident's
// page that is open and idle: it says the ping that PROTOCOL.md asks for, and
// answers those of the server.
func BenchmarkIdleResident(b *testing.B) {
	for b.Loop() {
		c := Processes(b, 1)
		house := c.House(b)
		sessions := house.fill(idleSockets)
		warm := house.idle(sessions[:200]) // what the first ones cost once and for all
		before := c.Nodes[0].resident()
		cold := house.idle(sessions[200:])
		<-time.After(idleTime)
		after := c.Nodes[0].resident()
		b.ReportMetric(float64(after-before)/float64(len(cold)), "B/page")
		b.ReportMetric(0, "ns/op")
		for _, conn := range append(warm, cold...) {
			conn.CloseNow()
		}
		c.Nodes[0].Kill()
	}
}

// BenchmarkAtRest is the memory of a node's process whose house has a thousand
// units, after its directory has been looked at, and how long it takes to start.
func BenchmarkAtRest(b *testing.B) {
	for b.Loop() {
		c := Processes(b, 1)
		house := c.House(b)
		house.fill(1000)
		c.Nodes[0].Kill()
		began := time.Now()
		c.Nodes[0].Start()
		visit := house.Scan("Front door")
		ready := time.Since(began)
		for range 20 {
			visit.Load()
		}
		b.ReportMetric(float64(ready.Milliseconds()), "ms-to-first-page")
		b.ReportMetric(float64(c.Nodes[0].resident())/1e6, "MB-at-rest")
		b.ReportMetric(0, "ns/op")
		c.Nodes[0].Kill()
	}
}

// fill moves n residents in at once, each in a unit of their own with a handset,
// and returns the handsets' sessions.
func (h *House) fill(n int) []doorlink.Secret {
	h.tb.Helper()
	var sessions []doorlink.Secret
	h.write(func(ctx context.Context, tx *store.Tx) error {
		sessions = nil
		for i := range n {
			unit := doorlink.Unit{ID: doorlink.NewID[doorlink.UnitID]("unit"), Property: h.Property.ID, Name: strconv.Itoa(i)}
			who := doorlink.Person{
				ID: doorlink.NewID[doorlink.PersonID]("pers"), Property: h.Property.ID,
				Given: "Resident", Family: "Number " + strconv.Itoa(i), Shown: true, Activated: true,
			}
			session := doorlink.NewSecret()
			sessions = append(sessions, session)
			handset := doorlink.Handset{ID: doorlink.NewID[doorlink.HandsetID]("hset"), Person: who.ID}
			for _, add := range []error{
				tx.AddUnit(ctx, unit), tx.AddPerson(ctx, who),
				tx.AddMembership(ctx, doorlink.Membership{
					ID: doorlink.NewID[doorlink.MembershipID]("memb"), Entry: doorlink.NewEntryID(), Person: who.ID, Unit: unit.ID,
				}),
				tx.AddHolder(ctx, doorlink.Holder{Key: h.key, Person: who.ID}),
				tx.AddHandset(ctx, handset, session.Hash(), time.Now()),
			} {
				if add != nil {
					return add
				}
			}
		}
		return nil
	})
	return sessions
}

// idle opens the page's line of each session and says nothing on it but pings.
func (h *House) idle(sessions []doorlink.Secret) []*websocket.Conn {
	h.tb.Helper()
	n := h.Nodes[0]
	var open []*websocket.Conn
	for i, session := range sessions {
		client := &http.Client{Transport: n.transport(fmt.Sprintf("127.0.3.%d", i/500+1), &atomic.Bool{})}
		cookie := http.Header{"Cookie": {"dl_session=" + session.Reveal()}}
		conn, _, err := websocket.Dial(h.tb.Context(), n.Base+"/r/line", &websocket.DialOptions{HTTPClient: client, HTTPHeader: cookie})
		must(h.tb, err)
		open = append(open, conn)
		go keepAlive(h.tb.Context(), conn)
	}
	return open
}

// keepAlive pings every 20 seconds and hears the answers, until the line closes.
func keepAlive(ctx context.Context, conn *websocket.Conn) {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			if _, _, err := conn.Read(ctx); err != nil {
				return
			}
		}
	}()
	every := time.NewTicker(20 * time.Second)
	defer every.Stop()
	for {
		select {
		case <-gone:
			return
		case <-every.C:
			if conn.Write(ctx, websocket.MessageText, []byte(`{"t":"ping"}`)) != nil {
				return
			}
		}
	}
}

var residentKB = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// resident is how many bytes of memory the node's process holds.
func (n *Node) resident() int {
	n.tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", n.process.Process.Pid))
	must(n.tb, err)
	m := residentKB.FindSubmatch(status)
	if m == nil {
		n.tb.Skip("this system does not tell the memory of a process")
	}
	kb, err := strconv.Atoi(string(m[1]))
	must(n.tb, err)
	return kb << 10
}
