// Package server puts doorlink together: it is the only package that knows all
// the others, owns every goroutine that lives as long as the program, and
// decides from the settings what is embedded and what is run apart. Unset means
// embedded.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"

	"doorlink/store"
)

// Config is everything that can be set. The tags are what the command line
// shows; the environment has the same names in capitals with DOORLINK_ before
// them, and a settings file has them as they are.
type Config struct {
	Data   string `help:"Folder for keys, certificates and the embedded database." default:"data" type:"path"`
	Listen string `help:"Address for HTTP or HTTPS." default:"127.0.0.1:8080"`
	Base   string `help:"Address of this service as browsers know it, e.g. https://door.example. Needed behind a proxy; known by itself with --domain or on loopback." placeholder:"URL"`

	Domain  []string `help:"Domain to get certificates for by ACME; listens on --listen for HTTPS and on port 80 for the challenge." placeholder:"NAME"`
	Email   string   `help:"Address the certificate authority may write to." placeholder:"ADDRESS"`
	ACME    string   `name:"acme" help:"ACME directory; unset means Let's Encrypt." placeholder:"URL"`
	ACMECA  string   `name:"acme-ca" help:"File with the certificates that the ACME directory itself is trusted by." type:"path" placeholder:"FILE"`
	HTTP    string   `name:"http" help:"Address for the ACME challenge and for sending browsers to HTTPS, with --domain." default:":80"`
	Cert    string   `help:"Certificate file (PEM), instead of --domain." type:"path" placeholder:"FILE"`
	Key     string   `help:"Key file (PEM) for --cert." type:"path" placeholder:"FILE"`
	Proxies int      `help:"Plain HTTP behind this many trusted proxies, which set X-Forwarded-For." default:"0"`

	Database string `help:"postgres://… for several nodes; unset means SQLite in the data folder." placeholder:"URL"`

	BusURL    string   `name:"bus-url" help:"nats://… to use NATS servers that are run apart." placeholder:"URL"`
	BusListen string   `name:"bus-listen" help:"Address for the routes of other nodes, to join the embedded bus of this one with theirs." placeholder:"ADDR"`
	BusPeers  []string `name:"bus-peer" help:"Route address of another node." placeholder:"ADDR"`

	RelayListen string   `name:"relay-listen" help:"Address of the embedded audio relay, UDP and TCP." default:":3478"`
	RelayPublic string   `name:"relay-public" help:"Name or address by which browsers reach the relay; unset means the one it listens on." placeholder:"HOST"`
	RelayPorts  string   `name:"relay-ports" help:"Ports for relayed audio, e.g. 50000-50999; unset means any." placeholder:"FROM-TO"`
	RelayLAN    bool     `name:"relay-lan" help:"Let the relay reach private addresses, for a building whose visitors use its own network."`
	RelayURLs   []string `name:"relay-url" help:"turn:… of a relay that is run apart, which knows the relay secret (TURN REST)." placeholder:"URL"`
	RelaySecret string   `name:"relay-secret" help:"Secret of the relay that is run apart. Better given in the environment." placeholder:"SECRET"`

	Keys    string `help:"File with the secret keys; the same on every node. Made at first start." type:"path" placeholder:"FILE"`
	Metrics string `help:"Address for /metrics; unset means none." placeholder:"ADDR"`
	Dev     bool   `help:"Read pages and scripts from the folder web/ui and build them for every request."`
}

// Check finds every mistake in the settings and reports them together.
func (c Config) Check() error {
	var wrong []error
	add := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	host, _, err := net.SplitHostPort(c.Listen)
	add(err != nil, "listen: %q is not host:port", c.Listen)
	add(c.ways() > 1, "domain, cert and proxies exclude each other: choose one way to HTTPS")
	add(c.ways() == 0 && err == nil && !loopback(host),
		"listen: %q is reachable from outside without HTTPS, and phones give no page the microphone then: set domain, or cert and key, or proxies", c.Listen)
	add((c.Cert == "") != (c.Key == ""), "cert and key belong together")
	add(c.Proxies < 0, "proxies: %d is no number of proxies", c.Proxies)
	add(c.Base == "" && (c.Proxies > 0 || c.Cert != ""), "base: needed with proxies or cert, since the address browsers use cannot be known")
	if c.Base != "" {
		u, err := url.Parse(c.Base)
		add(err != nil || u.Host == "" || u.Path != "" || u.Scheme != "https" && !loopback(u.Hostname()),
			"base: %q must be https://host", c.Base)
	}
	add(c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "sqlite:"),
		"database: %q is neither postgres:// nor sqlite:", c.Database)
	add(c.clustered() && !strings.HasPrefix(c.Database, "postgres://"),
		"database: several nodes need postgres://, since SQLite is a file on one of them")
	add(c.BusURL != "" && c.BusListen != "", "bus-url and bus-listen exclude each other")
	add(len(c.BusPeers) > 0 && c.BusListen == "", "bus-peer: needs bus-listen")
	add((len(c.RelayURLs) > 0) != (c.RelaySecret != ""), "relay-url and relay-secret belong together")
	_, _, err = c.relayPorts()
	add(err != nil, "relay-ports: %v", err)
	return errors.Join(wrong...)
}

// ways is how many ways to HTTPS are set.
func (c Config) ways() int {
	n := 0
	for _, set := range []bool{len(c.Domain) > 0, c.Cert != "", c.Proxies > 0} {
		if set {
			n++
		}
	}
	return n
}

func (c Config) clustered() bool { return c.BusURL != "" || c.BusListen != "" }

// base is the address of this service as browsers know it.
func (c Config) base(listening net.Addr) string {
	switch {
	case c.Base != "":
		return c.Base
	case len(c.Domain) > 0:
		return "https://" + c.Domain[0]
	}
	return "http://" + listening.String()
}

// Address is base for commands that run beside the server and do not listen.
func (c Config) Address() string {
	addr, err := net.ResolveTCPAddr("tcp", c.Listen)
	if err != nil {
		return c.base(&net.TCPAddr{})
	}
	return c.base(addr)
}

// LoadKeys reads the keys of an installation that has been started before.
func (c Config) LoadKeys() (Keys, error) {
	if _, err := os.Stat(c.keys()); err != nil {
		return Keys{}, fmt.Errorf("reading the keys: %w", err)
	}
	k, _, err := loadKeys(c.keys())
	return k, err
}

// CopyKeys copies the keys, readable by their owner alone.
func (c Config) CopyKeys(to string) error {
	data, err := os.ReadFile(c.keys())
	if err != nil {
		return fmt.Errorf("copying the keys: %w", err)
	}
	return os.WriteFile(to, data, 0o600)
}

// OpenDB opens the database as the server does.
func (c Config) OpenDB(ctx context.Context, log *slog.Logger) (*store.DB, error) {
	return store.Open(ctx, c.database(), log)
}

// relayPorts reads the range; both are 0 when it is unset.
func (c Config) relayPorts() (from, to uint16, err error) {
	if c.RelayPorts == "" {
		return 0, 0, nil
	}
	if _, err := fmt.Sscanf(c.RelayPorts, "%d-%d", &from, &to); err != nil || from == 0 || to < from {
		return 0, 0, fmt.Errorf("%q is not FROM-TO", c.RelayPorts)
	}
	return from, to, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
