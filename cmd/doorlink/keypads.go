package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"

	"golang.org/x/sync/errgroup"

	"doorlink/keypad"
)

// lockOf runs the keypad program within this one, so that the demonstration
// needs one file alone. It shares nothing with the server but that file.
type lockOf struct {
	Args []string `arg:"" optional:""`
}

// Run is the keypad's main function.
func (c *lockOf) Run(ctx context.Context) error {
	if status := keypad.Main(ctx, c.Args); status != 0 {
		os.Exit(status)
	}
	return nil
}

// startKeypad starts a lock as a process of its own and returns its page's
// address once it is served. The lock ends with ctx, and with this process
// however that ends, because its standard input does.
func startKeypad(ctx context.Context, g *errgroup.Group, provision, state, listen string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, self, "keypad", "--provision", provision, "--state", state,
		"--listen", listen, "--json", "--exit-on-eof", "--set-clock")
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		return "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var ready struct{ URL string }
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	g.Go(func() error {
		err := cmd.Wait()
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("a lock ended by itself: %w", errors.Join(err))
	})
	return ready.URL, err
}

// nextPort is the address n ports above first; port 0 stays any free one.
func nextPort(first string, n int) (string, error) {
	host, port, err := net.SplitHostPort(first)
	if err != nil {
		return "", fmt.Errorf("keypad-listen: %w", err)
	}
	p, err := strconv.Atoi(port)
	if err != nil {
		return "", fmt.Errorf("keypad-listen: %w", err)
	}
	if p > 0 {
		p += n
	}
	return net.JoinHostPort(host, strconv.Itoa(p)), nil
}
