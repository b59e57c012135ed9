package journeys

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"doorlink"
	"doorlink/store"
)

// desktop is what most managers sit at.
var desktop = device{browser: mute, microphone: phone.microphone, width: 1280, height: 800}

// TestAManagerSetsUpAndComesBackWithAPasskey begins with an empty installation:
// who sets the building up is in the console at once, adds a passkey there, and
// later needs nothing else.
func TestAManagerSetsUpAndComesBackWithAPasskey(t *testing.T) {
	t.Parallel()
	backWithPasskey(t)
}

// backWithPasskey sets an empty installation up and comes back to it with a
// passkey.
func backWithPasskey(tb testing.TB) *tab {
	tb.Helper()
	at := unusedAddress(tb)
	base := "http://localhost:" + at[strings.LastIndex(at, ":")+1:]
	link := emptyHouse(tb, "--listen", at, "--base", base)
	rut := desktop.open(tb, "rut")
	rut.do(fingerprint)
	rut.setsUp(link)

	rut.tapRole("link", "Account")
	rut.tap("Add a passkey")
	rut.see("input[name=passkey]")
	rut.tap("Sign out")
	rut.tap("Sign in with a passkey")
	rut.reads("Needs you")
	return rut
}

// tourConsole goes through every page of the console, as whoever has just set
// the building up finds it.
func tourConsole(tb testing.TB, see look) {
	rut := desktop.open(tb, "rut")
	see, checkAll := everyPage(tb, see)
	defer checkAll()
	lists := tb.TempDir()
	h := &house{data: tb.TempDir()}
	rut.setsUp(emptyHouse(tb, "--data", h.data, "--sso", "https://id.example", "--sso-client", "doorlink", "--lists", lists))
	see(rut, "console-overview")
	tourDoors(rut, see, h)
	tourPeople(rut, see)
	tourImport(rut, see, lists)
	tourKeys(rut, see)
	tourHistory(rut, see, h)
	h.joins(rut.tb)
	rut.tapRole("link", "Doors")
	rut.tapRole("link", "Front door")
	rut.opens("Directory", "Name or unit", see, "console-door-directory-listed")
	rut.tapRole("link", "Webhooks")
	tourWebhooks(rut, see)
	rut.opens("Reports", "What was removed", see, "console-reports")
	rut.opens("People Keys", "Who holds which key", see, "console-report")
	tourSettings(rut, see)
	rut.tapRole("link", "Audit")
	rut.see("main")
	see(rut, "console-audit")
	rut.do(chromedp.SetValue(chromedp.CSS("[name=to]"), "2020-01-01"))
	rut.does("Find", "No entry is like that", see, "console-audit-nothing")
	tourTokens(rut, see)
	tourManagers(rut, see)
	tourPortfolio(rut, see)
	rut.opens("Account", "Sign out", see, "console-account")
	rut.does("Sign out", "manager-link", see, "console-signin")
	rut.do(chromedp.Evaluate[chromedp.Void](`location.pathname = "/console/in/by/00000000000000000000000000000000"`))
	rut.reads("signs you in to the console")
	see(rut, "console-arrive")
}

// opens follows a link and looks at the page behind it once a text stands there.
func (t *tab) opens(link, text string, see look, state string) {
	t.tb.Helper()
	t.tapRole("link", link)
	t.reads(text)
	see(t, state)
}

// does taps a button and looks at what came of it once a text stands there.
func (t *tab) does(button, text string, see look, state string) {
	t.tb.Helper()
	t.tap(button)
	t.reads(text)
	see(t, state)
}

// tourDoors goes through what there is about the front door, whose sticker grows old
// and then is not scanned any more.
func tourDoors(rut *tab, see look, h *house) {
	rut.opens("Doors", "Add a door", see, "console-doors")
	rut.opens("Locks", "Not activated", see, "console-locks")
	rut.tapRole("link", "Doors")
	rut.reads("Add a door")
	rut.tapRole("link", "Front door")
	tourActivation(rut, see)
	rut.opens("Directory", "Nobody is listed", see, "console-door-directory")
	rut.opens("DOOR Link", "Stickers", see, "console-door-link")
	h.hangs(rut.tb, 40)
	rut.opens("DOOR Link", "Look due", see, "console-door-link-look")
	rut.opens("Overview", "A panel to look at", see, "console-overview-look")
	rut.goesToLink()
	h.fallsSilent(rut.tb)
	rut.opens("DOOR Link", "the sticker may be covered", see, "console-door-link-silent")
	rut.opens("Overview", "the sticker may be covered", see, "console-overview-silent")
	rut.goesToLink()
	rut.opens("Print QR Code Stickers", "Download NDEF file", see, "console-door-print")
	rut.tapRole("link", "Back")
	rut.opens("Change QR Code", "When does the old sticker stop?", see, "console-door-change")
}

// goesToLink goes to the DOOR Link of the front door.
func (t *tab) goesToLink() {
	t.tb.Helper()
	for _, link := range []string{"Doors", "Front door", "DOOR Link"} {
		t.tapRole("link", link)
	}
}

// tourHistory looks at a history without anything in it, and at one with a morning.
func tourHistory(rut *tab, see look, h *house) {
	rut.tapRole("link", "History")
	rut.see("[name=from]")
	see(rut, "console-history")
	h.isCalled(rut.tb)
	rut.opens("History", "Nobody answered", see, "console-history-rows")
	rut.do(chromedp.Click(chromedp.CSS("[aria-sort] a")))
	rut.see("[aria-sort=ascending]")
	see(rut, "console-history-oldest")
	rut.do(chromedp.SetValue(chromedp.CSS("[name=kind]"), "codes"))
	rut.does("Find", "take this choice back", see, "console-history-chosen")
}

// tourSettings changes what somebody else has just changed, and asks for what is not
// there.
func tourSettings(rut *tab, see look) {
	rut.tapRole("link", "Settings")
	rut.see("[name=zone]")
	see(rut, "console-settings")
	rut.do(chromedp.SetValue(chromedp.CSS("[name=notice]"), "Mind the step"), chromedp.SetValue(chromedp.CSS("[name=tag]"), "older"))
	rut.does("Save", "Somebody else changed this", see, "console-settings-differ")
	rut.do(chromedp.Evaluate[chromedp.Void](`location.pathname = location.pathname.replace(/settings$/, "doors/door_gone")`))
	rut.reads("That did not work")
	see(rut, "console-problem")
	rut.tapRole("link", "Go on in the console")
	rut.reads("Needs you")
}

// hangs has the sticker of the only door hang there for so many days.
func (h *house) hangs(tb testing.TB, days int) {
	tb.Helper()
	h.arranges(tb, func(ctx context.Context, db *store.DB, at *store.Standing) error {
		return db.FirstScan(ctx, at.Stickers[0].ID, time.Now().AddDate(0, 0, -days))
	})
}

// tourActivation activates the lock of the door whose tab is open, has it fall out of
// sync, and comes back to the tab.
func tourActivation(rut *tab, see look) {
	rut.reads("doorcodes cannot be given")
	see(rut, "console-door-lock")
	rut.opens("Activate the lock", "What it becomes", see, "console-lock-activate")
	rut.do(chromedp.SetValue(chromedp.CSS("[name=places]"), "400"))
	rut.does("Work out the odds", "a stranger could guess", see, "console-lock-guessable")
	rut.do(chromedp.SetValue(chromedp.CSS("[name=places]"), "40"))
	rut.downloads("Activate and download file", ".json")
	rut.tap("Activate and download file") // the page has had its file
	rut.reads("The lock was set up meanwhile")
	see(rut, "console-lock-twice")
	rut.opens("Lock", "It has been told everything", see, "console-lock")
	rut.tapRole("link", "Settings")
	rut.do(chromedp.SetValue(chromedp.CSS("[name=digits]"), "6"))
	rut.tap("Save")
	rut.reads("Changed the settings")
	rut.opens("Overview", "the lock is out of sync", see, "console-overview-lock")
	rut.tapRole("link", "Doors")
	rut.opens("Locks", "Out of sync", see, "console-locks-waiting")
	rut.opens("Front door", "Out of sync", see, "console-lock-waiting")
	rut.opens("Set the lock up anew", "What hangs at the door?", see, "console-lock-anew")
	rut.downloads("Set up and download file", ".json")
	rut.tapRole("link", "Lock")
	rut.reads("It has been told everything")
}

// fallsSilent has the only door scanned for four weeks, and not since.
func (h *house) fallsSilent(tb testing.TB) {
	tb.Helper()
	h.arranges(tb, func(ctx context.Context, db *store.DB, at *store.Standing) error {
		var uses []store.Use
		today := doorlink.DayIn(time.Now(), time.UTC)
		for day := today - 29; day < today-2; day++ {
			scans := 12 + int64(day*day%29)
			uses = append(uses, store.Use{Panel: at.Panels[0].ID, Sticker: at.Stickers[0].ID, Day: day, Scans: scans, Calls: scans / 3})
		}
		return db.AddUses(ctx, uses)
	})
}

// isCalled puts a morning of calls on record, each with another end, and a
// doorcode that was given.
func (h *house) isCalled(tb testing.TB) {
	tb.Helper()
	h.arranges(tb, func(ctx context.Context, db *store.DB, at *store.Standing) error {
		return db.Write(ctx, func(tx *store.Tx) error {
			states := []doorlink.State{doorlink.Ended, doorlink.Missed, doorlink.Declined, doorlink.Unreachable, doorlink.Cancelled, doorlink.Failed, ""}
			for i, state := range states {
				r := doorlink.Record{
					Kind: doorlink.CallRecord, Property: at.Property.ID, Door: at.Doors[0].ID, DoorType: at.Doors[0].Type,
					Person: at.People[i%len(at.People)].ID, State: state, At: time.Now().Add(-time.Duration(i) * 17 * time.Minute),
				}
				if state == "" {
					r.Kind = doorlink.CodeRecord
				}
				if err := tx.AddRecord(ctx, r); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// joins has everybody sign in to a handset.
func (h *house) joins(tb testing.TB) {
	tb.Helper()
	h.arranges(tb, func(ctx context.Context, db *store.DB, at *store.Standing) error {
		return db.Write(ctx, func(tx *store.Tx) error {
			for _, p := range at.People {
				p.Activated = true
				handset := doorlink.Handset{ID: doorlink.NewID[doorlink.HandsetID]("hset"), Person: p.ID, Name: "Firefox"}
				if err := errors.Join(tx.SetPerson(ctx, p), tx.AddHandset(ctx, handset, "", time.Now())); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// tourTokens makes a token.
func tourTokens(rut *tab, see look) {
	rut.opens("API", "No program is connected", see, "console-tokens-none")
	rut.tapRole("link", "Make token")
	rut.do(
		chromedp.SendKeys(chromedp.CSS("[name=name]"), "Rent roll"),
		chromedp.Click(chromedp.CSS("[value=people]")), chromedp.Click(chromedp.CSS("[value=grants]")),
	)
	see(rut, "console-token-make")
	rut.does("Make token", "shown only this once", see, "console-token")
	rut.opens("I have it", "Rent roll", see, "console-tokens")
}

// tourManagers invites somebody and looks at what they may.
func tourManagers(rut *tab, see look) {
	rut.tapRole("link", "Managers")
	rut.reads("Who runs this property")
	rut.tapRole("link", "Invite manager")
	rut.do(
		chromedp.SendKeys(chromedp.CSS("[name=name]"), "Maya Bo"), chromedp.SendKeys(chromedp.CSS("[name=email]"), "maya@linden.example"),
		chromedp.Click(chromedp.CSS("[value=specific]")), chromedp.Click(chromedp.CSS("[name=keys]")),
	)
	see(rut, "console-manager-invite")
	rut.does("Invite manager", "shown only this once", see, "console-manager-link")
	rut.opens("I have it", "End access", see, "console-manager")
	rut.opens("Managers", "Maya Bo", see, "console-managers")
}

// tourImport applies one list, and looks at what the next month's would change.
func tourImport(rut *tab, see look, lists string) {
	paste := func(list string) {
		rut.tapRole("link", "Import")
		rut.reads("Choose a list")
		rut.do(chromedp.SendKeys(chromedp.CSS("[name=text]"), list))
		rut.tap("See what it would change")
		rut.reads("Nothing has been changed yet")
	}
	rut.opens("Import", "Choose a list", see, "console-import")
	paste("Unit,Name,E-mail\n2A,Chiara Rossi,chiara@rossi.example\n3D,Jonas Weber,jonas@weber.example\n" +
		"6B,Tariq Aziz,tariq@aziz.example\n7A,Mia Holm,mia@holm.example\n")
	rut.does("Apply 8 changes", "Applied on", see, "console-import-done")
	paste("Unit,Name,E-mail,Keys,Access end\n5C,Lena Fischer,lena@fischer.example,Residents,\n" +
		"4A,Chiara Rossi,chiara@rossi.example,,2031-05-31\n6B,Tariq Aziz,tariq@aziz.example,Roof,\n" +
		"7A,Mia Holm,mia@post.example,,\n8A,Otto Berg,,,\n")
	rut.do(chromedp.Click(chromedp.CSS("[name=leavers]")))
	rut.does("Look again", "Leaves", see, "console-import-list")
	rut.opens("Import", "Lists of the last day", see, "console-import-kept")
	rut.opens("Set up and decide", "None has come yet", see, "console-import-sync")
	drops(rut.tb, filepath.Join(lists, ask(rut, chromedp.Evaluate[string](`document.querySelector("main .once").textContent`))),
		"Unit,Name,E-mail\n2B,Chiara Rossi,chiara@rossi.example\n7A,Mia Holm,mia@post.example\n5C,Lena Fischer,lena@fischer.example\n9A,Otto Berg,otto\n")
	rut.do(chromedp.Click(chromedp.CSS("[name=leavers]")))
	rut.tap("Save")
	rut.does("Look now", "Would lose something", see, "console-import-decide")
	rut.opens("Lists that were taken", "What came of it", see, "console-import-taken")
}

// drops puts a list into a new folder, some time ago.
func drops(tb testing.TB, folder, list string) {
	tb.Helper()
	path, old := filepath.Join(folder, "june.csv"), time.Now().Add(-time.Hour)
	if err := errors.Join(os.Mkdir(folder, 0o700), os.WriteFile(path, []byte(list), 0o600), os.Chtimes(path, old, old)); err != nil {
		tb.Fatal(err)
	}
}

// tourPortfolio goes through what Portfolio Managers have beside a property, and
// adds one.
func tourPortfolio(rut *tab, see look) {
	rut.opens("Linden Court All properties", "Add property", see, "console-properties")
	rut.tapRole("link", "Add property")
	rut.do(chromedp.SendKeys(chromedp.CSS("[name=name]"), "Elm House"))
	see(rut, "console-property-add")
	rut.does("Add property", "First steps", see, "console-first-steps")
	rut.opens("Doors", "There is no door yet", see, "console-doors-empty")
	rut.tapRole("link", "Elm House All properties")
	rut.opens("Audit", "Added the property", see, "console-portfolio-audit")
}

// tourKeys adds a key, puts a door on it, and gives it to somebody of the list.
func tourKeys(rut *tab, see look) {
	rut.opens("Keys", "Add a key", see, "console-keys")
	rut.do(chromedp.SendKeys(chromedp.CSS("[name=name]"), "Parcel carriers"))
	rut.does("Add key", "This key opens nothing yet", see, "console-key-empty")
	rut.opens("Put doors on this key", "When it opens them", see, "console-key-put")
	rut.do(chromedp.Click(chromedp.CSS("[name=door]")))
	rut.does("Put doors on this key", "Any hour", see, "console-key-doors")
	rut.opens("Front door", "When Parcel carriers opens Front door", see, "console-key-hours")
	rut.opens("Holders", "Nobody holds this key yet", see, "console-key-nobody")
	rut.opens("Give to people", "How they hold it", see, "console-key-give")
	rut.do(chromedp.Click(chromedp.CSS("[name=person]")))
	rut.does("Give key", "Good now", see, "console-key-holders")
	rut.do(chromedp.Click(chromedp.CSS("tbody th a")))
	rut.reads("holds it")
	see(rut, "console-key-holder")
}

// tourWebhooks goes from no webhook to one at whose address nobody is.
func tourWebhooks(rut *tab, see look) {
	rut.reads("Tell a program")
	see(rut, "console-webhooks-none")
	rut.tapRole("link", "Add webhook")
	rut.do(
		chromedp.SendKeys(chromedp.CSS("[name=url]"), "https://desk.invalid/door"),
		chromedp.Click(chromedp.CSS("[name=event][value='call.missed']")),
	)
	see(rut, "console-webhook-new")
	rut.does("Add webhook", "only this once", see, "console-webhook-secret")
	rut.tap("Send a test")
	rut.see("tbody")
	see(rut, "console-webhook")
	rut.opens("hook.test", "What became of it", see, "console-webhook-delivery")
	rut.opens("Webhooks", "call.missed", see, "console-webhooks")
	rut.do(chromedp.SendKeys(chromedp.CSS("[name=q]"), "alarm"))
	rut.does("Find", "No webhook was found", see, "console-webhooks-unfound")
	rut.tapRole("link", "Show all")
	rut.tapRole("link", "https://desk.invalid/door")
	rut.does("Pause", "Paused since", see, "console-webhook-paused")
	rut.opens("Change", "Make a new secret", see, "console-webhook-change")
}

// setsUp makes the first building and goes on to its console.
func (t *tab) setsUp(link string) {
	t.tb.Helper()
	t.visit(link)
	for field, text := range map[string]string{
		"name": "Linden Court", "doors": "Front door", "manager": "Rut Okafor", "email": "rut@linden.example",
	} {
		t.do(chromedp.SendKeys(chromedp.CSS("[name="+field+"]"), text))
	}
	t.tap("Set up")
	t.tapRole("link", "Open the console")
	t.reads("Needs you")
}

// fingerprint gives a page a device with passkeys, whose owner always agrees.
func fingerprint(ctx context.Context, at *chromedp.Target) (chromedp.Void, error) {
	if _, err := cdp.Call(ctx, at, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		return chromedp.Void{}, err
	}
	_, err := cdp.Call(ctx, at, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
		Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		},
	})
	return chromedp.Void{}, err
}

// unusedAddress is one at which nobody listens.
func unusedAddress(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
