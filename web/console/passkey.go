package console

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"doorlink"
	"doorlink/passkey"
	"doorlink/store"
	"doorlink/web/page"
)

const (
	byPasskey    = "passkey"
	stepCookie   = "dl_step" // of a ceremony that was begun
	siteName     = "doorlink"
	maxPasskeys  = 20 // of one manager
	longestReply = 64 << 10
)

// errPasskeys refuses more passkeys than anybody has devices.
var errPasskeys = doorlink.Fail(doorlink.Conflict, "passkey.many", "max", maxPasskeys)

// begin keeps a ceremony for its second half and hands the browser its options.
// The ceremony is bound to the browser by a cookie, and is used once.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, options json.RawMessage, ceremony []byte) error {
	secret := doorlink.NewSecret()
	err := s.db.Write(r.Context(), func(tx *store.Tx) error {
		return tx.BeginCeremony(r.Context(), secret.Hash(), ceremony, time.Now().Add(passkey.CeremonyTime))
	})
	if err != nil {
		return err
	}
	s.cookies.SetStrict(w, stepCookie, secret.Reveal(), root, passkey.CeremonyTime)
	w.Header().Set("Content-Type", "application/json")
	w.Write(options)
	return nil
}

// ceremony takes out what begin kept, and reads the browser's answer.
func (s *Server) ceremony(w http.ResponseWriter, r *http.Request) (kept, answer []byte, err error) {
	secret, _ := page.SecretIn(r, stepCookie)
	s.cookies.SetStrict(w, stepCookie, "", root, -time.Second)
	err = s.db.Write(r.Context(), func(tx *store.Tx) (err error) {
		kept, err = tx.TakeCeremony(r.Context(), secret.Hash(), time.Now())
		return err
	})
	answer = []byte(r.PostFormValue("answer"))
	if err == nil && len(answer) > longestReply {
		err = passkey.ErrRefused
	}
	return kept, answer, err
}

// askPasskey begins a sign-in with a passkey, whoever it may be.
func (s *Server) askPasskey(w http.ResponseWriter, r *http.Request) error {
	if s.site == nil {
		return errNowhere
	}
	if err := s.limits.attempts.Allow(page.Address(r, s.proxies)); err != nil {
		return err
	}
	options, ceremony, err := s.site.BeginLogin(time.Now())
	if err != nil {
		return err
	}
	return s.begin(w, r, options, ceremony)
}

// enterByPasskey signs in whose passkey it is.
func (s *Server) enterByPasskey(w http.ResponseWriter, r *http.Request) error {
	if s.site == nil {
		return errNowhere
	}
	if err := s.limits.attempts.Allow(page.Address(r, s.proxies)); err != nil {
		return err
	}
	kept, answer, err := s.ceremony(w, r)
	if err != nil {
		return err
	}
	id, err := passkey.CredentialID(answer)
	if err != nil {
		return err
	}
	now := time.Now()
	err = s.admit(w, r, byPasskey, func(tx *store.Tx) (doorlink.ManagerID, error) {
		p, err := tx.Passkey(r.Context(), id)
		if err != nil {
			return "", err
		}
		c, err := s.site.FinishLogin(kept, answer, p.Manager, p.Credential, now)
		if err != nil {
			return "", err
		}
		return p.Manager, tx.UsePasskey(r.Context(), c, now)
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, root, http.StatusSeeOther)
	return nil
}

// askNewPasskey begins adding a passkey for whoever is signed in.
func (s *Server) askNewPasskey(w http.ResponseWriter, r *http.Request, o *own) error {
	if s.site == nil {
		return errNowhere
	}
	has, err := s.db.Passkeys(r.Context(), o.Manager.ID)
	if err != nil {
		return err
	}
	if len(has) >= maxPasskeys {
		return errPasskeys
	}
	all := make([]passkey.Credential, len(has))
	for i, p := range has {
		all[i] = p.Credential
	}
	options, ceremony, err := s.site.BeginRegister(o.Manager, all, time.Now())
	if err != nil {
		return err
	}
	return s.begin(w, r, options, ceremony)
}

// addPasskey keeps the passkey that the browser has made.
func (s *Server) addPasskey(w http.ResponseWriter, r *http.Request, o *own) error {
	if s.site == nil {
		return errNowhere
	}
	kept, answer, err := s.ceremony(w, r)
	if err != nil {
		return err
	}
	now := time.Now()
	c, err := s.site.FinishRegister(o.Manager.ID, kept, answer, now)
	if err != nil {
		return err
	}
	c.Name = page.BrowserName(r.UserAgent())
	return s.passkeys(w, r, o, "passkey.add", func(tx *store.Tx) error { return tx.AddPasskey(r.Context(), o.Manager.ID, c) })
}

// endPasskey removes one of the reader's passkeys.
func (s *Server) endPasskey(w http.ResponseWriter, r *http.Request, o *own) error {
	id, err := base64.RawURLEncoding.DecodeString(r.PostFormValue("passkey"))
	if err != nil {
		return passkey.ErrRefused
	}
	return s.passkeys(w, r, o, "passkey.end", func(tx *store.Tx) error { return tx.EndPasskey(r.Context(), o.Manager.ID, id) })
}

// passkeys changes a manager's passkeys, puts that into the audit and leads back
// to the account.
func (s *Server) passkeys(w http.ResponseWriter, r *http.Request, o *own, action string, change func(*store.Tx) error) error {
	err := s.db.Write(r.Context(), func(tx *store.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		_, err := tx.Audit(r.Context(), doorlink.Deed{At: time.Now(), Manager: o.Manager.ID, Action: action})
		return err
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, root+"account", http.StatusSeeOther)
	return nil
}
