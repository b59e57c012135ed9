package assets

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func pages(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func build(t testing.TB, files map[string]string) *Set {
	t.Helper()
	s, err := Build(pages(files))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEachTopFileOfAPageIsOneBundle(t *testing.T) {
	t.Parallel()
	s := build(t, map[string]string{
		"shared/line.ts":       `export const line: string = "held";`,
		"shared/base.css":      `body { color: #ffffff; }`,
		"visitor/page.ts":      `import { line } from "../shared/line.ts"; import { deep } from "./call/deep.ts"; document.title = line + deep;`,
		"visitor/call/deep.ts": `export const deep = 1;`,
		"visitor/page.css":     `@import "../shared/base.css"; p { margin: 0px; }`,
		"visitor/door.svg":     `<svg/>`,
		"visitor/notes.txt":    `not served`,
	})
	if diff := cmp.Diff(s.names(), []string{"visitor/door.svg", "visitor/page.css", "visitor/page.js"}); diff != "" {
		t.Errorf("files (-got +want):\n%s", diff)
	}
	if got, _ := s.Inline("visitor/page.css"); got != "body{color:#fff}p{margin:0}" {
		t.Errorf("CSS: got %s", got)
	}
	if got, _ := s.Inline("visitor/page.js"); strings.Contains(got, "import") || !strings.Contains(got, "held") {
		t.Errorf("script is not whole: %s", got)
	}
}

func TestMistakesAreToldByFileAndLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"visitor/a.ts", "let a = 1;\nlet = ;\n", "visitor/a.ts:2:7: "},
		{"visitor/a.ts", "\nimport x from './no.ts';\nx();", "visitor/a.ts:2:15: "},
		{"visitor/a.ts", "import x from 'react';\nx();", "visitor/a.ts:1:15: "},
		{"visitor/a.css", "p { color: red }\nq { color red }", "visitor/a.css:2:10: "},
	} {
		_, err := Build(pages(map[string]string{c.name: c.text}))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want a mistake at %q", c.text, err, c.want)
		}
	}
}

func TestURLChangesWithTheContentAndOnlyWithIt(t *testing.T) {
	t.Parallel()
	one := build(t, map[string]string{"visitor/a.ts": "alert(1)", "visitor/b.ts": "alert(1)"})
	two := build(t, map[string]string{"visitor/a.ts": "alert(2)", "visitor/b.ts": "alert( 1 )"})
	if one.URL("visitor/a.js") == two.URL("visitor/a.js") {
		t.Error("other content, same URL")
	}
	if one.URL("visitor/b.js") != two.URL("visitor/b.js") {
		t.Error("same content, other URL")
	}
}

func TestInlineHashIsWhatABrowserComputes(t *testing.T) {
	t.Parallel()
	s := build(t, map[string]string{"visitor/a.ts": `document.title = "</script>Grüße";`})
	text, hash := s.Inline("visitor/a.js")
	if strings.Contains(text, "</script") {
		t.Errorf("text ends its own element: %s", text)
	}
	sum := sha256.Sum256([]byte(text))
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; hash != want {
		t.Errorf("got %s, want %s", hash, want)
	}
}

func TestFilesAreServedForEverAndCompressed(t *testing.T) {
	t.Parallel()
	s := build(t, map[string]string{"visitor/a.ts": "document.title = 'a'"})
	for _, c := range []struct {
		accept, encoding string
		read             func(io.Reader) (io.Reader, error)
	}{
		{"gzip, br", "gzip", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		{"", "", func(r io.Reader) (io.Reader, error) { return r, nil }},
	} {
		w := get(s, s.URL("visitor/a.js"), c.accept)
		body, err := c.read(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := s.Inline("visitor/a.js"); strings.TrimSpace(string(got)) != want {
			t.Errorf("body: got %q, want %q", got, want)
		}
		for header, want := range map[string]string{
			"Content-Type":           "text/javascript; charset=utf-8",
			"Cache-Control":          "public, max-age=31536000, immutable",
			"X-Content-Type-Options": "nosniff",
			"Vary":                   "Accept-Encoding",
			"Content-Encoding":       c.encoding,
		} {
			if got := w.Header().Get(header); got != want {
				t.Errorf("%s: got %q, want %q", header, got, want)
			}
		}
	}
}

func TestOtherBuildsAndNamesAreNotFound(t *testing.T) {
	t.Parallel()
	s := build(t, map[string]string{"visitor/a.ts": "alert(1)"})
	hash := strings.Split(s.URL("visitor/a.js"), "/")[2]
	for _, url := range []string{"/a/0000/visitor/a.js", "/a/" + hash + "/visitor/b.js", "/a/" + hash + "/", "/visitor/a.js"} {
		if got := get(s, url, "").Code; got != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", url, got)
		}
	}
}

func get(s *Set, url, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, url, nil)
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

func BenchmarkBuild(b *testing.B) {
	ui := os.DirFS("../ui")
	for b.Loop() {
		if _, err := Build(ui); err != nil {
			b.Fatal(err)
		}
	}
}
