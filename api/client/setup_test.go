// Package client_test has a client of the API as a generator makes it, which
// sets a building up. It shows that programs need no more than the description.
// After the description has changed, go generate ./api/client makes it anew.
package client_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"doorlink"
	"doorlink/doorlinktest"
	"doorlink/office"
	"doorlink/store"
	"doorlink/store/storetest"
)

//go:generate go tool -modfile=../../tools/go.mod oapi-codegen -config config.yaml -o client.gen_test.go ../testdata/openapi-3.0.json

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newClient is a client with a token of a Portfolio Manager, at a running node.
func newClient(t *testing.T) *ClientWithResponses {
	t.Helper()
	node := doorlinktest.Alone(t)
	secret := doorlink.Secret(office.TokenPrefix + doorlink.NewSecret().Reveal())
	rut := storetest.PortfolioManager("Rut")
	storetest.Appoint(t, node.DB, rut)
	token := doorlink.Token{
		ID: doorlink.NewID[doorlink.TokenID]("tok"), Name: "Set-up", Manager: rut.ID, May: doorlink.Abilities,
		Made: time.Now(), Ends: time.Now().Add(time.Hour),
	}
	storetest.Write(t, node.DB, func(ctx context.Context, tx *store.Tx) error { return tx.AddToken(ctx, token, secret.Hash()) })
	browser := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(browser.CloseIdleConnections)
	c, err := NewClientWithResponses(node.Nodes[0].Base+"/api/v1", WithHTTPClient(browser),
		WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
			r.Header.Set("Authorization", "Bearer "+secret.Reveal())
			return nil
		}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The answers of the client, as it has them.
type (
	answered interface {
		StatusCode() int
		GetBody() []byte
	}
	makes[T any] interface {
		answered
		GetJSON201() *T
	}
	tells[T any] interface {
		answered
		GetJSON200() *T
	}
)

// made is what was made, and told what was told; else the test fails.
func made[T any](a makes[T], err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if a.GetJSON201() == nil {
			t.Fatalf("got status %d: %s", a.StatusCode(), a.GetBody())
		}
		return *a.GetJSON201()
	}
}

func told[T any](a tells[T], err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if a.GetJSON200() == nil {
			t.Fatalf("got status %d: %s", a.StatusCode(), a.GetBody())
		}
		return *a.GetJSON200()
	}
}

func TestAGeneratedClientSetsABuildingUp(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), newClient(t)
	house := made(c.AddPropertyWithResponse(ctx, nil, PropertyWish{Name: "Dock House", TimeZone: "Europe/Berlin"}))(t).Id
	notice := "Mind the step"
	settings := told(c.ChangePropertyWithResponse(ctx, house, &ChangePropertyParams{IfMatch: new("*")}, PropertyPatch{Notice: &notice}))(t)
	if settings.Notice != notice || settings.Name != "Dock House" {
		t.Errorf("got %+v", settings)
	}
	gate := made(c.AddDoorWithResponse(ctx, house, nil, DoorWish{Name: "North gate", Type: "building_entrance"}))(t).Id
	link := made(c.AddLinkWithResponse(ctx, house, gate, nil, DoorLinkWish{Label: "N2"}))(t)
	key := made(c.AddKeyWithResponse(ctx, house, nil, KeyWish{Name: "Tenants"}))(t).Id
	hours := Hours{From: new("06:00"), To: new("23:00")}
	told(c.PutDoorsWithResponse(ctx, house, key, nil, DoorsWish{Doors: []string{gate}, Hours: &hours}))(t)

	once := &AddUnitParams{IdempotencyKey: new("unit-1a")}
	unit := made(c.AddUnitWithResponse(ctx, house, once, UnitWish{Name: "1A"}))(t).Id
	if again := made(c.AddUnitWithResponse(ctx, house, once, UnitWish{Name: "1A"}))(t).Id; again != unit {
		t.Errorf("the same request made the unit %s, then %s", unit, again)
	}
	made(c.AddUnitWithResponse(ctx, house, nil, UnitWish{Name: "1B"}))(t)
	if diff := cmp.Diff(unitNames(t, c, house), []string{"1A", "1B"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	taken, err := c.AddUnitWithResponse(ctx, house, nil, UnitWish{Name: "1B"})
	if err != nil {
		t.Fatal(err)
	}
	if p := taken.ApplicationproblemJSONDefault; p == nil || p.Type != "urn:doorlink:error:store.exists" {
		t.Errorf("a name that is taken: got %s", taken.GetBody())
	}

	ada := made(c.InviteWithResponse(ctx, house, nil, PersonWish{FirstName: new("Ada"), LastName: new("Nwosu"), Units: &[]string{unit}}))(t)
	told(c.GiveToWithResponse(ctx, house, key, nil, HoldersWish{People: []string{ada.Id}, Resident: new(true)}))(t)
	if list := told(c.ReadDirectoryWithResponse(ctx, house, gate, nil))(t); len(list.Items) != 0 {
		t.Errorf("listed before they have signed in: %+v", list.Items)
	}
	opens(t, ada.Link.Url)
	list := told(c.ReadDirectoryWithResponse(ctx, house, gate, nil))(t)
	if len(list.Items) != 1 || list.Items[0].Person != ada.Id || list.Items[0].Name != "Ada N." {
		t.Errorf("the directory has %+v", list.Items)
	}
	if who := told(c.ReadPersonWithResponse(ctx, house, ada.Id))(t); who.Listed != 1 || !who.HasSignedIn {
		t.Errorf("got %+v", who)
	}
	if page := opens(t, *link.Address); !strings.Contains(page, "Ada N.") || !strings.Contains(page, notice) {
		t.Error("a visitor who scans the sticker does not find Ada and the notice")
	}
}

// unitNames reads the list of units a row at a time.
func unitNames(t *testing.T, c *ClientWithResponses, house string) (names []string) {
	t.Helper()
	for ask := (&ListUnitsParams{Limit: new(int64(1))}); ; {
		part := told(c.ListUnitsWithResponse(t.Context(), house, ask))(t)
		for _, u := range part.Items {
			names = append(names, u.Name)
		}
		if part.Next == nil {
			return names
		}
		ask.After = part.Next
	}
}

// opens opens a page in a browser of its own.
func opens(t *testing.T, url string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Transport: &http.Transport{}}
	defer browser.CloseIdleConnections()
	got, err := browser.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil || got.StatusCode != http.StatusOK {
		t.Fatalf("got status %d, %v", got.StatusCode, err)
	}
	return string(text)
}
