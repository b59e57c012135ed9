package doorcode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestKeysDoNotPrint(t *testing.T) {
	t.Parallel()
	key := Key(bytes.Repeat([]byte{0xab}, 32))
	chain := Chain{Key: key, Day: 20541}
	telling := []string{"abab", "ABAB", "171 171", "0xab", "253 253", "\xab\xab", "10101011 10101011"}
	perm := chain.Perm(7)
	for _, round := range perm.keys[:4] {
		telling = append(telling, fmt.Sprint(round), fmt.Sprintf("%x", round))
	}
	for name, v := range map[string]any{
		"Key": key, "Master": Master{key}, "DoorKey": DoorKey{key}, "Chain": chain, "*Chain": &chain,
		"Provision": Provision{Chain: chain}, "*Perm": perm, "in a slice": []Chain{chain},
	} {
		var out strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%o", "%U"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		if text, err := json.Marshal(v); err == nil {
			out.Write(text)
		}
		log := slog.New(slog.NewJSONHandler(&out, nil))
		log.Info("a key", "key", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("a key", "key", v)
		for _, part := range telling {
			if strings.Contains(out.String(), part) {
				t.Errorf("%s prints %q:\n%s", name, part, out.String())
			}
		}
		if !strings.Contains(out.String(), "[key]") {
			t.Errorf("%s does not say that it is a key", name)
		}
	}
}

func TestKeysAndChainsAreReadAsTheyAreRevealed(t *testing.T) {
	t.Parallel()
	want := testChain(9)
	got, err := ReadChain(want.Reveal())
	if err != nil || got != want {
		t.Errorf("the chain reads back as another one: %v", err)
	}
	key, err := ReadKey(want.Key.Reveal())
	if err != nil || key != want.Key {
		t.Errorf("the key reads back as another one: %v", err)
	}
}

func TestWhatIsNoKeyIsRefusedWithoutRepeatingIt(t *testing.T) {
	t.Parallel()
	good := testChain(9).Reveal()
	for _, text := range []string{"", ":", "20541", "20541:", good[:len(good)-1], good + "00", "-1:" + good[6:],
		"4294967296:" + good[6:], strings.Replace(good, "0", "g", 3), " " + good} {
		_, err := ReadChain(text)
		if err == nil {
			t.Errorf("%q is read as a chain", text)
		} else if len(text) > 3 && strings.Contains(err.Error(), text) {
			t.Errorf("the error repeats it: %v", err)
		}
	}
}

func TestAChainDoesNotGoBack(t *testing.T) {
	t.Parallel()
	c := testChain(1)
	if _, ok := c.At(c.Day - 1); ok {
		t.Error("the day before is reached")
	}
	if got, ok := c.At(c.Day + 3); !ok || got != c.Next().Next().Next() {
		t.Error("three days on is not three steps on")
	}
}
