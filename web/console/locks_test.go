package console

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"doorlink/doorcode"
	"doorlink/store"
)

func TestALocksPagesSayWhatIsKnown(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	door, v := h.plan.Doors[0], h.signedIn(t, h.rut)
	if got := v.get(h.path("locks")); got.status != http.StatusOK || !strings.Contains(got.body, "Not activated") || strings.Contains(got.body, "digits") {
		t.Errorf("without a lock: got status %d", got.status)
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddLock(ctx, doorcode.Setup{
			Version: 1, Lock: "lock_1", Property: door.Property, Door: door.ID, DoorName: "Gate", Model: "M2", Epoch: 1, Places: 100,
			Params: doorcode.Defaults(), Zone: h.plan.Property.Zone, Issued: time.Now(),
		})
	})
	for path, want := range map[string][]string{
		"locks":                    {"M2", "7 digits", "1 number in 33333 opens", "New name of the door", "unknown until a Door Sync"},
		"locks?show=missing":       {"Nothing was found"},
		"locks?q=m2&sort=-since":   {"Front door"},
		"doors/" + string(door.ID): {"Of 33333 numbers one opens", "Waiting: the lock was not told yet", "Unknown until a Door Sync", "disabled"},
		"doors":                    {h.path("locks")},
	} {
		got := v.get(h.path(path))
		for _, text := range want {
			if got.status != http.StatusOK || !strings.Contains(got.body, text) {
				t.Errorf("%s: got status %d, want it to say %s", path, got.status, text)
			}
		}
	}
}
