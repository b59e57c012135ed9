// Package drop reads lists that another system drops into a folder, as property
// systems do by SFTP.
//
// Below one root, which the operator names, each property has a folder of its own
// by its ID. Nobody can name another path: there is none to give. Links are not
// followed, whatever they lead to. Files are only read, never changed.
package drop

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"doorlink"
	"doorlink/roster"
)

// Quiet is for how long a file must not have changed before it is read: whoever
// writes it may be at it still.
const Quiet = 30 * time.Second

var (
	// ErrNoFolder says that a property has no folder, or that the root is not
	// there.
	ErrNoFolder = doorlink.Fail(doorlink.NotFound, "drop.folder")
	// ErrNoList says that there is no list in the folder.
	ErrNoList = doorlink.Fail(doorlink.NotFound, "drop.list")
	// ErrWriting says that the latest list is not whole yet.
	ErrWriting = doorlink.Fail(doorlink.Conflict, "drop.writing")
)

// Folder is a root with the folders of properties.
type Folder struct{ Root string }

// Latest reads the list of a property that was written last, and says what it is
// called. It is a file that ends in .csv or .txt and does not begin with a dot.
// It fails with the errors of this package, and with roster.ErrTooBig.
func (f Folder) Latest(p doorlink.PropertyID, now time.Time) (name string, list []byte, err error) {
	folder, err := f.open(p)
	if err != nil {
		return "", nil, err
	}
	defer folder.Close()
	latest, err := latest(folder)
	if err != nil {
		return "", nil, err
	}
	if age := now.Sub(latest.ModTime()); age < Quiet {
		return latest.Name(), nil, ErrWriting
	}
	list, err = read(folder, latest)
	return latest.Name(), list, err
}

// open opens the folder of a property, which must be one and no link to one.
func (f Folder) open(p doorlink.PropertyID) (*os.Root, error) {
	root, err := os.OpenRoot(f.Root)
	if err != nil {
		return nil, ErrNoFolder.Because(err)
	}
	defer root.Close()
	if name := string(p); name == "" || name == "." || name == ".." || filepath.Base(name) != name {
		return nil, ErrNoFolder
	}
	found, err := root.Lstat(string(p))
	if err != nil || !found.IsDir() {
		return nil, ErrNoFolder.Because(err)
	}
	folder, err := root.OpenRoot(string(p))
	if err != nil {
		return nil, ErrNoFolder.Because(err)
	}
	return folder, nil
}

// latest finds the list that was written last; of two at once, the later by name.
func latest(folder *os.Root) (fs.FileInfo, error) {
	entries, err := fs.ReadDir(folder.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("reading a folder of lists: %w", err)
	}
	var all []fs.FileInfo
	for _, e := range entries {
		kind := strings.ToLower(filepath.Ext(e.Name()))
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") || kind != ".csv" && kind != ".txt" {
			continue
		}
		if info, err := e.Info(); err == nil { // else it has gone meanwhile
			all = append(all, info)
		}
	}
	if len(all) == 0 {
		return nil, ErrNoList
	}
	return slices.MaxFunc(all, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	}), nil
}

// read reads what was found, unless it is something else by now, or is being
// written.
func read(folder *os.Root, found fs.FileInfo) (list []byte, err error) {
	in, err := folder.OpenFile(found.Name(), os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe by now would let us wait for ever
	if err != nil {
		return nil, fmt.Errorf("opening a list: %w", err)
	}
	defer in.Close()
	before, err := in.Stat()
	if err != nil || !os.SameFile(before, found) {
		return nil, ErrWriting.Because(err)
	}
	if list, err = io.ReadAll(io.LimitReader(in, roster.MaxBytes+1)); err != nil {
		return nil, fmt.Errorf("reading a list: %w", err)
	}
	if len(list) > roster.MaxBytes {
		return nil, roster.ErrTooBig
	}
	after, err := in.Stat()
	if err != nil || after.Size() != int64(len(list)) || !after.ModTime().Equal(found.ModTime()) {
		return nil, errors.Join(ErrWriting, err)
	}
	return list, nil
}
