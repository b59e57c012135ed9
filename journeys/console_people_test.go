package journeys

import (
	"fmt"

	"github.com/chromedp/chromedp"
)

// tourPeople brings in the first unit, a person and a Featured Entry, and looks at
// every page about them.
func tourPeople(rut *tab, see look) {
	rut.tapRole("link", "People")
	rut.reads("Nobody lives here yet")
	see(rut, "console-people-empty")
	rut.tapRole("link", "Units")
	rut.reads("There is no unit yet")
	see(rut, "console-units-empty")
	for i, unit := range []string{"1A", "1B", "2.OG left"} {
		rut.fills(map[string]string{"name": unit})
		rut.tap("Add unit")
		rut.see(fmt.Sprintf("tbody tr:nth-of-type(%d)", i+1))
	}
	rut.tapRole("link", "Add Featured Entry")
	rut.reads("Name of the entry")
	see(rut, "console-featured")
	rut.fills(map[string]string{"entry": "Leasing office", "given": "Sam", "email": "sam@linden.example"})
	rut.tap("Add Featured Entry")
	rut.reads("A link for Sam")
	rut.tapRole("link", "Invite somebody else")
	rut.reads("What residents do")
	rut.fills(map[string]string{"given": "Ada", "family": "Nwosu", "email": "sam@linden.example", "unit": "1A"})
	rut.tap("Invite")
	rut.reads("Go to this person")
	see(rut, "console-invite")
	rut.fills(map[string]string{"email": "ada@nwosu.example"})
	rut.tap("Invite")
	rut.reads("A link for Ada Nwosu")
	see(rut, "console-person-link")
	rut.tapRole("link", "Go to this person")
	rut.reads("No device that can ring")
	see(rut, "console-person")
	rut.tapRole("link", "People")
	rut.reads("2 people.")
	see(rut, "console-people")
	rut.tapRole("link", "2 units cannot be reached")
	rut.reads("Counted without names")
	see(rut, "console-unreached")
	rut.tapRole("link", "Units")
	rut.tap("Move 2.OG left up")
	rut.reads("Moved a unit in the directory")
	see(rut, "console-units")
	rut.tapRole("link", "1A")
	rut.reads("Who lives here")
	see(rut, "console-unit")
}

// fills puts texts into a form's fields, in place of what stands there.
func (t *tab) fills(fields map[string]string) {
	t.tb.Helper()
	for field, text := range fields {
		t.do(
			chromedp.WaitReady(chromedp.CSS("main [name="+field+"]")),
			chromedp.SetValue(chromedp.CSS("main [name="+field+"]"), text),
		)
	}
}
