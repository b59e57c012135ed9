package api_test

import (
	"context"
	"testing"
	"time"

	"doorlink"
	"doorlink/api"
	"doorlink/store"
)

func TestProgramsReadReports(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	old := time.Now().Add(-100 * 24 * time.Hour)
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.AddKeyDoor(ctx, doorlink.KeyDoor{
			Key: h.roof, Door: h.plan.Doors[0].ID, Hours: doorlink.Hours{From: 8 * 60, To: 22 * 60, Days: 1<<time.Monday | 1<<time.Sunday},
		}); err != nil {
			return err
		}
		if err := tx.AddHolder(ctx, doorlink.Holder{Key: h.roof, Person: h.ada, To: old}); err != nil {
			return err
		}
		return tx.AddRecord(ctx, doorlink.Record{Kind: doorlink.CallRecord, Property: h.plan.Property.ID, Door: h.plan.Doors[0].ID, At: old})
	})
	if _, err := h.db.PurgeDaily(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	p := h.all(t)
	var access, keys api.Page[api.Granted]
	p.asks(t, "GET", "reports/access?when=over", "").is(t, 200).read(t, &access)
	if access.Total != 1 || access.Items[0].Person.Name != "Ada Nwosu" || access.Items[0].Hours.From != "8:00" ||
		len(access.Items[0].Hours.Days) != 2 || access.Items[0].Doors[0].Name != "Front door" {
		t.Errorf("got %+v", access)
	}
	p.asks(t, "GET", "reports/people-keys?limit=1", "").is(t, 200).read(t, &keys)
	if keys.Total != 2 || len(keys.Items) != 1 || keys.Next == "" {
		t.Errorf("got %+v", keys)
	}
	p.asks(t, "GET", "reports/people-keys?sort=to&limit=1", "").is(t, 200).read(t, &keys)
	if len(keys.Items) != 1 || keys.Items[0].Standing != "over" {
		t.Errorf("by end: got %+v", keys)
	}
	var purges api.Whole[api.Purge]
	p.asks(t, "GET", "purges", "").is(t, 200).read(t, &purges)
	if len(purges.Items) != 1 || !purges.Items[0].Finished || purges.Items[0].Removed[doorlink.CallRecord] != 1 {
		t.Errorf("got %+v", purges)
	}
	p.asks(t, "POST", "units", `{"name":"9Z"}`).is(t, 201)
	var actions api.Stretch[api.Action]
	p.asks(t, "GET", "reports/actions?manager="+string(h.rut.ID), "").is(t, 200).read(t, &actions)
	if len(actions.Items) != 1 || actions.Items[0].Action != "unit.add" || actions.Items[0].About != "9Z" || actions.Items[0].Name != "Rut" {
		t.Errorf("got %+v", actions)
	}
}
