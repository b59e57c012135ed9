package doorlinktest

import (
	"context"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"doorlink/server"
)

// Node is one running server of a cluster.
type Node struct {
	Base string // its address, without a path

	dial    func(ctx context.Context, from string) (net.Conn, error) // nil for TCP
	metrics string                                                   // its address for figures; empty if it has none

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

// transport is how a browser at address reaches the node, unless it is silent. An
// empty address is whichever the system takes.
func (n *Node) transport(address string, silent *atomic.Bool) *http.Transport {
	dialer := &net.Dialer{}
	if address != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(address)}
	}
	return &http.Transport{
		DisableCompression: true,
		DialContext: func(ctx context.Context, network, to string) (net.Conn, error) {
			dial := dialer.DialContext
			if n.dial != nil {
				dial = func(ctx context.Context, _, _ string) (net.Conn, error) { return n.dial(ctx, address) }
			}
			conn, err := dial(ctx, network, to)
			if err != nil {
				return nil, err
			}
			return &wire{Conn: conn, silent: silent, closed: make(chan struct{})}, nil
		},
	}
}

// wire is a browser's end of a connection. While the browser is silent nothing
// arrives on it any more, and nobody is told.
type wire struct {
	net.Conn
	silent *atomic.Bool
	closed chan struct{}
	once   sync.Once
}

func (w *wire) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	if w.silent.Load() {
		<-w.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.closed) })
	return w.Conn.Close()
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
