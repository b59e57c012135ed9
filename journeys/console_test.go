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
	data := tb.TempDir()
	rut.setsUp(emptyHouse(tb, "--data", data, "--sso", "https://id.example", "--sso-client", "doorlink", "--lists", lists))
	see(rut, "console-overview")
	rut.tapRole("link", "Doors")
	rut.reads("Add a door")
	see(rut, "console-doors")
	rut.tapRole("link", "Locks")
	rut.reads("Not activated")
	see(rut, "console-locks")
	rut.tapRole("link", "Doors")
	rut.reads("Add a door")
	rut.tapRole("link", "Front door")
	tourActivation(rut, see)
	rut.tapRole("link", "Directory")
	rut.reads("Nobody is listed")
	see(rut, "console-door-directory")
	rut.tapRole("link", "DOOR Link")
	rut.reads("Stickers")
	see(rut, "console-door-link")
	(&house{data: data}).hangs(tb, 40)
	rut.tapRole("link", "DOOR Link")
	rut.reads("Look due")
	see(rut, "console-door-link-look")
	rut.tapRole("link", "Overview")
	rut.reads("A panel to look at")
	see(rut, "console-overview-look")
	rut.tapRole("link", "Doors")
	rut.tapRole("link", "Front door")
	rut.tapRole("link", "DOOR Link")
	(&house{data: data}).fallsSilent(tb)
	rut.tapRole("link", "DOOR Link")
	rut.reads("the sticker may be covered")
	see(rut, "console-door-link-silent")
	rut.tapRole("link", "Overview")
	rut.reads("the sticker may be covered")
	see(rut, "console-overview-silent")
	rut.tapRole("link", "Doors")
	rut.tapRole("link", "Front door")
	rut.tapRole("link", "DOOR Link")
	rut.tapRole("link", "Print QR Code Stickers")
	rut.reads("Download NDEF file")
	see(rut, "console-door-print")
	rut.tapRole("link", "Back")
	rut.tapRole("link", "Change QR Code")
	rut.reads("When does the old sticker stop?")
	see(rut, "console-door-change")
	tourPeople(rut, see)
	tourImport(rut, see, lists)
	tourKeys(rut, see)
	rut.tapRole("link", "History")
	rut.see("[name=from]")
	see(rut, "console-history")
	(&house{data: data}).isCalled(tb)
	rut.tapRole("link", "History")
	rut.reads("Nobody answered")
	see(rut, "console-history-rows")
	rut.do(chromedp.SetValue(chromedp.CSS("[name=kind]"), "codes"))
	rut.tap("Find")
	rut.reads("take this choice back")
	see(rut, "console-history-chosen")
	rut.tapRole("link", "Webhooks")
	tourWebhooks(rut, see)
	rut.tapRole("link", "Reports")
	rut.reads("What was removed")
	see(rut, "console-reports")
	rut.tapRole("link", "People Keys")
	rut.reads("Who holds which key")
	see(rut, "console-report")
	rut.tapRole("link", "Settings")
	rut.see("[name=zone]")
	see(rut, "console-settings")
	rut.do(chromedp.SetValue(chromedp.CSS("[name=notice]"), "Mind the step"), chromedp.SetValue(chromedp.CSS("[name=tag]"), "older"))
	rut.tap("Save")
	rut.reads("Somebody else changed this")
	see(rut, "console-settings-differ")
	rut.do(chromedp.Evaluate[chromedp.Void](`location.pathname = location.pathname.replace(/settings$/, "doors/door_gone")`))
	rut.reads("That did not work")
	see(rut, "console-problem")
	rut.tapRole("link", "Go on in the console")
	rut.reads("Needs you")
	rut.tapRole("link", "Audit")
	rut.see("main")
	see(rut, "console-audit")
	rut.do(chromedp.SetValue(chromedp.CSS("[name=to]"), "2020-01-01"))
	rut.tap("Find")
	rut.reads("No entry is like that")
	see(rut, "console-audit-nothing")
	tourTokens(rut, see)
	tourManagers(rut, see)
	tourPortfolio(rut, see)
	rut.tapRole("link", "Account")
	rut.reads("Sign out")
	see(rut, "console-account")
	rut.tap("Sign out")
	rut.reads("manager-link")
	see(rut, "console-signin")
	rut.do(chromedp.Evaluate[chromedp.Void](`location.pathname = "/console/in/by/00000000000000000000000000000000"`))
	rut.reads("signs you in to the console")
	see(rut, "console-arrive")
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
	rut.tapRole("link", "Activate the lock")
	rut.reads("What it becomes")
	see(rut, "console-lock-activate")
	rut.do(chromedp.SetValue(chromedp.CSS("[name=places]"), "400"))
	rut.tap("Work out the odds")
	rut.reads("a stranger could guess")
	see(rut, "console-lock-guessable")
	rut.do(chromedp.SetValue(chromedp.CSS("[name=places]"), "40"))
	rut.downloads("Activate and download file", ".json")
	rut.tap("Activate and download file") // the page has had its file
	rut.reads("The lock was set up meanwhile")
	see(rut, "console-lock-twice")
	rut.tapRole("link", "Lock")
	rut.reads("It has been told everything")
	see(rut, "console-lock")
	rut.tapRole("link", "Settings")
	rut.do(chromedp.SetValue(chromedp.CSS("[name=digits]"), "6"))
	rut.tap("Save")
	rut.reads("Changed the settings")
	rut.tapRole("link", "Overview")
	rut.reads("the lock is out of sync")
	see(rut, "console-overview-lock")
	rut.tapRole("link", "Doors")
	rut.tapRole("link", "Locks")
	rut.reads("Out of sync")
	see(rut, "console-locks-waiting")
	rut.tapRole("link", "Front door")
	rut.reads("Out of sync")
	see(rut, "console-lock-waiting")
	rut.tapRole("link", "Set the lock up anew")
	rut.reads("What hangs at the door?")
	see(rut, "console-lock-anew")
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

// tourTokens makes a token.
func tourTokens(rut *tab, see look) {
	rut.tapRole("link", "API")
	rut.reads("No program is connected")
	see(rut, "console-tokens-none")
	rut.tapRole("link", "Make token")
	rut.do(
		chromedp.SendKeys(chromedp.CSS("[name=name]"), "Rent roll"),
		chromedp.Click(chromedp.CSS("[value=people]")), chromedp.Click(chromedp.CSS("[value=grants]")),
	)
	see(rut, "console-token-make")
	rut.tap("Make token")
	rut.reads("shown only this once")
	see(rut, "console-token")
	rut.tapRole("link", "I have it")
	rut.reads("Rent roll")
	see(rut, "console-tokens")
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
	rut.tap("Invite manager")
	rut.reads("shown only this once")
	see(rut, "console-manager-link")
	rut.tapRole("link", "I have it")
	rut.reads("End access")
	see(rut, "console-manager")
	rut.tapRole("link", "Managers")
	rut.reads("Maya Bo")
	see(rut, "console-managers")
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
	rut.tapRole("link", "Import")
	rut.reads("Choose a list")
	see(rut, "console-import")
	paste("Unit,Name,E-mail\n2A,Chiara Rossi,chiara@rossi.example\n3D,Jonas Weber,jonas@weber.example\n" +
		"6B,Tariq Aziz,tariq@aziz.example\n7A,Mia Holm,mia@holm.example\n")
	rut.tap("Apply 8 changes")
	rut.reads("Applied on")
	see(rut, "console-import-done")
	paste("Unit,Name,E-mail,Keys,Access end\n5C,Lena Fischer,lena@fischer.example,Residents,\n" +
		"4A,Chiara Rossi,chiara@rossi.example,,2031-05-31\n6B,Tariq Aziz,tariq@aziz.example,Roof,\n" +
		"7A,Mia Holm,mia@post.example,,\n8A,Otto Berg,,,\n")
	rut.do(chromedp.Click(chromedp.CSS("[name=leavers]")))
	rut.tap("Look again")
	rut.reads("Leaves")
	see(rut, "console-import-list")
	rut.tapRole("link", "Import")
	rut.tapRole("link", "Set up and decide")
	rut.reads("None has come yet")
	see(rut, "console-import-sync")
	drops(rut.tb, filepath.Join(lists, ask(rut, chromedp.Evaluate[string](`document.querySelector("main .once").textContent`))),
		"Unit,Name,E-mail\n2B,Chiara Rossi,chiara@rossi.example\n7A,Mia Holm,mia@post.example\n5C,Lena Fischer,lena@fischer.example\n9A,Otto Berg,otto\n")
	rut.do(chromedp.Click(chromedp.CSS("[name=leavers]")))
	rut.tap("Save")
	rut.tap("Look now")
	rut.reads("Would lose something")
	see(rut, "console-import-decide")
	rut.tapRole("link", "Lists that were taken")
	rut.reads("What came of it")
	see(rut, "console-import-taken")
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
	rut.tapRole("link", "Linden Court All properties")
	rut.reads("Add property")
	see(rut, "console-properties")
	rut.tapRole("link", "Add property")
	rut.do(chromedp.SendKeys(chromedp.CSS("[name=name]"), "Elm House"))
	see(rut, "console-property-add")
	rut.tap("Add property")
	rut.reads("First steps")
	see(rut, "console-first-steps")
	rut.tapRole("link", "Doors")
	rut.reads("There is no door yet")
	see(rut, "console-doors-empty")
	rut.tapRole("link", "Elm House All properties")
	rut.tapRole("link", "Audit")
	rut.reads("Added the property")
	see(rut, "console-portfolio-audit")
}

// tourKeys adds a key, puts a door on it, and gives it to somebody of the list.
func tourKeys(rut *tab, see look) {
	rut.tapRole("link", "Keys")
	rut.reads("Add a key")
	see(rut, "console-keys")
	rut.do(chromedp.SendKeys(chromedp.CSS("[name=name]"), "Parcel carriers"))
	rut.tap("Add key")
	rut.reads("This key opens nothing yet")
	see(rut, "console-key-empty")
	rut.tapRole("link", "Put doors on this key")
	rut.reads("When it opens them")
	see(rut, "console-key-put")
	rut.do(chromedp.Click(chromedp.CSS("[name=door]")))
	rut.tap("Put doors on this key")
	rut.reads("Any hour")
	see(rut, "console-key-doors")
	rut.tapRole("link", "Front door")
	rut.reads("When Parcel carriers opens Front door")
	see(rut, "console-key-hours")
	rut.tapRole("link", "Holders")
	rut.reads("Nobody holds this key yet")
	see(rut, "console-key-nobody")
	rut.tapRole("link", "Give to people")
	rut.reads("How they hold it")
	see(rut, "console-key-give")
	rut.do(chromedp.Click(chromedp.CSS("[name=person]")))
	rut.tap("Give key")
	rut.reads("Good now")
	see(rut, "console-key-holders")
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
	rut.tap("Add webhook")
	rut.reads("only this once")
	see(rut, "console-webhook-secret")
	rut.tap("Send a test")
	rut.see("tbody")
	see(rut, "console-webhook")
	rut.tapRole("link", "hook.test")
	rut.reads("What became of it")
	see(rut, "console-webhook-delivery")
	rut.tapRole("link", "Webhooks")
	rut.reads("call.missed")
	see(rut, "console-webhooks")
	rut.do(chromedp.SendKeys(chromedp.CSS("[name=q]"), "alarm"))
	rut.tap("Find")
	rut.reads("No webhook was found")
	see(rut, "console-webhooks-unfound")
	rut.tapRole("link", "Show all")
	rut.tapRole("link", "https://desk.invalid/door")
	rut.tap("Pause")
	rut.reads("Paused since")
	see(rut, "console-webhook-paused")
	rut.tapRole("link", "Change")
	rut.reads("Make a new secret")
	see(rut, "console-webhook-change")
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
