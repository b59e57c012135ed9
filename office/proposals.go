package office

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"doorlink"
	"doorlink/directory"
	"doorlink/roster"
)

// PlanLine is a line of a proposal as it is looked at: one person, or a unit
// that the list brings.
type PlanLine struct {
	roster.Line
	Unit string // a new unit's name; the rest is zero but for its Row

	at           int
	named, homes string // by which it is found and sorted, as directory.Plain has them
}

// NewUnit is what a PlanLine of a unit is looked for by. Busy stands for all lines
// but those of people who stay as they are; the units of a list of people are told
// by the lines of their people.
const (
	NewUnit = "unit"
	Busy    = "busy"
)

// What is the kind of the line: NewUnit or one of package roster's.
func (l PlanLine) What() string {
	if l.Unit != "" {
		return NewUnit
	}
	return string(l.Line.What)
}

// linesOf are all lines of a plan in the order of the list; who is not in it
// comes last.
func linesOf(p roster.Plan) []PlanLine {
	all := make([]PlanLine, 0, len(p.Units)+len(p.Lines))
	units := p.Units
	for _, l := range p.Lines {
		for len(units) > 0 && (units[0].Row <= l.Row || l.Row == 0) {
			all = append(all, PlanLine{Line: roster.Line{Row: units[0].Row}, Unit: units[0].Unit.Name})
			units = units[1:]
		}
		all = append(all, PlanLine{Line: l})
	}
	for _, u := range units {
		all = append(all, PlanLine{Line: roster.Line{Row: u.Row}, Unit: u.Unit.Name})
	}
	for i := range all {
		l := &all[i]
		l.at, l.named, l.homes = i, directory.Plain(l.name()), directory.Plain(l.units())
	}
	return all
}

// name is what the line is called.
func (l PlanLine) name() string { return l.Unit + l.Person.As(doorlink.FullName, l.Person.Email) }

// units are the names of a line's units.
func (l PlanLine) units() string {
	names := make([]string, len(l.Units))
	for i, u := range l.Units {
		names[i] = u.Name
	}
	return l.Unit + strings.Join(names, " ")
}

var planOrder = order[PlanLine]{
	by: map[string]func(a, b PlanLine) int{
		"":     func(a, b PlanLine) int { return a.at - b.at },
		"row":  func(a, b PlanLine) int { return a.at - b.at },
		"name": func(a, b PlanLine) int { return cmp.Or(directory.CompareNames(a.named, b.named), a.at-b.at) },
		"unit": func(a, b PlanLine) int {
			return cmp.Or(directory.CompareNames(a.homes, b.homes), directory.CompareNames(a.named, b.named))
		},
	},
	id: func(l PlanLine) string { return fmt.Sprintf("%06d", l.at) },
}

// Rows lists what the proposal would do. Columns to sort by are row, name and
// unit; Only "what" chooses NewUnit, Busy or a kind of package roster's, and
// nothing chooses all.
func (p *Proposal) Rows(q Query) (Page[PlanLine], error) {
	what := q.Only["what"]
	var found []PlanLine
	for _, l := range p.lines {
		busy := l.What() != string(roster.Same) && !(l.What() == NewUnit && p.Sheet.People)
		if what != "" && l.What() != what && !(what == Busy && busy) {
			continue
		}
		if q.Find == "" || finds(q.Find, l.named, l.Person.Email, l.Was.Email, l.homes) {
			found = append(found, l)
		}
	}
	return page(found, q, planOrder)
}

// proposals keeps the last few that were worked out: looking through a long list
// asks for the same one again and again, and it takes a third of a second with
// ten thousand rows.
type proposals struct {
	mu   sync.Mutex
	kept []keptProposal // the latest last
}

// maxProposals bounds the memory: one of ten thousand rows is some ten megabytes.
const maxProposals = 4

type keptProposal struct {
	draft         doorlink.DraftID
	choices, role string
	roll          *Roll
	proposal      *Proposal
}

// of is the proposal for a draft and a roll, for a manager's role.
func (k *proposals) of(d *Desk, draft Draft, roll *Roll) (*Proposal, error) {
	want := keptProposal{draft: draft.ID, choices: draft.choices, role: d.authority(), roll: roll}
	k.mu.Lock()
	var sheet *roster.Sheet // read before, for another roll or other choices
	for _, have := range k.kept {
		if have.draft == want.draft {
			sheet = have.proposal.Sheet
		}
		if have.draft == want.draft && have.choices == want.choices && have.role == want.role && have.roll == roll {
			k.mu.Unlock()
			p := *have.proposal
			p.Draft = draft
			return &p, nil
		}
	}
	k.mu.Unlock()
	if sheet == nil {
		var err error
		if sheet, err = draft.sheet(); err != nil {
			return nil, err
		}
	}
	p := d.propose(draft, sheet, roll)
	want.proposal = p
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = append(slices.DeleteFunc(k.kept, func(have keptProposal) bool { return have.draft == draft.ID }), want)
	if len(k.kept) > maxProposals {
		k.kept = slices.Delete(k.kept, 0, 1)
	}
	return p, nil
}

// authority is all that decides which lines of a plan the manager may apply.
func (d *Desk) authority() string {
	var may []doorlink.Ability
	for _, a := range doorlink.Abilities {
		if d.May(a) {
			may = append(may, a)
		}
	}
	b, err := json.Marshal([]any{d.Manager.Portfolio, d.Role, may, d.Property.Zone})
	if err != nil {
		panic(err) // roles are plain values
	}
	return string(b)
}
