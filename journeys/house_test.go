package journeys

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"doorlink"
	"doorlink/doorcode"
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
	args := append([]string{"demo", "--json", "--data", h.data, "--listen", listen, "--keypad-listen", "127.0.0.1:0"}, h.flags...)
	var line []byte
	h.cmd, line = launchProgram(h.tb, h.log, args...)
	h.Residents, h.Doors = nil, nil
	if err := json.Unmarshal(line, h); err != nil {
		h.tb.Fatalf("what the demonstration tells: %v\n%s", err, h.log)
	}
}

// launchProgram starts the program and returns it with the first line it prints.
func launchProgram(tb testing.TB, log *record, args ...string) (*exec.Cmd, []byte) {
	tb.Helper()
	path, err := program()
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadBytes('\n') // nothing, if it has ended
	return cmd, line
}

// stop ends the processes and waits for them. The locks end with the server,
// however that ends.
func (h *house) stop(how syscall.Signal) { end(h.cmd, how) }

// end ends a process, one that stands still too, and waits for it.
func end(cmd *exec.Cmd, how syscall.Signal) {
	cmd.Process.Signal(how)
	cmd.Process.Signal(syscall.SIGCONT)
	cmd.Wait() // the error only says which signal it was
}

// host is where the server listens.
func (h *house) host() string {
	h.tb.Helper()
	at, err := url.Parse(h.Visitor)
	if err != nil {
		h.tb.Fatal(err)
	}
	return at.Host
}

// home is the resident's page.
func (h *house) home() string { return "http://" + h.host() + "/r/" }

// restart kills the server without a warning and starts it again on the same
// address and data.
func (h *house) restart() {
	h.tb.Helper()
	h.stop(syscall.SIGKILL)
	h.start(h.host())
}

// link makes a resident a link to sign in with on another device.
func (h *house) link(tb testing.TB, resident string) string {
	tb.Helper()
	path, err := program()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := exec.Command(path, "link", "--data", h.data, "--listen", h.host(), resident).Output()
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

// arranges lets a test change what there is of the only property.
func (h *house) arranges(tb testing.TB, change func(context.Context, *store.DB, *store.Standing) error) {
	tb.Helper()
	h.records(tb, func(ctx context.Context, db *store.DB) error {
		all, err := db.Properties(ctx)
		if err != nil {
			return err
		}
		at, err := db.Standing(ctx, all[0].ID)
		if err != nil {
			return err
		}
		return change(ctx, db, at)
	})
}

// changeLock changes what the server knows of the front door's lock, as
// provisioning it again does.
func (h *house) changeLock(tb testing.TB, change func(*doorcode.Setup)) {
	tb.Helper()
	h.records(tb, func(ctx context.Context, db *store.DB) error {
		at, err := db.ScanShort(ctx, h.Short, time.Now())
		if err != nil {
			return err
		}
		setup, err := db.Setup(ctx, at.Door.ID)
		if err != nil {
			return err
		}
		setup.Version++
		change(&setup)
		return db.Write(ctx, func(tx *store.Tx) error { return tx.AddLock(ctx, setup) })
	})
}

// lock is a lock that a test has in its own hands.
type lock struct {
	cmd   *exec.Cmd
	url   string
	start func() // starts it, from the state it has
	state string // its folder
}

// lock provisions another lock like that of the front door.
func (h *house) lock(tb testing.TB) *lock {
	tb.Helper()
	var door doorlink.DoorID
	h.records(tb, func(ctx context.Context, db *store.DB) error {
		at, err := db.ScanShort(ctx, h.Short, time.Now())
		door = at.Door.ID
		return err
	})
	file := filepath.Join(tb.TempDir(), "lock.json")
	path, err := program()
	if err != nil {
		tb.Fatal(err)
	}
	if out, err := exec.Command(path, "provision", "--data", h.data, "--reuse", "0", string(door), file).CombinedOutput(); err != nil {
		tb.Fatalf("provisioning a lock: %v\n%s", err, out)
	}
	return openLock(tb, h.log, file)
}

// openLock starts the lock program with a provisioning file.
func openLock(tb testing.TB, log *record, file string) *lock {
	tb.Helper()
	l := &lock{state: tb.TempDir()}
	l.start = func() {
		var line []byte
		l.cmd, line = launchProgram(tb, log, "keypad", "--json", "--provision", file, "--state", l.state)
		var told struct{ URL string }
		if err := json.Unmarshal(line, &told); err != nil {
			tb.Fatalf("what the lock tells: %v", err)
		}
		l.url = told.URL
	}
	tb.Cleanup(func() { end(l.cmd, syscall.SIGTERM) })
	l.start()
	return l
}

// damage stops the lock, spoils its state and starts it again.
func (l *lock) damage(tb testing.TB) {
	tb.Helper()
	end(l.cmd, syscall.SIGTERM)
	if err := os.WriteFile(filepath.Join(l.state, "state"), []byte("no state"), 0o600); err != nil {
		tb.Fatal(err)
	}
	l.start()
}

// frozen does something while the lock stands still.
func (l *lock) frozen(do func()) {
	l.cmd.Process.Signal(syscall.SIGSTOP)
	defer l.cmd.Process.Signal(syscall.SIGCONT)
	do()
}

// emptyHouse starts a server that has no building yet, and returns the address
// it prints for setting one up.
func emptyHouse(tb testing.TB, flags ...string) string {
	tb.Helper()
	path, err := program()
	if err != nil {
		tb.Fatal(err)
	}
	args := []string{"serve", "--data", tb.TempDir(), "--listen", "127.0.0.1:0", "--relay-listen", "127.0.0.1:0"}
	cmd := exec.Command(path, append(args, flags...)...)
	said, err := cmd.StderrPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { end(cmd, syscall.SIGTERM) })
	var log strings.Builder
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		log.WriteString(lines.Text() + "\n")
		if link := strings.TrimSpace(lines.Text()); strings.Contains(link, "/setup/") {
			return link
		}
	}
	tb.Fatalf("the server prints no link to set a building up:\n%s", &log)
	return ""
}
