package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/keypad"
)

// asProgram makes the test binary be the program itself, so that the tests
// below start real processes.
const asProgram = "KEYPAD_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// door is a lock's provisioning file, and what its server would issue.
type door struct {
	file, state string
	codes       []string
}

func newDoor(t testing.TB) door {
	t.Helper()
	now := time.Now()
	zone := time.UTC
	// Just before midnight the codes of this day would die under the test.
	if midnight := doorlink.DayIn(now, zone).End(zone); midnight.Sub(now) < 5*time.Minute {
		zone = time.FixedZone("", -3*3600)
	}
	setup := doorcode.Setup{
		Version: 1, Lock: "lock_1", Property: "prop_1", Door: "door_1", DoorName: "North gate", Zone: "UTC", Epoch: 1,
		First: doorlink.DayIn(now, zone), Params: doorcode.Defaults(), Calendar: doorcode.CalendarFor(zone, now),
		Places: 4, Issued: now.UTC().Truncate(time.Second),
	}
	setup.Params.Reuse = 0
	var master doorcode.Master
	text, err := master.Provision(setup, now).Encode()
	if err != nil {
		t.Fatal(err)
	}
	d := door{file: filepath.Join(t.TempDir(), "provision.json"), state: filepath.Join(t.TempDir(), "lock")}
	write(t, d.file, text, 0o600)
	perm := master.Door(setup.Property, setup.Door, setup.Epoch).Chain(setup.First).Perm(setup.Params.Digits)
	for slot := range setup.Places {
		d.codes = append(d.codes, perm.Encode(doorcode.Index{Slot: slot}).Reveal())
	}
	return d
}

func write(t testing.TB, name string, text []byte, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(name, text, mode); err != nil {
		t.Fatal(err)
	}
}

// process is a running lock.
type process struct {
	t      testing.TB
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr bytes.Buffer
	url    string
}

func program(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

func start(t testing.TB, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: program(t, append(args, "--json", "--exit-on-eof")...)}
	p.cmd.Stderr = &p.stderr
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.stdout = bufio.NewReader(stdout)
	line, err := p.stdout.ReadString('\n')
	var ready struct{ URL string }
	if err != nil || json.Unmarshal([]byte(line), &ready) != nil || ready.URL == "" {
		t.Fatalf("the lock said %q: %v\n%s", line, p.cmd.Wait(), p.stderr.String())
	}
	p.url = ready.URL
	return p
}

func (d door) start(t testing.TB) *process {
	t.Helper()
	return start(t, "--provision", d.file, "--state", d.state)
}

// stop closes the lock's standard input and waits for it to end.
func (p *process) stop() {
	p.t.Helper()
	if err := p.stdin.Close(); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Fatalf("the lock ended with %v\n%s", err, p.stderr.String())
	}
}

func (p *process) post(path, body string) keypad.View {
	p.t.Helper()
	answer, err := http.Post(strings.TrimSuffix(p.url, "/")+path, "application/json", strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	var v keypad.View
	if err := json.NewDecoder(answer.Body).Decode(&v); err != nil {
		p.t.Fatal(err)
	}
	return v
}

// enter wakes the lens, types and returns what the lock shows then.
func (p *process) enter(digits string) (v keypad.View) {
	p.t.Helper()
	p.post("/wake", "{}")
	for key := range strings.SplitSeq(digits, "") {
		v = p.post("/key", `{"key":"`+key+`"}`)
	}
	return v
}

func (p *process) wants(digits string, want keypad.State) {
	p.t.Helper()
	if got := p.enter(digits).State; got != want {
		p.t.Errorf("the lock is %s, want %s", got, want)
	}
}

func TestACodeOpensOnceWhateverHappensToTheLock(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	p := d.start(t)
	p.wants(d.codes[2], keypad.Accepted)
	p.stop()

	nextSecond()
	p = d.start(t)
	p.wants(d.codes[2], keypad.Refused)
	p.wants(d.codes[3], keypad.Accepted)
	p.stop()

	nextSecond()
	if _, err := os.Stat(d.file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock has taken its provisioning file over, and it is still there: %v", err)
	}
	p = start(t, "--state", d.state)
	p.wants(d.codes[3], keypad.Refused)
	p.wants(d.codes[0], keypad.Accepted)
	p.stop()
}

// nextSecond waits for the clock to move on: within the second of its first use
// a code counts as the same entry, since the lock counts whole seconds.
func nextSecond() { <-time.After(time.Until(time.Now().Truncate(time.Second).Add(time.Second))) }

func TestADamagedStateOpensNothingAndLeavesTheLog(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	p := d.start(t)
	p.wants(d.codes[1], keypad.Accepted)
	p.stop()

	state, log := filepath.Join(d.state, "state"), filepath.Join(d.state, "log.jsonl")
	text := read(t, state)
	text[len(text)/2] ^= 1
	write(t, state, text, 0o600)
	before := read(t, log)

	p = d.start(t)
	p.wants(d.codes[0], keypad.Broken)
	v := p.post("/wake", "{}")
	if v.Says != "Out of order" || len(v.Log) == 0 || v.Log[0].What != "Opened" {
		t.Errorf("the lock says %q and shows the log %v", v.Says, v.Log)
	}
	p.stop()
	if !bytes.Equal(read(t, log), before) || !bytes.Equal(read(t, state), text) {
		t.Error("the lock changed the files of a damaged state")
	}
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAProvisioningFileIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		file func(t testing.TB, name string)
		says string
	}{
		{"that others can read", func(t testing.TB, name string) { chmod(t, name, 0o644) }, "can be read by others (mode 0644): make it 0600"},
		{"of a version to come", func(t testing.TB, name string) {
			write(t, name, bytes.Replace(read(t, name), []byte(`"ddc1": 1`), []byte(`"ddc1": 2`), 1), 0o600)
		}, "provision.json: not a provision of a version known here"},
		{"that is none", func(t testing.TB, name string) { write(t, name, []byte("hello"), 0o600) }, "provision.json: not a provision"},
		{"that is gone", func(t testing.TB, name string) {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}, "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t)
			c.file(t, d.file)
			fails(t, c.says, "--provision", d.file, "--state", d.state)
		})
	}
}

func chmod(t testing.TB, name string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(name, mode); err != nil {
		t.Fatal(err)
	}
}

// fails checks that the program ends by itself, and says why.
func fails(t testing.TB, says string, args ...string) {
	t.Helper()
	out, err := program(t, args...).CombinedOutput()
	if _, failed := err.(*exec.ExitError); !failed || !strings.Contains(string(out), says) {
		t.Errorf("the program ended with %v and said %q, want %q", err, out, says)
	}
}

func TestALockThatWasNeverProvisionedDoesNotStart(t *testing.T) {
	t.Parallel()
	fails(t, "never provisioned", "--state", filepath.Join(t.TempDir(), "lock"))
}

func TestTwoProgramsDoNotShareALock(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	p := d.start(t)
	fails(t, "another process", "--provision", d.file, "--state", d.state)
	p.stop()
}

func TestALineOfAPipeIsAnEntry(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	p := start(t, "--provision", d.file, "--state", d.state, "--terminal")
	if _, err := io.WriteString(p.stdin, d.codes[0]+"\n"); err != nil {
		t.Fatal(err)
	}
	for {
		line, err := p.stdout.ReadString('\n')
		if err != nil {
			t.Fatalf("the lock never accepted the code: %v", err)
		}
		if strings.HasPrefix(line, "Accepted") {
			break
		}
	}
	go io.Copy(io.Discard, p.stdout) // ends with the lock
	p.stop()
}

func TestTheLockEndsInOrderWhileAPageIsOpen(t *testing.T) {
	t.Parallel()
	p := newDoor(t).start(t)
	stream, err := http.Get(p.url + "events")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	if _, err := bufio.NewReader(stream.Body).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the lock ended with %v\n%s", err, p.stderr.String())
	}
}

func TestWithoutAPlaceForItsStateItIsWrongUse(t *testing.T) {
	t.Parallel()
	fails(t, "--state is needed")
	fails(t, "--state is needed", "--state", t.TempDir(), "more")
}
