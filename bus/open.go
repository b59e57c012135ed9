package bus

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// maxMessage is the largest message: a full signal, encoded twice over.
const maxMessage = 512 << 10

// Cluster joins the embedded servers of several nodes. The routes between them
// are encrypted, and open only to those who have Secret: see routeTLS.
type Cluster struct {
	Node   string   // name of this node, unique in the cluster
	Listen string   // host:port for the routes of other nodes
	Peers  []string // host:port of other nodes; one that is up is enough
	Secret string   // shared by all nodes
}

// Embedded starts a server inside this process. It opens no port and lives
// until Close.
func Embedded() (*Bus, error) {
	return embedded(&server.Options{ServerName: "doorlink", DontListen: true})
}

// Join starts a server inside this process and connects it with those of other
// nodes. Besides the port for their routes it opens one for clients on the
// loopback address, because NATS accepts no routes without; it takes Secret too.
func Join(c Cluster) (*Bus, error) {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return nil, fmt.Errorf("bus address %q: %w", c.Listen, err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("bus address %q: %w", c.Listen, err)
	}
	if c.Secret == "" {
		return nil, errors.New("a bus cluster needs a secret")
	}
	secure, err := routeTLS(c.Secret)
	if err != nil {
		return nil, err
	}
	return embedded(&server.Options{
		ServerName: "doorlink-" + c.Node,
		Host:       "127.0.0.1", Port: server.RANDOM_PORT,
		Username: "doorlink", Password: c.Secret,
		Cluster: server.ClusterOpts{
			Name: "doorlink", Host: host, Port: n,
			Username: "doorlink", Password: c.Secret, AuthTimeout: 5,
			TLSConfig: secure, TLSTimeout: 5,
			// One connection per pair of nodes keeps the messages of a subject
			// in order and a small cluster simple.
			PoolSize: -1,
		},
		Routes: c.routes(),
	})
}

func (c Cluster) routes() []*url.URL {
	routes := make([]*url.URL, len(c.Peers))
	for i, p := range c.Peers {
		routes[i] = &url.URL{Scheme: "nats-route", User: url.UserPassword("doorlink", c.Secret), Host: p}
	}
	return routes
}

// Dial connects to NATS servers that are run apart. It keeps trying for ever
// when the connection is lost later; messages of that time are lost.
func Dial(url string) (*Bus, error) {
	conn, err := nats.Connect(url, append(manners(), nats.MaxReconnects(-1),
		nats.ReconnectWait(500*time.Millisecond), nats.Timeout(5*time.Second))...)
	if err != nil {
		return nil, fmt.Errorf("connecting to the bus: %w", err)
	}
	return begin(conn, nil)
}

func embedded(o *server.Options) (*Bus, error) {
	o.NoLog, o.NoSigs = true, true
	o.MaxPayload = maxMessage
	s, err := server.NewServer(o)
	if err != nil {
		return nil, fmt.Errorf("preparing the embedded bus: %w", err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		s.Shutdown()
		return nil, errors.New("the embedded bus did not start")
	}
	conn, err := nats.Connect("", append(manners(), nats.InProcessServer(s), nats.UserInfo(o.Username, o.Password))...)
	if err != nil {
		s.Shutdown()
		return nil, fmt.Errorf("connecting to the embedded bus: %w", err)
	}
	return begin(conn, s)
}

func manners() []nats.Option {
	return []nats.Option{nats.Name("doorlink"), nats.NoEcho(), nats.NoCallbacksAfterClientClose()}
}

// Nodes is how many servers this one knows in its cluster, itself included; 1
// for a server alone, 0 when the servers are run apart.
func (b *Bus) Nodes() int {
	if b.server == nil {
		return 0
	}
	return b.server.NumRoutes() + 1
}
