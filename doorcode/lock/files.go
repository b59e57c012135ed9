package lock

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"doorlink/doorcode"
)

// Files is the Store of a lock that runs on a computer: a folder with the state
// and the log, readable by its owner alone. The state is one file that begins
// with its own checksum; the log stays readable when the state is not. Files is
// not safe for concurrent use; its Verifier is.
type Files struct {
	path string
	dir  *os.File
	log  logFile
}

const (
	stateName = "state"
	freshName = "state.new" // only while a save is under way
)

// OpenFiles opens the folder, makes it if it is missing and keeps other
// processes out of it until Close.
func OpenFiles(path string) (*Files, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("making the lock's folder: %w", err)
	}
	dir, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the lock's folder: %w", err)
	}
	if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		dir.Close()
		return nil, fmt.Errorf("another process has the lock's folder: %w", err)
	}
	f := &Files{path: path, dir: dir}
	if f.log, err = openLog(path); err != nil {
		dir.Close()
		return nil, err
	}
	return f, nil
}

// Close lets go of the folder. All that was saved is durable already.
func (f *Files) Close() error { return errors.Join(f.log.file.Close(), f.dir.Close()) }

// Load reads the state. A file whose checksum is wrong is ErrState and stays
// where it is.
func (f *Files) Load() ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(f.path, stateName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the lock's state: %w", err)
	}
	sum, text, _ := bytes.Cut(b, []byte("\n"))
	if string(sum) != checksum(text) {
		return nil, fmt.Errorf("%w: its checksum is wrong", ErrState)
	}
	return text, nil
}

// Save writes the state beside the old one, puts it in its place and overwrites
// the old one, whose secrets may have had their day. Whenever the power goes,
// the folder has the whole old state or the whole new one. A file system that
// copies on write keeps old blocks all the same; Save cannot reach those.
func (f *Files) Save(state []byte) error {
	name, beside := filepath.Join(f.path, stateName), filepath.Join(f.path, freshName)
	text := append([]byte(checksum(state)+"\n"), state...)
	defer clear(text)
	if err := writeDurably(beside, text); err != nil {
		return err
	}
	old, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("opening the old state: %w", err)
	}
	if err := os.Rename(beside, name); err != nil {
		return errors.Join(fmt.Errorf("replacing the state: %w", err), closeIf(old))
	}
	if err := f.dir.Sync(); err != nil {
		return errors.Join(fmt.Errorf("replacing the state: %w", err), closeIf(old))
	}
	return scrub(old)
}

// Append writes events to the log, each durable before the next.
func (f *Files) Append(events ...Event) error { return f.log.append(f.dir, events) }

// Events reads the log, which works beside a damaged state too.
func (f *Files) Events() ([]Event, error) { return readLog(f.path) }

// ReadProvision reads a provisioning file, which nobody but its owner may be
// able to read.
func ReadProvision(path string) (doorcode.Provision, error) {
	file, err := os.Open(path)
	if err != nil {
		return doorcode.Provision{}, fmt.Errorf("opening the provisioning file: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return doorcode.Provision{}, fmt.Errorf("opening the provisioning file: %w", err)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		return doorcode.Provision{}, fmt.Errorf("%s can be read by others (mode %04o): make it 0600", path, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(file, maxProvision))
	if err != nil {
		return doorcode.Provision{}, fmt.Errorf("reading the provisioning file: %w", err)
	}
	defer clear(text)
	return doorcode.DecodeProvision(text)
}

// maxProvision is far above any provisioning file.
const maxProvision = 64 << 10

// checksum guards against damage, not against people: whoever can write the
// state can write its checksum.
func checksum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// writeDurably writes a file anew and waits for the disk. Its name is durable
// only once the folder is.
func writeDurably(name string, b []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("writing the new state: %w", err)
	}
	if _, err = file.Write(b); err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("writing the new state: %w", err)
	}
	return nil
}

// scrub overwrites a file that no longer has a name with zeros.
func scrub(old *os.File) error {
	if old == nil {
		return nil
	}
	info, err := old.Stat()
	if err == nil {
		_, err = old.Write(make([]byte, info.Size()))
	}
	if err == nil {
		err = old.Sync()
	}
	if err = errors.Join(err, old.Close()); err != nil {
		return fmt.Errorf("erasing the old state: %w", err)
	}
	return nil
}

// closeIf closes the old state, of which there is none at first.
func closeIf(f *os.File) error {
	if f == nil {
		return nil
	}
	return f.Close()
}
