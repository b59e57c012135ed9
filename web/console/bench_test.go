package console

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/building"
	"doorlink/office"
	"doorlink/store"
	"doorlink/web/page"
)

// BenchmarkPages opens every page of a property of ten thousand residents, and
// those that search, with as much history and audit: how long it takes to the
// first byte and in all, how many bytes go to the browser, and the same just after
// somebody has changed the property. Pages about something that the estate has not
// are left out.
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
	h.lived(b, estate)
	h.console.limits.counts = page.NewLimiter(page.Budget{Every: 1, Burst: 1 << 30}) // nobody looks as often
	pages := append(pagesOf(estate),
		"people?q=schwarzenberger-77", "people?show=unlisted&sort=-unit&door="+string(estate.Doors[0].ID),
		"keys/"+string(estate.Keys[0].ID)+"/holders?q=maximiliane7&sort=-to", "audit?what=unit&who="+string(h.rut.ID),
		"audit?what=key&from=2020-01-01", "audit?q=7A", "audit?sort=when&from=2020-01-01", "history?q=schwarzenberger-9999",
		"history?kind=codes", "history?sort=when", "units?q=77&sort=-people",
		"import/"+string(h.listed(b, estate)))
	v := h.signedIn(b, h.rut)
	for _, path := range pages {
		b.Run(path, func(b *testing.B) { h.opens(b, v, root+string(estate.Property.ID)+"/"+path, estate.Property) })
	}
}

// pagesOf are the addresses of all pages below a property's; those about one thing
// are about the first one that it has.
func pagesOf(p *building.Plan) (pages []string) {
	fill := strings.NewReplacer("{door}", string(p.Doors[0].ID), "{key}", string(p.Keys[0].ID),
		"{person}", string(p.People[0].ID), "{unit}", string(p.Units[0].ID))
	for route := range needs {
		if path, ok := strings.CutPrefix(route, "GET /console/{property}/"); ok && !strings.HasPrefix(path, "{$}") {
			if path = fill.Replace(path); !strings.Contains(path, "{") {
				pages = append(pages, path)
			}
		}
	}
	slices.Sort(pages)
	return pages
}

// lived has ten thousand calls and as many changes behind an estate.
func (h *house) lived(b *testing.B, estate *building.Plan) {
	b.Helper()
	p, now := estate.Property.ID, time.Now()
	h.write(b, func(ctx context.Context, tx *store.Tx) error {
		for i := range 10_000 {
			at := now.Add(-time.Duration(i) * 4 * time.Minute)
			deed := doorlink.Deed{Property: p, At: at, Manager: h.rut.ID, Action: "unit.add", Subject: string(estate.Units[i%100].ID)}
			r := doorlink.Record{Kind: doorlink.CallRecord, Property: p, Door: estate.Doors[0].ID, Person: estate.People[i].ID, State: doorlink.Missed, At: at}
			if _, err := tx.Audit(ctx, deed); err != nil {
				return err
			}
			if err := tx.AddRecord(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// listed uploads a list of everybody, in which every second name is another.
func (h *house) listed(b *testing.B, estate *building.Plan) doorlink.DraftID {
	b.Helper()
	d, err := h.console.office.At(b.Context(), office.Actor{Manager: h.rut}, estate.Property.ID)
	if err != nil {
		b.Fatal(err)
	}
	var list strings.Builder
	list.WriteString("E-mail,First name,Last name\n")
	for i, who := range estate.People {
		fmt.Fprintf(&list, "%s,%s%s,%s\n", who.Email, who.Given, strings.Repeat("x", i%2), who.Family)
	}
	draft, err := d.AddDraft(b.Context(), "everybody.csv", strings.NewReader(list.String()))
	if err != nil {
		b.Fatal(err)
	}
	return draft.ID
}

// opens measures one page.
func (h *house) opens(b *testing.B, v *visit, path string, of doorlink.Property) {
	b.Helper()
	h.write(b, func(ctx context.Context, tx *store.Tx) error {
		id := doorlink.NewID[doorlink.UnitID]("unit")
		return tx.AddUnit(ctx, doorlink.Unit{ID: id, Property: of.ID, Name: string(id)})
	})
	changed, _, size := v.timed(b, path)
	var first time.Duration
	for b.Loop() {
		first, _, _ = v.timed(b, path)
	}
	b.ReportMetric(float64(changed.Milliseconds()), "ms-after-change")
	b.ReportMetric(float64(first.Milliseconds()), "ms-first-byte")
	b.ReportMetric(float64(size), "B/page")
}

// timed opens a page: when its first byte came, when its last, and how many.
func (v *visit) timed(b *testing.B, path string) (first, last time.Duration, size int64) {
	b.Helper()
	begun := time.Now()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, v.h.base+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("User-Agent", v.agent)
	r.Header.Set("Accept-Encoding", "gzip")
	got, err := v.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer got.Body.Close()
	first = time.Since(begun)
	if size, err = io.Copy(io.Discard, got.Body); err != nil || got.StatusCode != http.StatusOK {
		b.Fatalf("%s: status %d, %v", path, got.StatusCode, err)
	}
	return first, time.Since(begun), size
}
