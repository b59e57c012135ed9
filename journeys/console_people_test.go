package journeys

import (
	"fmt"

	"github.com/chromedp/chromedp"
)

// tourPeople brings in the first unit, a person and a Featured Entry, and looks at
// every page about them.
func tourPeople(rut *tab, see look) {
	rut.opens("People", "Nobody lives here yet", see, "console-people-empty")
	rut.opens("Units", "There is no unit yet", see, "console-units-empty")
	for i, unit := range []string{"1A", "1B", "2.OG left"} {
		rut.fills(map[string]string{"name": unit})
		rut.tap("Add unit")
		rut.see(fmt.Sprintf("tbody tr:nth-of-type(%d)", i+1))
	}
	rut.opens("Add Featured Entry", "Name of the entry", see, "console-featured")
	rut.fills(map[string]string{"entry": "Leasing office", "given": "Sam", "email": "sam@linden.example"})
	rut.tap("Add Featured Entry")
	rut.reads("A link for Sam")
	rut.tapRole("link", "Invite somebody else")
	rut.reads("What residents do")
	rut.fills(map[string]string{"given": "Ada", "family": "Nwosu", "email": "sam@linden.example", "unit": "1A"})
	rut.does("Invite", "Go to this person", see, "console-invite")
	rut.fills(map[string]string{"email": "ada@nwosu.example"})
	rut.does("Invite", "A link for Ada Nwosu", see, "console-person-link")
	rut.opens("Go to this person", "No device that can ring", see, "console-person")
	rut.opens("People", "2 people.", see, "console-people")
	rut.opens("2 units cannot be reached", "Counted without names", see, "console-unreached")
	rut.tapRole("link", "Units")
	rut.does("Move 2.OG left up", "Moved a unit in the directory", see, "console-units")
	rut.opens("1A", "Who lives here", see, "console-unit")
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
