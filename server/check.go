package server

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Check finds every mistake in the settings and reports them together.
func (c Config) Check() error {
	var wrong []error
	add := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	c.checkAddresses(add)
	c.checkHTTPS(add)
	c.checkNodes(add)
	c.checkRelay(add)
	c.checkSignIn(add)
	return errors.Join(wrong...)
}

func (c Config) checkSignIn(add finding) {
	add(c.SSO == "" && c.SSOClient+c.SSOSecret != "", "sso: needed with sso-client and sso-secret")
	add(c.SSO != "" && c.SSOClient == "", "sso-client: needed with sso")
	if c.SSO != "" && c.SSOClient != "" {
		_, err := c.SignIn("https://door.example")
		add(err != nil, "sso: %q is not https://…", c.SSO)
	}
}

// finding notes what is wrong if it is.
type finding func(bad bool, format string, args ...any)

func (c Config) checkAddresses(add finding) {
	for _, a := range []struct{ name, value string }{
		{"listen", c.Listen}, {"http", c.HTTP}, {"metrics", c.Metrics},
		{"bus-listen", c.BusListen}, {"relay-listen", c.RelayListen},
	} {
		_, _, err := net.SplitHostPort(a.value)
		add(err != nil && a.value != "", "%s: %q is not host:port", a.name, a.value)
	}
	u, err := url.Parse(c.Base)
	add(c.Base != "" && (err != nil || u.Host == "" || c.Base != u.Scheme+"://"+u.Host), "base: %q is not https://host", c.Base)
	add(err == nil && u.Host != "" && u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())),
		"base: %q must begin with https://, or phones give no page the microphone", c.Base)
}

func (c Config) checkHTTPS(add finding) {
	host, _, err := net.SplitHostPort(c.Listen)
	add(c.Listen == "", "listen: needed")
	add(c.ways() > 1, "domain, cert and proxies exclude each other: choose one way to HTTPS")
	add(c.ways() == 0 && err == nil && !loopback(host),
		"listen: %q is reachable from outside without HTTPS, and phones give no page the microphone then: set domain, or cert and key, or proxies", c.Listen)
	add((c.Cert == "") != (c.Key == ""), "cert and key belong together")
	add(c.Proxies < 0, "proxies: %d is no number of proxies", c.Proxies)
	add(c.Base == "" && (c.Proxies > 0 || c.Cert != ""), "base: needed with proxies or cert, since the address browsers use cannot be known")
	add(len(c.Domain) > 0 && c.HTTP == "", "http: needed with domain")
}

func (c Config) checkNodes(add finding) {
	postgres := strings.HasPrefix(c.Database, "postgres://") || strings.HasPrefix(c.Database, "postgresql://")
	add(c.Database != "" && !postgres && !strings.HasPrefix(c.Database, "sqlite:"),
		"database: neither postgres:// nor sqlite:") // it may hold a password
	add(c.clustered() && !postgres,
		"database: several nodes need postgres://, since SQLite is a file on one of them")
	add(c.clustered() && len(c.Domain) > 0,
		"domain: the certificate authority asks any of several nodes, but only one knows the answer: set proxies, or cert and key")
	add(c.BusURL != "" && c.BusListen != "", "bus-url and bus-listen exclude each other")
	add(len(c.BusPeers) > 0 && c.BusListen == "", "bus-peer: needs bus-listen")
}

func (c Config) checkRelay(add finding) {
	add((len(c.RelayURLs) > 0) != (c.RelaySecret != ""), "relay-url and relay-secret belong together")
	for _, u := range c.RelayURLs {
		add(!strings.HasPrefix(u, "turn:") && !strings.HasPrefix(u, "turns:"), "relay-url: %q is not turn:host:port", u)
	}
	_, _, err := c.relayPorts()
	add(err != nil, "relay-ports: %v", err)
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
