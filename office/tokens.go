package office

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/store"
)

var (
	// ErrToken refuses whoever shows no good token. It does not say what is wrong
	// with it.
	ErrToken = doorlink.Fail(doorlink.Denied, "token.refused")
	// ErrTokenMay refuses a token without abilities, or with one that there is
	// not.
	ErrTokenMay = doorlink.Fail(doorlink.Invalid, "token.abilities")
	// ErrTokenTime refuses a token that ends at once, after doorlink.MaxTokenTime
	// (arg "days"), or after the token with which it is made.
	ErrTokenTime = doorlink.Fail(doorlink.Invalid, "token.time", "days", int(doorlink.MaxTokenTime/(24*time.Hour)))
)

// TokenPrefix begins every token, so that one that was published by accident is
// found by those who look for such things.
const TokenPrefix = "dl_"

// TokenWish is a token as a manager asks for it.
type TokenWish struct {
	Name       string
	May        []doorlink.Ability // See is always among them
	Everywhere bool               // at every property: for Portfolio Managers alone
	Ends       time.Time
}

// NewToken is a token that was made. The secret is shown once.
type NewToken struct {
	doorlink.Token
	Secret doorlink.Secret
	Receipt
}

// ByToken finds who asks with a token: the manager who made it, held to what
// both may. It fails with ErrToken.
func (o *Office) ByToken(ctx context.Context, secret doorlink.Secret, now time.Time) (Actor, error) {
	if !strings.HasPrefix(secret.Reveal(), TokenPrefix) {
		return Actor{}, ErrToken
	}
	t, err := o.db.Token(ctx, secret.Hash(), now)
	if doorlink.KindOf(err) == doorlink.NotFound {
		return Actor{}, ErrToken
	}
	if err != nil {
		return Actor{}, err
	}
	m, err := o.db.Manager(ctx, t.Manager)
	return Actor{Manager: m, Token: &t}, err
}

// Tokens lists the tokens that work here, those for every property among them,
// the latest first; some may have ended. Needs Connect.
func (d *Desk) Tokens(ctx context.Context) ([]doorlink.Token, error) {
	if err := d.may(doorlink.Connect); err != nil {
		return nil, err
	}
	return d.db.Tokens(ctx, d.Property.ID)
}

// TokenLine is a token as lists show it.
type TokenLine struct {
	doorlink.Token
	By    string // the name of who made it
	Ended bool
}

// FindTokens lists those of Tokens. Query.Sort knows "name", "used" and "ends";
// Query.Find looks in names, of tokens and of who made them. Needs Connect.
func (d *Desk) FindTokens(ctx context.Context, q Query) (Page[TokenLine], error) {
	tokens, err := d.Tokens(ctx)
	if err != nil {
		return Page[TokenLine]{}, err
	}
	managers, err := d.db.Managers(ctx)
	if err != nil {
		return Page[TokenLine]{}, err
	}
	by := index(managers, func(m doorlink.Manager) doorlink.ManagerID { return m.ID })
	now := time.Now()
	var found []TokenLine
	for _, t := range tokens {
		if l := (TokenLine{t, by[t.Manager].Name, !t.Good(now)}); finds(q.Find, l.Name, l.By) {
			found = append(found, l)
		}
	}
	byName := func(a, b TokenLine) int { return directory.CompareNames(a.Name, b.Name) }
	return page(found, q, order[TokenLine]{
		by: map[string]func(a, b TokenLine) int{
			"": byName, "name": byName,
			"used": func(a, b TokenLine) int { return cmp.Or(a.Used.Compare(b.Used), byName(a, b)) },
			"ends": func(a, b TokenLine) int { return cmp.Or(a.Ends.Compare(b.Ends), byName(a, b)) },
		},
		id: func(l TokenLine) string { return string(l.ID) },
	})
}

// AddToken makes a token. It fails with ErrName, ErrTokenMay, ErrTokenTime, and
// with ErrMayNot for an ability that the maker lacks. Needs Connect.
func (d *Desk) AddToken(ctx context.Context, w TokenWish) (NewToken, error) {
	now := time.Now().Truncate(time.Millisecond).UTC()
	t := doorlink.Token{
		ID: doorlink.NewID[doorlink.TokenID]("tok"), Property: d.Property.ID, Manager: d.Manager.ID,
		Made: now, Ends: w.Ends.Truncate(time.Millisecond).UTC(),
	}
	if err := d.may(doorlink.Connect); err != nil {
		return NewToken{}, err
	}
	if w.Everywhere {
		t.Property = ""
	}
	if err := d.reaches(t.Property); err != nil {
		return NewToken{}, err
	}
	var err error
	if t.Name, err = cleanName(w.Name); err != nil {
		return NewToken{}, err
	}
	if t.May, err = d.share(w.May); err != nil {
		return NewToken{}, err
	}
	if !t.Ends.After(now) || t.Ends.After(d.latestEnd(now)) {
		return NewToken{}, ErrTokenTime
	}
	secret := doorlink.Secret(TokenPrefix + doorlink.NewSecret().Reveal())
	r, err := d.doToken(ctx, "token.add", t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddToken(ctx, t, secret.Hash())
	})
	return NewToken{Token: t, Secret: secret, Receipt: r}, err
}

// share is a list of abilities in their order, with See. It refuses those that
// do not exist or that the maker lacks.
func (d *Desk) share(asked []doorlink.Ability) ([]doorlink.Ability, error) {
	if len(asked) == 0 {
		return nil, ErrTokenMay
	}
	for _, a := range asked {
		if !slices.Contains(doorlink.Abilities, a) {
			return nil, ErrTokenMay
		}
		if err := d.may(a); err != nil {
			return nil, err
		}
	}
	var may []doorlink.Ability
	for _, a := range doorlink.Abilities {
		if a == doorlink.See || slices.Contains(asked, a) {
			may = append(may, a)
		}
	}
	return may, nil
}

// reaches fails unless the actor decides about tokens of a property; empty is
// every property.
func (d *Desk) reaches(p doorlink.PropertyID) error {
	if p == "" && (!d.Manager.Portfolio || d.Token != nil && d.Token.Property != "") {
		return ErrMayNot.With("ability", string(doorlink.Connect))
	}
	return nil
}

// latestEnd is how far in the future a token may end: a program cannot prolong
// its own.
func (d *Desk) latestEnd(now time.Time) time.Time {
	latest := now.Add(doorlink.MaxTokenTime)
	if d.Token != nil && d.Token.Ends.Before(latest) {
		latest = d.Token.Ends
	}
	return latest
}

// EndToken ends a token now; whoever uses it is refused from then on. It fails
// with store.ErrNoToken for one that does not work here, and with ErrMayNot for
// one that works everywhere unless the actor does, too. Needs Connect.
func (d *Desk) EndToken(ctx context.Context, id doorlink.TokenID) (Receipt, error) {
	all, err := d.Tokens(ctx)
	if err != nil {
		return Receipt{}, err
	}
	i := slices.IndexFunc(all, func(t doorlink.Token) bool { return t.ID == id })
	if i < 0 {
		return Receipt{}, store.ErrNoToken
	}
	if err := d.reaches(all[i].Property); err != nil {
		return Receipt{}, err
	}
	return d.doToken(ctx, "token.end", all[i], func(ctx context.Context, tx *store.Tx) error {
		return tx.EndToken(ctx, id)
	})
}

// doToken does something with a token and tells the audit of where it works. It
// cannot be undone.
func (d *Desk) doToken(ctx context.Context, action string, t doorlink.Token, also func(context.Context, *store.Tx) error) (Receipt, error) {
	may := make([]string, len(t.May))
	for i, a := range t.May {
		may[i] = string(a)
	}
	return d.do(ctx, act{
		action: action, subject: string(t.ID), everywhere: t.Property == "", also: also,
		facts: map[string]string{"name": t.Name, "may": strings.Join(may, " "), "ends": t.Ends.Format(time.RFC3339)},
	})
}
