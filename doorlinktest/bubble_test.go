package doorlinktest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"doorlink"
	"doorlink/doorlinktest"
)

// inBubble plays a scenario in fake time, where times are exact and waiting costs only
// what a node does every second: begin shortly before it matters. It begins at the given moment, or on 1 January 2000.
func inBubble(t *testing.T, begin string, play func(t *testing.T, house *doorlinktest.House)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		if begin != "" {
			at, err := time.ParseInLocation(time.DateTime, begin, berlin(t))
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Until(at)) // before anything runs that would tick through all these years
		}
		play(t, doorlinktest.InBubble(t).House(t))
	})
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// wantAfter compares how long something took with how long it must take.
func wantAfter(t *testing.T, what string, since time.Time, want time.Duration) {
	t.Helper()
	if got := time.Since(since); got != want {
		t.Errorf("%s took %v, want %v", what, got, want)
	}
}

func TestRingEndsMissedAfterThirtySeconds(t *testing.T) {
	inBubble(t, "", func(t *testing.T, house *doorlinktest.House) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		visit.Told(call, doorlink.Ringing)
		began := time.Now()
		visit.Told(call, doorlink.Missed)
		wantAfter(t, "ringing", began, doorlink.RingTime)
		ana.Told(call, doorlink.Missed)
	})
}

func TestCallWithoutAnOpenLineIsUnreachableAfterTwoSeconds(t *testing.T) {
	inBubble(t, "", func(t *testing.T, house *doorlinktest.House) {
		ana := house.Resident("Ana", "4B")
		ana.Close()
		visit := house.Scan("Front door")
		began := time.Now()
		call := visit.Dial("Ana")
		visit.Told(call, doorlink.Unreachable)
		wantAfter(t, "looking for a line", began, 2*time.Second)
	})
}

func TestCallThatNoPageShowsIsUnreachableAfterEightSeconds(t *testing.T) {
	inBubble(t, "", func(t *testing.T, house *doorlinktest.House) {
		ana := house.Resident("Ana", "4B")
		ana.Close()
		ana.Silent = true
		ana.Open()
		visit := house.Scan("Front door")
		began := time.Now()
		call := visit.Dial("Ana")
		visit.Told(call, doorlink.Unreachable)
		wantAfter(t, "looking for a page", began, doorlink.ReachTime)
	})
}

func TestPageThatIsReloadedWhileSomebodyCallsStillRings(t *testing.T) {
	inBubble(t, "", func(t *testing.T, house *doorlinktest.House) {
		ana := house.Resident("Ana", "4B")
		ana.Close()
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		time.Sleep(1900 * time.Millisecond)
		ana.Open()
		ana.Hears(call)
		visit.Told(call, doorlink.Ringing)
	})
}

func TestHandsetThatWakesTwentySecondsLateAnswers(t *testing.T) {
	inBubble(t, "", func(t *testing.T, house *doorlinktest.House) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		visit.Offers(call)
		ana.Hears(call)
		time.Sleep(20 * time.Second)
		late := ana.Another(house.Nodes[0])
		late.Open()
		ring := late.Hears(call)
		late.HearsOffer(call)
		if got, want := ring.News.LeftMS, int64(10_000); got != want {
			t.Errorf("the late handset rings for another %d ms, want %d", got, want)
		}
		ring.Answer()
		visit.Told(call, doorlink.Answered)
		ana.Told(call, doorlink.Answered)
	})
}

func TestConversationEndsAfterThreeMinutesUnlessExtended(t *testing.T) {
	inBubble(t, "", func(t *testing.T, house *doorlinktest.House) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		began := time.Now()
		time.Sleep(2 * time.Minute)
		ana.Extends(call)
		got := visit.Told(call, doorlink.Ended)
		wantAfter(t, "talking", began, 2*time.Minute+doorlink.TalkTime)
		if got.Reason != doorlink.ByLimit {
			t.Errorf("the call ended by %q, want by the limit", got.Reason)
		}
		if got := ana.Told(call, doorlink.Ended).Reason; got != doorlink.ByLimit {
			t.Errorf("the resident was told %q, want by the limit", got)
		}
	})
}

func TestConversationIsLostAfterAMinuteWithoutItsVisitor(t *testing.T) {
	inBubble(t, "", func(t *testing.T, house *doorlinktest.House) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		visit.Told(call, doorlink.Answered)
		ana.OtherSide(call, true, visit.Close)
		gone := time.Now()
		got := ana.Told(call, doorlink.Ended)
		wantAfter(t, "holding the call", gone, doorlink.HoldTime)
		if got.Reason != doorlink.ByLoss {
			t.Errorf("the call ended by %q, want by loss", got.Reason)
		}
	})
}

func TestVisitorWhoseNetworkIsGoneIsNoticedWithinAMinute(t *testing.T) {
	inBubble(t, "", func(t *testing.T, house *doorlinktest.House) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		visit.Told(call, doorlink.Answered)
		gone := time.Now()
		ana.OtherSide(call, true, visit.FallsSilent)
		if got := time.Since(gone); got > time.Minute {
			t.Errorf("it took %v to notice that nobody is there", got)
		}
		noticed := time.Now()
		ana.Told(call, doorlink.Ended)
		wantAfter(t, "holding the call", noticed, doorlink.HoldTime)
	})
}

func TestChangeOfTheDirectoryReachesAnOpenPageWithinTwoSeconds(t *testing.T) {
	inBubble(t, "", func(t *testing.T, house *doorlinktest.House) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		visit.Open()
		time.Sleep(300 * time.Millisecond)
		ana.Hides()
		changed := time.Now()
		visit.DirectoryChanged()
		if got := time.Since(changed); got > 2*time.Second {
			t.Errorf("it took %v to tell the page", got)
		}
	})
}

func TestQuietHoursStandOnThePageWhileTheyLast(t *testing.T) {
	inBubble(t, "2026-11-29 23:50:00", func(t *testing.T, house *doorlinktest.House) {
		house.Resident("Ana", "4B")
		house.Settings(func(p *doorlink.Property) { p.Quiet = doorlink.Hours{From: 23*60 + 55, To: 5} })
		visit := house.Scan("Front door")
		const asks = "Quiet hours until 00:05"
		for _, tt := range []struct {
			after time.Duration
			quiet bool
		}{{0, false}, {5 * time.Minute, true}, {10*time.Minute - time.Second, true}, {time.Second, false}} {
			time.Sleep(tt.after)
			for name, page := range map[string]string{"page": visit.Page(), "search": visit.Search("ana")} {
				if got := strings.Contains(page, asks); got != tt.quiet {
					t.Errorf("at %s the %s says so: %t", time.Now().In(berlin(t)).Format(time.TimeOnly), name, got)
				}
			}
		}
	})
}

// TestCallsAndCodesGoOnWithoutTheirZone: the tz database no longer knows the
// zone, but the lock has its calendar, by which midnights and hours go on.
func TestCallsAndCodesGoOnWithoutTheirZone(t *testing.T) {
	inBubble(t, "2026-11-29 19:50:00", func(t *testing.T, house *doorlinktest.House) {
		house.LosesZone("Europe/Atlantis")
		house.OpensFrom(8*60, 20*60)
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		visit.Told(call, doorlink.Answered)
		code := ana.Grant(call)
		visit.Sees(code)
		house.Keypad("Front door").Opens(code)
		if got, want := time.UnixMilli(code.Until).In(berlin(t)), "2026-11-30 00:00:00"; got.Format(time.DateTime) != want {
			t.Errorf("the code ends %s, want %s", got, want)
		}
		time.Sleep(time.Minute)
		visit.HangsUp(call)

		time.Sleep(20 * time.Minute)
		call = visit.Dial("Ana")
		ana.Hears(call).Answer()
		visit.Told(call, doorlink.Answered)
		refused := ana.GrantRefused(call)
		if want := "from 8:00 to 20:00. It is 20:11"; refused.Key != "grant.hours" || !strings.Contains(refused.Text, want) {
			t.Errorf("refused with %s: %s", refused.Key, refused.Text)
		}
	})
}

func TestVisitorWhoIsBackWithinAMinuteKeepsTheCall(t *testing.T) {
	inBubble(t, "", func(t *testing.T, house *doorlinktest.House) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		visit.Close()
		time.Sleep(doorlink.HoldTime - time.Millisecond)
		visit.Reload()
		visit.Told(call, doorlink.Answered)
		time.Sleep(time.Minute)
		if got := ana.Last(call).State; got != doorlink.Answered {
			t.Errorf("a minute later the call is %s, want it answered", got)
		}
	})
}

func TestWaitingVisitorIsMissedAfterThreeMinutes(t *testing.T) {
	inBubble(t, "", func(t *testing.T, house *doorlinktest.House) {
		ana := house.Resident("Ana", "4B")
		first, second := house.Scan("Front door"), house.Scan("North gate")
		one := first.Dial("Ana")
		ana.Hears(one).Answer()
		time.Sleep(time.Second)
		began := time.Now()
		two := second.Dial("Ana")
		second.Told(two, doorlink.Waiting)
		time.Sleep(time.Second) // or the conversation would end in the same instant as the waiting
		ana.Extends(one)
		second.Told(two, doorlink.Missed)
		wantAfter(t, "waiting", began, doorlink.WaitTime)
		ana.Told(two, doorlink.Missed)
	})
}

func TestCodeCanBeGivenForTwoMinutesAfterTheEnd(t *testing.T) {
	inBubble(t, "", func(t *testing.T, house *doorlinktest.House) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		ana.HangsUp(call)
		visit.Told(call, doorlink.Ended)
		time.Sleep(doorlink.GrantTime)
		code := ana.Grant(call)
		visit.Sees(code)
		time.Sleep(time.Millisecond)
		if got := ana.GrantRefused(call); got.Key != "call.over" || got.Status != 410 || got.Text == "" {
			t.Errorf("later it was refused with %q, %d, %q; want call.over, 410 and a sentence", got.Key, got.Status, got.Text)
		}
		house.Keypad("Front door").Opens(code)
	})
}

func TestVisitorWhoCallsThreeTimesInVainIsHeldFor(t *testing.T) {
	inBubble(t, "", func(t *testing.T, house *doorlinktest.House) {
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		began := time.Now()
		for range 3 {
			call := visit.Dial("Ana")
			visit.Told(call, doorlink.Missed)
		}
		got := visit.DialRefused("Ana")
		if want := (doorlink.LimitSpan - time.Since(began)).Milliseconds(); got.Key != "call.held" || got.Status != 429 ||
			got.Text == "" || got.LeftMS != want {
			t.Errorf("the fourth call was refused with %+v, want call.held for %d ms", got, want)
		}
		time.Sleep(doorlink.LimitSpan - time.Since(began))
		call := visit.Dial("Ana")
		ana.Hears(call)
	})
}

func TestCodeOfBeforeMidnightEndsWithItsGrace(t *testing.T) {
	inBubble(t, "2026-06-10 23:59:00", func(t *testing.T, house *doorlinktest.House) {
		midnight := time.Date(2026, 6, 11, 0, 0, 0, 0, berlin(t))
		ana := house.Resident("Ana", "4B")
		visit := house.Scan("Front door")
		call := visit.Dial("Ana")
		ana.Hears(call).Answer()
		old, other := ana.Grant(call), ana.Grant(call)
		if got := time.UnixMilli(old.Until); !got.Equal(midnight) {
			t.Errorf("the code ends at %v, want midnight", got)
		}
		time.Sleep(time.Until(midnight))
		visit.Reload()
		visit.Told(call, doorlink.Answered)
		next := ana.Grant(call)
		visit.Sees(next)
		if next.Digits == old.Digits || next.Digits == other.Digits {
			t.Error("a code of the new day is one of yesterday's")
		}
		if got, want := time.UnixMilli(next.Until), midnight.AddDate(0, 0, 1); !got.Equal(want) {
			t.Errorf("the new code ends at %v, want %v", got, want)
		}
		keypad := house.Keypad("Front door")
		keypad.OpensAt(old, midnight.Add(10*time.Minute-time.Second))
		keypad.RefusesAt(other, midnight.Add(10*time.Minute+time.Second))
		keypad.OpensAt(next, midnight.Add(10*time.Minute+2*time.Second))
	})
}

func TestCodesHoldOnTheDaysOnWhichClocksChange(t *testing.T) {
	for name, day := range map[string]struct {
		begin   string
		change  string // in UTC
		hours   float64
		evening string // the last moment but one second
	}{
		"spring": {"2026-03-29 01:50:00", "2026-03-29T01:00:00Z", 23, "2026-03-29 23:59:59"},
		"autumn": {"2026-10-25 01:50:00", "2026-10-25T01:00:00Z", 25, "2026-10-25 23:59:59"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, day.begin, func(t *testing.T, house *doorlinktest.House) {
				ana := house.Resident("Ana", "4B")
				visit := house.Scan("Front door")
				call := visit.Dial("Ana")
				ana.Hears(call).Answer()
				first, second := ana.Grant(call), ana.Grant(call)
				visit.Sees(first)
				keypad := house.Keypad("Front door")
				keypad.Opens(first)
				visit.SaysOpened(call, 1, "yes")
				ana.SeesOpened(call, 1, "yes")
				ana.HangsUp(call)
				visit.Close()

				change, err := time.Parse(time.RFC3339, day.change)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Until(change.Add(10 * time.Second)))
				visit.Reload()
				visit.SeesAgain(second)
				again := visit.Dial("Ana")
				ana.Hears(again).Answer()
				third, fourth := ana.Grant(again), ana.Grant(again)
				if third.Until != first.Until {
					t.Errorf("codes of one day end at %v and %v", time.UnixMilli(first.Until), time.UnixMilli(third.Until))
				}
				midnight := time.UnixMilli(third.Until).In(berlin(t))
				if got := midnight.Sub(midnight.AddDate(0, 0, -1)).Hours(); got != day.hours || midnight.Hour() != 0 {
					t.Errorf("the day ends at %v after %v hours, want midnight after %v", midnight, got, day.hours)
				}
				evening, err := time.ParseInLocation(time.DateTime, day.evening, berlin(t))
				if err != nil {
					t.Fatal(err)
				}
				keypad.Opens(second)
				keypad.OpensAt(third, evening)
				keypad.RefusesAt(fourth, midnight.Add(10*time.Minute+time.Second))
			})
		})
	}
}
