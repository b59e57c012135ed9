package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"doorlink/web/assets"
	"doorlink/web/locale"
)

//go:embed ui
var embedded embed.FS

// Sources returns the sources of the pages as they were built into the program.
func Sources() fs.FS {
	ui, err := fs.Sub(embedded, "ui")
	if err != nil {
		panic(err) // "ui" is a valid path: see fs.Sub
	}
	return ui
}

// Views is all that people see: bundles, templates and sentences, ready to be
// written. It never changes; in development a new one is made for each request.
type Views struct {
	Assets    *assets.Set
	Languages *locale.Catalogue

	pages  map[string]*template.Template // by folder; names within it are file names
	policy string
}

// inlined are the two files that travel inside the visitor's page, because a
// second round trip would cost more than caching them saves.
var inlined = [2]string{"visitor/visitor.css", "visitor/visitor.js"}

// NewViews bundles and parses everything in ui, usually Sources. An error names
// the file and line.
func NewViews(ui fs.FS) (*Views, error) {
	set, err := assets.Build(ui)
	if err != nil {
		return nil, fmt.Errorf("bundling pages: %w", err)
	}
	languages, err := locale.Load()
	if err != nil {
		return nil, err
	}
	v := &Views{Assets: set, Languages: languages, pages: map[string]*template.Template{}}
	_, style := set.Inline(inlined[0])
	_, script := set.Inline(inlined[1])
	v.policy = fmt.Sprintf("default-src 'none'; script-src 'self' %s; style-src 'self' %s; connect-src 'self'; "+
		"img-src 'self' data:; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; form-action 'self'; "+
		"base-uri 'none'; frame-ancestors 'none'", script, style)
	if err := v.parse(ui); err != nil {
		return nil, fmt.Errorf("parsing pages: %w", err)
	}
	return v, v.addScreens()
}

func (v *Views) parse(ui fs.FS) error {
	icons, err := readIcons(ui)
	if err != nil {
		return err
	}
	files, err := fs.Glob(ui, "*/*.html")
	if err != nil {
		return err
	}
	for _, file := range files {
		folder, name := path.Split(file)
		text, err := fs.ReadFile(ui, file)
		if err != nil {
			return err
		}
		if v.pages[folder] == nil {
			v.pages[folder] = template.New(folder).Option("missingkey=error").Funcs(v.funcs(icons))
		}
		if _, err := v.pages[folder].New(name).Parse(string(text)); err != nil {
			return err
		}
	}
	return nil
}

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
func readIcons(ui fs.FS) (map[string]string, error) {
	sheet, err := fs.ReadFile(ui, "shared/icons.svg")
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

// render makes the text of a page or of a named part of one, such as
// "visitor/start.html" or "visitor/rows".
func (v *Views) render(page string, view any) ([]byte, error) {
	folder, name := path.Split(page)
	var b bytes.Buffer
	if err := v.pages[folder].ExecuteTemplate(&b, name, view); err != nil {
		return nil, fmt.Errorf("rendering %s: %w", page, err)
	}
	return b.Bytes(), nil
}

// write answers a request with a page, compressed if the browser takes it, and
// with the policy that allows its own scripts and styles and nothing else. If
// the page cannot be rendered, nothing has been written yet.
func (v *Views) write(w http.ResponseWriter, r *http.Request, status int, page string, view any) error {
	body, err := v.render(page, view)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", v.policy)
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = zip(body)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // the browser may have gone; there is nobody to tell
	return nil
}

// zippers saves making the compressor's tables anew for each page.
var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a valid constant
	}
	return z
}}

func zip(body []byte) []byte {
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	var b bytes.Buffer
	z.Reset(&b)
	z.Write(body) // a bytes.Buffer takes everything
	z.Close()
	return b.Bytes()
}
