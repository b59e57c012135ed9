package office_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/store"
	"doorlink/store/storetest"
)

// every is a webhook that is told everything.
func every() office.HookWish {
	return office.HookWish{URL: " https://example.org/events?key=abc ", Events: []doorlink.EventKind{doorlink.EveryEvent}}
}

// told are the kinds and the people of all events of a webhook, the first one
// first.
func (h *house) told(tb testing.TB, id doorlink.HookID) (all []string) {
	tb.Helper()
	list, _, err := h.db.Deliveries(tb.Context(), store.DeliveryQuery{Hook: id, Limit: 500})
	if err != nil {
		tb.Fatal(err)
	}
	slices.SortStableFunc(list, func(a, b store.Delivery) int { return a.At.Compare(b.At) })
	for _, d := range list {
		var body struct{ Data map[string]string }
		if err := json.Unmarshal([]byte(d.Body), &body); err != nil {
			tb.Fatal(err)
		}
		all = append(all, string(d.Event)+" "+body.Data["person"]+body.Data["name"])
	}
	return all
}

func TestPeopleWhoComeAndGoAreToldByWhateverBringsThem(t *testing.T) { onEach(t, peopleAreTold) }

func peopleAreTold(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	made, err := d.AddHook(ctx, every())
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	tells := func(what string, events ...string) {
		t.Helper()
		want = append(want, events...)
		if diff := cmp.Diff(want, h.told(t, made.ID)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	ada := string(h.ada)
	must(t)(d.Show(ctx, h.ada, false))
	tells("a switch")
	out := must(t)(d.MoveOut(ctx, h.ada))
	tells("moving out", "person.removed "+ada)
	back := must(t)(d.Undo(ctx, out.Seq))
	tells("taking that back", "person.added "+ada)
	must(t)(d.Undo(ctx, back.Seq))
	tells("taking that back, too", "person.removed "+ada)
	must(t)(d.Delete(ctx, h.ada, ""))
	tells("deleting", "person.removed "+ada)
	must(t)(d.Revoke(ctx, h.chidi))
	tells("losing the keys but not the unit")
	in, err := d.Invite(ctx, office.Invitation{Given: "Dee", Email: "dee@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	tells("inviting", "person.added "+string(in.Person.ID))
	must(t)(d.Undo(ctx, in.Seq))
	tells("taking that back", "person.removed "+string(in.Person.ID))
	must(t)(d.Erase(ctx, h.bram))
	tells("erasing", "person.removed "+string(h.bram))
}

func TestNamesAreToldOnlyWhereThePropertyLetsThem(t *testing.T) { onEach(t, namesAreTold) }

func namesAreTold(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	p := d.Property
	p.HookNames = true
	must(t)(d.SetProperty(ctx, p, ""))
	d = h.desk(t)
	made, err := d.AddHook(ctx, every())
	if err != nil {
		t.Fatal(err)
	}
	must(t)(d.MoveOut(ctx, h.ada))
	if got := h.told(t, made.ID); len(got) != 1 || got[0] != "person.removed "+string(h.ada)+"Ada Nwosu" {
		t.Errorf("got %v", got)
	}
	must(t)(d.Erase(ctx, h.ada)) // what told the name goes with it
	if got := strings.Join(h.told(t, made.ID), " "); strings.Contains(got, "Nwosu") {
		t.Errorf("got %v", got)
	}
}

func TestAWebhookIsArranged(t *testing.T) { onEach(t, hookIsArranged) }

func hookIsArranged(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	wish := every()
	wish.Events = []doorlink.EventKind{doorlink.QRChanged, doorlink.CallPlaced, doorlink.QRChanged}
	made, err := d.AddHook(ctx, wish)
	if err != nil || !strings.HasPrefix(made.Secret.Reveal(), "whsec_") {
		t.Fatal(err)
	}
	line := func() office.HookLine {
		t.Helper()
		l, err := d.Hook(ctx, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	first := line()
	want := doorlink.Hook{
		ID: made.ID, Property: d.Property.ID, URL: "https://example.org/events?key=abc",
		Events: []doorlink.EventKind{doorlink.CallPlaced, doorlink.QRChanged}, Added: first.Added,
	}
	if diff := cmp.Diff(want, first.Hook); diff != "" {
		t.Error(diff)
	}
	set := must(t)(d.SetHook(ctx, made.ID, every(), first.Tag))
	if _, err := d.SetHook(ctx, made.ID, every(), first.Tag); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("with an old tag: got %v", err)
	}
	must(t)(d.Undo(ctx, set.Seq))
	if got := line(); got.Tag != first.Tag {
		t.Errorf("after undo: got %+v", got.Hook)
	}
	must(t)(d.TestHook(ctx, made.ID))
	must(t)(d.PauseHook(ctx, made.ID, true, first.Tag))
	if r := must(t)(d.PauseHook(ctx, made.ID, true, "")); r.Seq != 0 {
		t.Errorf("pausing twice: got %+v", r)
	}
	if _, err := d.TestHook(ctx, made.ID); !errors.Is(err, office.ErrHookPaused) {
		t.Errorf("testing a paused one: got %v", err)
	}
	must(t)(d.PauseHook(ctx, made.ID, false, ""))
	renewed, err := d.RenewSecret(ctx, made.ID)
	if err != nil || renewed.Secret == made.Secret || line().Former.IsZero() {
		t.Errorf("got %v, want a new secret and an overlap", err)
	}
	if l := line(); l.Waiting != 1 || l.Dead != 0 {
		t.Errorf("got %d waiting and %d dead", l.Waiting, l.Dead)
	}
	deeds, err := d.Deeds(ctx, office.Query{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range deeds.Rows {
		if strings.Contains(l.About, "key=abc") || l.About != "example.org" {
			t.Errorf("%s: the audit names %q", l.Action, l.About)
		}
		for name, fact := range l.Detail.Facts {
			if strings.Contains(fact, "abc") || strings.Contains(fact, "whsec") {
				t.Errorf("%s: the audit has a secret in %s", l.Action, name)
			}
		}
	}
	if _, err := d.RemoveHook(ctx, made.ID, "old"); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("removing with an old tag: got %v", err)
	}
	was := line()
	removed := must(t)(d.RemoveHook(ctx, made.ID, was.Tag))
	if _, err := d.Hook(ctx, made.ID); !errors.Is(err, store.ErrNoHook) {
		t.Errorf("got %v", err)
	}
	must(t)(d.Undo(ctx, removed.Seq))
	if got := line(); got.Tag != was.Tag || got.Waiting != was.Waiting {
		t.Errorf("brought back: got %+v, want %+v", got, was)
	}
}

func TestAWebhookComesBackOnlyIfThereIsRoom(t *testing.T) { onEach(t, hookComesBack) }

func hookComesBack(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	var last office.NewHook
	add := func() {
		t.Helper()
		var err error
		if last, err = d.AddHook(ctx, every()); err != nil {
			t.Fatal(err)
		}
	}
	for range office.MaxHooks {
		add()
	}
	removed := must(t)(d.RemoveHook(ctx, last.ID, ""))
	add()
	if _, err := d.Undo(ctx, removed.Seq); !errors.Is(err, office.ErrHooks) {
		t.Errorf("got %v, want no room", err)
	}
	must(t)(d.RemoveHook(ctx, last.ID, ""))
	must(t)(d.Undo(ctx, removed.Seq))
	if all, err := d.Hooks(ctx); err != nil || len(all) != office.MaxHooks {
		t.Errorf("got %d, %v", len(all), err)
	}
}

func TestWebhooksThatCannotBeMeantAreRefused(t *testing.T) { onEach(t, hooksAreRefused) }

func hooksAreRefused(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	for name, tt := range map[string]struct {
		url    string
		events []doorlink.EventKind
		want   string
	}{
		"no address":          {"", every().Events, "hook.url"},
		"not https":           {"http://example.org", every().Events, "hook.https"},
		"a private address":   {"https://192.168.0.1/", every().Events, "hook.private"},
		"no events":           {"https://example.org", nil, "hook.events"},
		"an event there isnt": {"https://example.org", []doorlink.EventKind{doorlink.CallPlaced, "lock.melted"}, "hook.events"},
		"the test alone":      {"https://example.org", []doorlink.EventKind{doorlink.HookTest}, "hook.events"},
	} {
		_, err := d.AddHook(ctx, office.HookWish{URL: tt.url, Events: tt.events})
		if e, ok := errors.AsType[*doorlink.Error](err); !ok || e.Key != tt.want {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
	}
	h.office.Use(office.Ways{Private: true})
	inside := every()
	inside.URL = "http://192.168.0.1:8123/"
	for range office.MaxHooks {
		if _, err := d.AddHook(ctx, inside); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.AddHook(ctx, inside); !errors.Is(err, office.ErrHooks) {
		t.Errorf("one too many: got %v", err)
	}
}

func TestDeliveriesAreForThoseWhoConnect(t *testing.T) { onEach(t, deliveriesAreGuarded) }

func deliveriesAreGuarded(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	made, err := d.AddHook(ctx, every())
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		must(t)(d.TestHook(ctx, made.ID))
	}
	first, err := d.Deliveries(ctx, made.ID, office.Query{Limit: 2})
	if err != nil || len(first.Rows) != 2 || first.Total != 3 || first.Next == "" {
		t.Fatalf("got %+v, %v", first, err)
	}
	rest, err := d.Deliveries(ctx, made.ID, office.Query{After: first.Next, Only: map[string]string{"state": "waiting", "event": "hook.test"}})
	if err != nil || len(rest.Rows) != 1 || rest.Next != "" {
		t.Errorf("got %+v, %v", rest, err)
	}
	oldest, err := d.Deliveries(ctx, made.ID, office.Query{Sort: office.When, Find: " " + string(first.Rows[1].ID) + " "})
	if err != nil || len(oldest.Rows) != 1 || oldest.Rows[0].ID != first.Rows[1].ID || oldest.Total != 1 {
		t.Errorf("by its ID: got %+v, %v", oldest, err)
	}
	oldest, err = d.Deliveries(ctx, made.ID, office.Query{Sort: office.When, Limit: 1})
	if err != nil || len(oldest.Rows) != 1 || oldest.Rows[0].ID != rest.Rows[0].ID {
		t.Errorf("the oldest: got %+v, %v", oldest, err)
	}
	oldest, err = d.Deliveries(ctx, made.ID, office.Query{Sort: office.When, After: oldest.Next})
	if err != nil || len(oldest.Rows) != 2 || oldest.Rows[1].ID != first.Rows[0].ID || oldest.Next != "" {
		t.Errorf("all after it: got %+v, %v", oldest, err)
	}
	if _, err := d.Deliveries(ctx, made.ID, office.Query{After: "x"}); !errors.Is(err, office.ErrCursor) {
		t.Errorf("no cursor: got %v", err)
	}
	one := rest.Rows[0].ID
	if _, err := d.Replay(ctx, made.ID, one); !errors.Is(err, store.ErrWaiting) {
		t.Errorf("what waits: got %v", err)
	}
	if r := must(t)(d.ReplayDead(ctx, made.ID)); r.Seq != 0 {
		t.Errorf("none is dead: got %+v", r)
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		all, err := tx.Row(ctx, doorlink.Row{Hook: &made.Hook})
		if err != nil || all == nil {
			t.Errorf("got %v, %v", all, err)
		}
		return nil
	})
	now := time.Now().Add(time.Second)
	var claimed []store.Claimed
	for range 3 { // one of a webhook at a time
		one, err := h.db.ClaimDeliveries(ctx, nil, 9, now, now.Add(time.Minute))
		if err != nil || len(one) != 1 {
			t.Fatalf("got %d, %v", len(one), err)
		}
		claimed = append(claimed, one...)
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		for _, c := range claimed {
			if _, _, err := tx.FinishDelivery(ctx, c, store.Attempt{At: now, Why: "refused"}); err != nil {
				return err
			}
		}
		return nil
	})
	must(t)(d.Replay(ctx, made.ID, one))
	must(t)(d.ReplayDead(ctx, made.ID))
	if l, err := d.Hook(ctx, made.ID); err != nil || l.Waiting != 3 || l.Dead != 0 {
		t.Errorf("got %+v, %v", l, err)
	}

	may := h.as(t, doorlink.Role{Scope: doorlink.LimitedKeys})
	elsewhere, err := h.office.At(ctx, office.Actor{Manager: h.root}, h.elsewhere.Property.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		by   *office.Desk
		want error
	}{{may, office.ErrMayNot}, {elsewhere, store.ErrNoHook}} {
		d := tt.by
		for name, err := range map[string]error{
			"reading":  second(d.Hook(ctx, made.ID)),
			"changing": second(d.SetHook(ctx, made.ID, every(), "")),
			"pausing":  second(d.PauseHook(ctx, made.ID, true, "")),
			"renewing": second(d.RenewSecret(ctx, made.ID)),
			"testing":  second(d.TestHook(ctx, made.ID)),
			"removing": second(d.RemoveHook(ctx, made.ID, "")),
			"listing":  second(d.Deliveries(ctx, made.ID, office.Query{})),
			"looking":  second(d.Delivery(ctx, made.ID, one)),
			"again":    second(d.Replay(ctx, made.ID, one)),
			"all":      second(d.ReplayDead(ctx, made.ID)),
		} {
			if !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", name, err, tt.want)
			}
		}
	}
	if _, err := may.AddHook(ctx, every()); !errors.Is(err, office.ErrMayNot) {
		t.Errorf("adding: got %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestTheManualShowsEveryEventAsItIs has every kind of event happen and holds the
// examples of the manual against what was told.
func TestTheManualShowsEveryEventAsItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.Open(t, storetest.SQLite(t)))
	ctx, d := t.Context(), h.desk(t)
	made, err := d.AddHook(ctx, every())
	if err != nil {
		t.Fatal(err)
	}
	h.visited(t)
	must(t)(d.TestHook(ctx, made.ID))
	if _, _, err := d.ChangeQR(ctx, h.front.ID, office.QRChange{}); err != nil {
		t.Fatal(err)
	}
	out := must(t)(d.MoveOut(ctx, h.chidi))
	must(t)(d.Undo(ctx, out.Seq))
	h.office.Use(office.Ways{Locks: master})
	if _, err := d.Activate(ctx, h.front.ID, office.LockWish{}); err != nil {
		t.Fatal(err)
	}
	h.wantDigits(t, 8)

	list, _, err := h.db.Deliveries(ctx, store.DeliveryQuery{Hook: made.ID, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, one := range list {
		got[string(one.Event)] = example(t, one.Body)
	}
	manual, err := os.ReadFile(filepath.Join("..", "docs", "webhooks.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(manual), -1) {
		var e struct{ Type string }
		if err := json.Unmarshal([]byte(block[1]), &e); err != nil {
			t.Fatal(err)
		}
		want[e.Type] = example(t, block[1])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-manual +told):\n%s", diff)
	}
	for _, k := range append(slices.Clone(doorlink.EventKinds), doorlink.HookTest) {
		if want[string(k)] == "" {
			t.Errorf("the manual does not show %s", k)
		}
	}
}

// visited has Ada take a call and give a code, which opens the door, and refuse
// another call.
func (h *house) visited(t *testing.T) {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	member := h.plan.Memberships[0]
	call := func() doorlink.CallID {
		v := doorlink.Visit{
			ID: doorlink.NewID[doorlink.VisitID]("visit"), Property: h.plan.Property.ID, Door: h.front.ID, Panel: h.plan.Panels[0].ID,
		}
		c := doorlink.PlaceCall(doorlink.NewID[doorlink.CallID]("call"), v, member.Entry, member.Person, member.Unit, doorlink.Caller{}, false, now)
		if _, err := h.db.AddCall(ctx, c, func(c doorlink.Call, _ []doorlink.Call) (doorlink.Call, error) { return c, nil }); err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	change := func(c doorlink.CallID, move func(doorlink.Call) (doorlink.Call, error)) {
		if _, err := h.db.ChangeCall(ctx, c, move); err != nil {
			t.Fatal(err)
		}
	}
	taken := call()
	change(taken, func(c doorlink.Call) (doorlink.Call, error) { return c.Answer(h.plan.Handsets[0].ID, now) })
	_, err := h.db.ChangeSlot(ctx, h.front.ID, 1, 20000, 4, member.Person, func(s doorcode.Slot) (doorcode.Slot, error) {
		s.Given = append(s.Given, doorcode.Given{Ask: doorcode.Ask{Call: taken, Nth: 1}})
		return s, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.db.MarkCode(ctx, taken, 1, true, "yes", now); err != nil {
		t.Fatal(err)
	}
	change(taken, func(c doorlink.Call) (doorlink.Call, error) { return c.HangUp(doorlink.Resident, now), nil })
	change(call(), func(c doorlink.Call) (doorlink.Call, error) { return c.Decline(now) })
}

// example is a message without what is another one each time.
func example(t *testing.T, text string) string {
	t.Helper()
	var e map[string]any
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	e["timestamp"] = "…"
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`_[0-9a-z]{26}"`).ReplaceAllString(string(b), `_…"`)
}

func TestWebhooksAreFound(t *testing.T) { onEach(t, hooksFound) }

func hooksFound(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	add := func(url string, events ...doorlink.EventKind) doorlink.HookID {
		t.Helper()
		made, err := d.AddHook(ctx, office.HookWish{URL: url, Events: events})
		if err != nil {
			t.Fatal(err)
		}
		return made.ID
	}
	failing := add("https://desk10.example/in", doorlink.CallMissed)
	add("https://desk9.example/in", doorlink.EveryEvent)
	paused := add("https://Alarm.example/", doorlink.CodeUsed)
	must(t)(d.TestHook(ctx, failing))
	must(t)(d.PauseHook(ctx, paused, true, ""))
	now := time.Now().Add(time.Second)
	claimed, err := h.db.ClaimDeliveries(ctx, nil, 9, now, now.Add(time.Minute))
	if err != nil || len(claimed) != 1 {
		t.Fatalf("got %d, %v", len(claimed), err)
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		_, _, err := tx.FinishDelivery(ctx, claimed[0], store.Attempt{At: now, Status: 500, Why: "hook.why.refused", Next: now.Add(time.Hour)})
		return err
	})
	for _, tt := range []struct {
		name string
		q    office.Query
		want string
	}{
		{"unasked", office.Query{}, "alarm desk9 desk10"},
		{"the other way", office.Query{Sort: "-address"}, "desk10 desk9 alarm"},
		{"what to look after", office.Query{Sort: "state"}, "desk10 alarm desk9"},
		{"last told", office.Query{Sort: "-last"}, "desk10 desk9 alarm"},
		{"by address", office.Query{Find: "DESK1"}, "desk10"},
		{"by event, also of those who hear every one", office.Query{Find: "call.missed"}, "desk9 desk10"},
		{"a page", office.Query{Limit: 1}, "alarm"},
		{"none", office.Query{Find: "alarm missed"}, ""},
	} {
		p, err := d.FindHooks(ctx, tt.q)
		var got []string
		for _, l := range p.Rows {
			host, _, _ := strings.Cut(strings.ToLower(l.Host), ".")
			got = append(got, host)
		}
		if strings.Join(got, " ") != tt.want || err != nil {
			t.Errorf("%s: got %v, %v, want %s", tt.name, got, err, tt.want)
		}
	}
	if _, err := h.as(t, doorlink.Role{Scope: doorlink.LimitedKeys}).FindHooks(ctx, office.Query{}); !errors.Is(err, office.ErrMayNot) {
		t.Errorf("without the ability: got %v", err)
	}
}
