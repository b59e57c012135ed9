// Package server puts doorlink together: it is the only package that knows all
// the others, owns every goroutine that lives as long as the program, and
// decides from the settings what is embedded and what is run apart. Unset means
// embedded.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"

	"doorlink"
	"doorlink/sso"
	"doorlink/store"
	"doorlink/web/console"
)

// Config is everything that can be set. The tags are what the command line
// shows; a settings file has the same names, and the environment has them in
// capitals with DOORLINK_ before them. What may hold a secret can also be read
// from a file.
type Config struct {
	Data     string `group:"kept" help:"Folder for keys, certificates and the embedded database." default:"data" type:"path"`
	Database string `group:"kept" secret:"" help:"postgres://…, which several nodes can share; unset means SQLite in the data folder." placeholder:"URL"`
	Keys     string `group:"kept" help:"File with the secret keys, the same on every node, made at first start; unset means keys.json in the data folder." type:"path" placeholder:"FILE"`

	Listen  string   `group:"pages" help:"Address to listen on. One that is not loopback needs HTTPS." default:"127.0.0.1:8080"`
	Base    string   `group:"pages" help:"How browsers address this service, such as https://door.example. Needed with cert or proxies." placeholder:"URL"`
	Domain  []string `group:"pages" help:"Get certificates for this domain by ACME." placeholder:"NAME"`
	HTTP    string   `group:"pages" name:"http" help:"With domain: where the certificate authority asks; it must reach this as port 80. Browsers are sent on to HTTPS." default:":80"`
	Email   string   `group:"pages" help:"With domain: where the authority may write to." placeholder:"ADDRESS"`
	ACME    string   `group:"pages" name:"acme" help:"With domain: the authority's directory; unset means Let's Encrypt." placeholder:"URL"`
	ACMECA  string   `group:"pages" name:"acme-ca" help:"With acme: certificates (PEM) by which the directory itself is trusted." type:"path" placeholder:"FILE"`
	Cert    string   `group:"pages" help:"Certificate (PEM); read again when it changes." type:"path" placeholder:"FILE"`
	Key     string   `group:"pages" help:"With cert: its key (PEM)." type:"path" placeholder:"FILE"`
	Proxies int      `group:"pages" help:"Serve plain HTTP to this many trusted proxies, one behind the other, which do HTTPS and add to X-Forwarded-For." placeholder:"N"`

	RelayListen string   `group:"audio" name:"relay-listen" help:"Address of the embedded relay, for UDP and TCP." default:":3478"`
	RelayPublic string   `group:"audio" name:"relay-public" help:"Name or address by which browsers reach the relay; unset means the one it listens on." placeholder:"HOST"`
	RelayPorts  string   `group:"audio" name:"relay-ports" help:"UDP ports for relayed audio, such as 50000-50999; unset means any." placeholder:"FROM-TO"`
	RelayLAN    bool     `group:"audio" name:"relay-lan" help:"Let the relay reach private addresses, for a building whose visitors use its own network."`
	RelayURLs   []string `group:"audio" name:"relay-url" help:"A relay that is run apart instead (turn:host:port, TURN REST)." placeholder:"URL"`
	RelaySecret string   `group:"audio" name:"relay-secret" secret:"" help:"With relay-url: the secret shared with that relay." placeholder:"SECRET"`

	BusURL    string   `group:"nodes" name:"bus-url" secret:"" help:"NATS servers that are run apart (nats://…)." placeholder:"URL"`
	BusListen string   `group:"nodes" name:"bus-listen" help:"Where the embedded buses of other nodes join this one; for a private network." placeholder:"ADDR"`
	BusPeers  []string `group:"nodes" name:"bus-peer" help:"With bus-listen: that address of another node." placeholder:"ADDR"`

	Mail     string `group:"mail" secret:"" help:"Mail server for links and invitations: smtps://USER:PASSWORD@HOST or smtp://…; unset means that none are sent." placeholder:"URL"`
	MailFrom string `group:"mail" name:"mail-from" help:"With mail: the sender, an address or a name and <address>." placeholder:"ADDRESS"`

	SSO       string `group:"managers" name:"sso" help:"Let managers sign in with their organisation's account: the address of its OpenID Connect issuer; unset means no." placeholder:"URL"`
	SSOClient string `group:"managers" name:"sso-client" help:"With sso: the ID that the issuer gave this service." placeholder:"ID"`
	SSOSecret string `group:"managers" name:"sso-secret" secret:"" help:"With sso: the secret that belongs to the ID; unset for a public client." placeholder:"SECRET"`

	Lists string `group:"mail" help:"Folder into which other systems drop lists of people: below it each property has one of its own, by its ID. On every node the same; unset means that no lists come in by themselves." type:"path" placeholder:"FOLDER"`

	HooksPrivate bool `group:"mail" name:"hooks-private" help:"Let webhooks lead into private networks and to this machine, also without HTTPS: whoever adds one can then have this service call there."`

	Metrics string `group:"work" help:"Address for /metrics; unset means none." placeholder:"ADDR"`
	Dev     bool   `group:"work" help:"Read pages and scripts from the folder web/ui and build them for every request."`
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

// SignIn is the organisation's sign-in of managers; nil if none is set. It does
// not connect.
func (c Config) SignIn(base string) (*sso.Provider, error) {
	if c.SSO == "" {
		return nil, nil
	}
	return sso.New(sso.Config{
		Issuer: c.SSO, ClientID: c.SSOClient, ClientSecret: doorlink.Secret(c.SSOSecret), Return: base + console.SSOPath,
	})
}

// LoadKeys reads the keys of an installation that has been started before; of
// one that has not, the error is fs.ErrNotExist.
func (c Config) LoadKeys() (Keys, error) { return readKeys(c.keys()) }

// CopyKeys copies the keys, readable by their owner alone.
func (c Config) CopyKeys(to string) error {
	data, err := readSecret(c.keys())
	if err == nil {
		err = writeNewSecret(to, data)
	}
	if err != nil {
		return fmt.Errorf("copying the keys: %w", err)
	}
	return nil
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
	low, high, _ := strings.Cut(c.RelayPorts, "-")
	first, err1 := strconv.ParseUint(low, 10, 16)
	last, err2 := strconv.ParseUint(high, 10, 16)
	if err1 != nil || err2 != nil || first == 0 || last < first {
		return 0, 0, fmt.Errorf("%q is not FROM-TO", c.RelayPorts)
	}
	return uint16(first), uint16(last), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
