//go:build !linux

package keypad

import "os"

// raw knows the terminals of Linux alone; elsewhere a line is an entry.
func raw(*os.File) (restore func(), ok bool) { return func() {}, false }
