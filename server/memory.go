package server

import (
	"os"
	"runtime/debug"
)

// collectAt is how much garbage a node gathers before it is collected, in per
// cent of what lives. Nearly all that lives are open pages that wait, and each
// ping leaves garbage: at Go's usual 100 they would take half as much again. A
// collection of so small a heap takes a few milliseconds beside the work.
const collectAt = 30

// Frugal sets garbage collection as it suits a process that is a node; GOGC in
// the environment has the last word. It is for whole programs to call, first.
func Frugal() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
}

// Settle gives back to the system what starting took and nothing needs any more:
// pages and words are made only once. It takes some milliseconds and is for whole
// programs to call, once they are ready to serve.
func Settle() { debug.FreeOSMemory() }
