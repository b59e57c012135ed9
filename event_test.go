package doorlink_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"doorlink"
)

// TestWebhooksAreToldNoMoreThanManagersMaySee draws any record at any property:
// what no manager may see is told to nobody, names only where the property lets
// them, and nothing says who was called where managers see counts only.
func TestWebhooksAreToldNoMoreThanManagersMaySee(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := doorlink.Property{
			ID: "prop_1", CountsOnly: rapid.Bool().Draw(t, "counts only"), HookNames: rapid.Bool().Draw(t, "names"),
		}
		r := doorlink.Record{
			Kind: rapid.SampledFrom(doorlink.RecordKinds).Draw(t, "kind"), Property: "prop_1", Door: "door_1", Call: "call_1",
			DoorType: rapid.SampledFrom([]doorlink.DoorType{
				doorlink.BuildingEntrance, doorlink.Communal, doorlink.Service, doorlink.Residence,
			}).Draw(t, "type"),
			Person: "pers_1", Own: rapid.Bool().Draw(t, "own"), At: time.Unix(1, 0),
		}
		if rapid.Bool().Draw(t, "elsewhere") {
			r.Property = "prop_2"
		}
		s := doorlink.Scene{Panel: "panel_1", Unit: "unit_1", DoorName: "Gate", UnitName: "1A", PersonName: "Ada"}
		kind := rapid.SampledFrom(doorlink.EventKinds).Draw(t, "event")
		e, ok := p.EventOf(kind, r, s)
		if want := r.VisibleTo(doorlink.Viewer{Property: p.ID, Doors: []doorlink.DoorID{r.Door}}); ok != want {
			t.Fatalf("told %v, but visible %v", ok, want)
		}
		if !ok {
			if e.Data != nil {
				t.Fatalf("got %v of what is not told", e.Data)
			}
			return
		}
		want := []string{"call", "door", "panel"}
		if p.HookNames {
			want = append(want, "door_name")
		}
		if !p.CountsOnly {
			want = append(want, "person", "unit")
		}
		if p.HookNames && !p.CountsOnly {
			want = append(want, "name", "unit_name")
		}
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(e.Data)); !slices.Equal(got, want) {
			t.Fatalf("told %v, want %v", got, want)
		}
		if e.Kind != kind || !e.At.Equal(r.At) || e.Property != p.ID {
			t.Fatalf("got %+v", e)
		}
	})
}

func TestWhatACallHasBecomeIsToldOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	placed := doorlink.PlaceCall("call_1", doorlink.Visit{}, "", "pers_1", "", doorlink.Caller{}, false, now)
	ring, err := placed.Ring(now)
	if err != nil {
		t.Fatal(err)
	}
	answered, err := ring.Answer("hset_1", now)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		was, is doorlink.Call
		want    doorlink.EventKind
	}{
		"placed":            {doorlink.Call{}, placed, doorlink.CallPlaced},
		"rings":             {placed, ring, ""},
		"answered":          {ring, answered, doorlink.CallAnswered},
		"answered and over": {answered, answered.HangUp(doorlink.Visitor, now), ""},
		"cancelled":         {ring, ring.HangUp(doorlink.Visitor, now), doorlink.CallMissed},
		"not reached":       {placed, placed.GiveUp(now), doorlink.CallMissed},
		"nobody answers":    {ring, ring.Expire(now.Add(doorlink.RingTime)), doorlink.CallMissed},
		"missed before":     {ring.HangUp(doorlink.Visitor, now), ring.HangUp(doorlink.Visitor, now), ""},
	} {
		got, ok := tt.is.EventAfter(tt.was)
		if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want != "") {
			t.Errorf("%s: %v, %s", name, ok, diff)
		}
	}
}
