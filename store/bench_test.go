package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
	"doorlink/store/storetest"
)

// everyEngine runs a benchmark on each engine.
func everyEngine(b *testing.B, f func(*testing.B, *store.DB)) {
	for engine, url := range storetest.Engines {
		b.Run(engine, func(b *testing.B) { f(b, storetest.Open(b, url(b))) })
	}
}

// BenchmarkAddCall places one call after the other: what a visitor waits for.
func BenchmarkAddCall(b *testing.B) {
	everyEngine(b, func(b *testing.B, db *store.DB) {
		h := newHouse(b, db)
		times := make([]time.Duration, 0, 1000)
		for i := 0; b.Loop(); i++ {
			c := h.call(h.visit(), noon.Add(time.Duration(i)*time.Minute))
			start := time.Now()
			place(b, db, c.HangUp(doorlink.Visitor, c.Placed))
			times = append(times, time.Since(start))
		}
		report(b, times)
	})
}

// BenchmarkAddCallOfAHundred places a hundred calls at a time.
func BenchmarkAddCallOfAHundred(b *testing.B) {
	everyEngine(b, func(b *testing.B, db *store.DB) {
		h := newHouse(b, db)
		var mu sync.Mutex
		times := make([]time.Duration, 0, 1000)
		for i := 0; b.Loop(); i++ {
			start := time.Now()
			crowd(b, 100, func(j int) error {
				c := h.call(h.visit(), noon.Add(time.Duration(i)*time.Minute))
				c.Person = doorlink.PersonID(fmt.Sprint("pers_", j))
				_, err := db.AddCall(b.Context(), c.HangUp(doorlink.Visitor, c.Placed), limits)
				mu.Lock()
				times = append(times, time.Since(start))
				mu.Unlock()
				return err
			})
		}
		report(b, times)
	})
}

// BenchmarkSync is the cost of bringing one page to the disk, which a commit
// cannot be faster than.
func BenchmarkSync(b *testing.B) {
	f := must(os.Create(filepath.Join(b.TempDir(), "file")))
	defer f.Close()
	page := make([]byte, 4096)
	times := make([]time.Duration, 0, 1000)
	for b.Loop() {
		must(f.WriteAt(page, 0))
		start := time.Now()
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(start))
	}
	report(b, times)
}

func report(b *testing.B, times []time.Duration) {
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkScan is what every visitor's page begins with.
func BenchmarkScan(b *testing.B) {
	everyEngine(b, func(b *testing.B, db *store.DB) {
		h := newHouse(b, db)
		for range 20 {
			newHouse(b, db)
		}
		b.ReportAllocs()
		for b.Loop() {
			must(db.Scan(b.Context(), h.sticker.Token, noon))
		}
	})
}

// BenchmarkDirectory reads everybody.
func BenchmarkDirectory(b *testing.B) {
	for _, n := range []int{200, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			everyEngine(b, func(b *testing.B, db *store.DB) {
				h := newHouse(b, db)
				crowded(b, db, h, n)
				b.ReportAllocs()
				for b.Loop() {
					must(db.Directory(b.Context(), h.front.ID))
				}
			})
		})
	}
}

// BenchmarkBuilding adds 5,000 people, each with a unit, a key and a handset,
// in one write.
func BenchmarkBuilding(b *testing.B) {
	everyEngine(b, func(b *testing.B, db *store.DB) {
		for b.Loop() {
			crowded(b, db, newHouse(b, db), 5000)
		}
	})
}

func crowded(tb testing.TB, db *store.DB, h house, n int) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	err := db.Write(ctx, func(tx *store.Tx) error {
		for i := range n {
			u := doorlink.Unit{ID: id[doorlink.UnitID]("unit"), Property: h.property.ID, Name: fmt.Sprint("U", i)}
			p := person(h.property.ID, fmt.Sprint("Given", i), fmt.Sprint("Family", i), true)
			err := errors.Join(
				tx.AddUnit(ctx, u), tx.AddPerson(ctx, p), tx.AddMembership(ctx, member(p, u)),
				tx.AddHolder(ctx, doorlink.Holder{Key: h.key.ID, Person: p.ID}),
				tx.AddHandset(ctx, doorlink.Handset{ID: id[doorlink.HandsetID]("hset"), Person: p.ID}, "", noon),
			)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}
