package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// settings is the content of a settings file: values by the names of flags.
type settings map[string]any

// readSettings reads a settings file: one JSON object, and nothing after it.
func readSettings(r io.Reader) (kong.Resolver, error) {
	d := json.NewDecoder(r)
	var s settings
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("reading the settings file: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("reading the settings file: there is more than one object")
	}
	return s, nil
}

// Validate refuses names that no command knows, all of them at once.
func (s settings) Validate(app *kong.Application) error {
	known := map[string]bool{}
	for _, command := range app.Leaves(false) {
		for _, f := range command.Flags {
			known[f.Name] = true
		}
	}
	for _, f := range app.Flags {
		known[f.Name] = f.Name != "config" && f.Name != "help" && f.Name != "version"
	}
	unknown := slices.DeleteFunc(slices.Sorted(maps.Keys(s)), func(name string) bool { return known[name] })
	if len(unknown) > 0 {
		return fmt.Errorf("the settings file has unknown names: %s", strings.Join(unknown, ", "))
	}
	return nil
}

// Resolve gives a flag its value, unless the environment does.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) {
	for _, name := range f.Envs {
		if os.Getenv(name) != "" || isSecret(f) && os.Getenv(name+"_FILE") != "" {
			return nil, nil
		}
	}
	return s[f.Name], nil
}

// forgetEmpty takes empty variables for unset ones: container platforms set them
// where nobody gave a value, and an empty path is not the present folder.
func forgetEmpty() error {
	for _, v := range os.Environ() {
		name, value, _ := strings.Cut(v, "=")
		if value == "" && strings.HasPrefix(name, "DOORLINK_") {
			if err := os.Unsetenv(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// isSecret reports whether a setting may hold a secret.
func isSecret(f *kong.Flag) bool { return f.Tag.Has("secret") }

// secretFile reads a secret from the file that a variable names whose own name
// ends in _FILE, as container platforms hand secrets over. A line break at the
// end does not count.
func secretFile(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) {
	if !isSecret(f) {
		return nil, nil
	}
	for _, name := range f.Envs {
		file := os.Getenv(name + "_FILE")
		if file == "" {
			continue
		}
		if os.Getenv(name) != "" {
			return nil, fmt.Errorf("%s and %s_FILE exclude each other", name, name)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading %s_FILE: %w", name, err)
		}
		return strings.TrimRight(string(text), "\r\n"), nil
	}
	return nil, nil
}
