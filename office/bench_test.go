package office_test

import (
	"fmt"
	"log/slog"
	"testing"

	"doorlink"
	"doorlink/office"
	"doorlink/store/storetest"
)

// big is an estate of ten thousand residents and four doors.
func big(b *testing.B) *office.Desk {
	b.Helper()
	db := storetest.Open(b, storetest.SQLite(b))
	p := storetest.Plan(b, "Linden Court", doorlink.Communal, "North gate", "East gate", "South gate", "West gate")
	for i := range 10_000 {
		who := p.AddResident(fmt.Sprintf("%d%c", i/6, 'A'+i%3), fmt.Sprintf("Ada%d", i%371), fmt.Sprintf("Nwosu-%d", i))
		p.People[i].Email = fmt.Sprintf("ada%d@example.org", i)
		if i%5 != 0 {
			p.AddHandset(who, "Firefox · Android")
		}
	}
	storetest.Build(b, db, p)
	d, err := office.New(db, slog.New(slog.DiscardHandler)).At(b.Context(),
		office.Actor{Manager: doorlink.Manager{ID: "man_1", Portfolio: true}}, p.Property.ID)
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// BenchmarkPeopleCold reads the whole estate anew, as after every change.
func BenchmarkPeopleCold(b *testing.B) {
	d := big(b)
	for b.Loop() {
		fresh := *d
		fresh.Office = office.New(d.Database(), slog.New(slog.DiscardHandler))
		if _, err := fresh.People(b.Context(), office.Query{}); err != nil {
			b.Fatal(err)
		}
		if _, err := fresh.CountPeople(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPeople reads pages of an estate that has not changed.
func BenchmarkPeople(b *testing.B) {
	d := big(b)
	for name, q := range map[string]office.Query{
		"all": {}, "by unit": {Sort: "unit"}, "search": {Find: "nwosu-77"},
		"unlisted":  {Only: map[string]string{"show": office.Unlisted}},
		"unreached": {Only: map[string]string{"show": office.Unreached}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := d.People(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("units", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.Units(b.Context(), office.Query{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("doors", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.Doors(b.Context(), office.Query{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("holders", func(b *testing.B) {
		keys, err := d.Keys(b.Context(), office.Query{})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := d.Holders(b.Context(), keys.Rows[0].ID, office.Query{Sort: "unit"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("counts", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.CountPeople(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkReports reads the first and the last page of who may enter where, a
// list of forty thousand lines.
func BenchmarkReports(b *testing.B) {
	d := big(b)
	first, err := d.AssignedAccess(b.Context(), office.Query{})
	if err != nil || first.Total != 40_000 {
		b.Fatalf("got %d lines, %v", first.Total, err)
	}
	for name, q := range map[string]office.Query{"first page": {}, "second page": {After: first.Next}, "search": {Find: "nwosu-77"}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := d.AssignedAccess(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
