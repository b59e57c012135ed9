package doorlinktest

import (
	"testing"
	"time"

	"doorlink"
	"doorlink/doorcode/lock"
)

// Keypad is the offline lock of a door. It hears of nothing but its provisioning
// file.
type Keypad struct {
	tb   testing.TB
	lock *lock.Verifier
	kept *lock.Files
}

// Keypad is the keypad at a door, always the same one.
func (h *House) Keypad(door string) *Keypad {
	h.tb.Helper()
	p := h.at(door)
	if p.keypad == nil {
		files, err := lock.OpenFiles(h.tb.TempDir())
		must(h.tb, err)
		h.tb.Cleanup(func() { files.Close() })
		p.keypad = &Keypad{tb: h.tb, kept: files}
		p.keypad.take(p.file)
	}
	return p.keypad
}

// take starts the lock with a provisioning file, as the program does: from
// scratch, or going on from what it has kept.
func (k *Keypad) take(file string) {
	k.tb.Helper()
	provision, err := lock.ReadProvision(file)
	must(k.tb, err)
	k.lock, err = lock.Open(provision, k.kept)
	must(k.tb, err)
}

// Opens types a code, which must open the door.
func (k *Keypad) Opens(code doorlink.Code) {
	k.tb.Helper()
	k.OpensAt(code, time.Now())
}

// OpensAt is Opens at a moment that may be still to come.
func (k *Keypad) OpensAt(code doorlink.Code, now time.Time) {
	k.tb.Helper()
	if got := k.try(code, now); !got.Opens() {
		k.tb.Errorf("the keypad at %s said %v, want it to open", code.Door, got.Kind)
	}
}

// Refuses types a code, which must not open the door.
func (k *Keypad) Refuses(code doorlink.Code) {
	k.tb.Helper()
	k.RefusesAt(code, time.Now())
}

// RefusesAt is Refuses at a moment that may be still to come.
func (k *Keypad) RefusesAt(code doorlink.Code, now time.Time) {
	k.tb.Helper()
	if got := k.try(code, now); got.Opens() {
		k.tb.Errorf("the keypad at %s opened (%v), want it closed", code.Door, got.Kind)
	}
}

func (k *Keypad) try(code doorlink.Code, now time.Time) lock.Verdict {
	k.tb.Helper()
	got, err := k.lock.Try(code.Digits, now)
	must(k.tb, err)
	return got
}
