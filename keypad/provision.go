package keypad

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"doorlink/doorcode"
	"doorlink/doorcode/lock"
)

// setupName is the file, beside the lock's state, that says which door this is
// when the state cannot be read any more. It holds no secret.
const setupName = "setup.json"

// verifier starts the lock from its provisioning file, or from its state when
// there is no file or it was taken over before. The setup is the lock's even if
// its state is damaged, as far as anything tells.
func verifier(o options, store *lock.Files) (*lock.Verifier, doorcode.Setup, error) {
	if o.provision == "" {
		return resume(o, store)
	}
	p, err := lock.ReadProvision(o.provision)
	if errors.Is(err, fs.ErrNotExist) {
		v, setup, resumed := resume(o, store)
		if !errors.Is(resumed, lock.ErrEmpty) {
			return v, setup, resumed
		}
	}
	if err != nil {
		return nil, doorcode.Setup{}, fmt.Errorf("using %s: %w", o.provision, err)
	}
	v, err := lock.Open(p, store)
	return v, p.Setup, err
}

func resume(o options, store *lock.Files) (*lock.Verifier, doorcode.Setup, error) {
	var setup doorcode.Setup
	v, err := lock.Resume(store)
	if text, failed := os.ReadFile(filepath.Join(o.state, setupName)); failed == nil && json.Unmarshal(text, &setup) != nil {
		setup = doorcode.Setup{} // damaged like the state: nothing tells
	}
	return v, setup, err
}

// forget deletes the provisioning file, whose secret opens the door on every day
// from its first, and keeps what is no secret of it. The lock's state, which is
// durable by now, forgets each day's secret when the day is over.
func forget(o options, s doorcode.Setup) error {
	if o.provision == "" {
		return nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("writing the setup: %w", err)
	}
	if err := keep(filepath.Join(o.state, setupName), text); err != nil {
		return err
	}
	if err := os.Remove(o.provision); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("deleting the provisioning file: %w", err)
	}
	return nil
}

// keep writes a file so that it is there whole or not at all.
func keep(name string, text []byte) error {
	f, err := os.OpenFile(name+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing the setup: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing the setup: %w", err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		return fmt.Errorf("writing the setup: %w", err)
	}
	return nil
}
