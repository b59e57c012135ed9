package web

import (
	"io/fs"

	"doorlink/web/page"
)

// folders are the audiences whose pages are served here.
var folders = []string{"visitor", "resident", "setup"}

// inlined are the two files that travel inside the visitor's page, because a
// second round trip would cost more than caching them saves.
var inlined = [2]string{"visitor/visitor.css", "visitor/visitor.js"}

// views is all that visitors and residents see. Its methods make what a
// template shows of what is known.
type views struct{ *page.Views }

// newViews bundles and parses the pages, with the screens of a call among the
// assets.
func newViews(sources fs.FS) (*page.Views, error) {
	made, err := page.New(sources, folders, inlined[:]...)
	if err != nil {
		return nil, err
	}
	return made, views{made}.addScreens()
}
