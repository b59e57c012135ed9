package doorlinktest

import (
	"context"
	"net"
	"path/filepath"
	"testing"
	"time"

	"doorlink/building"
	"doorlink/server"
	"doorlink/store"
	"doorlink/store/storetest"
)

const (
	// patience is how long something expected is waited for before the test
	// fails. It is no measure of speed.
	patience = 30 * time.Second
	// bubblePatience is the same in fake time: longer than any state of a call.
	bubblePatience = 10 * time.Minute
)

// Cluster is one or more nodes with what they share: a database, the keys and a
// log. Any number of houses can stand in it.
type Cluster struct {
	DB    *store.DB
	Nodes []*Node
	Log   *Log

	tb       testing.TB
	keys     server.Keys
	voice    bool // there is a network for real audio
	patience time.Duration
}

// Alone is one node with everything embedded: SQLite, bus and relay. Like all
// clusters it lasts until the end of the test.
func Alone(tb testing.TB) *Cluster {
	tb.Helper()
	c := newCluster(tb)
	c.start(server.Config{Data: newData(tb), RelayListen: "127.0.0.1:0", RelayLAN: true, HooksPrivate: true}, c.listen())
	return c
}

// Together is two nodes that share a new PostgreSQL database, a file of keys and
// a clustered bus. The test is skipped where there is no server; see
// storetest.PostgresVar.
func Together(tb testing.TB) *Cluster {
	tb.Helper()
	c := newCluster(tb)
	for _, config := range c.twoConfigs() {
		c.start(config, c.listen())
	}
	c.awaitJoined()
	return c
}

// twoConfigs are the settings of two nodes that know each other.
func (c *Cluster) twoConfigs() []server.Config {
	c.tb.Helper()
	database := storetest.Postgres(c.tb)
	dir := c.tb.TempDir()
	var all []server.Config
	ports := freePorts(c.tb, 4)
	for i := range 2 {
		all = append(all, server.Config{
			Data: filepath.Join(dir, "node"+string(rune('A'+i))), Keys: filepath.Join(dir, "keys.json"),
			Database: database, BusListen: ports[i], BusPeers: []string{ports[1-i]}, Metrics: ports[2+i],
			RelayListen: "127.0.0.1:0", RelayLAN: true,
		})
	}
	return all
}

// InBubble is one node in the fake time of a testing/synctest bubble: the same
// as Alone, but that connections are pipes and the relay is said to be
// elsewhere. tb must be the test inside the bubble.
func InBubble(tb testing.TB) *Cluster {
	tb.Helper()
	c := newBubbleCluster(tb)
	l := newPipes()
	c.start(server.Config{
		Data: newData(tb), RelayURLs: []string{relayElsewhere}, RelaySecret: "not used by anybody",
	}, l).dial = l.dial
	return c
}

// newData makes the folder of a node that has its database to itself.
func newData(tb testing.TB) string {
	tb.Helper()
	dir := tb.TempDir()
	storetest.PutFile(tb, filepath.Join(dir, "doorlink.db"))
	return dir
}

// relayElsewhere is a relay that nobody in a bubble asks.
const relayElsewhere = "turn:relay.invalid:3478"

func newCluster(tb testing.TB) *Cluster {
	return &Cluster{Log: newLog(tb), tb: tb, voice: true, patience: patience}
}

func newBubbleCluster(tb testing.TB) *Cluster {
	c := newCluster(tb)
	c.voice, c.patience = false, bubblePatience
	// The bundler of the pages leaves a goroutine that sleeps for a moment; the
	// bubble must not end before it.
	tb.Cleanup(func() { time.Sleep(time.Second) })
	return c
}

// start adds a node in this process.
func (c *Cluster) start(config server.Config, l net.Listener) *Node {
	c.tb.Helper()
	s, err := server.On(context.Background(), config, l, c.Log.logger())
	must(c.tb, err)
	if c.DB == nil {
		c.DB, c.keys = s.DB, s.Keys
		settle(c.tb, s.DB)
	}
	n := run(c.tb, s)
	n.metrics = config.Metrics
	c.Nodes = append(c.Nodes, n)
	return n
}

// settle makes the installation one that has been set up, so that no node
// offers to.
func settle(tb testing.TB, db *store.DB) {
	tb.Helper()
	plan, err := building.New("Gatehouse", "Europe/Berlin")
	must(tb, err)
	must(tb, db.Build(context.Background(), plan, time.Now()))
}

func (c *Cluster) listen() net.Listener {
	c.tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(c.tb, err)
	return l
}

// freePorts finds addresses on which nobody listens at the moment.
func freePorts(tb testing.TB, n int) []string {
	tb.Helper()
	var all []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(tb, err)
		defer l.Close()
		all = append(all, l.Addr().String())
	}
	return all
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
