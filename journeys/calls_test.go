package journeys

import (
	"testing"

	"doorlink/doorcode"
)

func TestDeclineEndsTheCall(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, guest := h.ringing(t)
	ada.tap("Decline")
	ada.is("home")
	guest.is("declined")
	guest.reads("Ada N. can’t take the call")
	guest.tap("Back to the directory")
	guest.is("directory")
}

func TestCancelLeadsBackToTheDirectory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, guest := h.ringing(t)
	guest.tap("Cancel")
	guest.is("directory")
	ada.is("missed")
	ada.reads("The visitor left")
}

func TestNobodyAnswersInThirtySeconds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, guest := h.ringing(t)
	guest.is("missed")
	guest.reads("Ada N. did not answer")
	guest.reads("Chidi N.") // who lives in the same unit
	ada.is("missed")
	ada.reads("You missed a visitor")
}

func TestNobodyIsReachedWithoutAnOpenPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	guest := h.visitor(t)
	guest.call("Bram V.", "1B", "")
	guest.is("unreachable")
	guest.reads("Nothing rang.")
}

func TestFourthUnansweredCallIsHeld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	guest := h.visitor(t)
	guest.call("Bram V.", "1B", "")
	for range 2 {
		guest.is("unreachable")
		guest.tap("Try Bram V. again")
		guest.is("connecting")
	}
	guest.is("unreachable")
	guest.tap("Try Bram V. again")
	guest.is("held")
	guest.reads("You can call again at")
}

func TestHangingUpEndsBothSides(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, guest := h.inCall(t)
	guest.tap("Hang up")
	guest.is("ended")
	ada.is("ended")
	ada.reads("The visitor hung up")
	ada.givesCode() // it is not too late
	guest.code()
	guest.is("code")
	guest.tap("Yes, I’m in")
	guest.is("used")
	ada.reads("The visitor says it opened")
}

// TestSecondVisitorWaits has two visitors for one resident: the second waits
// and is next.
func TestSecondVisitorWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, first := h.inCall(t)
	second := phone.open(t, "second visitor")
	second.visit(h.Doors[1].Visitor)
	second.call("Ada N.", "1A", "Service")
	second.is("waiting")
	ada.reads("Package room is waiting")
	ada.tap("Hang up and answer")
	first.is("ended")
	second.is("answered")
	ada.is("answered")
	ada.hears("relay")
	second.hears("relay")
}

// TestFirstAnswerWins rings on two devices of one resident.
func TestFirstAnswerWins(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tablet, other := h.resident(t, 0), phone.open(t, "second device")
	other.visit(h.link(t, "Ada Nwosu"))
	other.reads("You can be reached")
	guest := h.visitor(t)
	guest.call("Ada N.", "1A", "")
	tablet.is("incoming")
	other.is("incoming")
	guest.reads("2 devices")
	other.tap("Answer")
	other.is("answered")
	tablet.is("taken")
	guest.is("answered")
}

// TestSecondPageTakesTheCallOver opens the sticker's page again in the same
// browser: the call goes on there, and the same resident can be called again.
func TestSecondPageTakesTheCallOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, guest := h.inCall(t)
	again := guest.beside(t)
	again.visit(h.Visitor)
	again.is("answered")
	guest.is("moved")
	again.hears("relay")
	ada.hears("relay")
	ada.tap("Hang up")
	again.tap("Call Ada N. again")
	ada.is("incoming")
}

// TestDeadboltIsNamedForModelMAlone gives codes for locks of which one refuses
// them while its deadbolt is thrown.
func TestDeadboltIsNamedForModelMAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, guest := h.inCall(t)
	const note = "If the deadbolt is locked from inside"
	last := ""
	for _, lock := range []struct {
		model string
		named bool
	}{{"M2", false}, {"M", true}, {"G-M2", false}, {"M3", false}} {
		h.changeLock(t, func(s *doorcode.Setup) { s.Model = lock.model })
		if last == "" {
			ada.tap("Give doorcode")
		} else {
			ada.tap("Give a new code")
		}
		ada.is("confirm")
		ada.tap("Give doorcode")
		ada.is("sent")
		guest.see(`[data-doorcode]:not([data-doorcode="` + last + `"])`)
		last = guest.code()
		if lock.named {
			guest.reads(note)
		} else {
			guest.until("leaving the deadbolt of a "+lock.model+" alone", gone(note))
		}
	}
}

// TestTapLetsSoundPlay gives the resident a browser that has never been
// touched, as after a restart of the device: it rings on the screen, and
// answering is the tap that sound needs.
func TestTapLetsSoundPlay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, _ := h.ringing(t)
	ada.reads("Tap to hear the ring")
	ada.tap("Tap to hear the ring")
	ada.until("being audible", gone("Tap to hear the ring"))
	ada.tap("Answer")
	ada.hears("relay")
	if !ada.plays() {
		t.Error("the resident's page receives a voice and does not play it")
	}
}
