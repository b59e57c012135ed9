package console

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/web/page"
)

// tokensView is tokens.html.
type tokensView struct {
	shell
	listing
	Rows []tokenRow
}

type tokenRow struct {
	Name, By, End   string // End is the address that ends it; empty: the reader may not
	May, Used, Ends string
	Everywhere      bool
	Ended           bool
}

func (s *Server) tokenRoutes(on register) {
	on("GET /console/{property}/tokens", s.desk(s.tokens))
	on("GET /console/{property}/tokens/new", s.desk(s.newToken))
	on("POST /console/{property}/tokens/new", s.desk(s.addToken))
	on("GET /console/{property}/tokens/{token}", s.desk(s.token))
	on("POST /console/{property}/tokens/{token}/end", s.desk(s.endToken))
}

func (s *Server) tokens(w http.ResponseWriter, r *http.Request, d *desk) error {
	found, err := d.FindTokens(r.Context(), asked(r))
	if err != nil {
		return err
	}
	v := tokensView{shell: s.shell(r, d, "tokens"), listing: listed(d.lang, r, found, "console.tokens.", "name", "used", "ends")}
	for _, t := range found.Rows {
		row := tokenRow{
			Name: t.Name, By: t.By, May: d.abilities(t.May), Used: d.moment(t.Used), Ends: d.moment(t.Ends),
			Everywhere: t.Property == "", Ended: t.Ended,
		}
		if t.Property != "" || d.Manager.Portfolio {
			row.End = d.path("tokens/" + string(t.ID) + "/end")
		}
		v.Rows = append(v.Rows, row)
	}
	return s.show(w, r, http.StatusOK, "tokens.html", v)
}

// abilities names abilities in a list.
func (d *desk) abilities(may []doorlink.Ability) string {
	names := make([]string, len(may))
	for i, a := range may {
		names[i] = d.lang.Say("console.ability." + string(a))
	}
	return strings.Join(names, ", ")
}

// newTokenView is new_token.html: what was typed, and what is wrong with it.
type newTokenView struct {
	shell
	Wrong      string
	Name       string
	May        []choice
	Ends       string // a date, as browsers write it
	First      string // and Last are the dates that can be chosen
	Last       string
	Everywhere bool
	CanAll     bool // the reader may make tokens for every property
}

// tokenTime is how long a token is proposed to be good.
const tokenTime = 90 // days

func (s *Server) newToken(w http.ResponseWriter, r *http.Request, d *desk) error {
	ends := time.Now().In(d.Location()).AddDate(0, 0, tokenTime).Format(time.DateOnly)
	return s.showNewToken(w, r, d, http.StatusOK, newTokenView{Ends: ends}, nil)
}

func (s *Server) showNewToken(w http.ResponseWriter, r *http.Request, d *desk, status int, v newTokenView, may []doorlink.Ability) error {
	if !d.May(doorlink.Connect) {
		return office.ErrMayNot
	}
	v.shell = s.shell(r, d, "tokens")
	v.Title, v.CanAll = d.lang.Say("console.tokens.add"), d.Manager.Portfolio
	now := time.Now().In(d.Location())
	v.First, v.Last = now.Format(time.DateOnly), now.Add(doorlink.MaxTokenTime).AddDate(0, 0, -1).Format(time.DateOnly)
	for _, a := range doorlink.Abilities {
		if a != doorlink.See && d.May(a) { // reading is in every token
			v.May = append(v.May, choice{Value: string(a), Name: d.lang.Say("console.ability." + string(a)), On: slices.Contains(may, a)})
		}
	}
	return s.show(w, r, status, "new_token.html", v)
}

// tokenView is token.html: a token that was made, to be copied.
type tokenView struct {
	shell
	Name, Secret, Base string
}

// addToken leads to the page that shows the token it has made.
func (s *Server) addToken(w http.ResponseWriter, r *http.Request, d *desk) error {
	wish := office.TokenWish{
		Name: r.PostFormValue("name"), Everywhere: r.PostFormValue("everywhere") != "",
		May: append([]doorlink.Ability{doorlink.See}, all[doorlink.Ability](r, "may")...),
	}
	if last, err := time.ParseInLocation(time.DateOnly, r.PostFormValue("ends"), d.Location()); err == nil {
		wish.Ends = last.AddDate(0, 0, 1) // with that day
	}
	made, err := d.AddToken(r.Context(), wish)
	if e, ok := errors.AsType[*doorlink.Error](err); ok && e.Kind == doorlink.Invalid {
		v := newTokenView{
			Wrong: page.Sentence(d.lang, e, d.Location()), Name: wish.Name, Ends: r.PostFormValue("ends"), Everywhere: wish.Everywhere,
		}
		return s.showNewToken(w, r, d, http.StatusBadRequest, v, wish.May)
	}
	if err != nil {
		return err
	}
	at := d.path("tokens/" + string(made.ID))
	s.carry(w, made.Secret, at)
	return s.after(w, r, d, made.Receipt, at)
}

// token shows what was made just now; without it there is only the list.
func (s *Server) token(w http.ResponseWriter, r *http.Request, d *desk) error {
	all, err := d.Tokens(r.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(t doorlink.Token) bool { return t.ID == doorlink.TokenID(r.PathValue("token")) })
	if i < 0 {
		return errNowhere
	}
	secret, ok := carried(w, r)
	if !ok {
		http.Redirect(w, r, d.path("tokens"), http.StatusSeeOther)
		return nil
	}
	v := tokenView{shell: s.shell(r, d, "tokens"), Name: all[i].Name, Secret: secret.Reveal(), Base: s.base}
	v.Title = d.lang.Say("console.tokens.made")
	return s.show(w, r, http.StatusOK, "token.html", v)
}

func (s *Server) endToken(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.EndToken(r.Context(), doorlink.TokenID(r.PathValue("token")))
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("tokens"))
}
