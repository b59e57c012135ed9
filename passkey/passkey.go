// Package passkey lets managers sign in with passkeys (WebAuthn Level 3). It
// asks for nothing but discoverable credentials whose user the device has
// verified: nobody types a name first, so nobody can find out who has an
// account, and a passkey is both factors in one.
//
// Both ceremonies have two halves with a browser in between. The first returns
// options for the browser and a value of ours, the ceremony. The caller keeps
// the ceremony on the server, bound to the browser's session, and takes it out
// of there before the second half runs: a ceremony that can be used twice makes
// an answer that can be used twice.
package passkey

import (
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"doorlink"
)

// CeremonyTime is how long a person has between the two halves.
const CeremonyTime = 5 * time.Minute

// maxAnswer is the most that a browser's answer may contain, in bytes. An
// attestation with certificates has about ten thousand.
const maxAnswer = 64 << 10

// ErrRefused is a passkey that does not hold, for whatever reason. A caller who
// does not know the passkey at all answers with it too, so that nobody learns
// which passkeys are known.
var ErrRefused = doorlink.Fail(doorlink.Denied, "passkey.refused")

// Other failures that a person sees.
var (
	errSite    = doorlink.Fail(doorlink.Invalid, "passkey.site")
	errCopied  = doorlink.Fail(doorlink.Denied, "passkey.copied")
	errExpired = doorlink.Fail(doorlink.Gone, "passkey.expired")
)

// Credential is what is kept of a passkey. Nothing in it is secret, but whoever
// can change it can sign in, so it belongs where only the server writes.
type Credential struct {
	ID        []byte // chosen by the device, unique in the world
	PublicKey []byte // COSE
	// SignCount grows with every use of a device that counts; passkeys that are
	// synchronized between devices stay at 0.
	SignCount uint32
	// BackupEligible never changes: a login with the other value is refused.
	// BackedUp is whether the passkey survives the loss of the device, as of the
	// last login.
	BackupEligible bool
	BackedUp       bool
	AAGUID         []byte   // the model of the device; zeros if it keeps that to itself
	Transports     []string // how a browser reaches it, for its own use
	Name           string   // given by its owner; empty at first
	Added          time.Time
}

// Site is where passkeys hold: one origin. It never changes and may be used by
// many goroutines at once.
type Site struct{ party *webauthn.WebAuthn }

// New makes a Site of the address that browsers know the server by, such as
// https://house.example.org, and the name that devices show. http is accepted
// for localhost. It returns an Invalid error, passkey.site, for an address that
// browsers have no passkeys for, such as one without a name.
//
// Passkeys belong to the host name: once it changes, none of them works.
func New(origin, name string) (*Site, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" && !(u.Scheme == "http" && u.Hostname() == "localhost") || protocol.ValidateRPID(u.Hostname()) != nil {
		return nil, errSite
	}
	within := webauthn.TimeoutConfig{Timeout: CeremonyTime, TimeoutUVD: CeremonyTime}
	party, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: name, RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: within, Registration: within},
		// Password managers tell more than they are asked.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, errSite.Because(err)
	}
	return &Site{party}, nil
}
