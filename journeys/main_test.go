package journeys

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// shots is where TestShots puts its pictures; empty skips it.
var shots = flag.String("shots", "", "make pictures of every state in this folder, taken from journeys/ if not absolute")

// scratch is removed when all tests are over.
var scratch string

// together is how many tests run at a time for each processor: most of a journey
// is waiting for a ring, a lock or a line.
const together = 3

func TestMain(m *testing.M) {
	flag.Set("test.parallel", strconv.Itoa(together*runtime.GOMAXPROCS(0))) // unless the command line says otherwise
	flag.Parse()
	os.Exit(run(m))
}

// run runs all tests and then looks for what they left behind.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "doorlink-journeys-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	scratch = dir
	code := m.Run()
	closeBrowsers()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// program builds the program under test, once, and returns its path.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "doorlink")
	out, err := exec.Command("go", "build", "-o", path, "doorlink/cmd/doorlink").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the program: %w\n%s", err, out)
	}
	return path, nil
})
