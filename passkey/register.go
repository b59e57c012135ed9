package passkey

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"doorlink"
)

// BeginRegister starts adding a passkey for a manager who is signed in and has
// some already, which the browser will not add again. Options are for
// PublicKeyCredential.parseCreationOptionsFromJSON.
func (s *Site) BeginRegister(m doorlink.Manager, has []Credential, now time.Time) (options json.RawMessage, ceremony []byte, err error) {
	o := owner{m, has}
	creation, session, err := s.party.BeginRegistration(o,
		webauthn.WithExclusions(webauthn.Credentials(o.WebAuthnCredentials()).CredentialDescriptors()),
		webauthn.WithCredentialParameters(webauthn.CredentialParametersRecommendedL3()))
	if err != nil {
		return nil, nil, fmt.Errorf("beginning to register a passkey: %w", err)
	}
	return begun(creation.Response, session, now)
}

// FinishRegister checks the browser's answer and returns the new passkey, still
// without a name. The manager must be the one who began. It returns
// passkey.refused (Denied) with the cause, or passkey.expired (Gone).
func (s *Site) FinishRegister(m doorlink.ManagerID, ceremony, answer []byte, now time.Time) (Credential, error) {
	session, err := resume(ceremony, answer, now)
	if err != nil {
		return Credential{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Credential{}, ErrRefused.Because(err)
	}
	made, err := s.party.CreateCredential(owner{manager: doorlink.Manager{ID: m}}, session, parsed)
	if err != nil {
		return Credential{}, ErrRefused.Because(err)
	}
	c := Credential{
		ID: made.ID, PublicKey: made.PublicKey, AAGUID: made.Authenticator.AAGUID, SignCount: made.Authenticator.SignCount,
		BackupEligible: made.Flags.BackupEligible, BackedUp: made.Flags.BackupState, Added: now,
	}
	for _, t := range made.Transport {
		c.Transports = append(c.Transports, string(t))
	}
	return c, nil
}
