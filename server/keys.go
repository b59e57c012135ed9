package server

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"doorlink/doorcode"
	"doorlink/store"
)

// Keys are the secrets of an installation; they never print. Whoever has them
// can make every door's codes; whoever loses them must provision every lock
// anew.
type Keys struct {
	Doorcodes doorcode.Master // MK of DDC-1, section 4.2
	Server    doorcode.Key    // the secrets of relay and bus derive from it
}

// keyFile is how keys are kept: 64 hexadecimal figures each.
type keyFile struct {
	Doorcodes string `json:"doorcodes"`
	Server    string `json:"server"`
}

// errKeysLost refuses to make keys for locks that were provisioned with others.
var errKeysLost = errors.New("the database has doors whose locks know other keys")

// openKeys reads the file, or makes it for an installation that has no locks
// yet. made says so. Of several nodes that start at once with one file, the
// first makes it and all get the same keys.
func openKeys(ctx context.Context, path string, db *store.DB) (k Keys, made bool, err error) {
	k, err = readKeys(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, false, err
	}
	locks, err := hasLocks(ctx, db)
	if err != nil {
		return k, false, err
	}
	if locks {
		return k, false, fmt.Errorf("%w: put the file with those keys at %s", errKeysLost, path)
	}
	err = makeKeys(path)
	if errors.Is(err, fs.ErrExist) {
		k, err = readKeys(path)
		return k, false, err
	}
	if err != nil {
		return k, false, fmt.Errorf("making the keys: %w", err)
	}
	k, err = readKeys(path)
	return k, true, err
}

// readKeys reads the file, which must be its owner's alone. Errors do not repeat
// what it says.
func readKeys(path string) (k Keys, err error) {
	data, err := readSecret(path)
	if err != nil {
		return k, fmt.Errorf("reading the keys: %w", err)
	}
	var file keyFile
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return k, fmt.Errorf("reading the keys in %s: %w", path, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return k, fmt.Errorf("reading the keys in %s: there is more than one object", path)
	}
	master, err1 := doorcode.ReadKey(file.Doorcodes)
	k = Keys{Doorcodes: doorcode.Master{Key: master}}
	k.Server, err = doorcode.ReadKey(file.Server)
	if err := errors.Join(err1, err); err != nil {
		return Keys{}, fmt.Errorf("reading the keys in %s: %w", path, err)
	}
	if k.Doorcodes == (doorcode.Master{}) || k.Server == (doorcode.Key{}) {
		return Keys{}, fmt.Errorf("reading the keys in %s: one of them is nothing but zeros", path)
	}
	return k, nil
}

// makeKeys writes a file of new keys, never over another.
func makeKeys(path string) error {
	var k Keys
	rand.Read(k.Doorcodes.Key[:]) // never fails
	rand.Read(k.Server[:])
	data, err := json.MarshalIndent(keyFile{k.Doorcodes.Reveal(), k.Server.Reveal()}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return writeNewSecret(path, append(data, '\n'))
}

// hasLocks reports whether any door has a lock that was provisioned.
func hasLocks(ctx context.Context, db *store.DB) (bool, error) {
	all, err := db.Properties(ctx)
	if err != nil {
		return false, err
	}
	for _, p := range all {
		doors, err := db.Doors(ctx, p.ID)
		if err != nil {
			return false, err
		}
		for _, d := range doors {
			if _, err := db.Setup(ctx, d.Door.ID); !errors.Is(err, doorcode.ErrNoLock) {
				return err == nil, err
			}
		}
	}
	return false, nil
}

// derive makes a secret for one purpose (HKDF, RFC 5869).
func (k Keys) derive(purpose string) []byte {
	b, err := hkdf.Key(sha256.New, k.Server[:], nil, "doorlink/"+purpose, 32)
	if err != nil {
		panic(err) // only for lengths that hkdf cannot make
	}
	return b
}
