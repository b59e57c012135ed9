package doorlinktest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"doorlink"
)

// between lets a test do something at one moment inside what a board does: right
// after it has read, and before it acts on what it read.
type between struct {
	asked

	mu                     sync.Mutex
	visitCall, call, given func() // each is run once and then forgotten

	garbled atomic.Bool // the next code that is opened
}

// once runs what is to be done, outside the lock: it may come back here.
func (b *between) once(f *func()) {
	b.mu.Lock()
	do := *f
	*f = nil
	b.mu.Unlock()
	if do != nil {
		do()
	}
}

// at sets what is to be done at a moment.
func (b *between) at(f *func(), do func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*f = do
}

func (b *between) VisitCall(ctx context.Context, v doorlink.VisitID) (doorlink.Call, error) {
	defer b.once(&b.visitCall)
	return b.Calls.VisitCall(ctx, v)
}

func (b *between) Call(ctx context.Context, id doorlink.CallID) (doorlink.Call, error) {
	defer b.once(&b.call)
	return b.Calls.Call(ctx, id)
}

func (b *between) Given(ctx context.Context, c doorlink.CallID, now time.Time) ([]doorlink.Code, error) {
	defer b.once(&b.given)
	return b.Codes.Given(ctx, c, now)
}

func (b *between) Open(c doorlink.CallID, sealed []byte) (doorlink.Code, error) {
	if b.garbled.Swap(false) {
		sealed = sealed[1:]
	}
	return b.Codes.Open(c, sealed)
}

// inBetween plays on twins whose boards can be interrupted.
func inBetween(t *testing.T, play func(t *testing.T, house *House, b *between)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &between{}
		cluster := twins(t, func(a asked) asked {
			b.asked = a
			return asked{b, b, b}
		})
		play(t, cluster.House(t), b)
	})
}

func TestCodeThatIsGivenDuringAReloadIsShown(t *testing.T) {
	inBetween(t, func(t *testing.T, house *House, b *between) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		visit.Close()
		var code doorlink.Code
		b.at(&b.given, func() { code = ana.Grant(call) })
		visit.Open()
		visit.Told(call, doorlink.Answered)
		visit.SeesAgain(code)
	})
}

func TestCodeThatIsLostOnTheWayIsShownFromTheLedger(t *testing.T) {
	inBetween(t, func(t *testing.T, house *House, b *between) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		b.garbled.Store(true)
		visit.Sees(ana.Grant(call))
	})
}

func TestPageIsToldHowTheCallStandsBeforeAnythingElse(t *testing.T) {
	inBetween(t, func(t *testing.T, house *House, b *between) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		visit.Close()
		b.at(&b.call, func() {
			ana.Writes(call, 1, "are you there?")
			ana.Close() // whereupon the visitor hears that the resident is away
			time.Sleep(time.Second)
		})
		visit.Open()
		visit.Reads(call, "are you there?")
		visit.ToldOf(call, "the resident is away", func(n doorlink.News) bool { return n.Away })
		for i, s := range visit.line.all() {
			if i == 0 && s.Kind != doorlink.SigCall || s.News != nil && s.News.State != doorlink.Answered {
				t.Errorf("heard as number %d: %s %+v", i+1, s.Kind, s.News)
			}
		}
	})
}

func TestPageThatOpenedLastHasTheCall(t *testing.T) {
	inBetween(t, func(t *testing.T, house *House, b *between) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		b.at(&b.visitCall, func() { time.Sleep(3 * time.Second) }) // the first page takes that long to resume
		visit.Open()
		time.Sleep(time.Second)
		visit.Loses()
		visit.Open()
		time.Sleep(5 * time.Second)
		ana.HangsUp(call)
		visit.Told(call, doorlink.Ended)
	})
}

func TestPageWhoseCallHasMovedCannotEndIt(t *testing.T) {
	inBetween(t, func(t *testing.T, house *House, _ *between) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		time.Sleep(time.Second)
		tab := visit.Tab()
		visit.Moved(call)
		visit.HangsUp(call)
		if got := visit.Refused("call.unknown").Status; got != 404 {
			t.Errorf("a page without the call was refused with %d, want 404", got)
		}
		if got := ana.Last(call).State; got != doorlink.Answered {
			t.Errorf("the call is %s, want it to go on", got)
		}
		tab.HangsUp(call)
		ana.Told(call, doorlink.Ended)
	})
}

func TestSecondTabThatAnswersTakesTheCallOver(t *testing.T) {
	inBetween(t, func(t *testing.T, house *House, _ *between) {
		ana := house.Resident("Ana", "4B")
		time.Sleep(time.Second)
		tab := ana.Tab()
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		first, second := ana.Hears(call), tab.Hears(call)
		first.Answer()
		second.Answer()
		ana.Moved(call)
	})
}

func TestLateHandsetReadsTheLatestOfALineThatIsBeingTyped(t *testing.T) {
	inBetween(t, func(t *testing.T, house *House, _ *between) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call)
		late := ana.Another(house.Nodes[1])
		for n := range 200 {
			late.Open()
			visit.Writes(call, n+1, "hello there")
			synctest.Wait()
			last := ""
			for _, s := range late.line.all() {
				if s.Kind == doorlink.SigText && s.Line == n+1 {
					last = s.Text
				}
			}
			if last != "hello there" {
				t.Fatalf("opening %d: the handset reads %q", n, last)
			}
			time.Sleep(60 * time.Millisecond) // as often as a page may speak
		}
	})
}
