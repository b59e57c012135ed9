package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"doorlink"
	"doorlink/server"
	"doorlink/sticker"
	"doorlink/store"
)

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
		address, err := c.keypadAddress(i)
		if err != nil {
			return told, err
		}
		keypad, err := startKeypad(ctx, g, c.lockFile(d.Door.ID), c.lockState(d.Door.ID), address)
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
	if strings.HasPrefix(s.Visitor, "https:") {
		fmt.Println("\nBrowsers warn of the certificate, which the demonstration has made itself. Go on all the same.")
	}
	fmt.Println("\nCall from one window, answer in the other, give a doorcode, and type it at the lock. Ctrl+C ends everything.")
	return nil
}
