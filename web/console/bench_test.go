package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

// BenchmarkPages opens every page of a property of ten thousand residents: how
// long it takes, how many bytes go to the browser, and how long it takes just
// after somebody has changed the property. Pages about something that the estate
// has not are left out.
func BenchmarkPages(b *testing.B) {
	h := newHouse(b, nil)
	estate := newPlan(b, "Plane Estate")
	for i := range 10_000 {
		who := estate.AddResident(fmt.Sprintf("%d%c", i/6, 'A'+i%3), fmt.Sprintf("Maximiliane%d", i%371), fmt.Sprintf("Schwarzenberger-%d", i))
		estate.People[i].Email = fmt.Sprintf("maximiliane.%d@plane.example", i)
		if i%5 != 0 {
			estate.AddHandset(who, "Firefox · Android")
		}
	}
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	if err := h.db.Build(ctx, estate, time.Now()); err != nil {
		b.Fatal(err)
	}
	fill := strings.NewReplacer("{property}", string(estate.Property.ID), "{door}", string(estate.Doors[0].ID),
		"{key}", string(estate.Keys[0].ID), "{person}", string(estate.People[0].ID), "{unit}", string(estate.Units[0].ID))
	var pages []string
	for route := range needs {
		if path, ok := strings.CutPrefix(route, "GET /console/{property}/"); ok && !strings.HasPrefix(path, "{$}") {
			if path = fill.Replace("/console/{property}/" + path); !strings.Contains(path, "{") {
				pages = append(pages, path)
			}
		}
	}
	slices.Sort(pages)
	v := h.signedIn(b, h.rut)
	for _, path := range pages {
		b.Run(strings.TrimPrefix(path, fill.Replace("/console/{property}/")), func(b *testing.B) {
			h.opens(b, v, path, estate.Property)
		})
	}
}

// opens measures one page.
func (h *house) opens(b *testing.B, v *visit, path string, of doorlink.Property) {
	b.Helper()
	packed := http.Header{"Accept-Encoding": {"gzip"}}
	h.write(b, func(ctx context.Context, tx *store.Tx) error {
		id := doorlink.NewID[doorlink.UnitID]("unit")
		return tx.AddUnit(ctx, doorlink.Unit{ID: id, Property: of.ID, Name: string(id)})
	})
	begun := time.Now()
	got := v.do(http.MethodGet, path, nil, packed)
	changed := time.Since(begun)
	if got.status != http.StatusOK {
		b.Fatalf("%s: status %d", path, got.status)
	}
	for b.Loop() {
		v.do(http.MethodGet, path, nil, packed)
	}
	b.ReportMetric(float64(changed.Milliseconds()), "ms-after-change")
	b.ReportMetric(float64(len(got.body)), "B/page")
}
