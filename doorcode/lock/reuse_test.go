package lock

import "testing"

func TestWithoutReuseACodeDoesNotOpenTwiceInOneSecond(t *testing.T) {
	t.Parallel()
	h := newHouse(berlin, noon, 10)
	h.setup.Params.Reuse = 0
	v := h.open(t, newFlash(), noon)
	code := h.code(h.setup.First+1, 3, 0)
	wantKind(t, v, code, noon, Accept)
	wantKind(t, v, code, noon, Replay)
}
