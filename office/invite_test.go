package office_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

func TestAnInvitationBringsEverythingAtOnce(t *testing.T) { onEach(t, invitationBringsAll) }

func invitationBringsAll(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	to := time.Now().AddDate(1, 0, 0).UTC().Truncate(time.Millisecond)
	before := h.standing(t)
	in, err := d.Invite(ctx, office.Invitation{
		Given: " Yuki ", Family: "Tanaka", Email: " Yuki@Example.ORG ",
		Units: []doorlink.UnitID{h.plan.Units[0].ID, h.plan.Units[1].ID},
		Keys:  []doorlink.Holder{{Key: h.key, To: to, Resident: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := d.Person(ctx, in.Person.ID)
	if err != nil {
		t.Fatal(err)
	}
	if v.Given != "Yuki" || v.Email != "yuki@example.org" || !v.Shown || v.Activated || len(v.Units) != 2 {
		t.Errorf("got %+v", v.PersonLine)
	}
	if len(v.Held) != 1 || !v.Held[0].To.Equal(to) || !v.Held[0].Resident {
		t.Errorf("got keys %+v", v.Held)
	}
	if !v.Invited.Waits(time.Now()) || in.Link.Mailed {
		t.Errorf("got link %+v, mailed %v", v.Invited, in.Link.Mailed)
	}
	must(t)(d.Undo(ctx, in.Seq))
	same(t, "after undoing", h.standing(t), before)
}

func TestWhoCannotBeInvitedIsTold(t *testing.T) { onEach(t, badInvitations) }

func badInvitations(t *testing.T, h *house) {
	d := h.desk(t)
	long := strings.Repeat("x", 5000)
	for _, tt := range []struct {
		name string
		i    office.Invitation
		want error
	}{
		{"without a name", office.Invitation{Given: "  ", Email: "a@example.org"}, office.ErrNameless},
		{"a name of five thousand characters", office.Invitation{Given: long}, office.ErrName},
		{"a name that turns text around", office.Invitation{Given: "Ada", Family: "\u202egro.live"}, office.ErrName},
		{"no address", office.Invitation{Given: "x", Email: "nobody"}, office.ErrEmail},
		{"two addresses", office.Invitation{Given: "x", Email: "a@example.org, b@example.org"}, office.ErrEmail},
		{"an address with a name", office.Invitation{Given: "x", Email: "x <a@example.org>"}, office.ErrEmail},
		{"an address that goes on forever", office.Invitation{Given: "x", Email: long + "@example.org"}, office.ErrEmail},
		{"an address with a line break", office.Invitation{Given: "x", Email: "a@example.org\nBcc: b@example.org"}, office.ErrEmail},
		{"a known address in other letters", office.Invitation{Given: "x", Email: "ADA@example.org"}, office.ErrKnown},
		{"a key that ends before it begins", office.Invitation{Given: "x",
			Keys: []doorlink.Holder{{Key: h.key, From: time.Now(), To: time.Now().Add(-time.Hour)}}}, office.ErrDates},
		{"a unit that is none", office.Invitation{Given: "x", Units: []doorlink.UnitID{"unit_none"}}, store.ErrMissing},
	} {
		if _, err := d.Invite(t.Context(), tt.i); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
	_, err := d.Invite(t.Context(), office.Invitation{Given: "x", Email: "ada@example.org"})
	var e *doorlink.Error
	if !errors.As(err, &e) || !errors.Is(err, store.ErrExists) || e.Args[1] != h.ada {
		t.Errorf("got %v, which does not lead to Ada", err)
	}
}

func TestOfTwoInvitationsToOneAddressOneWins(t *testing.T) { onEach(t, oneInvitationWins) }

func oneInvitationWins(t *testing.T, h *house) {
	d := h.desk(t)
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			_, errs[i] = d.Invite(t.Context(), office.Invitation{Given: "Yuki", Email: "yuki@example.org"})
		})
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, office.ErrKnown) {
			t.Errorf("got %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d invitations won", won)
	}
}

func TestInvitingAgainEndsTheLinkBefore(t *testing.T) { onEach(t, invitedAgain) }

func invitedAgain(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	first, _, err := d.InviteAgain(ctx, h.bram)
	if err != nil {
		t.Fatal(err)
	}
	second, r, err := d.InviteAgain(ctx, h.bram)
	if err != nil || r.Seq == 0 || r.Undoable {
		t.Fatalf("got %+v, %v", r, err)
	}
	use := func(l office.Link) error {
		_, err := h.db.UseLink(ctx, l.Secret.Hash(), "session", doorlink.Handset{Name: "x"}, time.Now().Add(time.Millisecond))
		return err
	}
	if err := use(first); !errors.Is(err, store.ErrLinkExpired) {
		t.Errorf("the first link: got %v", err)
	}
	if err := use(second); err != nil {
		t.Errorf("the second link: got %v", err)
	}
	if got := time.Until(second.Ends); got > office.InviteTime || got < office.InviteTime-time.Minute {
		t.Errorf("the link lasts %s", got)
	}
}

// letters takes letters, or refuses them.
type letters struct {
	err   error
	to    []string
	links []doorlink.Secret // to managers
}

func (l *letters) Invite(_ context.Context, _ doorlink.Property, to doorlink.Person, _ doorlink.Secret, _ time.Time) error {
	l.to = append(l.to, to.Email)
	return l.err
}

func (l *letters) InviteManager(_ context.Context, _ doorlink.Property, to doorlink.Manager, link doorlink.Secret, _ time.Time) error {
	l.to = append(l.to, to.Email)
	l.links = append(l.links, link)
	return l.err
}

func TestALetterThatIsNotSentIsNoFailure(t *testing.T) { onEach(t, letterNotSent) }

func letterNotSent(t *testing.T, h *house) {
	ctx, d, post := t.Context(), h.desk(t), &letters{}
	h.office.Use(office.Ways{Mail: post})
	for _, tt := range []struct {
		email string
		err   error
		sent  bool
	}{
		{"one@example.org", nil, true},
		{"two@example.org", errors.New("the post office is closed"), false},
		{"", nil, false},
	} {
		post.err = tt.err
		in, err := d.Invite(ctx, office.Invitation{Given: "x", Email: tt.email})
		if err != nil || in.Link.Mailed != tt.sent {
			t.Errorf("%q: got sent %v, %v", tt.email, in.Link.Mailed, err)
		}
	}
	if diff := cmp.Diff(post.to, []string{"one@example.org", "two@example.org"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestEverybodyWithoutALinkGetsOne(t *testing.T) { onEach(t, inviteAll) }

func inviteAll(t *testing.T, h *house) {
	ctx, d, post := t.Context(), h.desk(t), &letters{}
	if _, err := d.InviteAll(ctx, time.Minute); !errors.Is(err, office.ErrNoMail) {
		t.Errorf("without mail: got %v", err)
	}
	h.office.Use(office.Ways{Mail: post})
	if n, err := d.Uninvited(ctx); n != 2 || err != nil {
		t.Errorf("got %d uninvited, %v", n, err)
	}
	post.err = errors.New("the post office is closed")
	if sent, err := d.InviteAll(ctx, time.Minute); sent != 0 || !errors.Is(err, office.ErrNoMail) {
		t.Errorf("got %d, %v", sent, err)
	}
	post.err = nil
	if sent, err := d.InviteAll(ctx, time.Minute); sent != 2 || err != nil {
		t.Errorf("when it is open: got %d, %v", sent, err)
	}
	if n, err := d.Uninvited(ctx); n != 0 || err != nil {
		t.Errorf("got %d uninvited, %v", n, err)
	}
}
