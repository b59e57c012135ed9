package office_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

// limited is what most managers may.
var limited = office.Access{Scope: doorlink.LimitedKeys}

// names are those of the managers of a house, in its own order.
func names(t *testing.T, d *office.Desk, q office.Query) []string {
	t.Helper()
	p, err := d.Managers(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, l := range p.Rows {
		all = append(all, l.Name)
	}
	return all
}

// invite invites somebody and fails if that does.
func invite(t *testing.T, d *office.Desk, name, email string, a office.Access) office.InvitedManager {
	t.Helper()
	in, err := d.InviteManager(t.Context(), office.ManagerInvitation{Name: name, Email: email, Access: a})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestAManagerIsInvitedChangedAndEnded(t *testing.T) { onEach(t, managerLives) }

func managerLives(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	in := invite(t, d, " Maya ", " Maya@Example.org", office.Access{Scope: doorlink.SpecificKeys, Keys: []doorlink.KeyID{h.roof, h.roof}, Devices: true})
	if in.Manager.Name != "Maya" || in.Manager.Email != "maya@example.org" || in.Link.Secret == "" || in.Link.Mailed || in.Undoable {
		t.Fatalf("got %+v", in)
	}
	l, err := d.OneManager(ctx, in.Manager.ID)
	want := doorlink.Role{Manager: in.Manager.ID, Property: h.plan.Property.ID, Scope: doorlink.SpecificKeys, Keys: []doorlink.KeyID{h.roof}, Devices: true}
	if diff := cmp.Diff(l.Role, want); diff != "" || err != nil {
		t.Fatalf("%v (-got +want):\n%s", err, diff)
	}
	if diff := cmp.Diff(names(t, d, office.Query{Sort: "access"}), []string{"Rut", "Maya"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	if got := names(t, d, office.Query{Find: "maya@"}); !slices.Equal(got, []string{"Maya"}) {
		t.Errorf("by address: got %v", got)
	}
	set := must(t)(d.SetAccess(ctx, l.ID, limited, l.Tag))
	if _, err := d.SetAccess(ctx, l.ID, office.Access{Scope: doorlink.FullKeys}, l.Tag); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("as it was before: got %v", err)
	}
	must(t)(d.Undo(ctx, set.Seq))
	if back, err := d.OneManager(ctx, l.ID); err != nil || back.Tag != l.Tag {
		t.Errorf("taken back: got %+v, %v", back.Role, err)
	}
	h.signIn(t, l.Manager)
	end := must(t)(d.EndAccess(ctx, l.ID, l.Tag))
	if _, err := d.OneManager(ctx, l.ID); !errors.Is(err, store.ErrNoManager) {
		t.Errorf("ended: got %v", err)
	}
	if sessions, err := h.db.Desks(ctx, l.ID); err != nil || len(sessions) > 0 {
		t.Errorf("got %d sessions, %v", len(sessions), err)
	}
	err = h.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.UseDeskLink(ctx, in.Link.Secret.Hash(), time.Now())
		return err
	})
	if !errors.Is(err, store.ErrLinkExpired) {
		t.Errorf("their link: got %v", err)
	}
	if gone, err := h.db.PurgeDaily(ctx, time.Now()); err != nil || gone["managers"] != 0 {
		t.Errorf("at once: %d managers were purged, %v", gone["managers"], err)
	}
	must(t)(d.Undo(ctx, end.Seq))
	must(t)(d.EndAccess(ctx, l.ID, ""))
	if gone, err := h.db.PurgeDaily(ctx, time.Now().Add(store.LeftTime+time.Minute)); err != nil || gone["managers"] < 1 {
		t.Errorf("a day later: %d managers were purged, %v", gone["managers"], err)
	}
	if _, err := h.db.Manager(ctx, l.ID); !errors.Is(err, store.ErrNoManager) {
		t.Errorf("a day later: got %v", err)
	}
}

// signIn gives a manager a session.
func (h *house) signIn(t *testing.T, m doorlink.Manager) {
	t.Helper()
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddDesk(ctx, store.DeskSession{Hash: doorlink.NewSecret().Hash(), Manager: m.ID, Added: time.Now(), Used: time.Now()})
	})
}

func TestPortfolioManagersComeAndGoButTheLastOne(t *testing.T) { onEach(t, portfolioChanges) }

func portfolioChanges(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	for name, do := range map[string]func() error{
		"as one with a role": func() error { _, err := d.SetAccess(ctx, h.root.ID, limited, ""); return err },
		"altogether":         func() error { _, err := d.EndAccess(ctx, h.root.ID, ""); return err },
	} {
		if err := do(); !errors.Is(err, store.ErrLastManager) {
			t.Errorf("the last one goes %s: got %v", name, err)
		}
	}
	maya := invite(t, d, "Maya", "maya@example.org", limited).Manager
	up := must(t)(d.SetAccess(ctx, maya.ID, office.Access{Portfolio: true}, ""))
	if line, err := d.Did(ctx, up.Seq, up.Everywhere); err != nil || line.Action != "manager.promote" || line.Property != "" || line.Undoable {
		t.Errorf("got %+v, %v", line, err)
	}
	if at, err := h.office.At(ctx, office.Actor{Manager: reread(t, h, maya)}, h.elsewhere.Property.ID); err != nil || !at.May(doorlink.Govern) {
		t.Errorf("elsewhere: %v", err)
	}
	must(t)(d.SetAccess(ctx, maya.ID, office.Access{Scope: doorlink.FullKeys}, ""))
	if l, err := d.OneManager(ctx, maya.ID); err != nil || l.Portfolio || l.Role.Scope != doorlink.FullKeys {
		t.Errorf("demoted: got %+v, %v", l, err)
	}
	if _, err := h.office.At(ctx, office.Actor{Manager: reread(t, h, maya)}, h.elsewhere.Property.ID); !errors.Is(err, store.ErrNoProperty) {
		t.Errorf("demoted, elsewhere: got %v", err)
	}
	second := invite(t, d, "Tuli", "tuli@example.org", office.Access{Portfolio: true})
	h.signIn(t, second.Manager)
	must(t)(d.EndAccess(ctx, second.Manager.ID, ""))
	if _, err := h.db.Manager(ctx, second.Manager.ID); !errors.Is(err, store.ErrNoManager) {
		t.Errorf("removed: got %v", err)
	}
}

func reread(t *testing.T, h *house, m doorlink.Manager) doorlink.Manager {
	t.Helper()
	m, err := h.db.Manager(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTwoWhoEndEachOtherLeaveOne(t *testing.T) { onEach(t, oneIsLeft) }

func oneIsLeft(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	maya := invite(t, d, "Maya", "maya@example.org", office.Access{Portfolio: true}).Manager
	other, err := h.office.At(ctx, office.Actor{Manager: maya}, h.plan.Property.ID)
	if err != nil {
		t.Fatal(err)
	}
	errs := make([]error, 2)
	var both sync.WaitGroup
	both.Go(func() { _, errs[0] = d.EndAccess(ctx, maya.ID, "") })
	both.Go(func() { _, errs[1] = other.EndAccess(ctx, h.root.ID, "") })
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), store.ErrLastManager) {
		t.Errorf("got %v", errs)
	}
}

func TestWhoManagesElsewhereIsToldAndGetsNoLink(t *testing.T) { onEach(t, managesElsewhere) }

func managesElsewhere(t *testing.T, h *house) {
	ctx, d, post := t.Context(), h.desk(t), &letters{}
	h.office.Use(office.Ways{Mail: post})
	elm, err := h.office.At(ctx, office.Actor{Manager: h.root}, h.elsewhere.Property.ID)
	if err != nil {
		t.Fatal(err)
	}
	first := invite(t, elm, "Maya", "maya@example.org", limited)
	second := invite(t, d, "Somebody", "MAYA@example.org", limited)
	if !first.Link.Mailed || !second.Link.Mailed || second.Link.Secret != "" || second.Manager != first.Manager || !second.Undoable {
		t.Errorf("got %+v, then %+v", first, second)
	}
	if len(post.links) != 2 || post.links[0] == "" || post.links[1] != "" {
		t.Errorf("got %d letters", len(post.links))
	}
	_, err = d.InviteManager(ctx, office.ManagerInvitation{Name: "Maya", Email: "maya@example.org", Access: limited})
	if !errors.Is(err, office.ErrManagerKnown) {
		t.Errorf("again: got %v", err)
	}
	h.signIn(t, first.Manager)
	must(t)(d.EndAccess(ctx, first.Manager.ID, ""))
	if sessions, err := h.db.Desks(ctx, first.Manager.ID); err != nil || len(sessions) != 1 {
		t.Errorf("who manages elsewhere still: got %d sessions, %v", len(sessions), err)
	}
	must(t)(elm.EndAccess(ctx, first.Manager.ID, ""))
	if back := invite(t, d, "Maya", "maya@example.org", limited); back.Link.Secret == "" {
		t.Error("who managed nothing any more has no way in")
	}
}

func TestAccessIsRefused(t *testing.T) { onEach(t, accessRefused) }

func accessRefused(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	for name, tt := range map[string]struct {
		i    office.ManagerInvitation
		want error
	}{
		"without a name":       {office.ManagerInvitation{Email: "x@example.org", Access: limited}, office.ErrName},
		"without an address":   {office.ManagerInvitation{Name: "X", Access: limited}, office.ErrEmail},
		"with no scope":        {office.ManagerInvitation{Name: "X", Email: "x@example.org"}, office.ErrScope},
		"with devices alone":   {office.ManagerInvitation{Name: "X", Email: "x@example.org", Access: office.Access{Devices: true}}, office.ErrScope},
		"with no specific key": {office.ManagerInvitation{Name: "X", Email: "x@example.org", Access: office.Access{Scope: doorlink.SpecificKeys}}, office.ErrScope},
		"with a key of elsewhere": {office.ManagerInvitation{Name: "X", Email: "x@example.org", Access: office.Access{Scope: doorlink.SpecificKeys,
			Keys: []doorlink.KeyID{h.elsewhere.Keys[0].ID}}}, store.ErrMissing},
		"a Portfolio Manager": {office.ManagerInvitation{Name: "Rut", Email: "rut@example.org", Access: limited}, office.ErrManagerKnown},
	} {
		if _, err := d.InviteManager(ctx, tt.i); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	if _, err := d.SetAccess(ctx, h.linden.ID, limited, ""); !errors.Is(err, store.ErrNoManager) {
		t.Errorf("of somebody without a role here: got %v", err)
	}
}

func TestAProgramOfOneHouseGivesNoMoreThanThatHouse(t *testing.T) { onEach(t, programGoverns) }

func programGoverns(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	program := h.within(t, doorlink.Govern)
	invite(t, program, "Maya", "maya@example.org", limited)
	tuli := invite(t, d, "Tuli", "tuli@example.org", office.Access{Portfolio: true}).Manager
	for name, do := range map[string]func() error{
		"makes a Portfolio Manager": func() error {
			_, err := program.InviteManager(ctx, office.ManagerInvitation{Name: "X", Email: "x@example.org", Access: office.Access{Portfolio: true}})
			return err
		},
		"demotes one":         func() error { _, err := program.SetAccess(ctx, tuli.ID, limited, ""); return err },
		"removes one":         func() error { _, err := program.EndAccess(ctx, tuli.ID, ""); return err },
		"makes a link of one": func() error { _, _, err := program.LinkManager(ctx, tuli.ID); return err },
		"without the ability": func() error { _, err := h.within(t, doorlink.Connect).Managers(ctx, office.Query{}); return err },
		"as a Property Manager": func() error {
			_, err := h.as(t, doorlink.Role{Scope: doorlink.FullKeys}).Managers(ctx, office.Query{})
			return err
		},
	} {
		if err := do(); !errors.Is(err, office.ErrMayNot) {
			t.Errorf("a program %s: got %v", name, err)
		}
	}
	if link, _, err := d.LinkManager(ctx, tuli.ID); err != nil || link.Secret == "" {
		t.Errorf("a Portfolio Manager makes a link: got %v", err)
	}
}
