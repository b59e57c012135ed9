package console

import (
	"errors"
	"net/http"
	"time"

	"doorlink"
	"doorlink/sso"
	"doorlink/store"
	"doorlink/web/page"
)

// SSOPath is where browsers come back to from their organisation's sign-in.
const SSOPath = root + "sso"

const (
	bySSO     = "sso"
	ssoCookie = "dl_sso" // of a sign-in that was begun elsewhere
)

// errStranger refuses whoever their organisation knows and we do not.
var errStranger = doorlink.Fail(doorlink.Denied, "sso.stranger")

// goneOnView is gone_on.html: somebody has signed in elsewhere.
type goneOnView struct{ shell }

// beginSSO sends the browser to its organisation. What is kept meanwhile is bound
// to it by a cookie, which unlike that of a session comes along when somebody
// else's page leads back here.
func (s *Server) beginSSO(w http.ResponseWriter, r *http.Request) error {
	if s.sso == nil {
		return errNowhere
	}
	if err := s.limits.attempts.Allow(page.Address(r, s.proxies)); err != nil {
		return err
	}
	now, secret := time.Now(), doorlink.NewSecret()
	to, kept, err := s.sso.Start(r.Context(), now)
	if err != nil {
		return err
	}
	err = s.db.Write(r.Context(), func(tx *store.Tx) error {
		return tx.BeginCeremony(r.Context(), secret.Hash(), kept, now.Add(sso.AttemptTime))
	})
	if err != nil {
		return err
	}
	s.cookies.Set(w, ssoCookie, secret.Reveal(), SSOPath, sso.AttemptTime)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// enterBySSO signs in the manager whose address the organisation vouches for. It
// answers with a page that leads on, since the session's cookie is not sent along
// on the way here.
func (s *Server) enterBySSO(w http.ResponseWriter, r *http.Request) error {
	if s.sso == nil {
		return errNowhere
	}
	if err := s.limits.attempts.Allow(page.Address(r, s.proxies)); err != nil {
		return err
	}
	secret, _ := page.SecretIn(r, ssoCookie)
	s.cookies.Set(w, ssoCookie, "", SSOPath, -time.Second)
	var kept []byte
	err := s.db.Write(r.Context(), func(tx *store.Tx) (err error) {
		kept, err = tx.TakeCeremony(r.Context(), secret.Hash(), time.Now())
		return err
	})
	if err != nil {
		return err
	}
	who, err := s.sso.Finish(r.Context(), kept, r.URL.Query(), time.Now())
	if err != nil {
		return err
	}
	m, err := s.db.ManagerByEmail(r.Context(), who.Email)
	if errors.Is(err, store.ErrNoManager) {
		return errStranger
	}
	if err != nil {
		return err
	}
	if err := s.admit(w, r, bySSO, func(*store.Tx) (doorlink.ManagerID, error) { return m.ID, nil }); err != nil {
		return err
	}
	w.Header().Set("Refresh", "0; url="+root)
	return s.show(w, r, http.StatusOK, "gone_on.html", goneOnView{s.bare("console.sso.done")})
}
