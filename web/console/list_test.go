package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/building"
	"doorlink/drop"
	"doorlink/office"
	"doorlink/store"
)

// many is how many rows there are at least of what fills more than a page.
const many = office.PageSize + 10

// crowd fills a house so that its lists have several pages.
func (h *house) crowd(t *testing.T) {
	t.Helper()
	h.plan = newPlan(t, "Plane Court")
	h.plan.AddKey("Roof")
	for i := range 2 * many { // every second one is listed, the others cannot be reached
		who := h.plan.AddResident(fmt.Sprintf("%d%c", i/2+2, 'A'+i%2), fmt.Sprintf("Ada%d", i), fmt.Sprintf("Nwosu%d", i*7%many))
		h.plan.People[i].Activated, h.plan.People[i].Email = true, fmt.Sprintf("ada%d@example.org", i)
		if i%2 == 0 {
			h.plan.AddHandset(who, "Firefox · Android")
		}
	}
	for i := range many {
		h.plan.AddKey(fmt.Sprintf("Cellar %d", i))
		if _, err := h.plan.AddDoor(fmt.Sprintf("Gate %d", i), office.DoorTypes[i%2], fmt.Sprintf("G%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	plans := []*building.Plan{h.plan}
	for i := range many {
		plans = append(plans, newPlan(t, fmt.Sprintf("House %d", i)))
	}
	for _, p := range plans {
		if err := h.db.Build(t.Context(), p, now); err != nil {
			t.Fatal(err)
		}
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		for i := range many {
			m := doorlink.Manager{ID: doorlink.NewID[doorlink.ManagerID]("man"), Name: fmt.Sprintf("Maya %d", i), Email: fmt.Sprintf("maya%d@example.org", i)}
			k := doorlink.Token{
				ID: doorlink.NewID[doorlink.TokenID]("tok"), Property: h.plan.Property.ID, Manager: h.rut.ID,
				Name: fmt.Sprintf("Program %d", i), May: []doorlink.Ability{doorlink.See}, Made: now, Ends: now.AddDate(0, 0, i+1),
			}
			if err := tx.AddManager(ctx, m, now); err != nil {
				return err
			}
			if err := tx.SetRole(ctx, doorlink.Role{Manager: m.ID, Property: h.plan.Property.ID, Scope: office.KeyScopes[i%2]}); err != nil {
				return err
			}
			if err := tx.AddToken(ctx, k, doorlink.Secret(fmt.Sprint("dl_", i)).Hash()); err != nil {
				return err
			}
		}
		return nil
	})
	d := h.desk(t)
	for i := range office.MaxHooks {
		if _, err := d.AddHook(t.Context(), office.HookWish{URL: fmt.Sprintf("https://desk.example/%d", i), Events: doorlink.EventKinds[:1+i%2]}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range many {
		if _, err := d.AddDraft(t.Context(), fmt.Sprintf("list %d.csv", i), strings.NewReader(newcomers(1))); err != nil {
			t.Fatal(err)
		}
	}
}

// disputes has a list come by itself that leaves people out.
func (h *house) disputes(t *testing.T) {
	t.Helper()
	root := t.TempDir()
	h.console.office.Use(office.Ways{Lists: drop.Folder{Root: root}})
	dir := filepath.Join(root, string(h.plan.Property.ID))
	ada := "Unit,Name,E-mail\n2A,Ada0 Nwosu0,ada0@example.org\n" // the only one it has
	path, old := filepath.Join(dir, "june.csv"), time.Now().Add(-time.Hour)
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(path, []byte(ada), 0o600), os.Chtimes(path, old, old)); err != nil {
		t.Fatal(err)
	}
	d := h.desk(t)
	if _, err := d.SetFeed(t.Context(), office.FeedTimes[0], true); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SyncNow(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// newcomers is a list of people who are new.
func newcomers(n int) string {
	var list strings.Builder
	list.WriteString("Unit,Name,E-mail\n")
	for i := range n {
		fmt.Fprintf(&list, "N%d,Bea New%d,bea%d@example.org\n", i/3, i, i)
	}
	return list.String()
}

var (
	rowsOfTable = regexp.MustCompile(`(?s)<tbody>(.*?)</tbody>`)
	rowOfTable  = regexp.MustCompile(`(?s)<tr[^>]*>.*?</tr>|<li>.*?</li>`)
	movesOfRow  = regexp.MustCompile(`(?s)<td class="n moves">.*?</td>`)
	nextOfList  = regexp.MustCompile(`<p class="pages"><a class="button" href="([^"]+)">`)
	headOfList  = regexp.MustCompile(`<th scope="col" aria-sort="(\w+)"[^>]*><a href="([^"]+)">`)
	countOfList = regexp.MustCompile(`<(?:caption|p><small)>(\d+) `)
	lookForm    = regexp.MustCompile(`(?s)<form class="filter" role="search">.*?</form>`)
)

// unescaped is an address as it stands in a page.
func unescaped(address string) string { return strings.ReplaceAll(address, "&amp;", "&") }

// rows are those of a page's list.
func (a answer) rows() []string {
	body := a.body
	if m := rowsOfTable.FindStringSubmatch(body); m != nil {
		body = m[1]
	} else if _, list, ok := strings.Cut(body, `<ul class="why" role="list">`); ok {
		body, _, _ = strings.Cut(list, "</ul>")
	} else {
		return nil
	}
	return rowOfTable.FindAllString(movesOfRow.ReplaceAllString(body, ""), -1)
}

// walks reads a list to its end and returns its rows, each of which comes once
// and is counted.
func (v *visit) walks(path string) (all []string) {
	v.t.Helper()
	for at := path; at != ""; {
		got := v.get(at)
		got.says(v.t.(*testing.T), http.StatusOK)
		rows := got.rows()
		all = append(all, rows...)
		count := countOfList.FindStringSubmatch(got.body)
		next := nextOfList.FindStringSubmatch(got.body)
		if at = ""; next != nil {
			at = unescaped(next[1])
		} else if len(all) > 0 && (count == nil || count[1] != fmt.Sprint(len(all))) {
			v.t.Errorf("%s: it has %d rows and counts %v", path, len(all), count)
		}
		if len(all) > 1000 || next != nil && len(rows) != office.PageSize {
			v.t.Fatalf("%s: a page of %d rows, and then another", path, len(rows))
		}
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(all))); len(distinct) != len(all) {
		v.t.Errorf("%s: of %d rows %d are different", path, len(all), len(distinct))
	}
	return all
}

func TestEveryListIsSearchedSortedAndPagedByItsAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.crowd(t)
	h.disputes(t)
	v := h.signedIn(t, h.rut)
	draft, err := h.desk(t).AddDraft(t.Context(), "everybody.csv", strings.NewReader(newcomers(many)))
	if err != nil {
		t.Fatal(err)
	}
	roof := "keys/" + string(h.plan.Keys[1].ID)
	front := "doors/" + string(h.plan.Doors[0].ID)
	for path, want := range map[string]struct {
		rows int
		find string // a word of some rows
	}{
		"doors": {many + 1, "gate"}, "units": {2 * many, "2a"}, "people": {2 * many, "ada5"}, "people/unreached": {many, "3"},
		"keys": {many + 2, "cellar"}, h.key("")[len(h.path("")):]: {many + 1, "gate"}, roof + "/doors": {many + 1, "gate 5"},
		h.key("/holders")[len(h.path("")):]: {2 * many, "ada1"}, roof + "/give": {2 * many, "ada1"},
		"locks": {many + 1, "gate 1"}, "managers": {many + 1, "maya 2"}, "tokens": {many, "program 2"},
		"webhooks": {office.MaxHooks, "call.answered"}, "import": {many + 1, "list 3"},
		"import/sync": {2*many - 1, "ada5"}, "import/" + string(draft.ID): {many, "bea new3"}, front + "/directory": {many, "nwosu3"},
		"reports/keys": {many + 2, "cellar 4"}, "reports/people-keys": {2 * many, "ada2"}, "reports/unreached": {many, "4"},
		"reports/access":    {many * (many + 1), "ada59 nwosu53"},
		root + "properties": {many + 3, "house 2"},
	} {
		t.Run(path, func(t *testing.T) {
			v, at := *v, path
			v.t = t
			if !strings.HasPrefix(at, root) {
				at = h.path(path)
			}
			v.lists(at, want.rows, want.find)
		})
	}
}

// lists tries one list that has so many rows, some of which have a word.
func (v *visit) lists(at string, rows int, find string) {
	t := v.t.(*testing.T)
	t.Helper()
	if rows > 1000 {
		at, rows = at+"?q="+url.QueryEscape(find), many+1
	}
	whole := v.walks(at)
	if len(whole) != rows {
		t.Errorf("it has %d rows, want %d", len(whole), rows)
	}
	first := v.get(at)
	for _, head := range headOfList.FindAllStringSubmatch(first.body, -1) {
		up := unescaped(head[2])
		sorted := v.get(up)
		back := ""
		for _, again := range headOfList.FindAllStringSubmatch(sorted.body, -1) {
			if again[1] != "none" {
				back = unescaped(again[2])
			}
		}
		if back == "" || strings.Count(sorted.body, `aria-sort="none"`) != strings.Count(first.body, "aria-sort")-1 {
			t.Fatalf("%s does not say how it is sorted", up)
		}
		one, other := v.walks(up), v.walks(back)
		if len(one) != rows || len(other) != rows || slices.Equal(one, other) && !strings.Contains(at, "/reports/") {
			t.Errorf("%s has %d rows, the other way %d, of %d; or both are the same", up, len(one), len(other), rows)
		}
		v.finds(back, find, len(whole))
	}
	v.finds(at, find, len(whole))
}

// finds looks for a word in a list, sorted or not, and for one that is nowhere.
func (v *visit) finds(at, find string, all int) {
	t := v.t.(*testing.T)
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for _, hidden := range regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)">`).FindAllStringSubmatch(lookForm.FindString(v.get(at).body), -1) {
		if q.Get(hidden[1]) != hidden[2] {
			t.Errorf("%s: searching changes %s to %s", at, hidden[1], hidden[2])
		}
		q.Del(hidden[1])
	}
	if q.Del("q"); len(q) > 0 {
		t.Errorf("%s: searching loses %v", at, q)
	}
	q = u.Query()
	q.Set("q", find)
	u.RawQuery = q.Encode()
	if some := v.walks(u.String()); len(some) == 0 || len(some) > all || len(some) == all && !strings.Contains(at, "q=") {
		t.Errorf("%s finds %d of %d", u, len(some), all)
	}
	q.Set("q", "xyzzy")
	u.RawQuery = q.Encode()
	none := v.get(u.String())
	if len(none.rows()) > 0 && !strings.Contains(u.Path, "/import") || !strings.Contains(none.body, `value="xyzzy"`) || !strings.Contains(none.body, `href="`+u.Path+`"`) {
		t.Errorf("%s has rows, or shows no way back", u)
	}
}
