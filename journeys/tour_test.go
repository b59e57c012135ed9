package journeys

import (
	"context"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"

	"doorlink/store"
)

// look is what is done with a page in each state of a tour.
type look func(t *tab, state string)

// tours lead through every state that a page can be in, each with a building of
// its own.
var tours = []struct {
	name string
	walk func(testing.TB, look)
}{
	{"a visit from the sticker to the door", tourVisit},
	{"calls that nobody takes", tourEnds},
	{"lines that are lost", tourLoss},
	{"two at a time", tourTwo},
	{"doorcodes that are refused", tourRefusal},
	{"what time brings", tourTime},
	{"a call that fails", tourFailure},
	{"directories and stickers", tourSticker},
	{"a resident at home", tourHome},
	{"the lock", tourLock},
	{"a server without a building", tourSetup},
	{"a manager at the console", tourConsole},
}

func tourVisit(tb testing.TB, see look) {
	h := newHouse(tb)
	ada, guest := h.resident(tb, 0), h.visitor(tb)
	guest.tap("Call Ada N., unit 1A")
	guest.is("before")
	guest.tapRole("radio", "Delivery")
	guest.do(chromedp.SendKeys(chromedp.CSS("[name=line]"), "Flowers from Kiosk 7"))
	see(guest, "visitor-before")
	h.frozen(func() {
		guest.tap("Call")
		guest.is("connecting")
		see(guest, "visitor-connecting")
	})
	guest.is("ringing")
	ada.is("incoming")
	see(guest, "visitor-ringing")
	see(ada, "resident-incoming")
	ada.tap("Answer")
	guest.is("answered")
	ada.hears("relay")
	guest.hears("relay")
	see(guest, "visitor-answered")
	see(ada, "resident-answered")
	guest.writes("Flowers for you\nThey need wat")
	ada.writes("How nice!\nI send you a cod")
	guest.reads("I send you a cod")
	see(guest, "visitor-talk")
	ada.tap("Mute")
	see(ada, "resident-talk")
	ada.tap("Give doorcode")
	ada.is("confirm")
	see(ada, "resident-confirm")
	h.frozen(func() {
		ada.tap("Give doorcode")
		ada.is("answered")
		see(ada, "resident-asked")
	})
	ada.is("sent")
	ada.reads("On the visitor’s screen")
	see(guest, "visitor-code")
	see(ada, "resident-sent")
	guest.tap("No")
	see(guest, "visitor-help")
	ada.reads("did not open")
	see(ada, "resident-sent-closed")
	guest.tap("Lights blinked A digit was wrong, or a pause over 5 seconds")
	see(guest, "visitor-advice")
	guest.tap("Yes, I’m in")
	guest.is("used")
	see(guest, "visitor-used")
	ada.reads("The visitor says it opened")
	see(ada, "resident-sent-opened")
	guest.tap("Hang up")
	ada.is("ended")
	see(ada, "resident-ended")
	see(guest, "visitor-used-over")
	guest.tap("Call Ada N. again")
	ada.is("incoming")
	ada.tap("Reply in text")
	guest.is("answered")
	see(ada, "resident-reply")
	ada.tap("Hang up")
	guest.is("ended")
	see(guest, "visitor-ended")
	see(ada, "resident-ended-early")
}

func tourEnds(tb testing.TB, see look) {
	h := newHouse(tb)
	ada, guest := h.resident(tb, 0), silent.open(tb, "visitor")
	guest.visit(h.Visitor)
	guest.call("Ada N.", "1A", "")
	guest.reads("No microphone")
	guest.writes("Hello, I have fl")
	ada.reads("Hello, I have fl")
	see(guest, "visitor-texting")
	see(ada, "resident-incoming-text")
	h.endsIn(tb, 0)
	guest.is("missed")
	see(guest, "visitor-missed")
	ada.is("missed")
	see(ada, "resident-missed")
	guest.tap("Try Ada N. again")
	ada.is("incoming")
	guest.tap("Cancel")
	ada.reads("The visitor left")
	see(ada, "resident-left")
	guest.call("Ada N.", "1A", "Service")
	ada.is("incoming")
	ada.tap("Answer")
	ada.reads("The visitor’s microphone is off")
	see(ada, "resident-answered-unheard")
	ada.tap("Hang up")
	guest.tap("Call Ada N. again")
	ada.is("incoming")
	ada.tap("Decline")
	guest.is("declined")
	see(guest, "visitor-declined")
	guest.tap("Try Ada N. again")
	guest.is("held")
	see(guest, "visitor-held")
	guest.tap("Back to the directory")
	guest.call("Bram V.", "1B", "")
	guest.is("unreachable")
	see(guest, "visitor-unreachable")
}

func tourLoss(tb testing.TB, see look) {
	h := newHouse(tb)
	ada, guest := h.inCall(tb)
	ada.do(chromedp.Navigate("about:blank"))
	guest.reads("connection is lost for the moment")
	see(guest, "visitor-answered-away")
	ada.visit(h.home())
	ada.is("answered")
	guest.do(chromedp.Navigate("about:blank"))
	ada.reads("The visitor’s connection is lost.")
	see(ada, "resident-answered-away")
	guest.visit(h.Visitor)
	guest.is("answered")
	ada.givesCode()
	guest.is("code")
	h.lost(func() {
		guest.reads("No connection.")
		see(guest, "visitor-code-offline")
		ada.reads("No connection.")
		see(ada, "resident-sent-offline")
	})
	guest.tap("Hang up")
	ada.is("ended")
	ada.tap("Back to your doors")
	second := h.visitor(tb)
	second.call("Ada N.", "1A", "")
	second.is("ringing")
	ada.is("incoming")
	h.lost(func() {
		second.is("offline")
		see(second, "visitor-offline")
		ada.is("missed") // its time is over while nothing can be heard
		ada.tap("Back to your doors")
		ada.reads("This device cannot be reached")
		see(ada, "resident-home-down")
	})
}

func tourTwo(tb testing.TB, see look) {
	h := newHouse(tb)
	ada, other := h.resident(tb, 0), phone.open(tb, "second device")
	other.visit(h.link(tb, "Ada Nwosu"))
	other.reads("You can be reached")
	guest := h.visitor(tb)
	guest.call("Ada N.", "1A", "")
	other.is("incoming")
	ada.is("incoming")
	ada.tap("Answer")
	other.is("taken")
	see(other, "resident-taken")
	second := phone.open(tb, "second visitor")
	second.visit(h.Doors[1].Visitor)
	second.call("Ada N.", "1A", "Delivery")
	second.is("waiting")
	see(second, "visitor-waiting")
	ada.reads("Package room is waiting")
	see(ada, "resident-second-caller")
	again := guest.beside(tb)
	again.visit(h.Visitor)
	again.is("answered")
	guest.is("moved")
	see(guest, "visitor-moved")
	page := ada.beside(tb)
	page.visit(h.home())
	page.is("answered")
	ada.is("moved")
	see(ada, "resident-moved")
}

func tourRefusal(tb testing.TB, see look) {
	h := newHouse(tb)
	ada, guest := h.inCall(tb)
	ada.givesCode()
	for range 7 { // as many as the demonstration's locks have room for
		ada.tap("Give a new code")
		ada.is("confirm")
		ada.tap("Give doorcode")
		ada.is("sent")
	}
	ada.tap("Give a new code")
	ada.tap("Give doorcode")
	ada.is("refused")
	see(ada, "resident-refused")
	guest.is("code")
}

func tourSticker(tb testing.TB, see look) {
	h := newHouse(tb)
	h.records(tb, func(ctx context.Context, db *store.DB) error {
		all, err := db.Properties(ctx)
		if err != nil {
			return err
		}
		all[0].Notice = "The lift is out of order today."
		return db.Write(ctx, func(tx *store.Tx) error { return tx.SetProperty(ctx, all[0]) })
	})
	guest := h.visitor(tb)
	guest.reads("The lift is out of order today.")
	see(guest, "visitor-directory")
	guest.do(chromedp.SendKeys(chromedp.CSS("input[type=search]"), "xyz"))
	guest.reads("No match")
	see(guest, "visitor-no-match")
	guest.visit(h.Visitor + "x")
	guest.is("unknown")
	see(guest, "visitor-unknown")
	guest.tapRole("link", "Type the code from the sticker")
	see(guest, "visitor-start")
	guest.do(chromedp.SendKeys(chromedp.CSS("input[name=code]"), "22222222\r"))
	guest.reads("No sticker has the code")
	see(guest, "visitor-start-wrong")
	h.endSticker(tb)
	guest.visit(h.Visitor)
	guest.is("gone")
	see(guest, "visitor-gone")

	big := newHouse(tb, "--residents", "300")
	guest.visit(big.Visitor)
	guest.is("search")
	see(guest, "visitor-search")
	guest.do(chromedp.SendKeys(chromedp.CSS("input[type=search]"), "anna"))
	guest.see("[data-to]")
	see(guest, "visitor-search-found")

	small := newHouse(tb, "--residents", "1")
	ada := small.resident(tb, 0)
	ada.tapRole("switch", "Show in intercom")
	ada.reads("Visitors do not find you")
	guest.visit(small.Visitor)
	guest.is("empty")
	see(guest, "visitor-empty")
}

func tourHome(tb testing.TB, see look) {
	h := newHouse(tb)
	ada := h.resident(tb, 0)
	see(ada, "resident-home")
	ada.tap("Test ring")
	ada.is("incoming")
	see(ada, "resident-test")
	ada.tap("Decline")
	ada.is("home")
	ada.tapRole("switch", "Show in intercom")
	ada.reads("Visitors do not find you")
	ada.unfold()
	see(ada, "resident-home-hidden")
	ada.tap("Sign out")
	ada.reads("You are signed out")
	see(ada, "resident-out")
	ada.visit(h.home())
	see(ada, "resident-not-signed-in")
	ada.visit(h.Residents[0].URL)
	ada.reads("This link was used")
	see(ada, "resident-link-used")
	ada.visit(h.Residents[0].URL + "x")
	see(ada, "resident-link-unknown")
	hana := phone.open(tb, "Hana S.")
	hana.visit(h.link(tb, "Hana Sato"))
	hana.reads("You can be reached")
	hana.unfold()
	see(hana, "resident-home-gym")
}

func tourLock(tb testing.TB, see look) {
	h := newHouse(tb)
	ada, _ := h.inCall(tb)
	code := ada.givesCode()
	lock := h.lock(tb)
	screen := phone.open(tb, "lock")
	screen.visit(lock.url)
	see(screen, "lock-asleep")
	screen.tap("Touch to wake")
	screen.is("awake")
	lock.frozen(func() { see(screen, "lock-awake") })
	screen.keys("123")
	screen.is("typing")
	lock.frozen(func() { see(screen, "lock-typing") })
	screen.is("asleep", "awake")
	screen.types(code)
	screen.is("accepted")
	lock.frozen(func() { see(screen, "lock-accepted") })
	screen.is("open")
	lock.frozen(func() { see(screen, "lock-open") })
	screen.is("asleep")
	screen.types(code)
	screen.is("refused")
	lock.frozen(func() { see(screen, "lock-refused") })
	screen.tap("Throw the deadbolt")
	screen.see("[data-bolt][data-thrown=true]")
	see(screen, "lock-bolt")
	screen.tap("Draw the deadbolt")
	screen.see("[data-bolt][data-thrown=false]")
	for {
		screen.is("asleep", "awake", "held")
		if screen.state() == "held" {
			break
		}
		screen.types("0000000"[:len(code)])
		screen.is("refused")
	}
	lock.frozen(func() { see(screen, "lock-held") })
	lock.damage(tb)
	screen.visit(lock.url)
	screen.is("broken")
	see(screen, "lock-broken")
}

func tourSetup(tb testing.TB, see look) {
	operator := phone.open(tb, "operator")
	operator.visit(emptyHouse(tb))
	operator.is("setup")
	see(operator, "setup-form")
	operator.do(
		chromedp.SendKeys(chromedp.CSS("[name=name]"), "Linden Court"),
		chromedp.SetValue(chromedp.CSS("[name=zone]"), "Europe/Berlin"),
		chromedp.SetValue(chromedp.CSS("[name=doors]"), "North gate\nGarage"),
		chromedp.SetValue(chromedp.CSS("[name=residents]"), "1A, Ada, Nwosu\n1B"),
		chromedp.SendKeys(chromedp.CSS("[name=manager]"), "Rut Okafor"),
		chromedp.SendKeys(chromedp.CSS("[name=email]"), "rut@linden.example"),
		chromedp.Click(chromedp.CSS("button")),
	)
	operator.reads("This line cannot be read: 1B")
	see(operator, "setup-wrong")
	operator.do(
		chromedp.SetValue(chromedp.CSS("[name=residents]"), "1A, Ada, Nwosu\n1B, Bram, Visser"),
		chromedp.Click(chromedp.CSS("button")),
	)
	operator.is("done")
	see(operator, "setup-done")
}

// unfold opens the first part of the page that can be opened.
func (t *tab) unfold() {
	t.tb.Helper()
	t.do(chromedp.WaitNotPresent(chromedp.CSS("main[data-settling]")), chromedp.Click(chromedp.CSS("details summary")))
	t.see("details[open]")
}

// frozen does something while the server stands still, so that a passing state
// stays.
func (h *house) frozen(do func()) {
	h.cmd.Process.Signal(syscall.SIGSTOP)
	defer h.cmd.Process.Signal(syscall.SIGCONT)
	do()
}

// lost does something while there is no server.
func (h *house) lost(do func()) {
	h.stop(syscall.SIGKILL)
	do()
	h.start(h.host())
}
