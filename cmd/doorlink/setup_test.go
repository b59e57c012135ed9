package main

import (
	"bufio"
	"bytes"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// TestABuildingThatWasJustSetUp follows the link that a first start prints, and
// looks at the building from the terminal.
func TestABuildingThatWasJustSetUp(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	serve := exec.Command("doorlink", "serve", "--data", data, "--listen", "127.0.0.1:0", "--relay-listen", "127.0.0.1:0")
	said, err := serve.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(said)
	link := ""
	for link == "" && lines.Scan() {
		link = regexp.MustCompile(`http://\S+/setup/\S+`).FindString(lines.Text())
	}
	resp, err := http.PostForm(link, url.Values{
		"name": {"Quay 7"}, "zone": {"Europe/Lisbon"}, "doors": {"Front door\nSide door\nSide door"},
		"residents": {"1A, Ada, Nwosu\n1B, Ada, Nwosu"},
		"manager":   {"Rut"}, "email": {"rut@example.org"},
	})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("got status %d for the set-up, want a building", resp.StatusCode)
	}

	file := data + "/lock.json"
	for _, c := range []struct {
		args []string
		ok   bool
		want string
	}{
		{[]string{"doctor", "--listen", "127.0.0.1:0", "--relay-listen", "127.0.0.1:0"}, false,
			`(?m)^hint +buildings +Front door has no lock, .*doorlink provision "Front door" FILE$`},
		{[]string{"provision", "Front door", file}, true, "One in "},
		{[]string{"provision", "Side door", file}, false, `2 times a door "Side door"; use one of the IDs \[door_\w+ door_\w+\]`},
		{[]string{"link", "Ada Nwosu"}, false, `2 times a resident "Ada Nwosu"; use one of the IDs \[pers_\w+ pers_\w+\]`},
	} {
		out, err := exec.Command("doorlink", append(c.args, "--data", data)...).CombinedOutput()
		if (err == nil) != c.ok || !regexp.MustCompile(c.want).Match(out) {
			t.Errorf("%v: got %v and\n%s, want %s", c.args, err, out, c.want)
		}
		for _, id := range regexp.MustCompile(`door_\w+|pers_\w+`).FindAll(bytes.TrimSpace(out), 1) {
			named := append([]string{c.args[0], string(id)}, c.args[2:]...)
			if out, err := exec.Command("doorlink", append(named, "--data", data)...).CombinedOutput(); err != nil {
				t.Errorf("%v: %v\n%s", named, err, out)
			}
		}
	}

	if err := serve.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() { // to its end, which Wait must not come before
		if regexp.MustCompile("/setup/").MatchString(lines.Text()) {
			t.Error("the set-up link was printed again")
		}
	}
	if err := serve.Wait(); err != nil {
		t.Error(err)
	}
}
