package doorlink_test

import (
	"encoding/json"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// floors says where every package stands. Imports go down only, never sideways.
var floors = map[string]int{
	"doorlink": 0,

	"doorlink/building":   1,
	"doorlink/bus":        1,
	"doorlink/directory":  1,
	"doorlink/doorcode":   1,
	"doorlink/hook":       1,
	"doorlink/mail":       1,
	"doorlink/passkey":    1,
	"doorlink/relay":      1,
	"doorlink/roster":     1,
	"doorlink/sso":        1,
	"doorlink/sticker":    1,
	"doorlink/web/assets": 1,
	"doorlink/web/locale": 1,
	"doorlink/web/ui":     1,

	"doorlink/doorcode/issue": 2,
	"doorlink/doorcode/lock":  2,
	"doorlink/drop":           2,
	"doorlink/store":          2,
	"doorlink/switchboard":    2,
	"doorlink/web/page":       2,

	"doorlink/office":          3,
	"doorlink/store/storetest": 3,

	"doorlink/api":         4,
	"doorlink/api/client":  4,
	"doorlink/keypad":      4,
	"doorlink/web":         4,
	"doorlink/web/console": 4,

	"doorlink/server": 5,

	"doorlink/cmd/doorlink": 6,
	"doorlink/cmd/keypad":   6,
	"doorlink/doorlinktest": 6,
	"doorlink/journeys":     6,
}

// outside is what comes from elsewhere: who may import it, and why it beats our
// own code. A module enters through the packages named here and no other.
var outside = map[string]struct {
	into []string
	why  string
}{
	"github.com/alecthomas/kong":       {[]string{"cmd/doorlink"}, "flags, environment and settings file from one struct"},
	"github.com/caddyserver/certmagic": {[]string{"server"}, "certificates that renew themselves, tried by a million servers"},
	"github.com/coder/websocket":       {[]string{"web", "doorlinktest"}, "WebSocket with contexts; the test visitors dial with it"},
	"codeberg.org/go-pdf/":             {[]string{"sticker"}, "PDF with embedded fonts"},
	"github.com/coreos/go-oidc/":       {[]string{"sso"}, "OpenID Connect, verified"},
	"github.com/danielgtaylor/huma/":   {[]string{"api"}, "OpenAPI from the types that are served"},
	"github.com/go-webauthn/":          {[]string{"passkey"}, "passkeys; the test authenticator writes their format"},
	"github.com/wneessen/go-mail":      {[]string{"mail"}, "SMTP with TLS and well-formed messages"},
	"golang.org/x/oauth2":              {[]string{"sso"}, "the code flow below OpenID Connect"},
	"github.com/evanw/esbuild":         {[]string{"web/assets"}, "bundles TypeScript at start, so the build needs no npm"},
	"github.com/jackc/pgx":             {[]string{"store"}, "the PostgreSQL driver"},
	"github.com/oapi-codegen/":         {[]string{"api/client"}, "tests: what a generated client of the API stands on"},
	"github.com/nats-io/":              {[]string{"bus"}, "one bus in process and in a cluster"},
	"github.com/pion/":                 {[]string{"relay", "doorlinktest"}, "TURN; the test visitors speak WebRTC with it"},
	"github.com/pressly/goose":         {[]string{"store"}, "migrations with a lock, from plain SQL files"},
	"github.com/prometheus/":           {[]string{"server"}, "the format every monitoring reads"},
	"go.uber.org/zap":                  {[]string{"server"}, "only to keep certmagic's own log quiet"},
	"golang.org/x/sync":                {[]string{"server", "cmd/doorlink"}, "errgroup: goroutines with one end"},
	"golang.org/x/text":                {[]string{"directory", "roster", "sticker", "web/locale"}, "names, plural forms and writing directions as languages have them"},
	"golang.org/x/time":                {[]string{"web", "web/page"}, "token buckets"},
	"modernc.org/sqlite":               {[]string{"store"}, "SQLite without cgo"},
	"rsc.io/qr":                        {[]string{"sticker"}, "QR codes"},
	"github.com/google/go-cmp":         {[]string{"*"}, "tests: readable differences"},
	"go.uber.org/goleak":               {[]string{"*"}, "tests: goroutines that stay behind"},
	"pgregory.net/rapid":               {[]string{"*"}, "tests: properties"},
	"github.com/rogpeppe/go-internal":  {[]string{"cmd/doorlink"}, "tests: the command as a user types it"},
	"github.com/chromedp/":             {[]string{"journeys"}, "tests: a real browser"},
}

// testOnly lists modules that must not reach the program.
var testOnly = []string{
	"github.com/google/go-cmp", "go.uber.org/goleak", "pgregory.net/rapid",
	"github.com/rogpeppe/go-internal", "github.com/chromedp/", "github.com/pion/webrtc", "github.com/oapi-codegen/",
}

type listed struct {
	ImportPath, Dir                    string
	Name                               string
	GoFiles                            []string
	Imports, TestImports, XTestImports []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func TestImportsGoDown(t *testing.T) {
	for _, p := range packages(t) {
		floor, ok := floors[p.ImportPath]
		if !ok {
			t.Errorf("%s has no floor", p.ImportPath)
		}
		for _, i := range p.Imports {
			if below, ours := floors[i]; ours && below >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d)", p.ImportPath, floor, i, below)
			}
		}
	}
}

func TestModulesEnterThroughTheirPackage(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "doorlink/")
		for _, i := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if !strings.Contains(strings.SplitN(i, "/", 2)[0], ".") {
				continue // the standard library, or ours
			}
			if !enters(i, name) {
				t.Errorf("%s may not import %s: see the list of modules in this test", p.ImportPath, i)
			}
		}
		for _, i := range p.Imports {
			for _, m := range testOnly {
				if strings.HasPrefix(i, m) && p.ImportPath != "doorlink/doorlinktest" && p.ImportPath != "doorlink/journeys" {
					t.Errorf("%s imports %s, which is for tests", p.ImportPath, i)
				}
			}
		}
	}
}

// TestNoModuleIsListedForNothing keeps the list of modules to those that are still
// imported, and each by the packages that are said to.
func TestNoModuleIsListedForNothing(t *testing.T) {
	imported := map[string][]string{}
	for _, p := range packages(t) {
		imported[strings.TrimPrefix(p.ImportPath, "doorlink/")] = slices.Concat(p.Imports, p.TestImports, p.XTestImports)
	}
	for prefix, m := range outside {
		for _, name := range m.into {
			if name != "*" && !slices.ContainsFunc(imported[name], func(i string) bool { return strings.HasPrefix(i, prefix) }) {
				t.Errorf("%s does not import %s any more", name, prefix)
			}
		}
	}
}

func enters(module, name string) bool {
	for prefix, m := range outside {
		if strings.HasPrefix(module, prefix) && (slices.Contains(m.into, name) || slices.Contains(m.into, "*")) {
			return true
		}
	}
	return false
}

func TestTheRootNeedsTheStandardLibraryAlone(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != "doorlink" {
			continue
		}
		for _, i := range p.Imports {
			if strings.Contains(strings.SplitN(i, "/", 2)[0], ".") {
				t.Errorf("the root imports %s", i)
			}
		}
	}
}

func TestEverythingExportedIsExplained(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) == 0 {
			continue
		}
		fset := token.NewFileSet()
		var files []*ast.File
		comments := 0
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc != nil {
				comments++
			}
			files = append(files, f)
		}
		if comments != 1 {
			t.Errorf("%s has %d package comments, want 1", p.ImportPath, comments)
		}
		d, err := doc.NewFromFiles(fset, files, p.ImportPath)
		if err != nil {
			t.Fatal(err)
		}
		explained(t, p.ImportPath, d)
	}
}

// plain methods mean what their interface means and need no words of their own.
var plain = []string{
	"String", "GoString", "Error", "Unwrap", "LogValue", "MarshalText", "UnmarshalText", "MarshalJSON",
	"UnmarshalJSON", "Format", "Scan", "Hijack", "Write",
}

func explained(t *testing.T, pkg string, d *doc.Package) {
	t.Helper()
	functions := slices.Clone(d.Funcs)
	for _, y := range d.Types {
		if y.Doc == "" && !groupExplains(y.Decl, y.Name) {
			t.Errorf("%s: type %s has no comment", pkg, y.Name)
		}
		functions = slices.Concat(functions, y.Funcs, y.Methods)
	}
	for _, f := range functions {
		if f.Doc == "" && !slices.Contains(plain, f.Name) {
			t.Errorf("%s: %s %s has no comment", pkg, f.Recv, f.Name)
		}
	}
}

// groupExplains reports whether a type in a group has a comment beside it.
func groupExplains(decl *ast.GenDecl, name string) bool {
	for _, s := range decl.Specs {
		if y, ok := s.(*ast.TypeSpec); ok && y.Name.Name == name {
			return y.Comment != nil || y.Doc != nil || decl.Doc != nil
		}
	}
	return false
}

// strays must not stand anywhere in the project.
var strays = []*regexp.Regexp{
	regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`),
	regexp.MustCompile(`(?i)proxy\.golang\.org|registry\.npmjs`),
	regexp.MustCompile(`/work/|/root/`),
}

func TestNothingIsLeftBehind(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); n == ".git" || n == "node_modules" || n == "bin" || n == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if path == "house_test.go" || !slices.Contains([]string{".go", ".ts", ".html", ".css", ".md", ".json", ".sql", ".sh", ""}, filepath.Ext(path)) {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, s := range strays {
			if found := s.Find(text); found != nil {
				t.Errorf("%s contains %q", path, found)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var failure = regexp.MustCompile(`Fail\((?:doorlink\.)?[A-Z]\w+, "([^"]+)"`)

// TestEveryFailureHasASentence looks for the key of each Fail in the tables of
// sentences.
func TestEveryFailureHasASentence(t *testing.T) {
	sentences := map[string]string{}
	files, err := filepath.Glob("web/locale/en.*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		table, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(table, &sentences); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range packages(t) {
		if p.ImportPath == "doorlink/keypad" {
			continue // a program of its own, with its own words
		}
		for _, name := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range failure.FindAllSubmatch(text, -1) {
				if sentences["error."+string(found[1])] == "" {
					t.Errorf("%s: %s has no sentence in web/locale/en.*.json", p.ImportPath, found[1])
				}
			}
		}
	}
}
