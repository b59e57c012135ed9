package store

import (
	"encoding/json"
	"fmt"
	"strings"

	"doorlink"
)

// propertyMore are the columns of a property that are not stored as they are.
type propertyMore struct {
	languages string
	kept      string
}

// into are the places for the columns after the notice, in the order of
// propertyColumns.
func (m *propertyMore) into(p *doorlink.Property) []any {
	return []any{&m.languages, &p.Digits, &p.Quiet.From, &p.Quiet.To, &m.kept, &p.CountsOnly, &p.HookNames, &p.Look}
}

// finish puts what was read into the property.
func (m *propertyMore) finish(p *doorlink.Property) error {
	p.Languages = strings.Fields(m.languages)
	if len(p.Languages) == 0 {
		p.Languages = nil
	}
	if m.kept == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(m.kept), &p.Kept); err != nil {
		return fmt.Errorf("reading how long %s keeps records: %w", p.ID, err)
	}
	return nil
}

// propertyValues are a property's values in the order of propertyColumns.
func propertyValues(p doorlink.Property) []any {
	kept := ""
	if len(p.Kept) > 0 {
		b, err := json.Marshal(p.Kept)
		if err != nil {
			panic(err) // a map of words to numbers has no other form
		}
		kept = string(b)
	}
	return []any{p.ID, p.Name, p.Zone, p.Names, p.SearchFirst, p.Notice,
		strings.Join(p.Languages, " "), p.Digits, p.Quiet.From, p.Quiet.To, kept, p.CountsOnly, p.HookNames, p.Look}
}
