// Package assets turns the sources of the pages into what browsers load: it
// bundles and minifies TypeScript and CSS when the server starts, so that a
// clone builds with the Go tool alone and no bundle can be stale. It runs on
// trusted input only and takes a few tenths of a second.
//
// A folder of pages has its entry points on top: every .ts and .css file
// directly in it becomes one file for browsers, with all it imports bundled in,
// and pictures and manifests beside them are served as they are. What is
// imported lies deeper or in the folder shared, and is written as a relative
// path with its extension.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Set is everything that one build made. Once nothing is added to it any more,
// many goroutines may use it at once.
type Set struct {
	files map[string]file // by name, such as "visitor/call.js"
}

// file is one thing a browser can load.
type file struct {
	body   []byte
	zipped []byte
	hash   string // first half of SHA-256, in hexadecimal
	kind   string // its media type
}

// kinds lists the media types that are served. Sources become .js and .css.
var kinds = map[string]string{
	".js":          "text/javascript; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".svg":         "image/svg+xml",
	".webmanifest": "application/manifest+json",
}

// shared is the folder that has no entry points.
const shared = "shared"

// Build makes a Set from the named folders of pages, or from all. An error lists
// every mistake in the sources as file:line:column, one a line.
func Build(pages fs.FS, folders ...string) (*Set, error) {
	entries, plain, err := list(pages, folders)
	if err != nil {
		return nil, fmt.Errorf("listing pages: %w", err)
	}
	bodies, err := bundle(pages, entries)
	if err != nil {
		return nil, err
	}
	for _, name := range plain {
		if bodies[name], err = fs.ReadFile(pages, name); err != nil {
			return nil, fmt.Errorf("reading pages: %w", err)
		}
	}
	s := &Set{files: map[string]file{}}
	for name, body := range bodies {
		if err := s.Add(name, body); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Add puts a file that was made elsewhere into the set, under a name with one
// of the extensions that are served.
func (s *Set) Add(name string, body []byte) error {
	f, err := newFile(name, body)
	if err != nil {
		return fmt.Errorf("compressing %s: %w", name, err)
	}
	s.files[name] = f
	return nil
}

// list finds the entry points in folders, or in all where none is named, and the
// files that are served as they are.
func list(pages fs.FS, folders []string) (entries, plain []string, err error) {
	all, err := fs.Glob(pages, "*/*.*")
	for _, name := range all {
		switch ext := path.Ext(name); {
		case path.Dir(name) == shared, len(folders) > 0 && !slices.Contains(folders, path.Dir(name)):
		case ext == ".ts" || ext == ".css":
			entries = append(entries, name)
		case ext != ".html" && kinds[ext] != "": // pages are templates
			plain = append(plain, name)
		}
	}
	slices.Sort(entries)
	return entries, plain, err
}

func newFile(name string, body []byte) (file, error) {
	var zipped bytes.Buffer
	z, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return file{}, err
	}
	if _, err := z.Write(body); err != nil {
		return file{}, err
	}
	if err := z.Close(); err != nil {
		return file{}, err
	}
	sum := sha256.Sum256(body)
	return file{
		body: body, zipped: zipped.Bytes(),
		hash: hex.EncodeToString(sum[:16]), kind: kinds[path.Ext(name)],
	}, nil
}

// URL is where a file is served, as a path of this server. It changes with the
// content and only with it. A name that does not exist is a mistake in the
// program: URL panics.
func (s *Set) URL(name string) string {
	return "/a/" + s.file(name).hash + "/" + name
}

// Inline returns the text of a file for a <style> or <script> element, and the
// hash source with which a Content-Security-Policy allows just that element:
// 'sha256-…', quotes included (CSP 3, section 2.3.1). The text is already safe
// to stand inside its element. Like URL it panics for an unknown name.
func (s *Set) Inline(name string) (text, cspHash string) {
	f := s.file(name)
	body := bytes.TrimRight(f.body, "\n")
	sum := sha256.Sum256(body)
	return string(body), "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (s *Set) file(name string) file {
	f, ok := s.files[name]
	if !ok {
		panic("no such asset: " + name + " among " + strings.Join(s.names(), ", "))
	}
	return f
}

func (s *Set) names() []string {
	var names []string
	for name := range s.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
