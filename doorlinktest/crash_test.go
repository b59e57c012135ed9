package doorlinktest_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"doorlink"
	"doorlink/doorlinktest"
)

// killed kills a node at any moment within the next few milliseconds, which is
// about what a move takes.
func killed(n *doorlinktest.Node) {
	<-time.After(rand.N(4 * time.Millisecond))
	n.Kill()
}

func TestCallGoesOnAfterItsNodeWasKilledWhileItRang(t *testing.T) {
	t.Parallel()
	house := doorlinktest.Processes(t, 1).House(t)
	ana := house.Resident("Ana", "4B")
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	visit.Told(call, doorlink.Ringing)

	house.Nodes[0].Kill()
	visit.HungUp()
	ana.HungUp()
	house.Nodes[0].Start()
	visit.Reload()
	ana.Open()
	visit.Told(call, doorlink.Ringing)
	ana.Hears(call).Answer()
	visit.Told(call, doorlink.Answered)
	visit.HearsVoice(call)
}

// TestAnswerSurvivesAKillOrNeverWas kills the node while it is being told of an
// answer: afterwards the call is this handset's, or it still rings and can be
// answered, and both ends agree.
func TestAnswerSurvivesAKillOrNeverWas(t *testing.T) {
	t.Parallel()
	house := doorlinktest.Processes(t, 1).House(t)
	ana := house.Resident("Ana", "4B")
	for range 3 {
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ring := ana.Hears(call)
		if err := ring.TryAnswer(); err != nil {
			t.Fatal(err)
		}
		killed(house.Nodes[0])
		house.Nodes[0].Start()
		ana.Open() // first: a slow machine must not make the call look for a line in vain
		visit.Reload()
		if got := ana.ToldAnything(call); got.State == doorlink.Answered && !got.Mine {
			t.Error("the call is answered, but not by the handset that did")
		} else if got.State != doorlink.Answered {
			ana.Hears(call).Answer()
		}
		visit.Told(call, doorlink.Answered)
		visit.HangsUp(call)
		ana.Told(call, doorlink.Ended)
		visit.Close()
	}
}

// TestCodeSurvivesAKillAndIsGivenOnce kills the node between a code being asked
// for and being shown.
func TestCodeSurvivesAKillAndIsGivenOnce(t *testing.T) {
	t.Parallel()
	house := doorlinktest.Processes(t, 1).House(t)
	ana := house.Resident("Ana", "4B")
	given := map[string]bool{}
	keypad := house.Keypad("Front door")
	for range 3 {
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		ana.AsksForCode(call, 1)
		killed(house.Nodes[0])
		house.Nodes[0].Start()
		visit.Reload()
		ana.Open()
		code := ana.GrantNth(call, 1)
		visit.Sees(code)
		if given[code.Digits] {
			t.Error("a code was given twice")
		}
		given[code.Digits] = true
		if again := ana.GrantNth(call, 1); again.Digits != code.Digits {
			t.Error("the same code has other digits when it is asked for again")
		}
		keypad.Opens(code)
		keypad.Refuses(code)
		visit.SaysOpened(call, 1, "yes")
		ana.SeesOpened(call, 1, "yes")
		visit.HangsUp(call)
		ana.Told(call, doorlink.Ended)
		visit.Close()
	}
}

func TestVisitorGoesOnAnotherNodeWhenTheirsIsKilled(t *testing.T) {
	t.Parallel()
	cluster := doorlinktest.Processes(t, 2)
	house := cluster.House(t)
	ana := house.Resident("Ana", "4B")
	ana.Through(cluster.Nodes[1])
	ana.Open()
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	visit.Told(call, doorlink.Ringing)

	cluster.Nodes[0].Kill() // while it rings
	visit.HungUp()
	visit.Through(cluster.Nodes[1])
	visit.Reload()
	visit.Told(call, doorlink.Ringing)
	ana.Hears(call).Answer()
	visit.Told(call, doorlink.Answered)
	code := ana.Grant(call)
	visit.Sees(code)
	visit.HearsVoice(call)

	cluster.Nodes[0].Start()
	visit.Through(cluster.Nodes[0])
	visit.Reload()
	visit.Told(call, doorlink.Answered)
	cluster.Nodes[1].Kill() // the resident's, while they talk
	ana.HungUp()
	ana.Through(cluster.Nodes[0])
	ana.Open()
	if !ana.Told(call, doorlink.Answered).Mine {
		t.Error("the handset has lost its call")
	}
	ana.SeesCode(call, code)
	visit.SeesAgain(code)
	ana.Writes(call, 1, "still there?")
	visit.Reads(call, "still there?")
	visit.HearsVoice(call)
	house.Keypad("Front door").Opens(code)
}
