package passkey

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"doorlink"
)

// BeginLogin starts a login of somebody not yet known. Options are for
// PublicKeyCredential.parseRequestOptionsFromJSON.
func (s *Site) BeginLogin(now time.Time) (options json.RawMessage, ceremony []byte, err error) {
	assertion, session, err := s.party.BeginDiscoverableLogin()
	if err != nil {
		return nil, nil, fmt.Errorf("beginning a login by passkey: %w", err)
	}
	return begun(assertion.Response, session, now)
}

// CredentialID reads from the answer of a login which passkey it claims to be
// of, so that the caller can look that up. Nothing is proven yet. It returns
// passkey.refused (Denied) for what is no such answer.
func CredentialID(answer []byte) ([]byte, error) {
	if len(answer) > maxAnswer {
		return nil, ErrRefused
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return nil, ErrRefused.Because(err)
	}
	return parsed.RawID, nil
}

// FinishLogin checks the browser's answer against the passkey and its owner, as
// they are stored. It returns the passkey as it is to be stored from now on. It
// fails with passkey.refused (Denied) and the cause, passkey.expired (Gone), or
// passkey.copied (Denied) if the count of the device ran backwards: then there
// are two of it, and either may be the thief's.
func (s *Site) FinishLogin(ceremony, answer []byte, m doorlink.ManagerID, c Credential, now time.Time) (Credential, error) {
	session, err := resume(ceremony, answer, now)
	if err != nil {
		return Credential{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Credential{}, ErrRefused.Because(err)
	}
	used, err := s.party.ValidateDiscoverableLogin(func(_, _ []byte) (webauthn.User, error) {
		return owner{doorlink.Manager{ID: m}, []Credential{c}}, nil
	}, session, parsed)
	if err != nil {
		return Credential{}, ErrRefused.Because(err)
	}
	if used.Authenticator.CloneWarning {
		return Credential{}, errCopied
	}
	c.SignCount, c.BackedUp = used.Authenticator.SignCount, used.Flags.BackupState
	return c, nil
}
