package passkey

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"doorlink"
)

// ceremony is what is kept between the halves.
type ceremony struct {
	Until   time.Time
	Session webauthn.SessionData
}

func begun(options any, session *webauthn.SessionData, now time.Time) (json.RawMessage, []byte, error) {
	forBrowser, err := json.Marshal(options)
	if err != nil {
		return nil, nil, fmt.Errorf("writing passkey options: %w", err)
	}
	kept, err := json.Marshal(ceremony{now.Add(CeremonyTime), *session})
	if err != nil {
		return nil, nil, fmt.Errorf("writing a passkey ceremony: %w", err)
	}
	return forBrowser, kept, nil
}

// resume reads what begun has written, in time and with an answer of sane size.
func resume(kept, answer []byte, now time.Time) (webauthn.SessionData, error) {
	var c ceremony
	if err := json.Unmarshal(kept, &c); err != nil {
		return webauthn.SessionData{}, fmt.Errorf("reading a passkey ceremony: %w", err)
	}
	if !now.Before(c.Until) {
		return webauthn.SessionData{}, errExpired
	}
	if len(answer) > maxAnswer {
		return webauthn.SessionData{}, ErrRefused
	}
	return c.Session, nil
}

// owner shows a manager to the library. Devices keep the ID, which is random
// and says nothing of the person.
type owner struct {
	manager doorlink.Manager
	has     []Credential
}

// WebAuthnID is the user handle: the bytes of the manager's ID.
func (o owner) WebAuthnID() []byte { return []byte(o.manager.ID) }

// WebAuthnName tells accounts apart in the device's list.
func (o owner) WebAuthnName() string { return o.manager.Email }

// WebAuthnDisplayName is what that list shows first.
func (o owner) WebAuthnDisplayName() string { return o.manager.Name }

// WebAuthnCredentials is what the owner has, in the library's words.
func (o owner) WebAuthnCredentials() []webauthn.Credential {
	var all []webauthn.Credential
	for _, c := range o.has {
		var transports []protocol.AuthenticatorTransport
		for _, t := range c.Transports {
			transports = append(transports, protocol.AuthenticatorTransport(t))
		}
		all = append(all, webauthn.Credential{
			ID: slices.Clone(c.ID), PublicKey: slices.Clone(c.PublicKey), Transport: transports,
			Flags:         webauthn.CredentialFlags{UserPresent: true, UserVerified: true, BackupEligible: c.BackupEligible, BackupState: c.BackedUp},
			Authenticator: webauthn.Authenticator{AAGUID: slices.Clone(c.AAGUID), SignCount: c.SignCount},
		})
	}
	return all
}
