package assets

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// space is esbuild's name for paths within our fs.FS; it keeps the bundler away
// from the disk.
const space = "ui"

// engines are the oldest browsers that get the whole page. Older ones get HTML
// that can be read.
var engines = []api.Engine{
	{Name: api.EngineSafari, Version: "15.4"},
	{Name: api.EngineIOS, Version: "15.4"},
	{Name: api.EngineChrome, Version: "99"},
	{Name: api.EngineFirefox, Version: "97"},
}

// bundle makes one minified file of each entry point, by name.
func bundle(pages fs.FS, entries []string) (map[string][]byte, error) {
	built := api.Build(api.BuildOptions{
		EntryPoints:       entries,
		Bundle:            true,
		Format:            api.FormatESModule,
		Engines:           engines,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		TsconfigRaw:       `{"compilerOptions": {"target": "ES2022", "verbatimModuleSyntax": true}}`,
		AbsWorkingDir:     "/",
		Outdir:            "/",
		Outbase:           ".",
		LogLevel:          api.LogLevelSilent,
		Plugins:           []api.Plugin{within(pages)},
	})
	if err := mistakes(append(built.Errors, built.Warnings...)); err != nil {
		return nil, err
	}
	bodies := map[string][]byte{}
	for _, f := range built.OutputFiles {
		bodies[strings.TrimPrefix(path.Clean(f.Path), "/")] = f.Contents
	}
	return bodies, nil
}

// within makes esbuild read from pages and from nowhere else.
func within(pages fs.FS) api.Plugin {
	all := ".*"
	return api.Plugin{Name: space, Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: all}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			to := a.Path
			if a.Kind != api.ResolveEntryPoint {
				to = path.Join(path.Dir(a.Importer), a.Path)
			}
			if _, err := fs.Stat(pages, to); err != nil {
				return api.OnResolveResult{}, fmt.Errorf("nothing to import at %s", to)
			}
			return api.OnResolveResult{Path: to, Namespace: space}, nil
		})
		b.OnLoad(api.OnLoadOptions{Filter: all, Namespace: space}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			body, err := fs.ReadFile(pages, a.Path)
			text, loader := string(body), api.LoaderTS
			if path.Ext(a.Path) == ".css" {
				loader = api.LoaderCSS
			}
			return api.OnLoadResult{Contents: &text, Loader: loader}, err
		})
	}}
}

// mistakes joins what esbuild found wrong; nil if that is nothing.
func mistakes(found []api.Message) error {
	var errs []error
	for _, m := range found {
		at := "pages"
		if l := m.Location; l != nil {
			at = fmt.Sprintf("%s:%d:%d", strings.TrimPrefix(l.File, space+":"), l.Line, l.Column+1)
		}
		errs = append(errs, fmt.Errorf("%s: %s", at, m.Text))
	}
	return errors.Join(errs...)
}
