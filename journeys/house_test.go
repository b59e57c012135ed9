package journeys

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"doorlink/store"
)

// house is a demonstration building: a server and its locks, as processes.
type house struct {
	Visitor   string `json:"visitor_url"`
	Short     string `json:"short_code"`
	Residents []struct {
		Name, Unit, URL string
	}
	Doors []struct {
		Name    string
		Visitor string `json:"visitor_url"`
		Keypad  string `json:"keypad_url"`
	}

	tb    testing.TB
	data  string
	flags []string
	cmd   *exec.Cmd
	log   *record
}

// record keeps what a process writes, to be shown if its test fails.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// newHouse starts a building of its own for a test.
func newHouse(tb testing.TB, flags ...string) *house {
	tb.Helper()
	h := &house{tb: tb, data: tb.TempDir(), flags: flags, log: &record{}}
	tb.Cleanup(func() {
		if h.cmd != nil && h.cmd.Process != nil {
			h.stop(syscall.SIGTERM)
		}
		if tb.Failed() {
			tb.Logf("server:\n%s", h.log)
		}
	})
	h.start("127.0.0.1:0")
	return h
}

// start runs the demonstration and waits until everything can be used.
func (h *house) start(listen string) {
	h.tb.Helper()
	path, err := program()
	if err != nil {
		h.tb.Fatal(err)
	}
	args := append([]string{"demo", "--json", "--data", h.data, "--listen", listen, "--keypad-listen", "127.0.0.1:0"}, h.flags...)
	h.cmd = exec.Command(path, args...)
	h.cmd.Stderr = h.log
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		h.tb.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		h.tb.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		h.tb.Fatalf("the demonstration did not start: %v\n%s", err, h.log)
	}
	h.Residents, h.Doors = nil, nil
	if err := json.Unmarshal(line, h); err != nil {
		h.tb.Fatalf("what the demonstration tells: %v", err)
	}
}

// stop ends the processes and waits for them. The locks end with the server,
// however that ends.
func (h *house) stop(how syscall.Signal) {
	h.cmd.Process.Signal(how)
	h.cmd.Wait() // the error only says which signal it was
}

// restart kills the server without a warning and starts it again on the same
// address and data.
func (h *house) restart() {
	h.tb.Helper()
	h.stop(syscall.SIGKILL)
	at, err := url.Parse(h.Visitor)
	if err != nil {
		h.tb.Fatal(err)
	}
	h.start(at.Host)
}

// link makes a resident a link to sign in with on another device.
func (h *house) link(tb testing.TB, resident string) string {
	tb.Helper()
	path, err := program()
	if err != nil {
		tb.Fatal(err)
	}
	at, err := url.Parse(h.Visitor)
	if err != nil {
		tb.Fatal(err)
	}
	out, err := exec.Command(path, "link", "--data", h.data, "--listen", at.Host, resident).Output()
	if err != nil {
		tb.Fatalf("making a link for %s: %v", resident, err)
	}
	return strings.TrimSpace(string(out))
}

// records lets a test change what the building's manager would.
func (h *house) records(tb testing.TB, change func(context.Context, *store.DB) error) {
	tb.Helper()
	ctx := tb.Context()
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(h.data, "doorlink.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	if err := errors.Join(change(ctx, db), db.Close()); err != nil {
		tb.Fatal(err)
	}
}
