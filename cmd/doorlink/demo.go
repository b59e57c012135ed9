package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"doorlink/server"
)

// demo shows the whole of doorlink with real parts: the server, a building, and
// an offline lock for each door as a process of its own.
type demo struct {
	Listen       string `help:"Address of the server. One that is not loopback gets a certificate of its own, so that phones on the same network can take part." default:"127.0.0.1:8080"`
	KeypadListen string `help:"Address of the front door's keypad; the other doors take the next ports. Port 0 is any free one." default:"127.0.0.1:8090"`
	Residents    int    `help:"Fill the building with this many listed residents, 5,000 at most." default:"0"`
	Data         string `help:"Folder for the data, kept between runs; unset means a temporary one." type:"path" placeholder:"DIR"`
	JSON         bool   `name:"json" help:"Print one line of JSON when everything is ready, and nothing else."`
	Dev          bool   `help:"Read pages and scripts from the folder web/ui and build them for every request."`
}

// Run shows the demonstration until it is told to end.
func (c *demo) Run(ctx context.Context, log *slog.Logger) error {
	if c.Residents < 0 || c.Residents > maxDemo {
		return fmt.Errorf("residents: %d is not between 1 and %d", c.Residents, maxDemo)
	}
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "doorlink-demo-")
		if err != nil {
			return fmt.Errorf("making a folder for the demo: %w", err)
		}
		defer os.RemoveAll(dir)
		c.Data = dir
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("making the folder of the demo: %w", err)
	}
	server.Frugal()
	listener, err := c.listen()
	if err != nil {
		return err
	}
	config, err := c.config(listener.Addr().(*net.TCPAddr))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	s, err := server.On(ctx, config, listener, log)
	if err != nil {
		return err
	}
	return c.show(ctx, s)
}

// show runs server and locks together; when one ends, all do.
func (c *demo) show(ctx context.Context, s *server.Server) error {
	if err := c.furnish(ctx, s); err != nil {
		s.Close()
		return err
	}
	server.Settle()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.Run(ctx) })
	g.Go(func() error {
		told, err := c.open(ctx, g, s)
		if err != nil {
			return err
		}
		return c.tell(told)
	})
	return g.Wait()
}

// listen takes the address; the default gives way to a free port when it is
// taken.
func (c *demo) listen() (net.Listener, error) {
	l, err := net.Listen("tcp", c.Listen)
	if errors.Is(err, syscall.EADDRINUSE) && c.Listen == "127.0.0.1:8080" {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, fmt.Errorf("listening: %w; another address can be given with --listen", err)
	}
	return l, nil
}

// config is an ordinary server's, with a relay that serves this machine or this
// network.
func (c *demo) config(at *net.TCPAddr) (server.Config, error) {
	host := at.IP
	if host.IsUnspecified() {
		host = ownAddress()
	}
	config := server.Config{
		Data: c.Data, Listen: at.String(), RelayListen: net.JoinHostPort(host.String(), "0"), RelayLAN: true, Dev: c.Dev,
	}
	if host.IsLoopback() {
		return config, nil
	}
	config.Base = "https://" + net.JoinHostPort(host.String(), fmt.Sprint(at.Port))
	config.Cert, config.Key = filepath.Join(c.Data, "demo.crt"), filepath.Join(c.Data, "demo.key")
	return config, selfSign(host, config.Cert, config.Key, time.Now())
}
