package office_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

func TestTheSameRequestIsDoneOnce(t *testing.T) { onEach(t, doneOnce) }

func doneOnce(t *testing.T, h *house) {
	ctx, who := t.Context(), office.Actor{Manager: h.root, Token: &doorlink.Token{ID: "tok_1"}}
	ask := office.Repeatable{Key: "8e03978e", Digest: "asked", Secret: "dl_secret"}
	times := 0
	answer := func(status int) func() office.Answer {
		return func() office.Answer {
			times++
			return office.Answer{Status: status, Header: map[string]string{"Location": "/x"}, Body: []byte("shown once")}
		}
	}
	for i, want := range []bool{false, true, true} {
		a, replayed, err := h.office.Once(ctx, who, ask, answer(201))
		if err != nil || replayed != want || a.Status != 201 || string(a.Body) != "shown once" || a.Header["Location"] != "/x" {
			t.Errorf("time %d: got %+v, %v, %v", i, a, replayed, err)
		}
	}
	if times != 1 {
		t.Errorf("done %d times", times)
	}
	other := ask
	other.Digest = "something else"
	if _, _, err := h.office.Once(ctx, who, other, answer(201)); !errors.Is(err, office.ErrRepeatOther) {
		t.Errorf("another request: got %v", err)
	}
	stranger := office.Actor{Manager: h.root, Token: &doorlink.Token{ID: "tok_2"}}
	if _, replayed, err := h.office.Once(ctx, stranger, other, answer(201)); err != nil || replayed {
		t.Errorf("the same key of another token: got %v, %v", replayed, err)
	}
	kept, _, err := h.db.BeginRepeat(ctx, store.Repeat{Token: "tok_1", Key: doorlink.Digest(ask.Key)}, time.Now())
	if err != nil || kept.Body == "" || strings.Contains(kept.Body, "shown") {
		t.Errorf("the answer is kept in clear: %q, %v", kept.Body, err)
	}
}

func TestARefusalMayBeTriedAgain(t *testing.T) { onEach(t, refusalAgain) }

func refusalAgain(t *testing.T, h *house) {
	ctx, who := t.Context(), office.Actor{Manager: h.root, Token: &doorlink.Token{ID: "tok_1"}}
	ask := office.Repeatable{Key: "key", Digest: "asked", Secret: "dl_secret"}
	for _, status := range []int{422, 500, 201} {
		a, replayed, err := h.office.Once(ctx, who, ask, func() office.Answer {
			if _, _, err := h.office.Once(ctx, who, ask, nil); !errors.Is(err, office.ErrRepeatBusy) {
				t.Errorf("at the same time: got %v", err)
			}
			return office.Answer{Status: status}
		})
		if err != nil || replayed || a.Status != status {
			t.Errorf("got %+v, %v, %v", a, replayed, err)
		}
	}
	func() {
		defer func() { _ = recover() }()
		ask.Key = "panics"
		_, _, _ = h.office.Once(ctx, who, ask, func() office.Answer { panic("no answer") })
	}()
	if _, replayed, err := h.office.Once(ctx, who, ask, func() office.Answer { return office.Answer{Status: 200} }); err != nil || replayed {
		t.Errorf("after a panic: got %v, %v", replayed, err)
	}
}
