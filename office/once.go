package office

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"doorlink"
	"doorlink/store"
)

var (
	// ErrRepeatOther refuses an idempotency key that came with another request.
	ErrRepeatOther = doorlink.Fail(doorlink.Invalid, "repeat.other")
	// ErrRepeatBusy refuses a request that is being answered already, or whose
	// answer was lost in a crash: what it did is there to be looked at.
	ErrRepeatBusy = doorlink.Fail(doorlink.Conflict, "repeat.busy")
)

// Repeatable is a request of a program that may come again because its answer
// was lost on the way, and must then do nothing more.
type Repeatable struct {
	Key    string          // that the program chose for it
	Digest string          // of all that was asked for
	Secret doorlink.Secret // of the program's token: the answer is kept for its eyes
}

// Answer is what a program is told.
type Answer struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header"`
	Body   []byte            `json:"body"`
}

// done reports whether the answer says that something was done.
func (a Answer) done() bool { return 200 <= a.Status && a.Status < 300 }

// Once answers a request with do, or with what do answered to the same request
// within store.RepeatTime; replayed tells which. A refusal did nothing and is
// not kept: the same key may be tried again. It fails with ErrRepeatOther and
// ErrRepeatBusy.
//
// Answers may hold what is shown once, a new token or a link. They are kept
// encrypted under the idempotency key and the token's secret, neither of which
// the database has.
func (o *Office) Once(ctx context.Context, who Actor, r Repeatable, do func() Answer) (a Answer, replayed bool, err error) {
	kept := store.Repeat{Token: who.Token.ID, Key: doorlink.Digest(r.Key), Request: r.Digest}
	earlier, first, err := o.db.BeginRepeat(ctx, kept, time.Now())
	switch {
	case err != nil:
		return Answer{}, false, err
	case !first && earlier.Request != r.Digest:
		return Answer{}, false, ErrRepeatOther
	case !first && earlier.Status == 0:
		return Answer{}, false, ErrRepeatBusy
	case !first:
		a, err = r.open(earlier.Body)
		return a, true, err
	}
	defer func() { o.keep(context.WithoutCancel(ctx), kept, r, a) }() // whoever asked may have gone, or do panicked
	a = do()
	return a, false, nil
}

// keep stores an answer, or forgets the request if nothing was done.
func (o *Office) keep(ctx context.Context, kept store.Repeat, r Repeatable, a Answer) {
	var err error
	if kept.Status = a.Status; a.done() {
		if kept.Body, err = r.seal(a); err == nil {
			err = o.db.FinishRepeat(ctx, kept)
		}
	} else {
		err = o.db.DropRepeat(ctx, kept.Token, kept.Key)
	}
	if err != nil {
		o.log.Warn("an answer was not kept", "token", kept.Token, "cause", err)
	}
}

// seal encrypts an answer with AES-256-GCM.
func (r Repeatable) seal(a Answer) (string, error) {
	box, err := r.box()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("writing an answer: %w", err)
	}
	return base64.StdEncoding.EncodeToString(box.Seal(nil, nil, text, nil)), nil
}

func (r Repeatable) open(sealed string) (a Answer, err error) {
	box, err := r.box()
	if err != nil {
		return a, err
	}
	text, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return a, fmt.Errorf("reading an answer: %w", err)
	}
	if text, err = box.Open(nil, nil, text, nil); err != nil {
		return a, fmt.Errorf("opening an answer: %w", err)
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return a, fmt.Errorf("reading an answer: %w", err)
	}
	return a, nil
}

// box is the cipher of one request's answer.
func (r Repeatable) box() (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(r.Secret.Reveal()), []byte(r.Key), "doorlink answer 1", 32)
	if err != nil {
		return nil, fmt.Errorf("deriving a key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("making a cipher: %w", err)
	}
	box, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("making a cipher: %w", err)
	}
	return box, nil
}
