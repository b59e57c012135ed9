package console

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorlink/drop"
	"doorlink/office"
)

func TestAListThatIsDroppedIsDecidedOnAPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	v.get(h.path("import")).tells(t, "Lists that come by themselves")
	v.get(h.path("import/sync")).tells(t, "Whoever runs the server has named no folder")

	root := t.TempDir()
	h.console.office.Use(office.Ways{Lists: drop.Folder{Root: root}})
	v.post(h.path("import/sync"), url.Values{"every": {"60"}, "leavers": {"1"}}).tells(t, "Changed how lists come by themselves", string(h.plan.Property.ID), "Nothing waits for you")
	v.post(h.path("import/sync/now"), nil).tells(t, "This property has no folder for lists yet")
	v.get(h.path("import/sync/lists")).tells(t, "None has been taken yet")

	dir := filepath.Join(root, string(h.plan.Property.ID))
	path, old := filepath.Join(dir, "june.csv"), time.Now().Add(-time.Hour)
	list := "Unit,Name,E-mail\n1A,Ada Nwosu,ada.new@example.org\n3C,Cem <Can>,cem@example.org\n"
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(path, []byte(list), 0o600), os.Chtimes(path, old, old)); err != nil {
		t.Fatal(err)
	}
	got := v.post(h.path("import/sync/now"), nil).tells(t, "Took a list that came by itself", `name="seq"`, "june.csv", "1 question waits",
		"Same name and unit, another e-mail", "ada.new@example.org", "Not decided")
	if n := h.people(t); n != 2 {
		t.Fatalf("%d people, want 2", n)
	}
	v.get(h.path("import/sync/lists")).tells(t, "june.csv", "1 new person", "1 question for you")
	v.get(h.path("import/sync")+"?q=nobody").tells(t, "Nothing in this list is like that")
	conflict := firstConflict(t, got.body)
	if got := v.post(h.path("import/sync/answers"), url.Values{conflict: {"maybe"}}); got.status != http.StatusBadRequest {
		t.Errorf("an answer that there is not: status %d", got.status)
	}
	v.post(h.path("import/sync/answers"), url.Values{conflict: {"yes"}}).tells(t, "Nothing waits for you", "Took a list that came by itself")
	if p, err := h.db.Person(t.Context(), h.plan.People[0].ID); err != nil || p.Email != "ada.new@example.org" {
		t.Errorf("got %+v, %v", p, err)
	}
	if got := h.signedIn(t, h.linda).get(h.path("import/sync")); got.status != http.StatusForbidden {
		t.Errorf("without Connect: status %d", got.status)
	}
}

var conflictName = regexp.MustCompile(`<select name="(conf_\w+)"`)

// firstConflict is the name of the first one's answer.
func firstConflict(t *testing.T, body string) string {
	t.Helper()
	m := conflictName.FindStringSubmatch(body)
	if m == nil {
		t.Fatal("the page has no conflict")
	}
	return m[1]
}

func TestWhatADroppedListSkippedIsMendedAndSentAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	root := t.TempDir()
	h.console.office.Use(office.Ways{Lists: drop.Folder{Root: root}})
	v.post(h.path("import/sync"), url.Values{"every": {"60"}})
	dir := filepath.Join(root, string(h.plan.Property.ID))
	path, old := filepath.Join(dir, "june <1>.csv"), time.Now().Add(-time.Hour)
	list := "Unit,Name,E-mail,Keys\n3C,Cem Can,cem@example.org,Moon\n"
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(path, []byte(list), 0o600), os.Chtimes(path, old, old)); err != nil {
		t.Fatal(err)
	}
	v.post(h.path("import/sync/now"), nil)
	got := v.get(h.path("import/sync/lists")).tells(t, "june &lt;1&gt;.csv", "1 cannot be used", "kept: 30 days")
	link := regexp.MustCompile(`href="([^"]+/skipped\.csv)"`).FindStringSubmatch(got.body)
	if link == nil {
		t.Fatal("the page leads to no skipped rows")
	}
	rows := v.get(link[1])
	if rows.status != http.StatusOK || !strings.Contains(rows.body, "Cem Can,cem@example.org,Moon,") || !strings.Contains(rows.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("got status %d, %s", rows.status, rows.body)
	}
	v.get(h.path("import/sync/lists")+"?q=JUNE").tells(t, "june &lt;1&gt;.csv")
	v.get(h.path("import/sync/lists")+"?q=july").tells(t, "No list is called like that")
	if got := v.get(h.path("import/sync/lists/take_none/skipped.csv")); got.status != http.StatusNotFound {
		t.Errorf("a list that there is not: status %d", got.status)
	}
}
