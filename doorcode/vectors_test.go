package doorcode

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorlink"
)

// vectors is testdata/vectors.json, the numbers of DDC-1 section 12 that every
// implementation must reproduce.
type vectors struct {
	Master   string              `json:"master"`
	Property doorlink.PropertyID `json:"property"`
	First    doorlink.Day        `json:"first_day"`
	Keys     struct {
		Door     doorlink.DoorID         `json:"door"`
		Epoch    uint32                  `json:"epoch"`
		Root     string                  `json:"root"`
		Property string                  `json:"property"`
		DoorKey  string                  `json:"door_key"`
		Chain    map[doorlink.Day]string `json:"chain"`
		Day      struct {
			Day       doorlink.Day   `json:"day"`
			Digits    int            `json:"digits"`
			Key       string         `json:"key"`
			RoundKeys map[int]uint32 `json:"round_keys"`
		} `json:"day"`
		Down, Up struct {
			Day doorlink.Day `json:"day"`
			Key string       `json:"key"`
		}
	} `json:"keys"`
	Codes []struct {
		vectorDay
		Class uint8  `json:"class"`
		Slot  uint16 `json:"slot"`
		Gen   uint8  `json:"gen"`
		M     uint32 `json:"m"`
		Code  string `json:"code"`
	} `json:"codes"`
	NoIndex struct {
		vectorDay
		Entries []struct {
			Entry string `json:"entry"`
			M     uint32 `json:"m"`
		} `json:"entries"`
	} `json:"no_index"`
}

type vectorDay struct {
	Door   doorlink.DoorID `json:"door"`
	Epoch  uint32          `json:"epoch"`
	Day    doorlink.Day    `json:"day"`
	Digits int             `json:"digits"`
}

func readVectors(t testing.TB) vectors {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v vectors) door(t testing.TB, d doorlink.DoorID, epoch uint32) DoorKey {
	t.Helper()
	k, err := ReadKey(v.Master)
	if err != nil {
		t.Fatal(err)
	}
	return Master{k}.Door(v.Property, d, epoch)
}

func (v vectors) perm(t testing.TB, d vectorDay) *Perm {
	t.Helper()
	c, ok := v.door(t, d.Door, d.Epoch).Chain(v.First).At(d.Day)
	if !ok {
		t.Fatalf("day %d lies before the chain", d.Day)
	}
	return c.Perm(d.Digits)
}

func TestKeysAreThoseOfTheVectors(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	master, _ := ReadKey(v.Master)
	root := Master{master}.root()
	if got := root.Reveal(); got != v.Keys.Root {
		t.Errorf("root key is %s, want %s", got, v.Keys.Root)
	}
	if got := root.expand("ddc1/property", prefixed(string(v.Property))).Reveal(); got != v.Keys.Property {
		t.Errorf("property key is %s, want %s", got, v.Keys.Property)
	}
	door := v.door(t, v.Keys.Door, v.Keys.Epoch)
	if got := door.Reveal(); got != v.Keys.DoorKey {
		t.Errorf("door key is %s, want %s", got, v.Keys.DoorKey)
	}
	for day, want := range v.Keys.Chain {
		c, _ := door.Chain(v.First).At(day)
		if got := c.Key.Reveal(); got != want {
			t.Errorf("chain of day %d is %s, want %s", day, got, want)
		}
	}
	c, _ := door.Chain(v.First).At(v.Keys.Day.Day)
	got := []string{c.code(v.Keys.Day.Digits).Reveal(), c.Down().Reveal(), c.Up().Reveal()}
	want := []string{v.Keys.Day.Key, v.Keys.Down.Key, v.Keys.Up.Key}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("day, down and up keys (-want +got):\n%s", diff)
	}
	p := c.Perm(v.Keys.Day.Digits)
	for i, want := range v.Keys.Day.RoundKeys {
		if p.keys[i] != want {
			t.Errorf("round key %d is %d, want %d", i, p.keys[i], want)
		}
	}
}

func TestCodesAreThoseOfTheVectors(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	if len(v.Codes) != 18 {
		t.Fatalf("read %d codes, want 18", len(v.Codes))
	}
	for _, c := range v.Codes {
		p, index := v.perm(t, c.vectorDay), Index{Class: c.Class, Slot: c.Slot, Gen: c.Gen}
		if got := index.pack(c.Digits); got != c.M {
			t.Errorf("%+v packs to %d, want %d", index, got, c.M)
		}
		if got := p.Encode(index).Reveal(); got != c.Code {
			t.Errorf("%+v on day %d is %s, want %s", index, c.Day, got, c.Code)
		}
		if got, ok := p.Decode(c.Code); !ok || got != index {
			t.Errorf("%s reads as %+v, %v, want %+v", c.Code, got, ok, index)
		}
	}
}

func TestEntriesOfNoIndexDoNotDecode(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	if len(v.NoIndex.Entries) != 4 {
		t.Fatalf("read %d entries, want 4", len(v.NoIndex.Entries))
	}
	p := v.perm(t, v.NoIndex.vectorDay)
	for _, e := range v.NoIndex.Entries {
		x, _ := Parse(e.Entry, v.NoIndex.Digits)
		if got := p.Unshuffle(x); got != e.M {
			t.Errorf("%s unshuffles to %d, want %d", e.Entry, got, e.M)
		}
		if i, ok := p.Decode(e.Entry); ok {
			t.Errorf("%s reads as %+v, want nothing", e.Entry, i)
		}
	}
}
