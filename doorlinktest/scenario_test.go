package doorlinktest_test

import (
	"sync"
	"testing"

	"doorlink"
	"doorlink/doorlinktest"
)

// The scenarios are played where everything is in one process and where two
// nodes share a database and a bus. near and far are the nodes that two people
// reach: one and the same, or different ones.
var scenarios = []struct {
	name string
	play func(t *testing.T, house *doorlinktest.House, near, far *doorlinktest.Node)
}{
	{"a visitor gets in", getsIn},
	{"a handset on another node answers", answersElsewhere},
	{"a handset that wakes late gets the offer and answers", wakesLate},
	{"eight handsets answer at once and one wins", eightAnswer},
	{"a resident declines", declines},
	{"nobody's line is open", nobodyThere},
	{"nobody answers", misses},
	{"a visitor cancels", cancels},
	{"a second visitor waits for the first", waits},
	{"a visitor comes back after a reload", visitorResumes},
	{"a resident comes back after a reload", residentResumes},
	{"a second tab takes over", secondTab},
	{"text goes both ways in order", writes},
	{"text from before the answer is read by a late handset", writesEarly},
	{"a code is given after the end", grantsAfterwards},
	{"a resident extends", extends},
	{"a visit has one call at a time", oneCall},
	{"a change of the directory reaches an open page", directoryChanges},
	{"a handset that is signed out loses its line", signedOut},
}

func TestScenarios(t *testing.T) {
	t.Parallel()
	for where, open := range map[string]func(testing.TB) *doorlinktest.Cluster{
		"alone": doorlinktest.Alone, "two nodes": doorlinktest.Together,
	} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			cluster := open(t)
			near, far := cluster.Nodes[0], cluster.Nodes[len(cluster.Nodes)-1]
			for _, s := range scenarios {
				t.Run(s.name, func(t *testing.T) {
					t.Parallel()
					s.play(t, cluster.House(t), near, far)
				})
			}
		})
	}
}

func getsIn(t *testing.T, house *doorlinktest.House, _, _ *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	ana.Hears(call).Answer()
	visit.HearsVoice(call)
	ana.HearsVoice(call)

	code := ana.Grant(call)
	visit.Sees(code)
	ana.SeesShown(call, code.Nth)
	house.Keypad("Front door").Opens(code)
	house.Keypad("Front door").Refuses(code) // spent
	house.Keypad("North gate").Refuses(code) // another door

	visit.HangsUp(call)
	if got := ana.Told(call, doorlink.Ended); got.Reason != doorlink.ByVisitor {
		t.Errorf("the call ended by %q, want by the visitor", got.Reason)
	}
	visit.Told(call, doorlink.Ended)
}

func answersElsewhere(t *testing.T, house *doorlinktest.House, _, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	ana.Through(far)
	ana.Open()
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	visit.Told(call, doorlink.Ringing)
	visit.Offers(call)
	ana.Hears(call).Answer()
	visit.Told(call, doorlink.Answered)
	visit.HearsVoice(call)
	ana.HearsVoice(call)
	visit.Sees(ana.Grant(call))
	ana.SeesShown(call, 1)
}

func wakesLate(t *testing.T, house *doorlinktest.House, _, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	visit.Offers(call)
	ana.Hears(call)
	visit.Told(call, doorlink.Ringing)

	late := ana.Another(far)
	late.Open()
	ring := late.Hears(call)
	if ring.News.Name != "Ana" || ring.News.Door != "Front door" {
		t.Errorf("the late handset reads %q at %q, want Ana at Front door", ring.News.Name, ring.News.Door)
	}
	late.HearsOffer(call)
	ring.Answer()
	ana.Told(call, doorlink.Answered)
	if ana.Last(call).Mine {
		t.Error("both handsets have the call")
	}
	visit.HearsVoice(call)
}

func eightAnswer(t *testing.T, house *doorlinktest.House, near, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	handsets := []*doorlinktest.Handset{ana.Handset}
	for i := range 7 {
		through := near
		if i%2 == 0 {
			through = far
		}
		h := ana.Another(through)
		h.Open()
		handsets = append(handsets, h)
	}
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	var rings []*doorlinktest.Ring
	for _, h := range handsets {
		rings = append(rings, h.Hears(call))
	}
	var all sync.WaitGroup
	for _, r := range rings {
		all.Go(func() {
			if err := r.TryAnswer(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()

	visit.Told(call, doorlink.Answered)
	winners := 0
	for _, h := range handsets {
		h.Told(call, doorlink.Answered) // it has stopped ringing, whoever won
		if h.Last(call).Mine {
			winners++
			continue
		}
		if got := h.Refused("call.taken").Status; got != 409 {
			t.Errorf("a loser was refused with %d, want 409", got)
		}
	}
	if winners != 1 {
		t.Errorf("%d handsets have the call, want 1", winners)
	}
}

func declines(t *testing.T, house *doorlinktest.House, _, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	other := ana.Another(far)
	other.Open()
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	ana.Hears(call)
	other.Hears(call).Decline()
	visit.Told(call, doorlink.Declined)
	ana.Told(call, doorlink.Declined)
	other.Told(call, doorlink.Declined)
}

func nobodyThere(t *testing.T, house *doorlinktest.House, _, _ *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	ben := house.Resident("Ben", "4B")
	ana.Close()
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	got := visit.Told(call, doorlink.Unreachable)
	if len(got.Others) != 1 || got.Others[0].Name != "Ben" || got.Others[0].Entry != ben.Entry {
		t.Errorf("others to try are %v, want Ben", got.Others)
	}
	for _, s := range visit.States(call) {
		if s == doorlink.Ringing || s == doorlink.Missed {
			t.Errorf("a call that nobody could hear was said to be %s", s)
		}
	}
}

// misses lets a call ring until its time is over. How long that is, the same in
// fake time tells.
func misses(t *testing.T, house *doorlinktest.House, _, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	house.Resident("Ben", "4B")
	late := ana.Another(far)
	late.Open()
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	ana.Hears(call)
	late.Hears(call)
	visit.Told(call, doorlink.Ringing)
	house.RingsOut(call)
	if got := visit.Told(call, doorlink.Missed); len(got.Others) != 1 || got.Others[0].Name != "Ben" {
		t.Errorf("others to try are %v, want Ben", got.Others)
	}
	ana.Told(call, doorlink.Missed)
	late.Told(call, doorlink.Missed)
}

func cancels(t *testing.T, house *doorlinktest.House, _, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	ana.Through(far)
	ana.Open()
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	ring := ana.Hears(call)
	visit.HangsUp(call)
	visit.Told(call, doorlink.Cancelled)
	ana.Told(call, doorlink.Cancelled)
	if err := ring.TryAnswer(); err != nil {
		t.Fatal(err)
	}
	if got := ana.Refused("call.over").Status; got != 410 {
		t.Errorf("answering a cancelled call was refused with %d, want 410", got)
	}
}

func waits(t *testing.T, house *doorlinktest.House, _, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	first, second := house.Scan("Front door"), house.Scan("North gate")
	second.Through(far)
	one := first.Dial("Ana")
	ana.Hears(one).Answer()
	two := second.Dial("Ana")
	second.Told(two, doorlink.Waiting)
	ana.Told(two, doorlink.Waiting)
	if got := ana.Last(one); !got.Mine {
		t.Error("a second caller took the resident out of the first call")
	}
	ana.HangsUp(one)
	first.Told(one, doorlink.Ended)
	second.Told(two, doorlink.Ringing)
	ana.Hears(two).Answer()
	second.Told(two, doorlink.Answered)
}

func visitorResumes(t *testing.T, house *doorlinktest.House, _, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	ana.Hears(call).Answer()
	code := ana.Grant(call)
	visit.Sees(code)

	ana.OtherSide(call, true, visit.Close)
	visit.Through(far)
	ana.OtherSide(call, false, visit.Reload)
	visit.Told(call, doorlink.Answered)
	visit.SeesAgain(code)
	visit.HearsVoice(call)
	visit.Sees(ana.Grant(call))
}

func residentResumes(t *testing.T, house *doorlinktest.House, _, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	ana.Hears(call).Answer()
	code := ana.Grant(call)

	visit.OtherSide(call, true, ana.Close)
	ana.Through(far)
	visit.OtherSide(call, false, ana.Open)
	if !ana.Told(call, doorlink.Answered).Mine {
		t.Error("the handset has lost its call by a reload")
	}
	ana.SeesCode(call, code)
	ana.Writes(call, 1, "back again")
	visit.Reads(call, "back again")
	visit.HearsVoice(call)
}

func secondTab(t *testing.T, house *doorlinktest.House, _, _ *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	ana.Hears(call).Answer()

	tab := visit.Tab()
	tab.Told(call, doorlink.Answered)
	visit.Moved(call)
	ana.Writes(call, 1, "which of you?")
	tab.Reads(call, "which of you?")

	other := ana.Tab()
	if !other.Told(call, doorlink.Answered).Mine {
		t.Error("the second tab of the handset does not have the call")
	}
	ana.Moved(call)
	tab.Writes(call, 1, "this one")
	other.Reads(call, "this one")
}

func writes(t *testing.T, house *doorlinktest.House, _, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	ana.Through(far)
	ana.Open()
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	ana.Hears(call).Answer()
	visit.Told(call, doorlink.Answered)
	var asked, said []string
	for i := range 20 {
		a, s := "question "+string(rune('a'+i)), "answer "+string(rune('a'+i))
		visit.Writes(call, i+1, a)
		ana.Writes(call, i+1, s)
		asked, said = append(asked, a), append(said, s)
	}
	ana.ReadsAll(call, asked)
	visit.ReadsAll(call, said)
}

func writesEarly(t *testing.T, house *doorlinktest.House, _, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	visit := house.Scan("Front door")
	call := visit.DialAs("Ana", doorlink.Caller{Kind: doorlink.Delivery, Line: "Parcel for Ana"})
	visit.Writes(call, 1, "I cannot hear")
	visit.Writes(call, 2, "please write")
	ana.Reads(call, "please write")

	late := ana.Another(far)
	late.Open()
	ring := late.Hears(call)
	if got := ring.News.Caller; got == nil || got.Kind != doorlink.Delivery || got.Line != "Parcel for Ana" {
		t.Errorf("the late handset knows the caller as %v", got)
	}
	late.ReadsAll(call, []string{"I cannot hear", "please write"})
	ring.Answer()
	late.Writes(call, 1, "coming")
	visit.Reads(call, "coming")
}

func grantsAfterwards(t *testing.T, house *doorlinktest.House, _, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	ana.Through(far)
	ana.Open()
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	ana.Hears(call).Answer()
	ana.HangsUp(call)
	if got := visit.Told(call, doorlink.Ended); got.Reason != doorlink.ByResident || got.GrantMS == 0 {
		t.Errorf("the visitor was told %q, %d ms to grant, want by the resident and some", got.Reason, got.GrantMS)
	}
	code := ana.Grant(call)
	visit.Sees(code)
	house.Keypad("Front door").Opens(code)
	visit.SaysOpened(call, 1, "yes")
	ana.SeesOpened(call, 1, "yes")
}

func extends(t *testing.T, house *doorlinktest.House, _, _ *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	ana.Hears(call).Answer()
	before := visit.Told(call, doorlink.Answered)
	for range 50 { // more than a millisecond, which is how exactly a call keeps time
		ana.Extends(call)
	}
	visit.ToldOf(call, "more time", func(n doorlink.News) bool {
		return n.TalkedMS+n.LeftMS > before.TalkedMS+before.LeftMS
	})
}

func oneCall(t *testing.T, house *doorlinktest.House, _, _ *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	house.Resident("Ben", "5A")
	visit := house.Scan("Front door")
	call := visit.Dial("Ana")
	ana.Hears(call)
	if got := visit.DialRefused("Ben"); got.Key != "call.in_call" || got.Text == "" {
		t.Errorf("a second call was refused with %q, %q", got.Key, got.Text)
	}
	if got := visit.Last(call).State; got.Over() {
		t.Errorf("the first call is %s, want it to go on", got)
	}
}

func directoryChanges(t *testing.T, house *doorlinktest.House, _, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	visit := house.Scan("Front door")
	visit.Through(far)
	visit.Open()
	if !visit.Listed("Ana") {
		t.Fatal("Ana is not listed")
	}
	ana.Hides()
	visit.DirectoryChanged()
	visit.Load()
	if visit.Listed("Ana") {
		t.Error("Ana is listed although she hides herself")
	}
}

func signedOut(t *testing.T, house *doorlinktest.House, _, far *doorlinktest.Node) {
	ana := house.Resident("Ana", "4B")
	ana.SignsOut(far)
	ana.HungUp()
	if status, _ := ana.Get("/r/"); status == 200 {
		t.Error("a handset that is signed out still sees its page")
	}
}
