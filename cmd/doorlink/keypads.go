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
	"syscall"
	"time"

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
		return exit(status)
	}
	return nil
}

// startKeypad starts a lock as a process of its own and returns its page's
// address once it is served. The lock ends with ctx, and with this process
// however that ends, because its standard input does. It stands outside the
// terminal's process group: Ctrl+C reaches it through us alone.
func startKeypad(ctx context.Context, g *errgroup.Group, provision, state, listen string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, self, "keypad", "--provision", provision, "--state", state,
		"--listen", listen, "--json", "--exit-on-eof", "--set-clock")
	cmd.Args[0] = os.Args[0]
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	cmd.Cancel, cmd.WaitDelay = in.Close, keypadTime
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
		return errors.Join(fmt.Errorf("a lock ended by itself: %s", cmd.ProcessState), err)
	})
	return ready.URL, err
}

// keypadTime is how long a lock may take to end.
const keypadTime = 5 * time.Second

// keypadAddress is where the nth door's keypad is; the default gives way to a
// free port when it is taken.
func (c *demo) keypadAddress(n int) (string, error) {
	address, err := nextPort(c.KeypadListen, n)
	if err != nil || c.KeypadListen != "127.0.0.1:8090" {
		return address, err
	}
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return "127.0.0.1:0", nil
	}
	if err != nil {
		return "", err
	}
	return address, l.Close()
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
