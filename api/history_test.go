package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/api"
	"doorlink/store"
)

func TestProgramsReadTheHistory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	home := doorlink.Door{ID: "door_home", Property: h.plan.Property.ID, Name: "1A", Type: doorlink.Residence}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.AddDoor(ctx, home); err != nil {
			return err
		}
		return tx.AddKeyDoor(ctx, doorlink.KeyDoor{Key: h.roof, Door: home.ID})
	})
	happen := func(door doorlink.DoorID, own bool) {
		h.write(t, func(ctx context.Context, tx *store.Tx) error {
			return tx.AddRecord(ctx, doorlink.Record{
				Kind: doorlink.CallRecord, Property: h.plan.Property.ID, Door: door, Person: h.ada, Own: own,
				State: doorlink.Missed, At: time.Now().Add(-time.Minute),
			})
		})
	}
	for range 3 {
		happen(h.plan.Doors[0].ID, false)
	}
	p := h.all(t)
	before := p.asks(t, "GET", "history?limit=2", "").is(t, 200)
	for range 3 {
		happen(home.ID, true)
	}
	after := p.asks(t, "GET", "history?limit=2", "").is(t, 200)
	if before.text != after.text {
		t.Errorf("a program can tell that somebody came home:\n%s\n%s", before.text, after.text)
	}
	var first, second api.Stretch[api.Happened]
	after.read(t, &first)
	if len(first.Items) != 2 || first.Items[0].Person.Name != "Ada Nwosu" || first.Items[0].Outcome != "missed" || first.Items[0].At.Location() == time.UTC {
		t.Errorf("got %s", after.text)
	}
	link, _, _ := strings.Cut(strings.TrimPrefix(after.Header.Get("Link"), "<"), ">")
	p.asks(t, "GET", link, "").is(t, 200).read(t, &second)
	if len(second.Items) != 1 || second.Next != "" {
		t.Errorf("the second page: got %v", second)
	}
	var oldest, later api.Stretch[api.Happened]
	got := p.asks(t, "GET", "history?limit=1&sort=when", "").is(t, 200)
	got.read(t, &oldest)
	link, _, _ = strings.Cut(strings.TrimPrefix(got.Header.Get("Link"), "<"), ">")
	p.asks(t, "GET", link, "").is(t, 200).read(t, &later)
	if len(oldest.Items) != 1 || oldest.Items[0].ID != second.Items[0].ID || len(later.Items) != 1 || later.Items[0].ID != first.Items[1].ID {
		t.Errorf("the oldest first: got %v and then %v", oldest, later)
	}
	for path, status := range map[string]int{
		"history?kind=codes": 200, "history?sort=-when": 200, "history?sort=door": 422, "history?kind=sign": 422, "history?from=x": 422, "history?door=door_none": 404, "history?after=!": 422,
	} {
		p.asks(t, "GET", path, "").is(t, status)
	}
}
