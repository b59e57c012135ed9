package console

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
	"doorlink/web/page"
)

// linkTime is how long a link that was sent by e-mail is good.
const linkTime = 15 * time.Minute

// The ways in which a session can have begun.
const (
	byLink  = "link"
	bySetup = "setup"
)

// signInView is signin.html.
type signInView struct {
	shell
	Mail  bool   // links can be sent
	Keys  bool   // passkeys hold here
	SSO   bool   // there is an organisation to sign in with
	Sent  bool   // one was asked for
	Wrong string // why the reader is here again; may be empty
}

// arriveView is arrive.html: a link was followed, a button signs in.
type arriveView struct {
	shell
	Link string
}

func (s *Server) signInRoutes(on register) {
	on("GET /console/{$}", s.open(s.start))
	on("GET /console/in/by/{link}", s.open(s.arrive))
	on("POST /console/in/by/{link}", s.open(s.enter))
	on("POST /console/in", s.open(s.ask))
	on("POST /console/passkey/ask", s.open(s.askPasskey))
	on("POST /console/passkey", s.open(s.enterByPasskey))
	on("GET /console/sso/begin", s.open(s.beginSSO))
	on("GET /console/sso", s.open(s.enterBySSO))
}

// start is where the console begins: with signing in, or with the properties.
func (s *Server) start(w http.ResponseWriter, r *http.Request) error {
	if _, ok := page.SecretIn(r, cookie); !ok {
		return s.signIn(w, r, http.StatusOK, "")
	}
	o, err := s.who(r, s.db.Desk)
	if err != nil {
		return err
	}
	return s.home(w, r, o)
}

// signIn shows the page to sign in with.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, status int, wrong string) error {
	return s.show(w, r, status, "signin.html", signInView{
		shell: s.bare("console.signin"), Mail: s.post != nil, Keys: s.site != nil, SSO: s.sso != nil, Wrong: wrong,
	})
}

// ask sends a link to sign in with. What it answers, and when, does not tell
// whether there is a manager with the address.
func (s *Server) ask(w http.ResponseWriter, r *http.Request) error {
	if s.post == nil {
		return errNowhere
	}
	if err := s.limits.attempts.Allow(page.Address(r, s.proxies)); err != nil {
		return err
	}
	email := strings.ToLower(strings.TrimSpace(r.PostFormValue("email")))
	if err := s.limits.letters.Allow(doorlink.Digest(email)); err != nil { // of one length, whatever was typed
		return err
	}
	s.letters.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), letterTime)
		defer cancel()
		if err := s.send(ctx, email); err != nil {
			s.log.Warn("sending a manager's link", "err", err)
		}
	})
	return s.show(w, r, http.StatusOK, "signin.html", signInView{shell: s.bare("console.signin"), Mail: true, Keys: s.site != nil, SSO: s.sso != nil, Sent: true})
}

// letterTime bounds how long a letter may take.
const letterTime = 20 * time.Second

// send makes a link for the manager with an address, if there is one, and sends
// it.
func (s *Server) send(ctx context.Context, email string) error {
	m, link, err := s.office.DeskLink(ctx, email, time.Now().Add(linkTime))
	if errors.Is(err, store.ErrNoManager) || errors.Is(err, office.ErrEmail) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.post.Send(ctx, m.Email, s.words.Say("console.letter.subject"), s.words.Say("console.letter.text",
		"name", m.Name, "link", s.base+root+"in/by/"+link.Reveal(), "minutes", int(linkTime/time.Minute)))
}

// arrive is where a link leads. It is used up by a button and not by looking at
// it, since programs that read mail look at every link; and the session's cookie
// would not be sent along from a mail.
func (s *Server) arrive(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, http.StatusOK, "arrive.html", arriveView{shell: s.bare("console.signin"), Link: r.PathValue("link")})
}

// enter uses a link up and signs its manager in.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) error {
	if err := s.limits.attempts.Allow(page.Address(r, s.proxies)); err != nil {
		return err
	}
	link, now := doorlink.Secret(r.PathValue("link")), time.Now()
	err := s.admit(w, r, byLink, func(tx *store.Tx) (doorlink.ManagerID, error) {
		return tx.UseDeskLink(r.Context(), link.Hash(), now)
	})
	if e, ok := errors.AsType[*doorlink.Error](err); ok && usedUp(err) {
		return s.signIn(w, r, page.Status(e.Kind), page.Sentence(s.words, e, nil))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, root, http.StatusSeeOther)
	return nil
}

func usedUp(err error) bool {
	return errors.Is(err, store.ErrLinkUnknown) || errors.Is(err, store.ErrLinkUsed) || errors.Is(err, store.ErrLinkExpired)
}

// Welcome appoints the first manager, who has just set the building up, and
// signs them in. It answers nothing, but sets the session's cookie.
func (s *Server) Welcome(w http.ResponseWriter, r *http.Request, m doorlink.Manager) error {
	m, err := s.office.Appoint(r.Context(), m)
	if err != nil {
		return err
	}
	return s.admit(w, r, bySetup, func(*store.Tx) (doorlink.ManagerID, error) { return m.ID, nil })
}

// admit signs in whom prove finds, in the same transaction, and puts it into the
// audit. A session that the browser had before ends.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, way string, prove func(*store.Tx) (doorlink.ManagerID, error)) error {
	ctx, now, secret := r.Context(), time.Now(), doorlink.NewSecret()
	former, _ := page.SecretIn(r, cookie)
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		m, err := prove(tx)
		if err != nil {
			return err
		}
		if err := tx.EndDesk(ctx, former.Hash()); err != nil {
			return err
		}
		err = tx.AddDesk(ctx, store.DeskSession{
			Hash: secret.Hash(), Manager: m, Name: page.BrowserName(r.UserAgent()), Browser: browser(r),
			Way: way, Added: now, Used: now,
		})
		if err != nil {
			return err
		}
		_, err = tx.Audit(ctx, doorlink.Deed{
			At: now, Manager: m, Action: "session.start", Detail: doorlink.Detail{Facts: map[string]string{"way": way}},
		})
		return err
	})
	if err != nil {
		return err
	}
	s.cookies.SetStrict(w, cookie, secret.Reveal(), root, store.DeskTime)
	return nil
}
