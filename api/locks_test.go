package api_test

import (
	"context"
	"strings"
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

func TestProgramsActivateLocks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, path := h.all(t), "doors/"+string(h.plan.Doors[0].ID)+"/lock"
	var plan api.LockPlan
	p.asks(t, "GET", path+"/plan?places=20&model=c1", "").is(t, 200).read(t, &plan)
	if plan.Version != 1 || plan.Model != "C1" || plan.Places != 20 || plan.Room != 333 || plan.OneIn != 166_666 {
		t.Errorf("planned %+v", plan)
	}
	p.asks(t, "GET", path+"/plan?places=334", "").is(t, 422)
	p.asks(t, "PUT", path, `{}`).is(t, 428)
	tag := p.asks(t, "GET", path, "").is(t, 200).Header.Get("ETag")
	p.asks(t, "PUT", path, `{"places":334}`, "If-Match", tag).is(t, 422)
	p.asks(t, "PUT", path, `{"model":"a name that is longer than 20"}`, "If-Match", tag).is(t, 422)

	got := p.asks(t, "PUT", path, `{"model":"C1","places":20}`, "If-Match", tag, "Idempotency-Key", "once").is(t, 200)
	file, err := doorcode.DecodeProvision([]byte(got.text))
	if err != nil || file.Version != 1 || file.Model != "C1" || file.Places != 20 || file.Params.Reuse != 60 {
		t.Fatalf("got %+v, %v", file.Setup, err)
	}
	if got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Doorlink-Deed") == "" || got.Header.Get("ETag") == tag {
		t.Errorf("got the headers %v", got.Header)
	}
	// The same request again does nothing, and tells nobody the secret.
	again := p.asks(t, "PUT", path, `{"model":"C1","places":20}`, "If-Match", tag, "Idempotency-Key", "once").is(t, 412)
	for _, text := range []string{again.text, p.asks(t, "GET", path, "").text, p.asks(t, "GET", "audit", "").text, p.asks(t, "GET", "locks", "").text} {
		if strings.Contains(text, file.Chain.Reveal()) {
			t.Errorf("the secret is told again: %s", text)
		}
	}
	got = p.asks(t, "PUT", path, `{"new_keys":true}`, "If-Match", got.Header.Get("ETag")).is(t, 200)
	if file, err = doorcode.DecodeProvision([]byte(got.text)); err != nil || file.Version != 2 || file.Epoch != 2 || file.Model != "C1" || file.Places != 20 {
		t.Errorf("with new keys: got %+v, %v", file.Setup, err)
	}
}
