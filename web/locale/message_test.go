package locale

import "testing"

func TestBadMessagesAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"{",
		"Call {name",
		"Call {first name}",
		"{n, plural}",
		"{n, plural, one {# device}}",
		"{n, plural, other {# of {total}}}",
		"Call }",
	} {
		if m, err := parse(text); err == nil {
			t.Errorf("parse(%q): got %v, want an error", text, m.parts)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add("Call {name}")
	f.Add("{n, plural, =0 {none} one {# device} other {# devices}} in {unit}")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parse(text)
		if err != nil {
			return
		}
		for _, p := range m.parts {
			if p.place == "" && p.text == "" {
				t.Errorf("parse(%q): empty part", text)
			}
			if p.branches != nil && !p.has("other") {
				t.Errorf("parse(%q): choice without other", text)
			}
		}
	})
}
