package server

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// readSecret reads a file that nobody but its owner may be able to read. A file
// that others can read is refused, with the remedy; one that is not there is
// fs.ErrNotExist.
func readSecret(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others (mode %04o), and whoever reads it can open doors: chmod 600 it", path, mode)
	}
	return io.ReadAll(f)
}

// writeSecret writes a file that only its owner can read, in place of one that
// is there. It appears under its name when it is complete and on disk: the loss
// of power leaves the old file or the new one.
func writeSecret(path string, data []byte) error { return place(path, data, os.Rename) }

// writeNewSecret is writeSecret where there is no such file yet. If somebody
// else is faster, theirs stays and the error is fs.ErrExist.
func writeNewSecret(path string, data []byte) error { return place(path, data, os.Link) }

// place writes a file of mode 0600 beside path and gives it its name with put.
func place(path string, data []byte, put func(from, to string) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = put(f.Name(), path)
	}
	if gone := os.Remove(f.Name()); !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return errors.Join(err, syncDir(dir))
}

// syncDir waits until the names in a folder are on disk.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
