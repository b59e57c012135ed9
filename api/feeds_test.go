package api_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"doorlink/api"
	"doorlink/drop"
	"doorlink/office"
)

func TestAProgramDecidesAboutAListFromOutside(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	if got := p.asks(t, "PUT", "feed", `{"minutes":60}`).is(t, 409).key(t); got != "feed.none" {
		t.Errorf("without a source: %s", got)
	}
	root := t.TempDir()
	h.office.Use(office.Ways{Lists: drop.Folder{Root: root}})
	p.asks(t, "PUT", "feed", `{"minutes":7}`).is(t, 422)
	p.asks(t, "PUT", "feed", `{"minutes":60,"leavers":true}`).is(t, 200)
	dir := filepath.Join(root, string(h.plan.Property.ID))
	path, old := filepath.Join(dir, "june.csv"), time.Now().Add(-time.Hour)
	list := []byte("Unit,Name,E-mail\n1A,Ada Nwosu,ada@example.org\n2B,Bo Berg,bo@example.org\n")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(path, list, 0o600), os.Chtimes(path, old, old)); err != nil {
		t.Fatal(err)
	}
	var feed api.Feed
	taken := p.asks(t, "POST", "feed/sync", "").is(t, 200)
	taken.read(t, &feed)
	if feed.File != "june.csv" || feed.Report.Counts["new"] != 1 || feed.Report.Conflicts != 1 || taken.Header.Get("Doorlink-Deed") == "" {
		t.Fatalf("got %s", taken.text)
	}
	var open api.Page[api.Conflict]
	p.asks(t, "GET", "conflicts?show=open", "").is(t, 200).read(t, &open)
	if open.Total != 1 || open.Items[0].Kind != office.Who || open.Items[0].Person != h.ada {
		t.Fatalf("got %+v", open)
	}
	p.asks(t, "PUT", "conflicts/"+string(open.Items[0].ID), `{"answer":"yes"}`).is(t, 200).read(t, &feed)
	var lists api.Stretch[api.TakenList]
	p.asks(t, "GET", "feed/lists?limit=1", "").is(t, 200).read(t, &lists)
	if len(lists.Items) != 1 || lists.Items[0].File != "june.csv" || lists.Items[0].Skips || lists.Next == "" {
		t.Errorf("got %+v", lists)
	}
	if got := p.asks(t, "GET", "feed/lists/"+string(lists.Items[0].ID)+"/skipped", "").is(t, 200).text; got != "\ufeffReason\r\n" {
		t.Errorf("got %q of a list that skipped nothing", got)
	}
	p.asks(t, "GET", "feed/lists/take_none/skipped", "").is(t, 404)
	if ada, err := h.db.Person(t.Context(), h.ada); err != nil || ada.Email != "ada@example.org" || feed.Report.Conflicts != 0 {
		t.Errorf("got %+v, %v, %+v", ada, err, feed)
	}
}
