package doorlinktest

import (
	"context"
	"net"
	"net/http"
	"testing"

	"doorlink/server"
)

// Node is one running server of a house.
type Node struct {
	Base string // its address, without a path

	dial func(ctx context.Context) (net.Conn, error) // nil for TCP
	stop func()
}

// Stop shuts the node down in an orderly way and waits for its end. It may be
// called again.
func (n *Node) Stop() { n.stop() }

// serve runs a server of this process until Stop or the end of the test.
func serve(tb testing.TB, s *server.Server) *Node {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	n := &Node{Base: s.Base()}
	n.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			tb.Errorf("a node ended with %v", err)
		}
		ended <- nil
	}
	tb.Cleanup(n.Stop)
	return n
}

// transport is how a browser at address reaches nodes. An empty address is
// whichever the system takes.
func (n *Node) transport(address string) *http.Transport {
	t := &http.Transport{DisableCompression: true}
	dialer := &net.Dialer{}
	if address != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(address)}
	}
	t.DialContext = func(ctx context.Context, network, to string) (net.Conn, error) {
		if n.dial != nil {
			return n.dial(ctx)
		}
		return dialer.DialContext(ctx, network, to)
	}
	return t
}
