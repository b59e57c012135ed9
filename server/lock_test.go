package server

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/store"
	"doorlink/store/storetest"
)

// provisioned reads a provisioning file.
func provisioned(t testing.TB, file string) doorcode.Provision {
	t.Helper()
	p, err := doorcode.DecodeProvision(readFile(t, file))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProvisioningAgainGivesTheNextVersionOfTheSameLock(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t))
	k, door := newKeys(t, filepath.Join(t.TempDir(), "keys.json")), build(t, db).Doors[0].ID
	file := filepath.Join(t.TempDir(), "lock.json")
	writeFile(t, file, []byte("something else"), 0o644)

	odds, err := Provision(t.Context(), db, k, door, office.LockWish{Model: "m2", Places: 10}, file)
	if err != nil {
		t.Fatal(err)
	}
	if want := 10_000_000 / (10 * doorcode.DefaultWindow); odds.OneIn != want {
		t.Errorf("got one in %d, want one in %d", odds.OneIn, want)
	}
	first := provisioned(t, file)
	if first.Version != 1 || first.Epoch != 1 || first.Model != "M2" || first.DoorName != "Front door" || first.Label != "F1" ||
		first.Zone != "Europe/Berlin" || first.Places != 10 || first.Params.Reuse != 0 {
		t.Errorf("got the setup %+v, want the first of that door as chosen", first.Setup)
	}
	if kept, err := db.Setup(t.Context(), door); err != nil || kept.Version != 1 || kept.Lock != first.Lock {
		t.Errorf("the database has version %d of %s, %v, want what the file says", kept.Version, kept.Lock, err)
	}

	if _, err := Provision(t.Context(), db, k, door, office.LockWish{Digits: 6, Reuse: 30}, file); err != nil {
		t.Fatal(err)
	}
	second := provisioned(t, file)
	if second.Version != 2 || second.Lock != first.Lock || second.Epoch != first.Epoch || second.First != first.First ||
		second.Chain != first.Chain || second.Params.Digits != 6 || second.Params.Reuse != 30 {
		t.Errorf("got the setup %+v, want version 2 of %s under the same keys", second.Setup, first.Lock)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v, want 0600 over a file that others could read", info.Mode(), err)
	}
	onlyFile(t, file)
}

func TestChoicesThatALockCannotHave(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t))
	k, door := newKeys(t, filepath.Join(t.TempDir(), "keys.json")), build(t, db).Doors[0].ID
	setting := doorlink.Fail(doorlink.Invalid, "lock.setting")
	for name, c := range map[string]struct {
		door   doorlink.DoorID
		choice office.LockWish
		want   error
	}{
		"fewer digits than five":                  {door, office.LockWish{Digits: 4}, setting},
		"more digits than eight":                  {door, office.LockWish{Digits: 9}, setting},
		"a wider window than eight":               {door, office.LockWish{Window: 9}, setting},
		"a code that goes on for longer":          {door, office.LockWish{Reuse: 901}, setting},
		"a time below nothing":                    {door, office.LockWish{Reuse: -1}, setting},
		"fewer places than none":                  {door, office.LockWish{Places: -1}, setting},
		"more places than there are":              {door, office.LockWish{Digits: 8, Places: 65_537}, setting},
		"more residents than the odds allow":      {door, office.LockWish{Digits: 5, Places: 34}, doorcode.ErrGuessable},
		"more residents than the odds allow at 7": {door, office.LockWish{Places: 334}, doorcode.ErrGuessable},
		"a door that is not there":                {"door_none", office.LockWish{}, store.ErrNoDoor},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "lock.json")
			if _, err := Provision(t.Context(), db, k, c.door, c.choice, file); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("got %v, want that no file was written", err)
			}
			if _, err := db.Setup(t.Context(), door); !errors.Is(err, doorcode.ErrNoLock) {
				t.Errorf("got %v, want that the door still has no lock", err)
			}
		})
	}
}

func TestASecretFileIsNeverHalfThere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	if err := writeNewSecret(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := writeNewSecret(path, []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v over a file that is there, want %v", err, fs.ErrExist)
	}
	onlyFile(t, path)
	// A reader meets the old text or the new one, whole, at every moment.
	long := bytes.Repeat([]byte("x"), 1<<20)
	done := make(chan error, 1)
	go func() {
		for range 20 {
			if err := errors.Join(writeSecret(path, long), writeSecret(path, []byte("first"))); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			onlyFile(t, path)
			return
		default:
			if data, err := readSecret(path); err != nil || len(data) != len("first") && len(data) != len(long) {
				t.Errorf("got %d bytes, %v, want all of one of the texts", len(data), err)
				<-done
				return
			}
		}
	}
}
