package client_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// description is what clients are made from.
const description = "../testdata/openapi-3.0.json"

// generate runs the generator as tools/go.mod pins it and returns the file that
// it made. Where it cannot be built, for want of the internet, the test is
// skipped, unless CI=true promises that it can.
func generate(t *testing.T, args ...string) string {
	t.Helper()
	generator := []string{"tool", "-modfile=../../tools/go.mod", "oapi-codegen"}
	if out, err := exec.CommandContext(t.Context(), "go", append(generator, "-version")...).CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("CI=true promises the generator: %v\n%s", err, out)
		}
		t.Skipf("the generator cannot be built: %v", err)
	}
	if _, err := os.ReadFile(description); err != nil { // read here, so that go test knows on what its answer depends
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "client.go")
	args = append(append(generator, args...), "-o", file, description)
	if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return file
}

func TestTheClientIsTheOneThatTheDescriptionMakes(t *testing.T) {
	t.Parallel()
	if _, err := os.ReadFile("config.yaml"); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(generate(t, "-config", "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("client.gen_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the description has changed: go generate ./api/client")
	}
}

func TestTheWholeDescriptionMakesAClientThatCompiles(t *testing.T) {
	t.Parallel()
	file := generate(t, "-package", "client", "-generate", "models,client")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", os.DevNull, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
