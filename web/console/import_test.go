package console

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"doorlink"
	"doorlink/office"
)

// send uploads a file with further headers.
func (v *visit) send(name, list string, header http.Header) answer {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("list", name)
	if err != nil {
		v.t.Fatal(err)
	}
	if _, err := io.WriteString(part, list); err != nil {
		v.t.Fatal(err)
	}
	form.Close()
	return v.sendBody(&body, form.FormDataContentType(), header)
}

func (v *visit) sendBody(body io.Reader, kind string, header http.Header) answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), "POST", v.h.base+v.h.path("import"), body)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	maps.Copy(r.Header, header)
	r.Header.Set("User-Agent", v.agent)
	r.Header.Set("Content-Type", kind)
	got, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{got.StatusCode, got.Request.URL.RequestURI(), string(text), got.Header}
}

// tells is says for a page that is there, which it returns.
func (a answer) tells(t *testing.T, words ...string) answer {
	t.Helper()
	if a.says(t, http.StatusOK, words...); t.Failed() {
		t.FailNow()
	}
	return a
}

// people counts those of the house.
func (h *house) people(t *testing.T) int {
	t.Helper()
	roll, err := h.desk(t).Roll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return len(roll.People)
}

const twoPeople = "\ufeffWohnung;Vorname;Nachname;E-Mail;Miete\r\n1B;Bär;<Braun>;BRAUN@example.org;900\r\n2B;Cem;Can;cem@example.org;900\r\n2C;Kim;;kim;1\r\n"

func TestAListIsLookedAtAppliedAndTakenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.linda)
	v.get(h.path("import")).tells(t, "Choose a list", "Download an empty list")
	got := v.send(`C:\lists\May.csv`, twoPeople, nil).tells(t, ">May.csv<", "Nothing has been changed yet", "Bär &lt;Braun&gt;", "braun@example.org",
		"left out: Miete", "“kim” is not an e-mail address", "Apply 4 changes", h.plan.Keys[0].Name)
	if n := h.people(t); n != 1 {
		t.Fatalf("%d people: looking at a list changed something", n)
	}
	list := got.path
	v.get(list+"?show=skipped").tells(t, "Skipped")
	if got := v.get(list + "?q=cem"); strings.Contains(got.body, "braun@") {
		t.Error("the search finds somebody else")
	}
	if got := v.get(list + "/skipped.csv"); !strings.Contains(got.body, "2C,Kim,,kim,1,“kim” is not an e-mail address.") {
		t.Errorf("skipped rows: %q", got.body)
	}

	v.post(list+"/apply", url.Values{"seal": {hidden(t, got.body, "seal")}})
	h.console.working.Wait()
	v.get(list).tells(t, "Applied on", `name="seq"`, "2 people have no link", "No e-mail is sent from here")
	if n := h.people(t); n != 3 {
		t.Fatalf("%d people, want 3", n)
	}
	v.post(list+"/apply", url.Values{"seal": {"other"}})
	h.console.working.Wait()
	v.get(list).tells(t, "applied already")

	start := v.get(h.path("import")).tells(t, "The last list was applied", "May.csv", "Linda")
	v.post(h.path("undo"), url.Values{"seq": {hidden(t, start.body, "seq")}, "back": {h.path("import")}}).tells(t, "Took back: Imported a list of people")
	if n := h.people(t); n != 1 {
		t.Errorf("%d people after it was taken back, want 1", n)
	}
	v.get(list).tells(t, "taken back since")
	v.post(list+"/remove", nil)
	if got := v.get(list); got.status != http.StatusNotFound {
		t.Errorf("a list that was removed: status %d", got.status)
	}
}

func TestAManagerAnswersWhoSomebodyIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	list := v.send("list.csv", "Unit,Name,E-mail\n1A,Ada Nwosu,ada.new@example.org\n", nil).tells(t, "Question", "The same person", "Somebody new").path
	v.post(list+"/decide", url.Values{"email": {"ada.new@example.org"}, "answer": {""}}).tells(t, ">New<", "Decide again")
	v.post(list+"/decide", url.Values{"email": {"ada.new@example.org"}, "answer": {"ask"}}).tells(t, "Question")
	got := v.post(list+"/decide", url.Values{"email": {"ada.new@example.org"}, "answer": {string(h.plan.People[0].ID)}}).tells(t, ">Change<")
	v.post(list+"/choose", url.Values{"leavers": {"1"}, "key": {string(h.plan.Keys[0].ID)}}).tells(t, `name="leavers" value="1" checked`)
	v.post(list+"/apply", url.Values{"seal": {hidden(t, got.body, "seal")}})
	h.console.working.Wait()
	v.get(list).tells(t, "Applied on")
	if p, err := h.db.Person(t.Context(), h.plan.People[0].ID); err != nil || p.Email != "ada.new@example.org" {
		t.Errorf("got %+v, %v", p, err)
	}
	if got := v.post(list+"/choose", nil); got.status != http.StatusConflict {
		t.Errorf("choosing about what was applied: status %d", got.status)
	}
}

func TestAListThatWouldDoSomethingElseByNowIsShownAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	got := v.send("list.csv", "Unit,Name,E-mail\n1C,Dora Dee,dora@example.org\n", nil)
	if _, err := h.desk(t).Invite(t.Context(), office.Invitation{Given: "Dora", Email: "dora@example.org"}); err != nil {
		t.Fatal(err)
	}
	v.post(got.path+"/apply", url.Values{"seal": {hidden(t, got.body, "seal")}})
	h.console.working.Wait()
	v.get(got.path).tells(t, "Somebody else changed this meanwhile", ">Change<", "Apply 2 changes")
}

// invitations counts letters to residents.
type invitations struct{ sent atomic.Int32 }

// Invite implements office.Mail.
func (i *invitations) Invite(context.Context, doorlink.Property, doorlink.Person, doorlink.Secret, time.Time) error {
	i.sent.Add(1)
	return nil
}

// InviteManager implements office.Mail.
func (i *invitations) InviteManager(context.Context, doorlink.Property, doorlink.Manager, doorlink.Secret, time.Time) error {
	return nil
}

func TestEverybodyNewIsInvitedInTheSameStep(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	var mail invitations
	h.console.office.Use(office.Ways{Mail: &mail})
	v := h.signedIn(t, h.rut)
	got := v.send("list.csv", twoPeople, nil).tells(t, `name="invite"`)
	v.post(got.path+"/apply", url.Values{"seal": {hidden(t, got.body, "seal")}, "invite": {"1"}})
	h.console.working.Wait()
	if n := mail.sent.Load(); n != 2 {
		t.Errorf("%d letters, want 2", n)
	}
	got = v.get(got.path).tells(t, "Applied on")
	if strings.Contains(got.body, "no link") {
		t.Error("somebody is not invited")
	}
	v.post(got.path+"/invite", nil)
	h.console.working.Wait()
	if n := mail.sent.Load(); n != 2 {
		t.Errorf("%d letters after asking again, want 2", n)
	}
}

func TestThePageOfLongWorkRefreshesItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	list := v.send("list.csv", twoPeople, nil).path
	d := h.desk(t)
	draft, err := d.Begin(t.Context(), doorlink.DraftID(list[strings.LastIndex(list, "/")+1:]))
	if err != nil {
		t.Fatal(err)
	}
	got := v.get(list).tells(t, "Applying the list", "<progress")
	if got.header.Get("Refresh") == "" {
		t.Error("the page does not refresh itself")
	}
	if got := v.post(list+"/apply", nil); got.status != http.StatusConflict {
		t.Errorf("applying it meanwhile: status %d", got.status)
	}
	if err := d.End(t.Context(), draft, ""); err != nil {
		t.Fatal(err)
	}
	if got := v.get(list); got.header.Get("Refresh") != "" {
		t.Error("the page refreshes itself without end")
	}
}

func TestListsThatCannotBeUsedAreRefusedInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := io.CopyN(z, zeros{}, 16<<20); err != nil {
		t.Fatal(err)
	}
	z.Close()
	for name, tt := range map[string]struct {
		list, want string
		header     http.Header
	}{
		"a workbook":           {"PK\x03\x04\x14\x00\x06\x00", "Save the list as CSV", nil},
		"an old workbook":      {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Save the list as CSV", nil},
		"a zip bomb":           {zipped.String(), "Save the list as CSV", nil},
		"a compressed request": {"Unit\n1A\n", "Save the list as CSV", http.Header{"Content-Encoding": {"gzip"}}},
		"UTF-16 without mark":  {"U\x00n\x00i\x00t\x00\n\x00", "not a text", nil},
		"other columns":        {"Rent\n900\n", "It says: Rent", nil},
		"nothing":              {"", "nothing in this file", nil},
		"too much":             {strings.Repeat("Unit,,,,\n", 1<<20), "more than 8 MB", nil},
		"too many rows":        {"Unit\n" + strings.Repeat("1A\n", 20_001), "20,000 rows", nil},
	} {
		got := v.send("list.csv", tt.list, tt.header)
		if got.status != http.StatusBadRequest || !strings.Contains(got.body, tt.want) || !strings.Contains(got.body, `role="alert"`) {
			t.Errorf("%s: got status %d without %q", name, got.status, tt.want)
		}
	}
	got := v.send("list.csv", twoPeople, http.Header{"Sec-Fetch-Site": {"cross-site"}})
	if got.status != http.StatusForbidden {
		t.Errorf("from another site: got status %d", got.status)
	}
	if got := v.post(h.path("import"), url.Values{"text": {"Unit\n1A\n"}}); got.status != http.StatusBadRequest {
		t.Errorf("a form without parts: got status %d", got.status)
	}
	v.get(h.path("import")).tells(t, "Choose a list")
}

func TestRowsThatCannotBeUsedAreSkippedInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	got := v.send("list\u202egpj.csv", "Unit,Name,E-mail\n"+
		"1B,"+strings.Repeat("x", 5000)+",long@example.org\n"+
		"1C,"+strings.Repeat("y", 400)+",name@example.org\n"+
		"1D,Eve \u202etxt.exe,eve@example.org\n"+
		"1E,Finn,FINN@example.org\n1F,Gina,finn@EXAMPLE.org\n", nil)
	got.tells(t, "A field can have 500 characters", "A name can have 100 characters", "hide, break or turn text around",
		"same e-mail stands in line 5", "Apply 2 changes", "Pasted list")
	if strings.Contains(got.body, "\u202e") || strings.Contains(got.body, strings.Repeat("x", 600)) {
		t.Error("what cannot be shown is shown")
	}
}

func TestListsArePastedAndUploadedTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, list := range map[string]string{"units.csv": "Unit\n9A\n", "people.csv": "Name,E-mail\nEve,eve@example.org\n"} {
		part, err := form.CreateFormFile("list", name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(part, list)
	}
	if err := form.WriteField("text", "Unit,Name,E-mail\n1D,Dora,dora@example.org"); err != nil {
		t.Fatal(err)
	}
	form.Close()
	got := v.sendBody(&body, form.FormDataContentType(), nil).tells(t, "units.csv", "people.csv", "Pasted list", "Not applied")
	if got.path != h.path("import") {
		t.Errorf("got to %s", got.path)
	}
	unit := regexp.MustCompile(`href="([^"]+)"><bdi>units.csv`).FindStringSubmatch(got.body)
	if unit == nil {
		t.Fatal("no way to the list")
	}
	v.get(unit[1]).tells(t, "New unit", "9A")
}

// zeros never end.
type zeros struct{ n *atomic.Int64 }

func (z zeros) Read(b []byte) (int, error) {
	clear(b)
	if z.n != nil {
		z.n.Add(int64(len(b)))
	}
	return len(b), nil
}

// TestTwoGigabytesAreRefusedWithoutReadingThem sends them with and without their
// length. Of the first nothing is read, of the other no more than a list may
// have, and none of it stays in memory.
func TestTwoGigabytesAreRefusedWithoutReadingThem(t *testing.T) {
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	for name, length := range map[string]int64{"told": 2 << 30, "untold": -1} {
		var read atomic.Int64
		body := io.MultiReader(
			strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"list\"; filename=\"a.csv\"\r\n\r\nUnit\n"),
			io.LimitReader(zeros{&read}, 2<<30))
		r, err := http.NewRequestWithContext(t.Context(), "POST", h.base+h.path("import"), body)
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = length
		r.Header = http.Header{"Sec-Fetch-Site": {"same-origin"}, "User-Agent": {v.agent}, "Content-Type": {"multipart/form-data; boundary=b"}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := v.client.Do(r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text, _ := io.ReadAll(got.Body)
		got.Body.Close()
		runtime.ReadMemStats(&after)
		if got.StatusCode != http.StatusBadRequest || !strings.Contains(string(text), "more than 8 MB") {
			t.Errorf("%s: got status %d", name, got.StatusCode)
		}
		if sent, most := read.Load(), int64(24<<20); sent > most {
			t.Errorf("%s: %d MB were sent before the answer", name, sent>>20)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 96<<20 {
			t.Errorf("%s: %d MB of memory", name, took>>20)
		}
	}
}

func TestAPageOfTenThousandRowsIsLight(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	var list strings.Builder
	list.WriteString("Unit,First name,Last name,E-mail\n")
	for i := range 10_000 {
		fmt.Fprintf(&list, "%d,Ada%d,Nwosu-%d,ada%d@example.org\n", i/3, i, i*7919, i)
	}
	got := v.send("big.csv", list.String(), nil).tells(t, "<b>10,000</b>", `class="pages"`)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprint(z, got.body)
	z.Close()
	if b.Len() > 60_000 {
		t.Errorf("a page has %d bytes", b.Len())
	}
	next := regexp.MustCompile(`class="pages"><a class="button" href="([^"]+)"`).FindStringSubmatch(got.body)
	if next == nil {
		t.Fatal("no next page")
	}
	v.get(strings.ReplaceAll(next[1], "&amp;", "&")).tells(t, "ada60@example.org")
}

func TestExportsAreSafeAuditedAndForWhoSeesReports(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	rut, linda := h.signedIn(t, h.rut), h.signedIn(t, h.linda)
	d := h.desk(t)
	if _, err := d.Invite(t.Context(), office.Invitation{Given: "=HYPERLINK(1)", Email: "eve@example.org"}); err != nil {
		t.Fatal(err)
	}
	rut.get(h.path("import")).tells(t, "People as CSV")
	csv := rut.get(h.path("export/people.csv")).tells(t, "1A,Ada,Nwosu", "'=HYPERLINK(1)")
	if !strings.Contains(csv.header.Get("Content-Disposition"), "attachment") {
		t.Error("the export is no download")
	}
	all := rut.get(h.path("export/everything.json")).tells(t, `"first_name":"Ada"`)
	var read office.Everything
	if err := json.Unmarshal([]byte(all.body), &read); err != nil || len(read.People) != 2 || len(read.Doors) != 1 {
		t.Errorf("got %+v, %v", read, err)
	}
	for _, secret := range []string{h.plan.Stickers[0].Token.Reveal(), string(h.plan.Memberships[0].Entry) + `"`} {
		if strings.Contains(all.body+csv.body, secret) {
			t.Error("an export has what managers do not see")
		}
	}
	rut.get(h.path("audit")).tells(t, "Exported everybody and their keys")
	if got := linda.get(h.path("import")); strings.Contains(got.body, "People as CSV") {
		t.Error("the page offers what the reader may not")
	}
	for _, path := range []string{"export/people.csv", "export/everything.json"} {
		if got := linda.get(h.path(path)); got.status != http.StatusForbidden {
			t.Errorf("%s: got status %d", path, got.status)
		}
	}
}

func TestTheTemplateIsAListWithoutRows(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	got := h.signedIn(t, h.linda).get(h.path("import/people.csv"))
	if want := "\ufeffUnit,First name,Last name,E-mail,Keys,Show in intercom,Access start,Access end\r\n"; got.body != want {
		t.Errorf("got %q", got.body)
	}
}
