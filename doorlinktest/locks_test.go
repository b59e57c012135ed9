package doorlinktest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"doorlink"
	"doorlink/doorlinktest"
)

// TestALockIsActivatedFallsOutOfSyncAndIsSetUpAnew goes the way of a lock, from
// the console to its keypad, and hears what a webhook is told.
func TestALockIsActivatedFallsOutOfSyncAndIsSetUpAnew(t *testing.T) {
	t.Parallel()
	house := doorlinktest.New(t)
	const door = "Side gate"
	ana, ben, rut := house.Resident("Ana", "4B"), house.Resident("Ben", "4C"), house.Manager("Rut")
	told := webhook(t, rut, door)
	give := func(who *doorlinktest.Resident, name string) doorlink.Code {
		t.Helper()
		visit := house.Scan(door)
		call := visit.Dial(name)
		who.Hears(call).Answer()
		visit.HearsVoice(call)
		code := who.Grant(call)
		visit.Sees(code)
		visit.HangsUp(call)
		return code
	}

	rut.Reads("overview", door+": no active lock")
	rut.SetsUp(door, false)
	first := give(ana, "Ana")
	house.Keypad(door).Opens(first)
	house.Keypad(door).Refuses(first) // spent
	waiting := give(ana, "Ana")
	rut.Reads(rut.Lock(door), "It has been told everything")

	rut.Asks(http.MethodPatch, "", `{"doorcode_digits":8}`)
	told.hears(t, "length")
	for _, page := range []string{rut.Lock(door), "locks", "overview"} {
		rut.Reads(page, "ut of sync", "New length of doorcodes")
	}
	rut.Asks(http.MethodPatch, "", `{"doorcode_digits":6}`) // which is no news of this lock

	old := house.Keypad(door)
	rut.SetsUp(door, false)
	rut.Reads(rut.Lock(door), "6 digits", "It has been told everything")
	second := give(ana, "Ana")
	if len(second.Digits) != 6 {
		t.Errorf("the code has %d digits, want 6", len(second.Digits))
	}
	old.Opens(second)
	old.Opens(waiting) // was given before, under the same keys
	old.Refuses(first)

	stays := give(ben, "Ben")
	rut.SetsUp(door, true)
	house.Keypad(door).Refuses(stays)
	third := give(ana, "Ana")
	house.Keypad(door).Opens(third)
	old.Refuses(third) // it hangs there no more
	rut.Asks(http.MethodPatch, "", `{"doorcode_digits":7}`)
	told.hears(t, "length")
	told.hearsNoMore(t)
}

// ear is a program that a webhook leads to.
type ear chan string

// webhook is told of locks that are out of sync; what is kept of it is about the
// lock of one door.
func webhook(t *testing.T, m *doorlinktest.Manager, door string) ear {
	t.Helper()
	e := make(ear, 10)
	site := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var told struct {
			Type string
			Data map[string]string
		}
		text, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(text, &told)
		}
		if err != nil || m.Lock(door) == "doors/"+told.Data["door"] {
			e <- fmt.Sprint(told.Data["waiting"], err, told.Type)
		}
	}))
	t.Cleanup(site.Close)
	m.Asks(http.MethodPost, "webhooks", `{"url":"`+site.URL+`","events":["lock.out_of_sync"]}`)
	return e
}

// hears waits for the next message, which must say what a lock waits for.
func (e ear) hears(t *testing.T, waiting string) {
	t.Helper()
	select {
	case got := <-e:
		if want := fmt.Sprint(waiting, nil, doorlink.LockOutOfSync); got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the webhook was told nothing")
	}
}

// hearsNoMore fails if more came than was waited for.
func (e ear) hearsNoMore(t *testing.T) {
	t.Helper()
	if len(e) > 0 {
		t.Errorf("told %s, too", <-e)
	}
}
