// Package page is what all pages are made with, whoever reads them: Views
// render and write them, and around that stand the headers, cookies, limits and
// words for failures that visitors, residents, managers and programs share.
//
// It knows no route and nobody who asks; packages web, console and api do.
package page

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"doorlink/web/assets"
	"doorlink/web/locale"
	"doorlink/web/ui"
)

// Views is all that one audience sees: bundles, templates and sentences, ready
// to be written. It never changes once it is made, except by Assets.Add before
// the first use; many goroutines may use it at once.
type Views struct {
	Assets    *assets.Set
	Languages *locale.Catalogue

	pages  map[string]*template.Template // by folder; names within it are file names
	policy string
}

// New bundles and parses the named folders of sources, usually ui.Sources. The
// assets in inline stand inside pages by the template functions style and
// script, and the pages' policy allows them there. An error names the file and
// line.
func New(sources fs.FS, folders []string, inline ...string) (*Views, error) {
	set, err := assets.Build(sources, folders...)
	if err != nil {
		return nil, fmt.Errorf("bundling pages: %w", err)
	}
	languages, err := locale.Load()
	if err != nil {
		return nil, err
	}
	v := &Views{Assets: set, Languages: languages, pages: map[string]*template.Template{}, policy: policy(set, inline)}
	if err := v.parse(sources, folders); err != nil {
		return nil, fmt.Errorf("parsing pages: %w", err)
	}
	return v, nil
}

// policy is the Content-Security-Policy of every page: its own scripts and
// styles, and nothing else from anywhere.
func policy(set *assets.Set, inline []string) string {
	sources := map[string]string{".css": "'self'", ".js": "'self'"}
	for _, name := range inline {
		_, hash := set.Inline(name)
		sources[path.Ext(name)] += " " + hash
	}
	return fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; connect-src 'self'; "+
		"img-src 'self' data:; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; form-action 'self'; "+
		"base-uri 'none'; frame-ancestors 'none'", sources[".js"], sources[".css"])
}

func (v *Views) parse(sources fs.FS, folders []string) error {
	icons, err := readIcons(sources)
	if err != nil {
		return err
	}
	files, err := fs.Glob(sources, "*/*.html")
	if err != nil {
		return err
	}
	for _, file := range files {
		folder, name := path.Split(file)
		if !slices.Contains(folders, path.Clean(folder)) {
			continue
		}
		text, err := fs.ReadFile(sources, file)
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

// Policy is the Content-Security-Policy that Write sends, for those who keep
// rendered pages and write them on their own.
func (v *Views) Policy() string { return v.policy }

// Render makes the text of a page or of a named part of one, such as
// "visitor/start.html" or "visitor/rows".
func (v *Views) Render(page string, view any) ([]byte, error) {
	folder, name := path.Split(page)
	var b bytes.Buffer
	if err := v.pages[folder].ExecuteTemplate(&b, name, view); err != nil {
		return nil, fmt.Errorf("rendering %s: %w", page, err)
	}
	return b.Bytes(), nil
}

// Write answers a request with a page, compressed if the browser takes it, and
// with the policy that allows its own scripts and styles and nothing else. If
// the page cannot be rendered, nothing has been written yet.
func (v *Views) Write(w http.ResponseWriter, r *http.Request, status int, page string, view any) error {
	body, err := v.Render(page, view)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", v.policy)
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = Zip(body)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // the browser may have gone; there is nobody to tell
	return nil
}

// Source gives the Views of the moment: those built when the server started,
// or in development new ones each time.
type Source struct {
	built *Views
	dev   fs.FS
	build func(fs.FS) (*Views, error)
}

// NewSource builds Views from what is built into the program, or from dev,
// usually a folder on disk, if it is not nil. It fails where they do not build.
func NewSource(dev fs.FS, build func(sources fs.FS) (*Views, error)) (*Source, error) {
	sources := dev
	if sources == nil {
		sources = ui.Sources()
	}
	built, err := build(sources)
	if err != nil {
		return nil, err
	}
	return &Source{built: built, dev: dev, build: build}, nil
}

// Languages is everything that can be said; it does not change in development.
func (s *Source) Languages() *locale.Catalogue { return s.built.Languages }

// Views are what to serve now. In development that takes a few tenths of a
// second and fails where a source is wrong; else it costs nothing and never
// fails.
func (s *Source) Views() (*Views, error) {
	if s.dev == nil {
		return s.built, nil
	}
	return s.build(s.dev)
}

// Assets serves the styles, scripts and pictures of the Views of the moment.
func (s *Source) Assets(log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		views, err := s.Views()
		if err != nil {
			log.Error("building pages", "err", err)
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
		views.Assets.Handler().ServeHTTP(w, r)
	})
}
