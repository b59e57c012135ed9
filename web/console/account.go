package console

import (
	"encoding/base64"
	"net/http"
	"time"

	"doorlink"
	"doorlink/store"
)

// accountView is account.html: who the reader is, and where they are signed in.
type accountView struct {
	shell
	Email    string
	Sessions []sessionRow
	CanAdd   bool // passkeys hold here
	Passkeys []passkeyRow
}

type passkeyRow struct{ ID, Name, Added, Used string }

type sessionRow struct {
	Hash, Name, Way string
	Used            string
	Here            bool // the session that is reading
}

func (s *Server) accountRoutes(on register) {
	on("GET /console/account", s.own(s.account))
	on("POST /console/account/end", s.own(s.endSession))
	on("POST /console/account/passkey/ask", s.own(s.askNewPasskey))
	on("POST /console/account/passkey", s.own(s.addPasskey))
	on("POST /console/account/passkey/end", s.own(s.endPasskey))
	on("POST /console/out", s.own(s.leave))
}

func (s *Server) account(w http.ResponseWriter, r *http.Request, o *own) error {
	sessions, err := s.db.Desks(r.Context(), o.Manager.ID)
	if err != nil {
		return err
	}
	v := accountView{shell: o.shell("account"), Email: o.Manager.Email}
	for _, one := range sessions {
		v.Sessions = append(v.Sessions, sessionRow{
			Hash: one.Hash, Name: one.Name, Way: o.lang.Say("console.way." + one.Way),
			Used: day(one.Used), Here: one.Hash == o.session.Hash,
		})
	}
	keys, err := s.db.Passkeys(r.Context(), o.Manager.ID)
	if err != nil {
		return err
	}
	v.CanAdd = s.site != nil
	for _, k := range keys {
		v.Passkeys = append(v.Passkeys, passkeyRow{
			ID: base64.RawURLEncoding.EncodeToString(k.ID), Name: k.Name, Added: day(k.Added), Used: day(k.Used),
		})
	}
	return s.show(w, r, http.StatusOK, "account.html", v)
}

// day is a date as managers read it, where there is no property whose zone would
// count; a dash for none.
func day(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2 January 2006")
}

// endSession ends one of the reader's sessions, wherever it is; one that is not
// theirs is left alone.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request, o *own) error {
	sessions, err := s.db.Desks(r.Context(), o.Manager.ID)
	if err != nil {
		return err
	}
	for _, one := range sessions {
		if one.Hash != r.PostFormValue("session") {
			continue
		}
		if err := s.end(r, one); err != nil {
			return err
		}
	}
	http.Redirect(w, r, root+"account", http.StatusSeeOther)
	return nil
}

// leave signs the reader out.
func (s *Server) leave(w http.ResponseWriter, r *http.Request, o *own) error {
	if err := s.end(r, o.session); err != nil {
		return err
	}
	s.cookies.SetStrict(w, cookie, "", root, -time.Second)
	http.Redirect(w, r, root, http.StatusSeeOther)
	return nil
}

// end ends a session and puts that into the audit.
func (s *Server) end(r *http.Request, session store.DeskSession) error {
	return s.db.Write(r.Context(), func(tx *store.Tx) error {
		if err := tx.EndDesk(r.Context(), session.Hash); err != nil {
			return err
		}
		_, err := tx.Audit(r.Context(), doorlink.Deed{At: time.Now(), Manager: session.Manager, Action: "session.end"})
		return err
	})
}
