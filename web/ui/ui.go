// Package ui holds the sources of all pages, one folder for each audience and
// one for what they share: templates, styles, scripts and icons. Package page
// makes of them what browsers load.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed console resident setup shared visitor
var sources embed.FS

// Sources returns the sources as they were built into the program.
func Sources() fs.FS { return sources }
