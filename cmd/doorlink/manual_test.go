package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	flagNamed     = regexp.MustCompile("(?:^|[\\s`(])--([a-z][a-z-]*)")
	variableNamed = regexp.MustCompile(`\bDOORLINK_[A-Z_]+`)
)

// TestTheManualNamesSettingsThatThereAre looks for each flag and variable that the
// manual names. Lines about the program keypad have flags of its own.
func TestTheManualNamesSettingsThatThereAre(t *testing.T) {
	t.Parallel()
	parser, err := newParser(t.Context(), &commands{})
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, command := range parser.Model.Children {
		for _, group := range command.AllFlags(false) {
			for _, f := range group {
				there[f.Name] = true
				for _, variable := range f.Envs {
					there[variable] = true
					there[variable+"_FILE"] = isSecret(f)
				}
			}
		}
	}
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range append(files, "../../README.md", "../../SECURITY.md", "../../deploy/doorlink.service") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			names := variableNamed.FindAllString(line, -1)
			for _, found := range flagNamed.FindAllStringSubmatch(line, -1) {
				if !strings.Contains(line, "keypad") && !strings.Contains(line, "systemctl") {
					names = append(names, found[1])
				}
			}
			for _, name := range names {
				if !there[name] {
					t.Errorf("%s names %s, which there is not", file, name)
				}
			}
		}
	}
}
