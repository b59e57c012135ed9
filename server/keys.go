package server

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"doorlink/doorcode"
)

// Keys are the secrets of an installation; they never print. Whoever has the file can make every
// door's codes; whoever loses it must provision every lock anew.
type Keys struct {
	Doorcodes hexKey `json:"doorcodes"` // the master of DDC-1, section 4.2
	Server    hexKey `json:"server"`    // relay and bus secrets derive from it
}

type hexKey [32]byte

func (k hexKey) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(k[:])), nil }

func (k *hexKey) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(k) {
		return errors.New("not 32 bytes in hexadecimal")
	}
	copy(k[:], b)
	return nil
}

// String keeps keys out of logs and messages.
func (k hexKey) String() string { return "[key]" }

// loadKeys reads the file, or makes it when there is none. made says so. The
// file must be readable by its owner alone.
func loadKeys(path string) (k Keys, made bool, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		k, err = makeKeys(path)
		return k, true, err
	}
	if err != nil {
		return k, false, fmt.Errorf("reading the keys: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return k, false, fmt.Errorf("reading the keys: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return k, false, fmt.Errorf("%s can be read by others (mode %04o): it holds the keys of every door; chmod 600 it", path, info.Mode().Perm())
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&k); err != nil {
		return k, false, fmt.Errorf("reading the keys in %s: %w", path, err)
	}
	if k.Doorcodes == (hexKey{}) || k.Server == (hexKey{}) {
		return k, false, fmt.Errorf("%s lacks a key", path)
	}
	return k, false, nil
}

func makeKeys(path string) (Keys, error) {
	var k Keys
	rand.Read(k.Doorcodes[:]) // never fails
	rand.Read(k.Server[:])
	data, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return k, fmt.Errorf("writing the keys: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return k, fmt.Errorf("writing the keys: %w", err)
	}
	// Never over an existing file: two nodes starting at once must agree.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return k, fmt.Errorf("writing the keys: %w", err)
	}
	_, err = f.Write(append(data, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return k, fmt.Errorf("writing the keys: %w", err)
	}
	return k, nil
}

// derive makes a secret for one purpose (HKDF, RFC 5869).
func (k Keys) derive(purpose string) []byte {
	b, err := hkdf.Key(sha256.New, k.Server[:], nil, "doorlink/"+purpose, 32)
	if err != nil {
		panic(err) // only for lengths that hkdf cannot make
	}
	return b
}

func (k Keys) master() doorcode.Master { return doorcode.Master{Key: doorcode.Key(k.Doorcodes)} }
