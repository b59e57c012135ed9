package console

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
	"doorlink/store/storetest"
)

func TestReportsAreReadAndTakenAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.happen(t, 1)
	if _, err := h.db.PurgeDaily(t.Context(), time.Now().Add(91*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	v := h.signedIn(t, h.rut)
	if got := v.get(h.path("settings")); !strings.Contains(got.body, "1 call, 0 doorcodes, 0 sign-ins.") {
		t.Error("the settings do not say what was removed")
	}
	first := v.get(h.path("reports"))
	if first.status != http.StatusOK || !strings.Contains(first.body, `<td class="n" data-of="Calls">1</td>`) {
		t.Fatalf("got status %d without the purge", first.status)
	}
	for name, want := range map[string]string{
		"access": "Front door", "people-keys": "Resident", "keys": "Residents", "unreached": "Nothing here says who was called", "actions": "Exported a report",
	} {
		if !strings.Contains(first.body, h.path("reports/"+name)) {
			t.Errorf("%s is not offered", name)
		}
		got := v.get(h.path("reports/" + name + "/csv"))
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.body, "\ufeff"))).ReadAll()
		if got.status != http.StatusOK || err != nil || len(rows) == 0 {
			t.Errorf("%s: got status %d with %v, %v", name, got.status, rows, err)
		}
		if got := v.get(h.path("reports/" + name)); got.status != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("%s: got status %d, want it to say %s", name, got.status, want)
		}
	}
	for path, want := range map[string]string{
		"access?door=" + string(h.plan.Doors[0].ID): "Ada Nwosu", "access?when=over": "Nothing was found", "people-keys?q=zoe": "Nothing was found",
		"actions?manager=" + string(h.linda.ID): "Linda",
		"access?sort=-key&q=ada":                `aria-sort="descending"><a href="` + h.path("reports/access") + `?q=ada&amp;sort=key">`,
		"keys?sort=holders":                     `aria-sort="ascending"><a href="` + h.path("reports/keys") + `?sort=-holders">`,
	} {
		if got := v.get(h.path("reports/" + path)); got.status != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("%s: got status %d, want it to say %s", path, got.status, want)
		}
	}
	if got := v.get(h.path("reports/secrets")); got.status != http.StatusNotFound {
		t.Errorf("a report that there is not: got status %d", got.status)
	}
}

func TestAReportIsTakenWhole(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	elm := newPlan(t, "Ash House")
	for range 1200 {
		elm.AddResident("9Z", "Zoe", "Zander")
	}
	storetest.Build(t, h.db, elm)
	got := h.signedIn(t, h.rut).get(root + string(elm.Property.ID) + "/reports/access/csv")
	if n := strings.Count(got.body, "Zoe Zander"); n != 1200 {
		t.Errorf("got %d lines", n)
	}
}

func TestAdminActionsAreForPortfolioManagers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.SetRole(ctx, doorlink.Role{Manager: h.linda.ID, Property: h.plan.Property.ID, Scope: doorlink.FullKeys})
	})
	v := h.signedIn(t, h.linda)
	if got := v.get(h.path("reports")); got.status != http.StatusOK || strings.Contains(got.body, "Admin Actions") {
		t.Errorf("got status %d, want it without them", got.status)
	}
	for _, path := range []string{"reports/actions", "reports/actions/csv"} {
		if got := v.get(h.path(path)); got.status != http.StatusForbidden {
			t.Errorf("%s: got status %d, want it refused", path, got.status)
		}
	}
}
