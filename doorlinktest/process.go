package doorlinktest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"

	"doorlink/server"
)

// nodeVar holds the settings of the node that a process is to be, as JSON.
const nodeVar = "DOORLINKTEST_NODE"

// readyMark begins the line by which a node's process says that it serves.
const readyMark = "serving at "

// BeNode turns this process into a node if that is what it was started for, and
// never returns then. A test that calls Processes has it called by TestMain,
// before anything else.
func BeNode() {
	settings := os.Getenv(nodeVar)
	if settings == "" {
		return
	}
	if err := beNode([]byte(settings)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func beNode(settings []byte) error {
	server.Frugal()
	var c server.Config
	if err := json.Unmarshal(settings, &c); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, err := server.New(context.Background(), c, log)
	if err != nil {
		return err
	}
	server.Settle()
	fmt.Println(readyMark + s.Base()) // it listens; whoever connects is served as soon as it runs
	return s.Run(context.Background())
}

// Processes is a cluster whose nodes are processes of their own, which can be
// killed: one on SQLite, or two on PostgreSQL.
func Processes(tb testing.TB, nodes int) *Cluster {
	tb.Helper()
	c := newCluster(tb)
	ports := freePorts(tb, nodes)
	configs := []server.Config{{Data: newData(tb), RelayListen: "127.0.0.1:0", RelayLAN: true}}
	if nodes > 1 {
		configs = c.twoConfigs()
	}
	var err error
	c.DB, err = configs[0].OpenDB(context.Background(), c.Log.logger())
	must(tb, err)
	tb.Cleanup(func() { c.DB.Close() })
	settle(tb, c.DB)
	for i, config := range configs {
		config.Listen = ports[i]
		n := &Node{tb: tb, log: c.Log, config: config, Base: "http://" + ports[i], metrics: config.Metrics}
		n.Start()
		tb.Cleanup(n.Kill)
		c.Nodes = append(c.Nodes, n)
	}
	c.keys, err = configs[0].LoadKeys()
	must(tb, err)
	if nodes > 1 {
		c.awaitJoined()
	}
	return c
}

// Start starts the process of a node, again after a Kill, and waits until it
// listens.
func (n *Node) Start() {
	n.tb.Helper()
	settings, err := json.Marshal(n.config)
	must(n.tb, err)
	n.process = exec.Command(os.Args[0])
	n.process.Env = append(os.Environ(), nodeVar+"="+string(settings))
	n.process.Stderr = n.log
	out, err := n.process.StdoutPipe()
	must(n.tb, err)
	must(n.tb, n.process.Start())
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(said, readyMark) {
		n.tb.Fatalf("a node did not start: %q, %v", said, err)
	}
}

// Kill ends the process of a node as a loss of power does: it gets no chance to
// do anything more. It may be called again.
func (n *Node) Kill() {
	if n.process == nil {
		return
	}
	n.process.Process.Kill() // fails only when it has ended
	n.process.Wait()         // says that it was killed
	n.process = nil
}
