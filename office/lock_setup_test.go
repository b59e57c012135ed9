package office_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/store"
	"doorlink/store/storetest"
)

// master are the keys of a test.
var master = doorcode.Master{Key: doorcode.Key{1, 2, 3}}

// wantDigits changes the length of doorcodes in the settings.
func (h *house) wantDigits(t testing.TB, n int) office.Receipt {
	t.Helper()
	d := h.desk(t)
	p := d.Property
	p.Digits = n
	r, err := d.SetProperty(t.Context(), p, "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// provisioned is what a lock reads in its file.
func provisioned(t testing.TB, f office.LockFile) doorcode.Provision {
	t.Helper()
	p, err := doorcode.DecodeProvision(f.Body)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestALockIsActivatedAndSetUpAnew(t *testing.T) { onEach(t, lockIsSetUp) }

func lockIsSetUp(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	if _, err := d.Activate(ctx, h.front.ID, office.LockWish{}); !errors.Is(err, office.ErrNoLocksmith) {
		t.Errorf("without keys: got %v", err)
	}
	h.office.Use(office.Ways{Locks: master})
	plan, err := d.PlanLock(ctx, h.front.ID, office.LockWish{Model: "c1", Reuse: 60, Seen: "0"})
	if err != nil || plan.Setup.Places != 100 || plan.Room != 333 || plan.Odds.OneIn != 33_333 || plan.Rekeys() {
		t.Fatalf("planned %+v, %v", plan, err)
	}
	set := func(w office.LockWish, action string) (office.LockFile, doorcode.Provision) {
		t.Helper()
		made, err := d.Activate(ctx, h.front.ID, w)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := h.db.Setup(ctx, h.front.ID)
		read := provisioned(t, made)
		deed, err2 := h.db.Deed(ctx, d.Property.ID, made.Seq)
		if err := errors.Join(err, err2); err != nil || kept.Version != read.Version || deed.Action != action || made.Undoable {
			t.Errorf("%s: kept version %d, gave %d, told %s, %v", action, kept.Version, read.Version, deed.Action, err)
		}
		for _, fact := range deed.Detail.Facts {
			if strings.Contains(fact, read.Chain.Reveal()) {
				t.Error("the audit has the key")
			}
		}
		return made, read
	}
	made, first := set(office.LockWish{Model: "c1", Reuse: 60, Seen: "0"}, "lock.activate")
	if first.Model != "C1" || first.Epoch != 1 || first.DoorName != h.front.Name || first.Params.Reuse != 60 || made.Name != "lock F1 1.json" {
		t.Errorf("got %s with %+v", made.Name, first.Setup)
	}
	if _, err := d.Activate(ctx, h.front.ID, office.LockWish{Seen: "0"}); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("twice on one page: got %v", err)
	}
	h.talk(t) // two codes, of which one was used
	made, second := set(office.LockWish{Places: 20, Seen: "1"}, "lock.provision")
	if second.Version != 2 || second.Lock != first.Lock || second.Chain != first.Chain || second.Model != "C1" || second.Places != 20 || made.Open != 1 {
		t.Errorf("under the same keys: got %+v, %d codes open", second.Setup, made.Open)
	}
	if n, err := h.db.OpenCodes(ctx, h.front.ID, 0); err != nil || n != 1 {
		t.Errorf("the same keys cancelled codes: %d are left, %v", n, err)
	}
	made, third := set(office.LockWish{NewKeys: true}, "lock.rekey")
	if third.Version != 3 || third.Epoch != 2 || third.Chain == second.Chain || third.Places != 20 || !made.Rekeys() {
		t.Errorf("with new keys: got %+v", third.Setup)
	}
	if n, err := h.db.OpenCodes(ctx, h.front.ID, 0); err != nil || n != 0 {
		t.Errorf("new keys left %d codes, %v", n, err)
	}
	if l, err := d.Lock(ctx, h.front.ID); err != nil || len(l.Waiting) > 0 {
		t.Errorf("a lock with new keys waits for %v, %v", l.Waiting, err)
	}
}

func TestLocksThatNobodyMayHave(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.Open(t, storetest.SQLite(t)))
	h.office.Use(office.Ways{Locks: master})
	ctx, d := t.Context(), h.desk(t)
	setting := doorlink.Fail(doorlink.Invalid, "lock.setting")
	for name, tt := range map[string]struct {
		desk *office.Desk
		door doorlink.DoorID
		wish office.LockWish
		want error
	}{
		"no such door":               {d, "door_none", office.LockWish{}, store.ErrMissing},
		"a door of somebody else":    {d, h.elsewhere.Doors[0].ID, office.LockWish{}, store.ErrMissing},
		"no name of a model":         {d, h.front.ID, office.LockWish{Model: "M2\u202e"}, office.ErrModel},
		"fewer places than one":      {d, h.front.ID, office.LockWish{Places: -1}, setting},
		"a code that goes on":        {d, h.front.ID, office.LockWish{Reuse: 901}, setting},
		"a lock that can be guessed": {d, h.front.ID, office.LockWish{Places: 334}, doorcode.ErrGuessable},
		"no Device Management":       {h.as(t, doorlink.Role{Scope: doorlink.FullKeys}), h.front.ID, office.LockWish{}, office.ErrMayNot},
		"a token without it":         {h.within(t, doorlink.Settings), h.front.ID, office.LockWish{}, office.ErrMayNot},
	} {
		_, planned := tt.desk.PlanLock(ctx, tt.door, tt.wish)
		_, done := tt.desk.Activate(ctx, tt.door, tt.wish)
		if !errors.Is(planned, tt.want) || !errors.Is(done, tt.want) {
			t.Errorf("%s: planned %v, done %v, want %v", name, planned, done, tt.want)
		}
	}
	if _, err := h.office.Provision(ctx, "door_none", office.LockWish{}); !errors.Is(err, store.ErrNoDoor) {
		t.Errorf("at the server: got %v", err)
	}
	if _, err := h.db.Setup(ctx, h.front.ID); !errors.Is(err, doorcode.ErrNoLock) {
		t.Errorf("got %v, want that there is still no lock", err)
	}
}

// drifts are what a webhook was told of locks.
func (h *house) drifts(tb testing.TB, id doorlink.HookID) (all []string) {
	tb.Helper()
	list, _, err := h.db.Deliveries(tb.Context(), store.DeliveryQuery{Hook: id, Event: doorlink.LockOutOfSync, Limit: 100})
	if err != nil {
		tb.Fatal(err)
	}
	for _, d := range list {
		var body struct{ Data map[string]string }
		if err := json.Unmarshal([]byte(d.Body), &body); err != nil {
			tb.Fatal(err)
		}
		all = append(all, body.Data["waiting"])
	}
	return all
}

func TestALockOutOfSyncIsToldOnceForEverySetUp(t *testing.T) { onEach(t, driftIsTold) }

func driftIsTold(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	h.office.Use(office.Ways{Locks: master})
	made, err := d.AddHook(ctx, every())
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	tells := func(what string, events ...string) {
		t.Helper()
		want = append(slices.Clone(events), want...)
		if got := h.drifts(t, made.ID); !slices.Equal(got, want) {
			t.Errorf("%s: told %q, want %q", what, got, want)
		}
	}
	setUp := func(w office.LockWish) {
		t.Helper()
		if _, err := h.desk(t).Activate(ctx, h.front.ID, w); err != nil {
			t.Fatal(err)
		}
	}
	h.wantDigits(t, 6)
	setUp(office.LockWish{})
	tells("a lock that knows everything")
	changed := h.wantDigits(t, 8)
	tells("other digits", "length")
	must(t)(h.desk(t).Undo(ctx, changed.Seq))
	h.wantDigits(t, 8)
	tells("to and fro")
	setUp(office.LockWish{})
	tells("setting it up anew")
	door := h.front
	door.Name = "Gate"
	renamed := must(t)(d.SetDoor(ctx, door, ""))
	tells("another name", "name")
	must(t)(d.Undo(ctx, renamed.Seq))
	setUp(office.LockWish{})
	p := h.desk(t).Property
	p.Zone = "America/New_York"
	must(t)(d.SetProperty(ctx, p, ""))
	tells("another zone", "clock")
	setUp(office.LockWish{})
	h.talk(t)
	if _, _, err := h.desk(t).ChangeQR(ctx, h.front.ID, office.QRChange{Now: true, Codes: true}); err != nil {
		t.Fatal(err)
	}
	tells("cancelled codes", "codes")
	setUp(office.LockWish{NewKeys: true})
	tells("new keys, which know of no code")
}

func TestClocksAreWatchedByThemselvesAndByEveryNode(t *testing.T) { onEach(t, clocksAreWatched) }

func clocksAreWatched(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	made, err := d.AddHook(ctx, every())
	if err != nil {
		t.Fatal(err)
	}
	setup := doorcode.Setup{
		Version: 1, Lock: "lock_1", Property: h.plan.Property.ID, Door: h.front.ID, DoorName: h.front.Name, Epoch: 1, Places: 100,
		Params: doorcode.Defaults(), Calendar: doorcode.Calendar{Initial: 8 * 3600}, Issued: time.Now(),
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error { return tx.AddLock(ctx, setup) })
	errs := make(chan error)
	for range 4 {
		go func() { errs <- h.office.WatchLocks(ctx, time.Now()) }()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if got := h.drifts(t, made.ID); !slices.Equal(got, []string{"clock"}) {
		t.Errorf("told %q, want the clock once", got)
	}
	if p, err := d.Locks(ctx, office.Query{Only: map[string]string{"show": office.WaitingLocks}}); err != nil || len(p.Rows) != 1 || p.Rows[0].ID != h.front.ID {
		t.Errorf("out of sync: got %+v, %v", p.Rows, err)
	}
}

// TestWhatIsPlannedIsWhatIsMade draws wishes and holds the file against the plan,
// and against what may never change under the same keys.
func TestWhatIsPlannedIsWhatIsMade(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.Open(t, storetest.SQLite(t)))
	h.office.Use(office.Ways{Locks: master})
	d := h.desk(t)
	was := doorcode.Provision{}
	rapid.Check(t, func(r *rapid.T) {
		w := office.LockWish{
			Model: rapid.SampledFrom(append(slices.Clone(office.LockModels), "", "M4")).Draw(r, "model"), Digits: rapid.SampledFrom([]int{0, 5, 6, 7, 8}).Draw(r, "digits"),
			Places: rapid.IntRange(0, 400).Draw(r, "places"), Reuse: doorcode.Seconds(rapid.IntRange(0, 900).Draw(r, "reuse")), NewKeys: rapid.Bool().Draw(r, "keys"),
		}
		plan, err := d.PlanLock(context.Background(), h.front.ID, w)
		made, again := d.Activate(context.Background(), h.front.ID, w)
		if !errors.Is(again, err) {
			r.Fatalf("planned %v, made %v", err, again)
		}
		if err != nil {
			return
		}
		got, err := doorcode.DecodeProvision(made.Body)
		if err != nil {
			r.Fatal(err)
		}
		if got.Params != plan.Setup.Params || got.Places != plan.Setup.Places || got.Version != was.Version+1 || got.Model != plan.Setup.Model {
			r.Errorf("planned %+v, made %+v", plan.Setup, got.Setup)
		}
		if same := got.Epoch == was.Epoch; was.Version > 0 && (same == w.NewKeys || same != (got.Chain == was.Chain)) {
			r.Errorf("epoch %d after %d, new keys %v", got.Epoch, was.Epoch, w.NewKeys)
		}
		was = got
	})
}
