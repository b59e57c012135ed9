package passkey

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"doorlink"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const origin = "https://house.example.org"

var (
	ada  = doorlink.Manager{ID: "man_0123456789abcdefghjkmnpqrs", Name: "Ada", Email: "ada@example.org"}
	noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

func site(t testing.TB) *Site {
	t.Helper()
	s, err := New(origin, "Example House")
	must(t, err)
	return s
}

// register adds the device's passkey to Ada.
func register(t testing.TB, s *Site, d *device) Credential {
	t.Helper()
	options, kept, err := s.BeginRegister(ada, nil, noon)
	must(t, err)
	c, err := s.FinishRegister(ada.ID, kept, d.create(t, options), noon.Add(time.Minute))
	must(t, err)
	return c
}

func TestAPasskeySignsInAgainAndAgain(t *testing.T) {
	t.Parallel()
	s, d := site(t), newDevice(t)
	c := register(t, s, d)
	for i := range 3 {
		options, kept, err := s.BeginLogin(noon)
		must(t, err)
		answer := d.get(t, options)
		id, err := CredentialID(answer)
		if err != nil || !slices.Equal(id, c.ID) {
			t.Fatalf("got %x, %v, want %x", id, err, c.ID)
		}
		if c, err = s.FinishLogin(kept, answer, ada.ID, stored(t, c), noon.Add(time.Minute)); err != nil {
			t.Fatal(errors.Unwrap(err))
		}
		if want := uint32(i + 2); c.SignCount != want {
			t.Errorf("got count %d, want %d", c.SignCount, want)
		}
	}
}

// stored is a credential after a store has written and read it.
func stored(t testing.TB, c Credential) Credential {
	t.Helper()
	text, err := json.Marshal(c)
	must(t, err)
	var back Credential
	must(t, json.Unmarshal(text, &back))
	if diff := cmp.Diff(back, c); diff != "" {
		t.Errorf("stored (-got +want):\n%s", diff)
	}
	return back
}

func TestOptionsAskForDiscoverableVerifiedPasskeys(t *testing.T) {
	t.Parallel()
	s := site(t)
	has := Credential{ID: []byte{1, 2, 3}, Transports: []string{"usb"}}
	creation, _, err := s.BeginRegister(ada, []Credential{has}, noon)
	must(t, err)
	var o struct {
		RP                     struct{ ID, Name string }
		User                   struct{ ID, Name, DisplayName string }
		AuthenticatorSelection struct {
			ResidentKey        string
			RequireResidentKey bool
			UserVerification   string
		}
		ExcludeCredentials []struct{ ID string }
		Attestation        string
		Timeout            int
		PubKeyCredParams   []struct{ Alg int }
	}
	must(t, json.Unmarshal(creation, &o))
	got := []any{o.RP.ID, o.RP.Name, o.User.Name, o.User.DisplayName, o.AuthenticatorSelection.ResidentKey, o.AuthenticatorSelection.RequireResidentKey,
		o.AuthenticatorSelection.UserVerification, o.ExcludeCredentials[0].ID, o.Attestation, o.Timeout}
	want := []any{"house.example.org", "Example House", "ada@example.org", "Ada", "required", true, "required", "AQID", "none", 300000}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("creation (-got +want):\n%s", diff)
	}
	if !slices.ContainsFunc(o.PubKeyCredParams, func(p struct{ Alg int }) bool { return p.Alg == -7 }) {
		t.Errorf("got algorithms %v without ES256", o.PubKeyCredParams)
	}
	assertion, _, err := s.BeginLogin(noon)
	must(t, err)
	var login map[string]any
	must(t, json.Unmarshal(assertion, &login))
	if login["userVerification"] != "required" || login["rpId"] != "house.example.org" || login["allowCredentials"] != nil {
		t.Errorf("login: got %s", assertion)
	}
}

func TestBackupFlagsAreKept(t *testing.T) {
	t.Parallel()
	for _, flags := range []byte{0, backupEligible, backupEligible | backedUp} {
		s, d := site(t), newDevice(t)
		d.flags |= flags
		c := register(t, s, d)
		if c.BackupEligible != (flags&backupEligible != 0) || c.BackedUp != (flags&backedUp != 0) {
			t.Errorf("flags %x: got %+v", flags, c)
		}
	}

	s, d := site(t), newDevice(t)
	d.flags |= backupEligible
	c := register(t, s, d)
	d.flags |= backedUp
	c, err := login(t, s, d, c)
	if err != nil || !c.BackedUp {
		t.Errorf("backed up meanwhile: got %+v, %v", c, err)
	}
	d.flags &^= backupEligible | backedUp
	if _, err = login(t, s, d, c); !errors.Is(err, ErrRefused) {
		t.Errorf("no longer eligible: got %v", err)
	}
}

// login signs in with a device as Ada at noon.
func login(t testing.TB, s *Site, d *device, c Credential) (Credential, error) {
	t.Helper()
	options, kept, err := s.BeginLogin(noon)
	must(t, err)
	return s.FinishLogin(kept, d.get(t, options), ada.ID, c, noon)
}

func TestALoginIsRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spoil func(*device, *Credential)
		want  error
	}{
		"from another origin":              {func(d *device, _ *Credential) { d.origin = "https://house.example.com" }, ErrRefused},
		"from a host below":                {func(d *device, _ *Credential) { d.origin = "https://evil.house.example.org" }, ErrRefused},
		"without TLS":                      {func(d *device, _ *Credential) { d.origin = "http://house.example.org" }, ErrRefused},
		"without verification of the user": {func(d *device, _ *Credential) { d.flags &^= userVerified }, ErrRefused},
		"without a user":                   {func(d *device, _ *Credential) { d.flags &^= userPresent }, ErrRefused},
		"backed up but not eligible":       {func(d *device, _ *Credential) { d.flags |= backedUp }, ErrRefused},
		"by another's key":                 {func(d *device, _ *Credential) { d.key = newDevice(t).key }, ErrRefused},
		"by another passkey":               {func(d *device, _ *Credential) { d.id = newDevice(t).id }, ErrRefused},
		"as another manager":               {func(d *device, _ *Credential) { d.handle = []byte("man_other") }, ErrRefused},
		"without a user handle":            {func(d *device, _ *Credential) { d.handle = nil }, ErrRefused},
		"when the count stands still":      {func(d *device, _ *Credential) { d.step = 0 }, errCopied},
		"when the count runs back":         {func(_ *device, c *Credential) { c.SignCount = 900 }, errCopied},
		"by a key that cannot be read":     {func(_ *device, c *Credential) { c.PublicKey = []byte{0xff} }, ErrRefused},
	} {
		s, d := site(t), newDevice(t)
		c := register(t, s, d)
		tt.spoil(d, &c)
		got, err := login(t, s, d, c)
		if !errors.Is(err, tt.want) || got.ID != nil || doorlink.KindOf(err) != doorlink.Denied {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

func TestSynchronizedPasskeysDoNotCount(t *testing.T) {
	t.Parallel()
	s, d := site(t), newDevice(t)
	d.step = 0
	c := register(t, s, d)
	for range 2 {
		if _, err := login(t, s, d, c); err != nil {
			t.Error(err)
		}
	}
}

func TestAnAnswerHoldsForItsOwnCeremonyAndItsTime(t *testing.T) {
	t.Parallel()
	s, d := site(t), newDevice(t)
	c := register(t, s, d)
	options, first, err := s.BeginLogin(noon)
	must(t, err)
	_, second, err := s.BeginLogin(noon)
	must(t, err)
	_, registration, err := s.BeginRegister(ada, nil, noon)
	must(t, err)
	answer := d.get(t, options)
	for name, tt := range map[string]struct {
		ceremony []byte
		at       time.Time
		want     error
	}{
		"replayed":          {second, noon, ErrRefused},
		"to a registration": {registration, noon, ErrRefused},
		"too late":          {first, noon.Add(CeremonyTime), errExpired},
		"in time":           {first, noon.Add(CeremonyTime - time.Second), nil},
	} {
		if _, err := s.FinishLogin(tt.ceremony, answer, ada.ID, c, tt.at); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	if _, err := s.FinishLogin([]byte("{"), answer, ada.ID, c, noon); doorlink.KindOf(err) != doorlink.Internal || err == nil {
		t.Errorf("a broken ceremony: got %v", err)
	}
}

func TestARegistrationIsRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spoil func(*device)
		who   doorlink.ManagerID
		at    time.Duration
		want  error
	}{
		"of another manager":               {func(*device) {}, "man_other", 0, ErrRefused},
		"from another origin":              {func(d *device) { d.origin = "https://house.example.com" }, ada.ID, 0, ErrRefused},
		"without verification of the user": {func(d *device) { d.flags &^= userVerified }, ada.ID, 0, ErrRefused},
		"backed up but not eligible":       {func(d *device) { d.flags |= backedUp }, ada.ID, 0, ErrRefused},
		"too late":                         {func(*device) {}, ada.ID, CeremonyTime, errExpired},
	} {
		s, d := site(t), newDevice(t)
		options, kept, err := s.BeginRegister(ada, nil, noon)
		must(t, err)
		tt.spoil(d)
		if _, err := s.FinishRegister(tt.who, kept, d.create(t, options), noon.Add(tt.at)); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}

	s, d := site(t), newDevice(t)
	options, _, err := s.BeginRegister(ada, nil, noon)
	must(t, err)
	_, other, err := s.BeginRegister(ada, nil, noon)
	must(t, err)
	if _, err := s.FinishRegister(ada.ID, other, d.create(t, options), noon); !errors.Is(err, ErrRefused) {
		t.Errorf("replayed: got %v", err)
	}
}

func TestPasskeysNeedAName(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://house.example.org":      true,
		"https://house.example.org:8443": true,
		"https://house.example.org/":     true,
		"http://localhost:8080":          true,
		"http://house.example.org":       false,
		"https://192.0.2.7":              false,
		"https://[2001:db8::7]":          false,
		"house.example.org":              false,
		"":                               false,
	} {
		if _, err := New(address, "House"); (err == nil) != want || err != nil && !errors.Is(err, errSite) {
			t.Errorf("%s: got %v", address, err)
		}
	}
}

func TestHugeAnswersAreRefused(t *testing.T) {
	t.Parallel()
	s := site(t)
	_, kept, err := s.BeginLogin(noon)
	must(t, err)
	huge := []byte(`{"id":"` + strings.Repeat("A", maxAnswer) + `"}`)
	if _, err := CredentialID(huge); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v", err)
	}
	if _, err := s.FinishLogin(kept, huge, ada.ID, Credential{}, noon); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v", err)
	}
	if _, err := s.FinishRegister(ada.ID, kept, huge, noon); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v", err)
	}
}

// FuzzAnswers has no answer but a device's own accepted, and none do harm.
func FuzzAnswers(f *testing.F) {
	s, d := site(f), newDevice(f)
	c := register(f, s, d)
	creation, adding, err := s.BeginRegister(ada, nil, noon)
	must(f, err)
	options, _, err := s.BeginLogin(noon)
	must(f, err)
	_, entering, err := s.BeginLogin(noon)
	must(f, err)
	f.Add(d.get(f, options))
	f.Add(d.create(f, creation))
	f.Add([]byte(`{"id":"AQ","rawId":"AQ","type":"public-key","response":{}}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		if _, err := s.FinishLogin(entering, answer, ada.ID, c, noon); doorlink.KindOf(err) != doorlink.Denied {
			t.Errorf("login: got %v", err)
		}
		// A registration without attestation is not signed, so more than one
		// answer may be right.
		if _, err := s.FinishRegister(ada.ID, adding, answer, noon); err != nil && doorlink.KindOf(err) != doorlink.Denied {
			t.Errorf("registration: got %v", err)
		}
	})
}
