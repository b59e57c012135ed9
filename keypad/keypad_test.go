package keypad

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"doorlink/doorcode/lock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// live runs a keypad until the end of the test.
func live(t testing.TB, k *Keypad) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v", err)
		}
	})
	synctest.Wait()
}

func TestACodeOpensTheDoorOnceForTenSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, time.Now())
		k := h.open(t, t.TempDir())
		live(t, k)
		code := h.code(t, 7, time.Now())

		enter(k, code)
		wantState(t, k, Accepted)
		time.Sleep(acceptedFor)
		wantState(t, k, Open)
		time.Sleep(openFor - time.Millisecond)
		wantState(t, k, Open)
		time.Sleep(time.Millisecond)
		wantState(t, k, Asleep)

		enter(k, code)
		wantState(t, k, Refused)
		v, _ := k.Look()
		if got, want := factOf(v, "Used today"), "1 code"; got != want {
			t.Errorf("used today: %q, want %q", got, want)
		}
		want := "bad Already used 01:00, doorcode, slot 7\nok Opened 01:00, doorcode, slot 7\nnote Provisioned 01:00\nnote Lock started 01:00"
		if diff := cmp.Diff(logOf(v), want); diff != "" {
			t.Errorf("the log (-got +want):\n%s", diff)
		}
	})
}

func TestTheLensTellsEachDigitAndClearsThemAfterAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newHouse(t, time.Now()).open(t, t.TempDir())
		live(t, k)
		k.Press('9')
		wantState(t, k, Awake)
		for _, key := range "314" {
			k.Press(byte(key))
		}
		v, changed := k.Look()
		if v.State != Typing || v.Lights != 3 || v.Says != "3 of 7 digits" {
			t.Errorf("after three digits: %s, %d lights, %q", v.State, v.Lights, v.Says)
		}
		start := time.Now()
		<-changed
		if got := time.Since(start); got != pauseFor {
			t.Errorf("the digits stood for %v, want %v", got, pauseFor)
		}
		v, _ = k.Look()
		if v.State != Awake || v.Lights != 0 || v.Small != "Type the 7 digits" {
			t.Errorf("after the pause: %s, %d lights, %q", v.State, v.Lights, v.Small)
		}
		time.Sleep(awakeFor)
		wantState(t, k, Asleep)
	})
}

func TestFiveWrongCodesHoldTheKeypad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, dir := newHouse(t, time.Now()), t.TempDir()
		k := h.open(t, dir)
		live(t, k)
		for range 5 {
			enter(k, wrong(t, h))
			wantState(t, k, Refused)
		}
		time.Sleep(refusedFor)
		v, _ := k.Look()
		if v.State != Held || v.Small != "Five wrong codes" {
			t.Fatalf("after five wrong codes: %s, %q", v.State, v.Small)
		}
		if got, want := factOf(v, "Wrong codes"), "4 of 4 free"; got != want {
			t.Errorf("wrong codes: %q, want %q", got, want)
		}
		for left := 55; left > 0; left -= 5 {
			time.Sleep(time.Until(heldEnd(t, k)) - time.Duration(left)*time.Second)
			v, _ = k.Look()
			if got, want := v.Says, say("held.seconds", "seconds", left); got != want {
				t.Errorf("%d s before the end: %q, want %q", left, got, want)
			}
			enter(k, h.code(t, 1, time.Now()))
			wantState(t, k, Held)
		}
		time.Sleep(5 * time.Second)
		wantState(t, k, Asleep)
		enter(k, h.code(t, 1, time.Now()))
		wantState(t, k, Accepted)
	})
}

// wrong is an entry that opens nothing; chance finds one fast.
func wrong(t testing.TB, h house) string {
	t.Helper()
	for _, entry := range []string{"1234567", "7654321", "0000000"} {
		if entry != h.code(t, 1, time.Now()) {
			return entry
		}
	}
	t.Fatal("every entry opens")
	return ""
}

func heldEnd(t testing.TB, k *Keypad) time.Time {
	t.Helper()
	return k.facts(time.Now()).HeldUntil
}

func TestAHoldGoesOnAfterAPowerCut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, dir := newHouse(t, time.Now()), t.TempDir()
		store, err := lock.OpenFiles(dir)
		if err != nil {
			t.Fatal(err)
		}
		k := h.openOn(t, store)
		for range 5 {
			enter(k, wrong(t, h))
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		wantState(t, h.open(t, dir), Held)
	})
}

func TestWordsForEveryHold(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dawn)
	for _, c := range []struct {
		left        time.Duration // zero: without end
		wrong       int
		says, small string
		lens        string
	}{
		{58 * time.Second, 5, "Paused for 58 seconds", "Five wrong codes", "0:58"},
		{57001 * time.Millisecond, 5, "Paused for 58 seconds", "Five wrong codes", "0:58"},
		{time.Second, 12, "Paused for 1 second", "12 wrong codes", "0:01"},
		{30 * time.Minute, 10, "Paused for 30 minutes", "Ten wrong codes", "30:00"},
		{13 * time.Hour, 50, "Paused until 00:00", "50 wrong codes", "Paused"},
		{0, 300, "Paused until the lock is provisioned again", "300 wrong codes", "Paused"},
	} {
		t.Run(c.says, func(t *testing.T) {
			t.Parallel()
			f := lock.Facts{Setup: h.setup, Held: true, Wrong: c.wrong}
			if c.left > 0 {
				f.HeldUntil = dawn.Add(c.left)
			}
			says, small, lens := held(f, dawn)
			if diff := cmp.Diff([]string{says, small, lens}, []string{c.says, c.small, c.lens}); diff != "" {
				t.Errorf("the hold says (-got +want):\n%s", diff)
			}
		})
	}
}

func TestTheDaysSecretGoesByItselfAfterMidnight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, dir := newHouse(t, time.Now()), t.TempDir()
		live(t, h.open(t, dir))
		secret := h.master.Provision(h.setup, time.Now()).Chain.Reveal()
		end := h.setup.Calendar.End(h.setup.First).Add(h.setup.Params.Grace.Duration())

		time.Sleep(time.Until(end) - time.Second)
		synctest.Wait()
		if !strings.Contains(wholeFolder(t, dir), secret) {
			t.Error("the day's secret went before its grace was over")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if strings.Contains(wholeFolder(t, dir), secret) {
			t.Error("the secret of a day gone by is still there")
		}
	})
}

func TestAThrownDeadboltUsesNothingUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, time.Now())
		k := h.open(t, t.TempDir())
		k.Bolt(lock.Thrown)
		enter(k, h.code(t, 3, time.Now()))
		v, _ := k.Look()
		if v.State != Refused || v.Small != "The deadbolt is thrown. No doorcode opens, and none is used up." {
			t.Errorf("with the deadbolt thrown: %s, %q", v.State, v.Small)
		}
		k.Bolt(lock.Free)
		time.Sleep(refusedFor)
		enter(k, h.code(t, 3, time.Now()))
		wantState(t, k, Accepted)
	})
}

func TestALockThatCannotRememberOpensNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, time.Now())
		files, err := lock.OpenFiles(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer files.Close()
		store := &fragile{Store: files}
		k := h.openOn(t, store)
		live(t, k)

		store.fails.Store(true)
		enter(k, h.code(t, 3, time.Now()))
		wantState(t, k, Refused)
		time.Sleep(refusedFor)
		v, _ := k.Look()
		if v.State != Broken || v.Small != say("broken.store") {
			t.Errorf("with a store that fails: %s, %q", v.State, v.Small)
		}
		store.fails.Store(false)
		time.Sleep(time.Minute)
		synctest.Wait()
		wantState(t, k, Asleep)
	})
}

func TestALockWhoseClockIsDaysOffOpensNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, dir := newHouse(t, time.Now()), t.TempDir()
		store, err := lock.OpenFiles(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.openOn(t, store).verifier.Tick(time.Now()); err != nil {
			t.Fatal(err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * 24 * time.Hour) // without power
		k := h.open(t, dir)
		enter(k, h.code(t, 3, time.Now()))
		v, _ := k.Look()
		if v.State != Broken || v.Small != say("broken.time") {
			t.Errorf("after five days without power: %s, %q", v.State, v.Small)
		}
		if err := k.verifier.SetTime(time.Now()); err != nil {
			t.Fatal(err)
		}
		enter(k, h.code(t, 3, time.Now()))
		wantState(t, k, Accepted)
	})
}

func TestADamagedLockStillShowsItsLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, dir := newHouse(t, time.Now()), t.TempDir()
		store, err := lock.OpenFiles(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		enter(h.openOn(t, store), h.code(t, 3, time.Now()))
		if err := os.WriteFile(filepath.Join(dir, "state"), []byte("rubbish"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = lock.Open(h.master.Provision(h.setup, time.Now()), store)
		if !errors.Is(err, lock.ErrState) {
			t.Fatalf("a damaged state: %v, want %v", err, lock.ErrState)
		}
		events, err := store.Events()
		if err != nil {
			t.Fatal(err)
		}
		k := OutOfOrder(h.setup, events, slog.New(slog.NewTextHandler(io.Discard, nil)))
		live(t, k)
		enter(k, h.code(t, 4, time.Now()))
		v, _ := k.Look()
		if v.State != Broken || v.Small != say("broken.state") {
			t.Errorf("a damaged lock: %s, %q", v.State, v.Small)
		}
		if got, want := v.Log[0].What, "Opened"; got != want {
			t.Errorf("the latest of its log: %q, want %q", got, want)
		}
	})
}

func TestNoViewHoldsDigits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, time.Now())
		k := h.open(t, t.TempDir())
		code := h.code(t, 3, time.Now())
		k.Wake()
		var seen strings.Builder
		for i := range len(code) {
			k.Press(code[i])
			v, _ := k.Look()
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			seen.Write(text)
		}
		for i := range len(code) - 3 {
			if part := code[i : i+4]; strings.Contains(seen.String(), part) {
				t.Errorf("a view holds digits %d to %d of the code", i+1, i+4)
			}
		}
	})
}

func TestEveryStateHasItsWords(t *testing.T) {
	t.Parallel()
	for _, s := range []State{Asleep, Awake, Typing, Accepted, Open, Refused} {
		for _, key := range []string{string(s), string(s) + ".small"} {
			if say(key) == key {
				t.Errorf("no words for %q", key)
			}
		}
	}
	for kind := lock.EventAccept; kind <= lock.EventPrivacy; kind++ {
		if name := kind.String(); name != "tamper" && what(lock.Event{Kind: kind}) == "log."+name {
			t.Errorf("no words for an event of kind %q", name)
		}
	}
}
