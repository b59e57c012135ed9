package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"doorlink"
	"doorlink/office"
)

// Ability is a doorlink.Ability, with all there are in the description.
type Ability doorlink.Ability

// Schema lists the abilities.
func (Ability) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, a := range doorlink.Abilities {
		s.Enum = append(s.Enum, string(a))
	}
	return s
}

// Token is a token of a program, without its secret.
type Token struct {
	ID       doorlink.TokenID    `json:"id"`
	Name     string              `json:"name"`
	Property doorlink.PropertyID `json:"property,omitempty" doc:"Missing: every property"`
	May      []Ability           `json:"may"`
	Made     time.Time           `json:"made"`
	Ends     time.Time           `json:"ends"`
	Used     time.Time           `json:"used,omitzero" doc:"To the minute; missing: never"`
}

func tokenOf(t doorlink.Token) Token {
	may := words(t.May, func(a doorlink.Ability) Ability { return Ability(a) })
	return Token{t.ID, t.Name, t.Property, may, t.Made, t.Ends, t.Used}
}

// TokenMade is a new token; its secret is never shown again.
type TokenMade struct {
	Token
	Secret string `json:"secret" doc:"dl_…"`
}

// TokenWish is a token to be made.
type TokenWish struct {
	Name       string    `json:"name" maxLength:"400"`
	May        []Ability `json:"may" maxItems:"20" doc:"see is always among them; none that the maker lacks"`
	Ends       time.Time `json:"ends" doc:"In 366 days at the latest, and not after the token that makes it"`
	Everywhere bool      `json:"everywhere,omitempty" doc:"At every property: for Portfolio Managers alone"`
}

func (s *Server) registerTokens() {
	at(s, http.MethodGet, "/tokens", says("listTokens", "The tokens that work here, by name", doorlink.Connect), tokens)
	at(s, http.MethodPost, "/tokens", says("addToken", "Makes a token", doorlink.Connect), addToken)
	at(s, http.MethodDelete, "/tokens/{token}", says("endToken", "Ends a token at once", doorlink.Connect), endToken)
}

type tokensInput struct {
	Here
	Listing
}

func tokens(ctx context.Context, d *office.Desk, in *tokensInput) (*listed[Token], error) {
	p, err := d.FindTokens(ctx, in.query(nil))
	return pageOf(ctx, p, func(l office.TokenLine) Token { return tokenOf(l.Token) }), err
}

type addTokenInput struct {
	Here
	Again
	Body TokenWish
}

func addToken(ctx context.Context, d *office.Desk, in *addTokenInput) (*made[TokenMade], error) {
	b := in.Body
	may := words(b.May, func(a Ability) doorlink.Ability { return doorlink.Ability(a) })
	t, err := d.AddToken(ctx, office.TokenWish{Name: b.Name, May: may, Everywhere: b.Everywhere, Ends: b.Ends})
	if err != nil {
		return nil, err
	}
	return &made[TokenMade]{
		Deed: deed(t.Receipt), Location: askedBy(ctx).url.Path + "/" + string(t.ID),
		Body: TokenMade{tokenOf(t.Token), t.Secret.Reveal()},
	}, nil
}

type endTokenInput struct {
	Here
	Token doorlink.TokenID `path:"token" doc:"tok_…"`
}

func endToken(ctx context.Context, d *office.Desk, in *endTokenInput) (*gone, error) {
	r, err := d.EndToken(ctx, in.Token)
	return &gone{deed(r)}, err
}
