package lock

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func openFiles(t testing.TB, dir string) *Files {
	t.Helper()
	f, err := OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// folder is the content of a folder, by name.
type folder map[string]string

func readFolder(t testing.TB, dir string) folder {
	t.Helper()
	f := make(folder)
	for _, e := range must(os.ReadDir(dir)) {
		f[e.Name()] = string(must(os.ReadFile(filepath.Join(dir, e.Name()))))
	}
	return f
}

func (f folder) write(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range f {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// with is a copy of f with one file changed, or gone where text is empty.
func (f folder) with(name, text string) folder {
	g := make(folder)
	maps.Copy(g, f)
	if g[name] = text; text == "" {
		delete(g, name)
	}
	return g
}

// around returns the folder of a lock before and after it accepted code.
func around(t testing.TB, h *house, code string) (before, after folder) {
	t.Helper()
	dir := t.TempDir()
	store := openFiles(t, dir)
	v := h.open(t, store, noon)
	wantKind(t, v, "0", noon, Format)
	before = readFolder(t, dir)
	wantKind(t, v, code, noon, Accept)
	after = readFolder(t, dir)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return before, after
}

func TestALockGoesOnFromItsFolder(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	code := h.code(h.setup.First+1, 3, 1)
	_, after := around(t, h, code)
	v := must(Resume(openFiles(t, after.write(t))))
	wantKind(t, v, code, noon.Add(time.Hour), Replay)
	wantKind(t, v, h.code(h.setup.First+1, 3, 0), noon.Add(time.Hour), Accept)
}

// Invariant 7 of DDC-1 for the files: every state that the folder passes
// through while a code is accepted.
func TestEveryMomentOfAnAcceptanceLeavesAFolderThatOpensTheCodeOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	code := h.code(h.setup.First+1, 3, 1)
	before, after := around(t, h, code)
	line := strings.TrimPrefix(after[logName], before[logName])
	if line == after[logName] || !strings.HasSuffix(line, "\n") {
		t.Fatal("the log was not appended to")
	}
	saved := before.with(stateName, after[stateName])
	for _, c := range []struct {
		name  string
		f     folder
		fresh bool // the code is not used up
	}{
		{"nothing written", before, true},
		{"half a new state", before.with(freshName, after[stateName][:100]), true},
		{"a whole new state beside the old", before.with(freshName, after[stateName]), true},
		{"the new state in place", saved, false},
		{"half a line", saved.with(logName, before[logName]+line[:len(line)/2]), false},
		{"a line without its end", saved.with(logName, before[logName]+line[:len(line)-1]), false},
		{"all written", after, false},
	} {
		dir := c.f.write(t)
		store := openFiles(t, dir)
		v, err := Resume(store)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := try(t, v, code, noon.Add(time.Hour)); got.Opens() != c.fresh {
			t.Errorf("%s: an hour later %v, want it to open: %v", c.name, got.Kind, c.fresh)
		}
		if err := CheckLog(must(store.Events())); err != nil || v.lost || count(t, v, EventAccept) != 1 {
			t.Errorf("%s: the log has %d acceptances, %v", c.name, count(t, v, EventAccept), err)
		}
	}
}

func TestADamagedStateOpensNothingAndIsLeftAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	_, after := around(t, h, h.code(h.setup.First+1, 3, 1))
	state := after[stateName]
	damaged := map[string]string{"cut short": state[:len(state)-1], "longer": state + " ", "only a checksum": state[:65], "zeros": strings.Repeat("\x00", 500)}
	for i := 0; i < len(state); i += 41 {
		b := []byte(state)
		b[i] ^= 4
		damaged[string(rune('a'+i%26))+" flipped"] = string(b)
	}
	for name, text := range damaged {
		dir := after.with(stateName, text).write(t)
		want := readFolder(t, dir)
		store := openFiles(t, dir)
		if _, err := Open(h.provision(noon), store); !errors.Is(err, ErrState) {
			t.Errorf("%s: %v, want ErrState", name, err)
		}
		if _, err := Resume(store); !errors.Is(err, ErrState) {
			t.Errorf("%s: %v, want ErrState", name, err)
		}
		store.Close()
		if diff := cmp.Diff(want, readFolder(t, dir)); diff != "" {
			t.Errorf("%s: the folder changed:\n%s", name, diff)
		}
	}
}

func TestTheOldStateIsOverwritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := newHouse(berlin, noon, 20)
	v := h.open(t, openFiles(t, dir), noon)
	wantKind(t, v, "0", noon, Format)
	old := must(os.Open(filepath.Join(dir, stateName)))
	defer old.Close()
	secret := h.chain(h.setup.First + 1).Key.Reveal()
	if !strings.Contains(readFolder(t, dir)[stateName], secret) {
		t.Fatal("the state does not hold the chain")
	}
	if err := v.Tick(noon.Add(24 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 1<<16)
	n, _ := old.Read(text)
	if n == 0 || len(bytes.Trim(text[:n], "\x00")) != 0 {
		t.Errorf("the old file's %d bytes are not zeros", n)
	}
	for name, text := range readFolder(t, dir) {
		if strings.Contains(text, secret) {
			t.Errorf("%s still holds yesterday's chain", name)
		}
	}
}

func TestTheFolderIsItsOwnersAndOneProcesses(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "lock")
	h := newHouse(berlin, noon, 20)
	h.open(t, openFiles(t, dir), noon)
	for _, name := range []string{dir, filepath.Join(dir, stateName), filepath.Join(dir, logName)} {
		if mode := must(os.Stat(name)).Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s has mode %04o", name, mode)
		}
	}
	if _, err := OpenFiles(dir); err == nil {
		t.Error("a second process may use the folder too")
	}
}

// lines writes events as the log has them.
func lines(events []Event) string {
	var text strings.Builder
	for _, e := range events {
		text.Write(append(must(json.Marshal(e)), '\n'))
	}
	return text.String()
}

func TestALongLogIsKeptInTwoParts(t *testing.T) {
	t.Parallel()
	events := longLog(2*LogSize + 3)
	first, second := events[:LogSize], events[LogSize:2*LogSize]
	for _, c := range []struct {
		name    string
		f       folder
		add     []Event
		want    folder
		wantAll []Event
	}{
		{
			"the first part is full", folder{logName: lines(first[:LogSize-1])}, events[LogSize-1 : LogSize+2],
			folder{formerName: lines(first), logName: lines(second[:2])}, events[:LogSize+2],
		},
		{
			"the second part is full", folder{formerName: lines(first), logName: lines(second[:LogSize-1])}, events[2*LogSize-1:],
			folder{formerName: lines(second), logName: lines(events[2*LogSize:])}, events[LogSize:],
		},
		{
			"power went between the parts", folder{formerName: lines(first)}, second[:1],
			folder{formerName: lines(first), logName: lines(second[:1])}, events[:LogSize+1],
		},
		{
			"a long line was torn", folder{logName: lines(first[:2]) + strings.Repeat("x", 5000)}, first[2:3],
			folder{logName: lines(first[:3])}, first[:3],
		},
	} {
		dir := c.f.write(t)
		store := openFiles(t, dir)
		for range 2 { // what the log has is passed over
			if err := store.Append(c.add...); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(c.want, readFolder(t, dir)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if diff := cmp.Diff(c.wantAll, must(store.Events())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestAProvisioningFileIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 20)
	want := h.provision(noon)
	name := filepath.Join(t.TempDir(), "lock.json")
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o644: false, 0o660: false} {
		os.Remove(name)
		if err := os.WriteFile(name, must(want.Encode()), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
		got, err := ReadProvision(name)
		if (err == nil) != ok {
			t.Errorf("mode %04o: %v", mode, err)
		}
		if ok && (got.Chain != want.Chain || cmp.Diff(want.Setup, got.Setup) != "") {
			t.Errorf("mode %04o: another provision is read", mode)
		}
	}
	if _, err := ReadProvision(name + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func FuzzState(f *testing.F) {
	h := newHouse(berlin, noon, 20)
	store := newFlash()
	v := h.open(f, store, noon)
	f.Add(bytes.Clone(store.state))
	try(f, v, h.code(h.setup.First+1, 3, 1), noon)
	try(f, v, h.wrong(h.setup.First+1, 0), noon)
	f.Add(bytes.Clone(store.state))
	f.Add([]byte(`{"format":1,"used":null,"opened":[{}],"tail":[{"seq":9}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := Resume(&flash{state: text, fuel: -1})
		if err != nil {
			return
		}
		for _, at := range []time.Time{time.Unix(v.st.Clock, 0), noon, noon.Add(30 * time.Hour)} {
			if _, err := v.Try("1234567", at); err != nil {
				t.Fatal(err)
			}
		}
		v.Facts(noon)
		if _, err := Resume(v.store); err != nil {
			t.Fatalf("it does not start a second time: %v", err)
		}
	})
}
