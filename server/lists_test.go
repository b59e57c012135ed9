package server

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"doorlink"
	"doorlink/office"
)

// TestAListThatIsDroppedIsTakenOnSchedule writes a list in two pieces while the
// folder is looked at every quarter of an hour.
func TestAListThatIsDroppedIsTakenOnSchedule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := Config{Data: t.TempDir(), Lists: t.TempDir(), RelayURLs: []string{"turn:relay.invalid:3478"}, RelaySecret: "of nobody"}
		s, err := On(t.Context(), c, make(silent), quiet)
		if err != nil {
			t.Fatal(err)
		}
		p := build(t, s.DB).Property.ID
		d, err := s.office.At(t.Context(), office.Actor{Manager: doorlink.Manager{Portfolio: true}}, p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.SetFeed(t.Context(), 15*time.Minute, false); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(c.Lists, string(p))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		write := func(list string) {
			t.Helper()
			path, now := filepath.Join(dir, "may.csv"), time.Now()
			if err := errors.Join(os.WriteFile(path, []byte(list), 0o600), os.Chtimes(path, now, now)); err != nil {
				t.Fatal(err)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		report := func() office.Feed {
			t.Helper()
			f, err := d.Feed(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		time.Sleep(time.Second)
		if f := report(); f.Report.Failed != "drop.list" {
			t.Errorf("an empty folder: %+v", f)
		}
		time.Sleep(15*time.Minute - 10*time.Second)
		write("Unit,Name,E-mail\n9Z,Zo")
		time.Sleep(12 * time.Second)
		if f := report(); f.Report.Failed != "drop.writing" {
			t.Errorf("half a list: %+v", f)
		}
		write("Unit,Name,E-mail\n9Z,Zoe Zed,zoe@example.org\n")
		time.Sleep(15 * time.Minute)
		if f := report(); f.Report.Failed != "" || f.Report.Counts["new"] != 1 {
			t.Errorf("the whole list: %+v", f)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
