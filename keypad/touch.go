package keypad

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"doorlink"
	"doorlink/doorcode/lock"
)

// maxBody is more than any touch needs.
const maxBody = 512

// What can be wrong with a touch. The keys are those of ui/words.json.
var (
	errKey  = doorlink.Fail(doorlink.Invalid, "error.key")
	errBody = doorlink.Fail(doorlink.Invalid, "error.body")
	errSize = doorlink.Fail(doorlink.Invalid, "error.size")
	errBusy = doorlink.Fail(doorlink.Busy, "error.busy")
)

// message is the body of every touch: a JSON object in which only the field
// that the touch needs is looked at, and no other field is taken.
type message struct {
	Key    string `json:"key"`
	Thrown bool   `json:"thrown"`
}

// pressed types one key. Here, unlike at a key that cannot send anything else,
// a wrong one is worth an answer: figures of other scripts look like keys.
func pressed(k *Keypad, m message) error {
	if len(m.Key) != 1 || m.Key[0] < '0' || m.Key[0] > '9' {
		return errKey
	}
	k.Press(m.Key[0])
	return nil
}

// woken lights the lens.
func woken(k *Keypad, _ message) error {
	k.Wake()
	return nil
}

// cleared drops what was typed.
func cleared(k *Keypad, _ message) error {
	k.Clear()
	return nil
}

// bolted throws or draws the bolt.
func bolted(k *Keypad, m message) error {
	at := lock.Free
	if m.Thrown {
		at = lock.Thrown
	}
	k.Bolt(at)
	return nil
}

// touch answers a touch with what the lock shows after it, or with the
// sentence of why it is none.
func (k *Keypad) touch(do func(*Keypad, message) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m, err := read(w, r)
		if err == nil {
			err = do(k, m)
		}
		if err != nil {
			fail(w, err)
			return
		}
		view, _ := k.Look()
		answer(w, http.StatusOK, view)
	}
}

// read takes one JSON object and nothing after it.
func read(w http.ResponseWriter, r *http.Request) (message, error) {
	var m message
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(&m)
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return m, errSize
	}
	if err != nil {
		return m, errBody
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return m, errBody
	}
	return m, nil
}

// statuses are what the kinds of failure that can happen here are in HTTP.
var statuses = map[doorlink.Kind]int{
	doorlink.Invalid: http.StatusBadRequest,
	doorlink.Busy:    http.StatusServiceUnavailable,
}

// fail answers with the sentence of a failure.
func fail(w http.ResponseWriter, err error) {
	key, status := "broken", http.StatusInternalServerError
	if e, ok := errors.AsType[*doorlink.Error](err); ok {
		key, status = e.Key, statuses[e.Kind]
	}
	if errors.Is(err, errSize) {
		status = http.StatusRequestEntityTooLarge
	}
	answer(w, status, map[string]string{"error": say(key)})
}

// answer writes a body that is known to marshal.
func answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic("keypad: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // the reader has gone away
}
