package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"doorlink"
	"doorlink/building"
	"doorlink/office"
	"doorlink/store"
	"doorlink/store/storetest"
)

// build puts up a building with one door and one resident.
func build(t testing.TB, db *store.DB) *building.Plan {
	t.Helper()
	plan := storetest.Plan(t, "Quay 7", doorlink.BuildingEntrance, "Front door")
	plan.AddResident("1A", "Ada", "Nwosu")
	storetest.Build(t, db, plan)
	return plan
}

func newKeys(t testing.TB, path string) Keys {
	t.Helper()
	k, made, err := openKeys(t.Context(), path, storetest.Open(t, storetest.SQLite(t)))
	if err != nil || !made {
		t.Fatalf("got made %v, %v, want new keys", made, err)
	}
	return k
}

func TestKeysAreMadeOnceForTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "below", "keys.json")
	first := newKeys(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got a file %v, %v, want mode 0600", info.Mode(), err)
	}
	again, made, err := openKeys(t.Context(), path, storetest.Open(t, storetest.SQLite(t)))
	if err != nil || made || again != first {
		t.Errorf("got made %v, the same keys %v, %v, want those of the first start", made, again == first, err)
	}
	if other := newKeys(t, filepath.Join(t.TempDir(), "keys.json")); other == first {
		t.Error("two installations have the same keys")
	}
	onlyFile(t, path)
}

// onlyFile fails if anything else is left in the file's folder.
func onlyFile(t testing.TB, path string) {
	t.Helper()
	all, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(all) != 1 || all[0].Name() != filepath.Base(path) {
		t.Errorf("the folder holds %v, %v, want %s alone", all, err, filepath.Base(path))
	}
}

func TestNodesThatStartAtOnceAgreeOnTheKeys(t *testing.T) {
	t.Parallel()
	path, db := filepath.Join(t.TempDir(), "keys.json"), storetest.Open(t, storetest.SQLite(t))
	const nodes = 16
	var got [nodes]Keys
	var makers [nodes]bool
	var all sync.WaitGroup
	for i := range nodes {
		all.Go(func() {
			var err error
			if got[i], makers[i], err = openKeys(t.Context(), path, db); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	made := 0
	for i := range nodes {
		if got[i] != got[0] {
			t.Errorf("node %d has other keys than node 0", i)
		}
		if makers[i] {
			made++
		}
	}
	if made != 1 {
		t.Errorf("got %d nodes that made the keys, want 1", made)
	}
	onlyFile(t, path)
}

func TestKeysAreRefused(t *testing.T) {
	t.Parallel()
	model := filepath.Join(t.TempDir(), "keys.json")
	newKeys(t, model)
	good := string(readFile(t, model))
	a, b := good[strings.Index(good, `: "`)+3:][:64], strings.Repeat("0", 64)
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
	}{
		"when the group can read them":    {good, 0o640},
		"when everybody can read them":    {good, 0o604},
		"when others can write them":      {good, 0o602},
		"when the file is empty":          {"", 0o600},
		"when the file was cut short":     {good[:len(good)/2], 0o600},
		"when a key was cut short":        {strings.Replace(good, a, a[:63], 1), 0o600},
		"when a key is not hexadecimal":   {strings.Replace(good, a, "x"+a[1:], 1), 0o600},
		"when a key is missing":           {`{"server":"` + a + `"}`, 0o600},
		"when a key is all zeros":         {strings.Replace(good, a, b, 1), 0o600},
		"when there is an unknown name":   {`{"doorcode":"",` + good[1:], 0o600},
		"when something follows":          {good + "{}", 0o600},
		"when it is something else":       {"[]", 0o600},
		"when there is nothing but zeros": {strings.Repeat("\x00", len(good)), 0o600},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "keys.json")
			writeFile(t, path, []byte(c.text), c.mode)
			k, made, err := openKeys(t.Context(), path, storetest.Open(t, storetest.SQLite(t)))
			if err == nil || made || k != (Keys{}) {
				t.Fatalf("got keys %v, made %v, %v, want an error and none", k != (Keys{}), made, err)
			}
			if !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), a[:16]) {
				t.Errorf("got %q, want the file's name and nothing of a key", err)
			}
			if string(readFile(t, path)) != c.text {
				t.Error("the file was changed")
			}
		})
	}
}

func TestLostKeysAreNotMadeAnewForLocksThatKnowOthers(t *testing.T) {
	t.Parallel()
	db, dir := storetest.Open(t, storetest.SQLite(t)), t.TempDir()
	k := newKeys(t, filepath.Join(dir, "keys.json"))
	plan := build(t, db)
	if _, made, err := openKeys(t.Context(), filepath.Join(dir, "other.json"), db); err != nil || !made {
		t.Errorf("got made %v, %v for a building without locks, want new keys", made, err)
	}
	if _, err := Provision(t.Context(), db, k, plan.Doors[0].ID, office.LockWish{}, filepath.Join(dir, "lock.json")); err != nil {
		t.Fatal(err)
	}
	lost := filepath.Join(dir, "lost.json")
	_, _, err := openKeys(t.Context(), lost, db)
	if !errors.Is(err, errKeysLost) || !strings.Contains(err.Error(), lost) {
		t.Errorf("got %v, want that %s must be put back", err, lost)
	}
	if _, err := os.Stat(lost); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that no file was made", err)
	}
}

func TestKeysNeverPrint(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	k := newKeys(t, path)
	var file keyFile
	if err := json.Unmarshal(readFile(t, path), &file); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%d", "%q"} {
		fmt.Fprintf(&out, verb+verb+verb, k, &k, k.Server)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("keys", "keys", k, "server", k.Server)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("keys", "keys", k, "server", k.Server)
	if err := json.NewEncoder(&out).Encode(k); err != nil {
		t.Fatal(err)
	}
	text := strings.ToLower(out.String())
	for _, key := range []string{file.Doorcodes, file.Server} {
		raw := fmt.Sprint(k.Server[:4])
		if strings.Contains(text, key[:8]) || strings.Contains(text, raw[1:len(raw)-1]) {
			t.Errorf("a key was printed: %s", text)
		}
	}
}

func TestSecretsOfTheServerDifferByPurpose(t *testing.T) {
	t.Parallel()
	k := newKeys(t, filepath.Join(t.TempDir(), "keys.json"))
	if !bytes.Equal(k.derive("relay"), k.derive("relay")) || bytes.Equal(k.derive("relay"), k.derive("bus")) {
		t.Error("want one secret for each purpose, always the same")
	}
}
