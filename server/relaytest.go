package server

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"time"

	"doorlink/relay"
)

// TryRelay sends a packet through a relay made as the settings say, but on a
// free port, and returns how long it took. It says nothing about the firewall.
func (c Config) TryRelay(ctx context.Context) (time.Duration, error) {
	host, _, err := net.SplitHostPort(c.RelayListen)
	if err != nil {
		return 0, err
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	from, to, err := c.relayPorts()
	if err != nil {
		return 0, err
	}
	r, err := relay.New(relay.Config{
		Listen: net.JoinHostPort(host, "0"), Public: c.RelayPublic, Secret: secret,
		MinPort: from, MaxPort: to, Lan: c.RelayLAN,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		return 0, err
	}
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	defer func() { stop(); <-done }()
	return r.SelfTest(ctx)
}

// PortsToOpen is the range of relayed audio, for people who run a firewall.
func (c Config) PortsToOpen() string {
	if c.RelayPorts == "" {
		return "any port (choose with --relay-ports)"
	}
	return c.RelayPorts
}
