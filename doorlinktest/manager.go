package doorlinktest

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/store"
	"doorlink/store/storetest"
)

// Manager is a Portfolio Manager: signed in to the console in a browser, and with
// a program that may do all that they may.
type Manager struct {
	*browser
	token doorlink.Secret
}

// Manager appoints one.
func (h *House) Manager(name string) *Manager {
	h.tb.Helper()
	who := storetest.PortfolioManager(name)
	link, token := doorlink.NewSecret(), doorlink.Secret(office.TokenPrefix+doorlink.NewSecret().Reveal())
	h.Log.keep("a manager's link", link.Reveal())
	h.Log.keep("a manager's token", token.Reveal())
	now := time.Now()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.AddManager(ctx, who, now); err != nil {
			return err
		}
		if err := tx.AddToken(ctx, doorlink.Token{
			ID: doorlink.NewID[doorlink.TokenID]("tok"), Name: name, Manager: who.ID, May: doorlink.Abilities, Made: now, Ends: now.Add(time.Hour),
		}, token.Hash()); err != nil {
			return err
		}
		return tx.AddDeskLink(ctx, who.ID, link.Hash(), now.Add(time.Hour))
	})
	m := &Manager{h.browser(h.Nodes[0]), token}
	m.post("/console/in/by/"+link.Reveal(), nil)
	return m
}

// Reads opens a page of the property in the console, which must say all texts.
func (m *Manager) Reads(page string, texts ...string) {
	m.house.tb.Helper()
	status, body := m.Get(m.path(page))
	for _, text := range texts {
		if status != http.StatusOK || !strings.Contains(body, text) {
			m.house.tb.Errorf("%s has status %d, want it to say %s", page, status, text)
		}
	}
}

func (m *Manager) path(page string) string {
	return "/console/" + string(m.house.Property.ID) + "/" + page
}

// Lock is the page of the Lock tab of a door.
func (m *Manager) Lock(door string) string { return "doors/" + string(m.house.at(door).door.ID) }

var seen = regexp.MustCompile(`name="seen" value="(\d+)"`)

// SetsUp sets the lock of a door up on its page, and takes the file that comes to
// it: with newKeys to another lock that hangs there from now on.
func (m *Manager) SetsUp(door string, newKeys bool) {
	h, p := m.house, m.house.at(door)
	h.tb.Helper()
	_, page := m.Get(m.path(m.Lock(door) + "/lock"))
	tag := seen.FindStringSubmatch(page)
	if tag == nil {
		h.tb.Fatalf("the page of the lock at %s has no form", door)
	}
	form := url.Values{"model": {"Keypad"}, "places": {"20"}, "reuse": {"0"}, "seen": {tag[1]}}
	if newKeys {
		form.Set("keys", "new")
	}
	file := m.post(m.path(m.Lock(door)+"/lock"), form)
	provision, err := doorcode.DecodeProvision(file)
	must(h.tb, err)
	h.Log.keep("a door's secret", provision.Chain.Reveal())
	must(h.tb, os.WriteFile(p.file, file, 0o600))
	if p.keypad == nil || newKeys {
		p.keypad = nil
		h.Keypad(door)
		return
	}
	p.keypad.take(p.file)
}

// post sends a form of the console, which must be taken.
func (m *Manager) post(path string, form url.Values) []byte {
	m.house.tb.Helper()
	return m.do(http.MethodPost, path, form.Encode(), http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, "Sec-Fetch-Site": {"same-origin"},
	})
}

// Asks sends a request of the manager's program to the property, which must be
// done.
func (m *Manager) Asks(method, path, body string) {
	m.house.tb.Helper()
	m.do(method, strings.TrimSuffix("/api/v1/properties/"+string(m.house.Property.ID)+"/"+path, "/"), body, http.Header{
		"Content-Type": {"application/json"}, "Authorization": {"Bearer " + m.token.Reveal()}, "If-Match": {"*"},
	})
}

func (m *Manager) do(method, path, body string, header http.Header) []byte {
	m.house.tb.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, m.node.Base+path, strings.NewReader(body))
	must(m.house.tb, err)
	r.Header = header
	resp, err := m.client.Do(r)
	must(m.house.tb, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	must(m.house.tb, err)
	if resp.StatusCode >= 300 {
		m.house.tb.Fatalf("%s %s has status %d: %s", method, path, resp.StatusCode, text)
	}
	return text
}
