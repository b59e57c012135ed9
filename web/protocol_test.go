package web

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/web/page"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// TestProtocolIsFresh compares ui/shared/protocol.ts with the Go types that
// travel on the sockets. Shapes come from reflection; the words of a closed
// set, which reflection cannot see, come from the source of the root package.
func TestProtocolIsFresh(t *testing.T) {
	g := protocol{words: wordsOf(t, "../signal.go", "../call.go")}
	g.addStruct(reflect.TypeFor[doorlink.Signal]())
	got := "// Written by TestProtocolIsFresh from package doorlink. Change it there, then run\n" +
		"// go test ./web -run Protocol -update\n\n" + strings.Join(g.parts, "\n") + g.limits()
	golden(t, "ui/shared/protocol.ts", got)
}

// TestTheProtocolNamesTheLimitsInForce looks for each budget of the pages in the table
// that clients read.
func TestTheProtocolNamesTheLimitsInForce(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	for what, b := range map[string]page.Budget{
		"calls from one address":                         dialsPerAddress,
		"calls at one panel":                             dialsPerSticker,
		"sockets opened from one address":                socketsPerAddress,
		"wrong tokens, codes and links from one address": guessesPerAddress,
		"searches of one visit":                          searchesPerVisit,
		"searches from one address":                      seeksPerAddress,
	} {
		row := fmt.Sprintf("| %s | %d a minute", what, time.Minute/b.Every)
		if n := int(time.Minute / b.Every); b.Burst != n {
			row += fmt.Sprintf(", %d at once", b.Burst)
		}
		if !strings.Contains(string(text), row+" |") {
			t.Errorf("PROTOCOL.md lacks the limit %q", row)
		}
	}
	if row := fmt.Sprintf("| sockets open at once from one address | %d |", openPerAddress); !strings.Contains(string(text), row) {
		t.Errorf("PROTOCOL.md lacks the limit %q", row)
	}
	if row := fmt.Sprintf("| signals of a socket | %d a second, %d at once", sayRate, sayBurst); !strings.Contains(string(text), row) {
		t.Errorf("PROTOCOL.md lacks the limit %q", row)
	}
}

// golden compares got with a file, or writes the file with -update.
func golden(t testing.TB, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, string(want)); diff != "" {
		t.Errorf("%s is stale, run with -update (-got +want):\n%s", path, diff)
	}
}

// protocol collects TypeScript declarations, each type once.
type protocol struct {
	words map[string][]string // values of each string type
	parts []string
	seen  []string
}

func (g *protocol) addStruct(t reflect.Type) {
	if !g.first(t.Name()) {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "export interface %s {\n", t.Name())
	for field := range t.Fields() {
		name, opts, _ := strings.Cut(field.Tag.Get("json"), ",")
		if opts == "omitempty" {
			name += "?"
		}
		fmt.Fprintf(&b, "  %s: %s;\n", name, g.name(field.Type))
	}
	g.parts = append(g.parts, b.String()+"}\n")
}

func (g *protocol) first(name string) bool {
	if slices.Contains(g.seen, name) {
		return false
	}
	g.seen = append(g.seen, name)
	return true
}

// name is how TypeScript calls a type; it adds what that needs.
func (g *protocol) name(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return g.name(t.Elem())
	case reflect.Slice:
		return g.name(t.Elem()) + "[]"
	case reflect.Struct:
		g.addStruct(t)
		return t.Name()
	case reflect.String:
		if g.words[t.Name()] != nil {
			g.addWords(t.Name())
			return t.Name()
		}
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64:
		return "number"
	}
	panic("no TypeScript for " + t.String())
}

func (g *protocol) addWords(name string) {
	if g.first(name) {
		g.parts = append(g.parts, fmt.Sprintf("export type %s =\n  | %s;\n", name, strings.Join(g.words[name], "\n  | ")))
	}
}

func (g *protocol) limits() string {
	return fmt.Sprintf("\nexport const maxText = %d;\nexport const maxLines = %d;\nexport const maxGen = %d;\n",
		doorlink.MaxText, doorlink.MaxLines, doorlink.MaxGen)
}

// wordsOf reads the typed string constants out of Go files, quoted, by type.
func wordsOf(t testing.TB, files ...string) map[string][]string {
	t.Helper()
	words := map[string][]string{}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			typ, typed := v.Type.(*ast.Ident)
			if !typed || len(v.Values) != 1 {
				return true
			}
			if lit, ok := v.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					words[typ.Name] = append(words[typ.Name], strconv.Quote(s))
				}
			}
			return true
		})
	}
	return words
}
