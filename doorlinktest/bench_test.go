package doorlinktest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"doorlink/doorlinktest"
)

// spread reports the middle and the slowest of some waits.
func spread(b *testing.B, what string, waits []time.Duration) {
	slices.Sort(waits)
	ms := func(q float64) float64 {
		return float64(waits[int(q*float64(len(waits)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(ms(0.50), what+"-p50-ms")
	b.ReportMetric(ms(0.99), what+"-p99-ms")
	b.ReportMetric(0, "ns/op")
}

// turns is how often a figure is taken: enough for a 99th percentile, and within
// the calls that one address may place in a minute.
const turns = 100

// BenchmarkDialToRing is the server's part of a ring, over loopback and with the
// call durable: from the visitor's dial to the call on an open handset. Half of
// the time is the test's own two ends.
func BenchmarkDialToRing(b *testing.B) {
	for _, going := range []int{0, 100} {
		b.Run(fmt.Sprintf("during %d calls", going), func(b *testing.B) {
			house := doorlinktest.New(b)
			for i := range going {
				name := fmt.Sprintf("Busy%d", i)
				other := house.Resident(name, fmt.Sprint(100+i))
				call := house.Scan("Front door").Dial(name)
				other.Hears(call).Answer()
			}
			ana, visit := house.Resident("Ana", "4B"), house.Scan("Front door")
			var waits []time.Duration
			for b.Loop() {
				for range turns {
					began := time.Now()
					call := visit.Dial("Ana")
					ring := ana.Hears(call)
					waits = append(waits, time.Since(began))
					ring.Answer()
					visit.HangsUp(call)
				}
				break
			}
			spread(b, "ring", waits)
		})
	}
}

// BenchmarkGrantToScreen is the server's part of a doorcode: from the resident's
// wish to the code at the visitor's page, written to the ledger before.
func BenchmarkGrantToScreen(b *testing.B) {
	house := doorlinktest.New(b)
	var waits []time.Duration
	for b.Loop() {
		for i := range turns / 10 {
			name := fmt.Sprintf("Ana%d", i)
			ana, visit := house.Resident(name, fmt.Sprint(i)), house.Scan("Front door")
			call := visit.Dial(name)
			ana.Hears(call).Answer()
			for nth := 1; nth <= 10; nth++ {
				began := time.Now()
				code := ana.GrantNth(call, nth)
				visit.Sees(code)
				waits = append(waits, time.Since(began))
				visit.SaysOpened(call, nth, "yes")
				ana.SeesOpened(call, nth, "yes")
			}
			visit.HangsUp(call)
		}
		break
	}
	spread(b, "code", waits)
}
