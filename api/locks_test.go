package api_test

import (
	"context"
	"testing"
	"time"

	"doorlink/api"
	"doorlink/doorcode"
	"doorlink/store"
)

func TestProgramsReadWhatIsKnownOfLocks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	door, p := h.plan.Doors[0], h.all(t)
	path := "doors/" + string(door.ID) + "/lock"
	var got api.Lock
	p.asks(t, "GET", path, "").is(t, 200).read(t, &got)
	if got.Active || got.Setup != nil {
		t.Errorf("without a lock: got %+v", got)
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddLock(ctx, doorcode.Setup{
			Version: 1, Lock: "lock_1", Property: door.Property, Door: door.ID, DoorName: "Gate", Model: "M2", Epoch: 1, Places: 100,
			Params: doorcode.Defaults(), Zone: h.plan.Property.Zone, Issued: time.Now(),
		})
	})
	p.asks(t, "GET", path, "").is(t, 200).read(t, &got)
	if !got.Active || got.Setup.Model != "M2" || got.Setup.Digits != 7 || got.Setup.OneIn < 10_000 || got.Door.Name != "Front door" || len(got.Waiting) == 0 {
		t.Errorf("got %+v with %+v", got, got.Setup)
	}
	var list api.Page[api.Lock]
	p.asks(t, "GET", "locks?show=active", "").is(t, 200).read(t, &list)
	if list.Total != 1 || list.Items[0].Setup.ID != "lock_1" {
		t.Errorf("got %+v", list)
	}
	p.asks(t, "GET", "locks?show=broken", "").is(t, 422)
	p.asks(t, "GET", "doors/door_none/lock", "").is(t, 404)
}
