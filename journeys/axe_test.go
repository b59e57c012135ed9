package journeys

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestEveryStateIsAccessible lets axe-core look for violations of WCAG 2.2 AA in
// every state of every page, and at the contrast by night, too. One tour at a time
// and nothing beside it: a server that is held still while axe-core looks must not
// be held for as long as it takes lines to be given up.
func TestEveryStateIsAccessible(t *testing.T) {
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true" {
		t.Skip("there is no axe-core: run npm ci in journeys/")
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, tour := range tours {
		t.Run(tour.name, func(t *testing.T) {
			tour.walk(t, func(page *tab, state string) { page.isAccessible(state, string(axe)) })
		})
	}
}

// violation is what axe-core finds, as far as it is told here.
type violation struct {
	Id, Help string
	Nodes    []struct{ Html, FailureSummary string }
}

const (
	allRules     = `{runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}`
	contrastRule = `{runOnly: {type: "rule", values: ["color-contrast"]}}`
)

// isAccessible checks the page by day against all rules, by night for contrast.
func (t *tab) isAccessible(state, axe string) {
	t.tb.Helper()
	for _, look := range []struct{ light, rules string }{{"light", allRules}, {"dark", contrastRule}} {
		t.in(look.light, phone.width)
		// In one go: a page that is still on its way would come without axe.
		found := ask(t, chromedp.Evaluate[[]byte](axe+`;axe.run(document, `+look.rules+`).then((r) => r.violations)`, chromedp.EvalAwaitPromise))
		var all []violation
		if err := json.Unmarshal(found, &all); err != nil {
			t.tb.Fatal(err)
		}
		for _, v := range all {
			for _, n := range v.Nodes {
				t.tb.Errorf("%s by %s: %s (%s)\n%s\n%s", state, look.light, v.Help, v.Id, n.Html, n.FailureSummary)
			}
		}
	}
	t.in("light", phone.width)
}
