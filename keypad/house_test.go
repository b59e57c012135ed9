package keypad

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/doorcode/lock"
)

// house is a door with the server's key, so that tests can make codes for it.
type house struct {
	master doorcode.Master
	setup  doorcode.Setup
}

func newHouse(t testing.TB, now time.Time) house {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	params := doorcode.Defaults()
	params.Reuse = 0
	return house{setup: doorcode.Setup{
		Version: 1, Lock: "lock_1", Property: "prop_1", Door: "door_1", DoorName: "North gate", Label: "N2", Model: "M2",
		Zone: zone.String(), Epoch: 1, First: doorlink.DayIn(now, zone), Params: params,
		Calendar: doorcode.CalendarFor(zone, now), Places: 20, Issued: now.UTC().Truncate(time.Second),
	}}
}

// code is the first code of a slot on the day of now.
func (h house) code(t testing.TB, slot uint16, now time.Time) string {
	t.Helper()
	s := h.setup
	chain, ok := h.master.Door(s.Property, s.Door, s.Epoch).Chain(s.First).At(s.Calendar.Day(now))
	if !ok {
		t.Fatal("a day before the epoch")
	}
	return chain.Perm(s.Params.Digits).Encode(doorcode.Index{Slot: slot}).Reveal()
}

// open starts the lock of the house in a folder and gives it a keypad.
func (h house) open(t testing.TB, dir string) *Keypad {
	t.Helper()
	store, err := lock.OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return h.openOn(t, store)
}

func (h house) openOn(t testing.TB, store lock.Store) *Keypad {
	t.Helper()
	now := time.Now()
	v, err := lock.Open(h.master.Provision(h.setup, now), store)
	if err != nil {
		t.Fatal(err)
	}
	return New(v, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

// enter wakes the lens and types.
func enter(k *Keypad, digits string) {
	k.Wake()
	for i := range len(digits) {
		k.Press(digits[i])
	}
}

func (k *Keypad) state() State {
	v, _ := k.Look()
	return v.State
}

func wantState(t testing.TB, k *Keypad, want State) {
	t.Helper()
	if got := k.state(); got != want {
		t.Errorf("the lens is %s, want %s", got, want)
	}
}

// fragile is a store that can be made to fail.
type fragile struct {
	lock.Store
	fails atomic.Bool
}

func (f *fragile) Save(state []byte) error {
	if f.fails.Load() {
		return os.ErrPermission
	}
	return f.Store.Save(state)
}

// wholeFolder is the content of every file of a folder.
func wholeFolder(t testing.TB, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

func factOf(v View, name string) string {
	for _, f := range v.Facts {
		if f.Name == name {
			return f.Is
		}
	}
	return ""
}

func logOf(v View) string {
	var all []string
	for _, l := range v.Log {
		all = append(all, l.Mark+" "+l.What+" "+l.When)
	}
	return strings.Join(all, "\n")
}
