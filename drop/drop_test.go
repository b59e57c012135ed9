package drop_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"doorlink"
	"doorlink/drop"
	"doorlink/roster"
)

const house = doorlink.PropertyID("prop_1")

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// newFolder is a root with the folder of a house.
func newFolder(t *testing.T) (f drop.Folder, dir string) {
	t.Helper()
	f = drop.Folder{Root: t.TempDir()}
	dir = filepath.Join(f.Root, string(house))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return f, dir
}

// put writes a file that was changed last at a time.
func put(t *testing.T, path, text string, at time.Time) {
	t.Helper()
	if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chtimes(path, at, at)); err != nil {
		t.Fatal(err)
	}
}

func TestTheListThatWasWrittenLastIsRead(t *testing.T) {
	t.Parallel()
	f, dir := newFolder(t)
	if _, _, err := f.Latest(house, noon); !errors.Is(err, drop.ErrNoList) {
		t.Errorf("an empty folder: %v", err)
	}
	old := noon.Add(-time.Hour)
	put(t, filepath.Join(dir, "b.csv"), "old", old.Add(-time.Hour))
	put(t, filepath.Join(dir, "a.CSV"), "new", old)
	for _, other := range []string{".hidden.csv", "list.csv.part", "list.xlsx"} {
		put(t, filepath.Join(dir, other), "other", old.Add(time.Minute))
	}
	name, list, err := f.Latest(house, noon)
	if err != nil || name != "a.CSV" || string(list) != "new" {
		t.Errorf("got %s, %q, %v", name, list, err)
	}
}

func TestAListIsWaitedForUntilItIsQuiet(t *testing.T) {
	t.Parallel()
	f, dir := newFolder(t)
	put(t, filepath.Join(dir, "a.csv"), "whole", noon.Add(-time.Hour))
	put(t, filepath.Join(dir, "b.csv"), "ha", noon)
	for wait, want := range map[time.Duration]error{0: drop.ErrWriting, drop.Quiet - 1: drop.ErrWriting, drop.Quiet: nil} {
		if name, _, err := f.Latest(house, noon.Add(wait)); !errors.Is(err, want) || name != "b.csv" {
			t.Errorf("after %v: %s, %v", wait, name, err)
		}
	}
}

func TestNothingOutsideTheFolderIsRead(t *testing.T) {
	t.Parallel()
	f, dir := newFolder(t)
	old, secret := noon.Add(-time.Hour), filepath.Join(t.TempDir(), "secret.csv")
	put(t, secret, "secret", old)
	put(t, filepath.Join(f.Root, "beside.csv"), "secret", old)
	for name, to := range map[string]string{"link.csv": secret, "up.csv": "../beside.csv"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.csv"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Latest(house, noon); !errors.Is(err, drop.ErrNoList) {
		t.Errorf("links and pipes: %v", err)
	}
	if err := os.Symlink(dir, filepath.Join(f.Root, "prop_2")); err != nil {
		t.Fatal(err)
	}
	for _, p := range []doorlink.PropertyID{"", ".", "..", "../" + doorlink.PropertyID(filepath.Base(f.Root)), "prop_1/..", "/etc", "prop_2", "prop_3"} {
		if _, _, err := f.Latest(p, noon); !errors.Is(err, drop.ErrNoFolder) {
			t.Errorf("%q: %v", p, err)
		}
	}
}

func TestAListThatIsTooLongIsNotReadWhole(t *testing.T) {
	t.Parallel()
	f, dir := newFolder(t)
	put(t, filepath.Join(dir, "a.csv"), strings.Repeat("x", roster.MaxBytes+1), noon.Add(-time.Hour))
	if _, _, err := f.Latest(house, noon); !errors.Is(err, roster.ErrTooBig) {
		t.Errorf("got %v", err)
	}
}
