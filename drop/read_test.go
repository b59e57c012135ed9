package drop

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestAFileThatBecameAPipeIsNotWaitedFor puts a pipe, on which nobody writes, in the
// place of a list between the look and the reading.
func TestAFileThatBecameAPipeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "list.csv")
	folder, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	if err := os.WriteFile(path, []byte("Unit\n1A\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := folder.Lstat("list.csv")
	if err := errors.Join(err, os.Remove(path), syscall.Mkfifo(path, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := read(folder, found); !errors.Is(err, ErrWriting) {
		t.Errorf("got %v", err)
	}
}
