package doorlinktest

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"doorlink"
)

// leisurely takes a second for every move of a call.
type leisurely struct {
	asked
	moving atomic.Int32
}

func (l *leisurely) ChangeCall(ctx context.Context, id doorlink.CallID,
	change func(doorlink.Call) (doorlink.Call, error)) (doorlink.Call, error) {
	l.moving.Add(1)
	defer l.moving.Add(-1)
	time.Sleep(time.Second)
	return l.Calls.ChangeCall(ctx, id, change)
}

func TestNodeEndsAfterTheMovesThatNoPageWaitsFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &leisurely{}
		t.Cleanup(func() { // after the nodes have ended
			if n := l.moving.Load(); n > 0 {
				t.Errorf("the nodes have ended, and %d moves go on", n)
			}
		})
		house := twins(t, func(a asked) asked {
			l.asked = a
			return asked{l, a, a}
		}).House(t)
		ana := house.Resident("Ana", "4B")
		ana.Hears(house.Scan("Front door").Dial("Ana"))
		synctest.Wait()
		if l.moving.Load() == 0 {
			t.Error("nothing is under way that the nodes could wait for")
		}
	})
}

func TestCodeOfACallLongOverComesAfterTheCall(t *testing.T) {
	inBetween(t, func(t *testing.T, house *House, _ *between) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		code := ana.Grant(call)
		ana.HangsUp(call)
		visit.Told(call, doorlink.Ended)
		visit.Close()
		time.Sleep(doorlink.GrantTime + time.Minute)
		visit.Open()
		visit.SeesAgain(code)
		if first := visit.line.all()[0]; first.Kind != doorlink.SigCall || first.News.State != doorlink.Ended {
			t.Errorf("heard %s first", first.Kind)
		}
	})
}
