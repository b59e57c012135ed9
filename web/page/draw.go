package page

import (
	"fmt"
	"html/template"
	"io/fs"
	"regexp"
	"strings"
)

// funcs is what templates can call besides the methods of their view.
func (v *Views) funcs(icons map[string]string) template.FuncMap {
	return template.FuncMap{
		"asset": v.Assets.URL,
		"style": func(name string) template.CSS {
			text, _ := v.Assets.Inline(name)
			return template.CSS(text)
		},
		"script": func(name string) template.JS {
			text, _ := v.Assets.Inline(name)
			return template.JS(text)
		},
		"sprite": func(names string) (template.HTML, error) { return sprite(icons, names) },
		"icon":   icon,
		"slot":   slot,
	}
}

// icon draws a symbol that the page has in its sprite. It is decoration: a word
// stands beside it.
func icon(name string, classes ...string) template.HTML {
	class := ""
	if c := strings.Join(classes, " "); c != "" {
		class = ` class="` + c + `"`
	}
	return template.HTML(`<svg` + class + ` aria-hidden="true"><use href="#` + name + `"/></svg>`)
}

// slot is a place that a script fills with text, kept apart from the direction
// of the sentence around it.
func slot(name string) template.HTML {
	return template.HTML(`<bdi data-slot="` + name + `"></bdi>`)
}

var symbol = regexp.MustCompile(`<symbol id="([^"]+)".*</symbol>`)

// readIcons reads the sheet of all icons, one symbol a line.
func readIcons(sources fs.FS) (map[string]string, error) {
	sheet, err := fs.ReadFile(sources, "shared/icons.svg")
	icons := map[string]string{}
	for _, found := range symbol.FindAllStringSubmatch(string(sheet), -1) {
		icons[found[1]] = found[0]
	}
	return icons, err
}

// sprite is the symbols a page uses, named with blanks between.
func sprite(icons map[string]string, names string) (template.HTML, error) {
	var b strings.Builder
	for name := range strings.FieldsSeq(names) {
		if icons[name] == "" {
			return "", fmt.Errorf("no icon %q", name)
		}
		b.WriteString(icons[name])
	}
	return template.HTML(b.String()), nil
}
