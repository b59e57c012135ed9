package journeys

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"doorlink"
)

// TestMondayEndsWithEveryDoorAnswering is a manager's first day at a building of
// 300 units: from the set-up link to a visitor who scans the sticker that was
// printed, calls a resident who was on the list, and comes in at the lock that was
// activated.
func TestMondayEndsWithEveryDoorAnswering(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"pdftoppm", "zbarimg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed")
		}
	}
	rut := backWithPasskey(t)

	rut.tapRole("link", "Linden Court All properties")
	rut.tapRole("link", "Add property")
	rut.fills(map[string]string{"name": "Elm House"})
	rut.tap("Add property")
	rut.reads("First steps")

	rut.tapRole("link", "Doors")
	rut.fills(map[string]string{"name": "Main entrance", "type": string(doorlink.BuildingEntrance)})
	rut.tap("Add door")
	rut.reads("doorcodes cannot be given") // the page of the new door
	rut.tapRole("link", "Activate the lock")
	file := rut.downloads("Activate and download file", ".json")
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	rut.tapRole("link", "Lock")
	rut.reads("It has been told everything")
	rut.tapRole("link", "DOOR Link")
	rut.fills(map[string]string{"label": "M1"})
	rut.tap("Add DOOR Link")
	rut.reads("Stickers")

	rut.tapRole("link", "Keys")
	rut.tapRole("link", "Residents")
	rut.tapRole("link", "Put doors on this key")
	rut.do(chromedp.Click(chromedp.CSS("[name=door]")))
	rut.tap("Put doors on this key")
	rut.see("form[action$=undo]") // it was done, and can be undone

	rut.tapRole("link", "Import")
	rut.do(chromedp.SetUploadFiles(chromedp.CSS("[name=list]"), []string{rentRoll(t, 300, 450)}))
	rut.tap("See what it would change")
	rut.reads("Nothing has been changed yet")
	rut.see("td[data-of='Keys'] ins") // the only key is meant for everybody
	rut.tap("Apply 750 changes")
	rut.reads("Applied on")

	rut.tapRole("link", "People")
	rut.fills(map[string]string{"q": "Nora Number300"})
	rut.tap("Find")
	rut.tapRole("link", "Nora Number300")
	rut.tap("New link")
	rut.see("code.once")
	nora := phone.open(t, "nora")
	nora.visit(ask(rut, chromedp.Evaluate[string](`document.querySelector("code.once").textContent`)))
	nora.is("home")
	nora.reads("You can be reached")

	rut.tapRole("link", "Doors")
	rut.tapRole("link", "Main entrance")
	rut.tapRole("link", "DOOR Link")
	rut.tapRole("link", "Print QR Code Stickers")
	printed := rut.downloads("Download PDF", ".pdf")
	guest := phone.open(t, "visitor")
	guest.visit(scan(t, printed))
	guest.is("directory")
	guest.call("Nora N.", "300", "Guest")
	nora.is("incoming")
	nora.tap("Answer")
	guest.is("answered")
	nora.is("answered")

	code := nora.givesCode()
	lock := phone.open(t, "lock")
	lock.visit(openLock(t, &record{}, file).url)
	lock.types(code)
	lock.reads("Opened")
}

// rentRoll writes a list as a spreadsheet does: residents in units, some of them
// shared by two.
func rentRoll(tb testing.TB, units, people int) string {
	tb.Helper()
	var list strings.Builder
	list.WriteString("\ufeffUnit;Name;E-mail\r\n")
	for i := range people {
		name := "Jo"
		if i+1 == units {
			name = "Nora"
		}
		fmt.Fprintf(&list, "%d;%s Number%d;person%d@elm.example\r\n", i%units+1, name, i+1, i+1)
	}
	file := filepath.Join(tb.TempDir(), "elm-house.csv")
	if err := os.WriteFile(file, []byte(list.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	return file
}

// downloads taps a button that saves a file of some kind, and returns where it is.
func (t *tab) downloads(button, kind string) string {
	t.tb.Helper()
	folder := t.tb.TempDir()
	t.do(func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder,
			BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
		})
		return chromedp.Void{}, err
	})
	t.tap(button)
	var file string
	t.until("saving a file", func(context.Context) (bool, error) {
		found, err := filepath.Glob(filepath.Join(folder, "*"+kind))
		if len(found) == 1 {
			file = found[0]
		}
		return file != "", err
	})
	return file
}

// scan reads the code on a printed page, as a phone does.
func scan(tb testing.TB, file string) string {
	tb.Helper()
	picture := strings.TrimSuffix(file, ".pdf")
	if out, err := exec.Command("pdftoppm", "-png", "-singlefile", "-r", "150", file, picture).CombinedOutput(); err != nil {
		tb.Fatalf("drawing %s: %v\n%s", file, err, out)
	}
	out, err := exec.Command("zbarimg", "-q", "--raw", picture+".png").Output()
	if err != nil {
		tb.Fatalf("no code on %s: %v", file, err)
	}
	codes := slices.Compact(strings.Fields(string(out))) // a sheet has the same sticker twice
	if len(codes) != 1 {
		tb.Fatalf("a phone reads %q from one door's page", codes)
	}
	return codes[0]
}
