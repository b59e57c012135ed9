package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"doorlink/server"
)

func TestMain(m *testing.M) {
	testscript.Main(leakless{m}, map[string]func(){"doorlink": main, "furnish": furnish})
}

// leakless fails if the tests leave a goroutine behind.
type leakless struct{ *testing.M }

func (m leakless) Run() int {
	code := m.M.Run()
	if code != 0 {
		return code
	}
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// furnish is a program for the scripts: it makes an installation in a folder,
// with the demonstration's building and locks.
func furnish() {
	ctx, d := context.Background(), &demo{Data: os.Args[1]}
	s, err := server.New(ctx, server.Config{Data: d.Data, Listen: "127.0.0.1:0", RelayListen: "127.0.0.1:0"}, slog.New(slog.DiscardHandler))
	if err == nil {
		err = d.furnish(ctx, s)
		s.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// TestScript runs the scripts in testdata. Each finds two free addresses in
// $ADDR and $OTHER.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("ADDR", freeAddress(t))
			e.Setenv("OTHER", freeAddress(t))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": status, "mode": mode, "answers": answers, "keep": keep,
		},
	})
}

// status runs a program that must end with an exit status: status 2 doorlink …
func status(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		got = e.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if args[0] != strconv.Itoa(got) {
		ts.Fatalf("got exit status %d, want %s", got, args[0])
	}
}

// mode checks a file's mode: mode 0600 FILE.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
}

// answers waits until a page has a status: answers 200 URL. Redirects are not
// followed.
func answers(ts *testscript.TestScript, _ bool, args []string) {
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	got := "no answer"
	ok := eventually(func() bool {
		resp, err := client.Get(args[1])
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return false
		}
		got = strconv.Itoa(resp.StatusCode)
		return got == args[0]
	})
	if !ok {
		ts.Fatalf("got %s, want %s", got, args[0])
	}
}

// keep puts what the last program printed into a variable: keep NAME.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// eventually waits for something that other processes bring about.
func eventually(is func() bool) bool {
	late := time.After(time.Minute)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-late:
			return false
		}
	}
	return true
}

// freeAddress is one on which nobody listens at the moment.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
