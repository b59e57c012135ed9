package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"doorlink"
	"doorlink/server"
	"doorlink/sticker"
	"doorlink/store"
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

// scene is what a demonstration tells about itself.
type scene struct {
	Visitor   string          `json:"visitor_url"`
	Short     string          `json:"short_code"`
	Residents []sceneResident `json:"residents"`
	Doors     []sceneDoor     `json:"doors"`
}

type sceneResident struct {
	Name string `json:"name"` // as listed
	Unit string `json:"unit"`
	URL  string `json:"url"` // signs in once
}

type sceneDoor struct {
	Name    string `json:"name"`
	Visitor string `json:"visitor_url"`
	Keypad  string `json:"keypad_url"`
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

// furnish builds the building unless an earlier run did.
func (c *demo) furnish(ctx context.Context, s *server.Server) error {
	all, err := s.DB.Properties(ctx)
	if err != nil || len(all) > 0 {
		return err
	}
	plan, err := demoPlan(c.Residents, time.Now())
	if err != nil {
		return err
	}
	if err := s.DB.Build(ctx, plan, time.Now()); err != nil {
		return fmt.Errorf("building the demo: %w", err)
	}
	for _, d := range plan.Doors {
		if _, err := server.Provision(ctx, s.DB, s.Keys, d.ID, demoLock, c.lockFile(d.ID), time.Now()); err != nil {
			return fmt.Errorf("provisioning the lock of %s: %w", d.Name, err)
		}
	}
	return nil
}

// demoLock refuses a code the second time it is typed, at once, and has room
// for visitors who do not use theirs.
var demoLock = server.LockChoice{Model: "M2", ReuseSeconds: 0, Window: 8}

func (c *demo) lockFile(d doorlink.DoorID) string {
	return filepath.Join(c.Data, "lock-"+string(d)+".json")
}

// open starts the locks and makes the residents' links.
func (c *demo) open(ctx context.Context, g *errgroup.Group, s *server.Server) (scene, error) {
	var told scene
	all, err := s.DB.Properties(ctx)
	if err != nil {
		return told, err
	}
	doors, err := s.DB.Doors(ctx, all[0].ID)
	if err != nil {
		return told, err
	}
	doors = inDemoOrder(doors)
	for i, d := range doors {
		stickers, err := s.DB.Stickers(ctx, d.Panel.ID)
		if err != nil || len(stickers) == 0 {
			return told, fmt.Errorf("looking for the sticker of %s: %w", d.Door.Name, err)
		}
		hung := stickers[0]
		address, err := nextPort(c.KeypadListen, i)
		if err != nil {
			return told, err
		}
		keypad, err := startKeypad(ctx, g, c.lockFile(d.Door.ID), filepath.Join(c.Data, "lock-"+string(d.Door.ID)), address)
		if err != nil {
			return told, fmt.Errorf("starting the lock of %s: %w", d.Door.Name, err)
		}
		told.Doors = append(told.Doors, sceneDoor{d.Door.Name, s.Base() + "/p/" + hung.Token.Reveal(), keypad})
		if i == 0 {
			told.Visitor, told.Short = told.Doors[0].Visitor, hung.Short
		}
	}
	told.Residents, err = c.links(ctx, s, doors[0])
	return told, err
}

// links makes one-time links for the first two residents, anew at each start.
func (c *demo) links(ctx context.Context, s *server.Server, front store.Scanned) ([]sceneResident, error) {
	people, err := s.DB.People(ctx, front.Property.ID)
	if err != nil {
		return nil, err
	}
	var told []sceneResident
	for _, star := range demoStars {
		for _, one := range people {
			if one.Given != star.given || one.Family != star.family {
				continue
			}
			secret := doorlink.NewSecret()
			if err := s.DB.AddLink(ctx, one.ID, secret.Hash(), time.Now().Add(24*time.Hour)); err != nil {
				return nil, err
			}
			told = append(told, sceneResident{
				Name: one.As(front.Property.Names, star.unit), Unit: star.unit, URL: s.Base() + "/r/in/" + secret.Reveal(),
			})
		}
	}
	return told, nil
}

// tell prints what there is: one line of JSON, or a page for people.
func (c *demo) tell(s scene) error {
	if c.JSON {
		line, err := json.Marshal(s)
		if err != nil {
			return err
		}
		_, err = fmt.Println(string(line))
		return err
	}
	code, err := sticker.Terminal(s.Visitor)
	if err != nil {
		return err
	}
	fmt.Printf("\n%s\nThe sticker at the %s. Scan it, or open\n  %s\n  or type the code %s at the start page\n",
		code, s.Doors[0].Name, s.Visitor, doorlink.ShortCode(s.Short))
	for _, r := range s.Residents {
		fmt.Printf("\n%s in unit %s answers at (the link works once)\n  %s\n", r.Name, r.Unit, r.URL)
	}
	for _, d := range s.Doors {
		fmt.Printf("\nThe lock of the %s\n  %s\n", d.Name, d.Keypad)
	}
	fmt.Println("\nCall from one window, answer in the other, give a doorcode, and type it at the lock. Ctrl+C ends everything.")
	return nil
}
