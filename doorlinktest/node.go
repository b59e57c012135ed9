package doorlinktest

import (
	"context"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"doorlink/server"
)

// Node is one running server of a cluster.
type Node struct {
	Base string // its address, without a path

	dial    func(ctx context.Context) (net.Conn, error) // nil for TCP
	metrics string                                      // its address for figures; empty if it has none

	// Of a node that is a process of its own:
	tb      testing.TB
	log     *Log
	config  server.Config
	process *exec.Cmd // nil while it does not run
}

// run runs a server of this process until the end of the test.
func run(tb testing.TB, s *server.Server) *Node {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			tb.Errorf("a node ended with %v", err)
		}
	})
	return &Node{Base: s.Base()}
}

// transport is how a browser at address reaches the node. An empty address is
// whichever the system takes.
func (n *Node) transport(address string) *http.Transport {
	dialer := &net.Dialer{}
	if address != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(address)}
	}
	return &http.Transport{
		DisableCompression: true,
		DialContext: func(ctx context.Context, network, to string) (net.Conn, error) {
			if n.dial != nil {
				return n.dial(ctx)
			}
			return dialer.DialContext(ctx, network, to)
		},
	}
}

// awaitJoined waits until every node sees all others on the bus.
func (c *Cluster) awaitJoined() {
	c.tb.Helper()
	want := "doorlink_bus_nodes " + string(rune('0'+len(c.Nodes))) + "\n"
	late := time.NewTimer(c.patience)
	defer late.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for _, n := range c.Nodes {
		for !strings.Contains(n.figures(), want) {
			select {
			case <-look.C:
			case <-late.C:
				c.tb.Fatal("the nodes have not found each other")
			}
		}
	}
}

// figures is what the node shows to a monitor; empty while it does not answer.
func (n *Node) figures() string {
	once := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := once.Get("http://" + n.metrics + "/metrics")
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return ""
	}
	return string(body)
}
