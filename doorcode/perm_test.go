package doorcode

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"doorlink"
)

// drawKey draws a key of a door.
func drawKey(t *rapid.T) Key {
	return Key(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key"))
}

func drawChain(t *rapid.T) Chain {
	return Chain{Key: drawKey(t), Day: doorlink.Day(rapid.Uint32Range(0, maxDay).Draw(t, "day"))}
}

func testChain(seed byte) Chain { return Chain{Key: Key{31: seed}, Day: 20541} }

// table permutes the whole domain at once: the second way to compute the
// permutation, one MAC for 256 neighbours and no shared code for the rounds.
func table(p *Perm) []uint32 {
	at := make([]uint32, p.size)
	for x := range at {
		at[x] = uint32(x)
	}
	swaps := make([]bool, p.size)
	for i, key := range p.keys {
		for v := range swaps {
			if v&255 == 0 {
				p.bit(i, uint32(v)) // leaves the block's MAC in sum
			}
			swaps[v] = p.sum[v&255/8]&(1<<(v%8)) != 0
		}
		for x, y := range at {
			mirror := (key + p.size - y) % p.size
			if swaps[max(y, mirror)] {
				at[x] = mirror
			}
		}
	}
	return at
}

func TestShuffleAndUnshuffleUndoEachOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawChain(t).Perm(rapid.IntRange(MinDigits, MaxDigits).Draw(t, "digits"))
		x := rapid.Uint32Range(0, p.size-1).Draw(t, "x")
		y, back := p.Shuffle(x), p.Unshuffle(x)
		if y >= p.size || back >= p.size {
			t.Fatalf("%d goes to %d and comes from %d, not below %d", x, y, back, p.size)
		}
		if got := p.Unshuffle(y); got != x {
			t.Fatalf("%d comes back as %d", x, got)
		}
		if got := p.Shuffle(back); got != x {
			t.Fatalf("%d goes forth as %d", x, got)
		}
	})
}

func TestDecodeReadsWhatEncodeWrote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.IntRange(MinDigits, MaxDigits).Draw(t, "digits")
		p := drawChain(t).Perm(digits)
		want := Index{
			Class: rapid.Uint8Range(0, 3).Draw(t, "class"),
			Slot:  rapid.Uint16Range(0, uint16(Slots(digits)-1)).Draw(t, "slot"),
			Gen:   rapid.Uint8Range(0, 15).Draw(t, "gen"),
		}
		code := p.Encode(want).Reveal()
		if got, ok := p.Decode(code); !ok || got != want {
			t.Fatalf("%s reads as %+v, %v, want %+v", code, got, ok, want)
		}
	})
}

func TestNoTwoCodesOfADayAreEqualAndBothWaysAgree(t *testing.T) {
	t.Parallel()
	p := testChain(1).Perm(5)
	whole := table(p)
	seen := make([]bool, p.size)
	for m, x := range whole {
		if seen[x] {
			t.Fatalf("two numbers land on %d", x)
		}
		seen[x] = true
		if m%97 == 0 && p.Shuffle(uint32(m)) != x {
			t.Fatalf("%d lands on %d, by the whole domain on %d", m, p.Shuffle(uint32(m)), x)
		}
	}
}

func TestNoTwoCodesOfADayAreEqualAmongManyIndexes(t *testing.T) {
	t.Parallel()
	count := 16384
	if !thorough {
		count = 2048
	}
	for digits := 6; digits <= MaxDigits; digits++ {
		t.Run(fmt.Sprint(digits), func(t *testing.T) {
			t.Parallel()
			p := testChain(2).Perm(digits)
			codes := make([]uint32, count)
			for m := range codes {
				codes[m] = p.Shuffle(uint32(m))
			}
			slices.Sort(codes)
			if n := len(slices.Compact(codes)); n != count {
				t.Errorf("%d different codes of %d", n, count)
			}
		})
	}
}

// An unrelated code is equal once in 100,000 times; 2,000 comparisons find 0.02
// equal ones on average, and four or more by chance once in 150 million runs.
func TestAnyOtherKeyDoorEpochDayOrPropertyMakesAnotherCode(t *testing.T) {
	t.Parallel()
	i := Index{Slot: 17, Gen: 2}
	code := func(m Master, p doorlink.PropertyID, d doorlink.DoorID, epoch uint32, day doorlink.Day) string {
		c, _ := m.Door(p, d, epoch).Chain(20000).At(day)
		return c.Perm(5).Encode(i).Reveal()
	}
	base := code(Master{}, "p", "d", 1, 20000)
	equal := 0
	count := func(other string) {
		if other == base {
			equal++
		}
	}
	n := 400
	if !thorough {
		n = 200
	}
	for k := 1; k <= n; k++ {
		count(code(Master{Key{byte(k), byte(k >> 8)}}, "p", "d", 1, 20000))
		count(code(Master{}, doorlink.PropertyID(fmt.Sprint("p", k)), "d", 1, 20000))
		count(code(Master{}, "p", doorlink.DoorID(fmt.Sprint("d", k)), 1, 20000))
		count(code(Master{}, "p", "d", 1+uint32(k), 20000))
		count(code(Master{}, "p", "d", 1, 20000+doorlink.Day(k)))
	}
	if equal > 3 {
		t.Errorf("%d of %d other codes are the same", equal, 5*n)
	}
}

func TestAnotherNumberOfDigitsIsAnotherOrder(t *testing.T) {
	t.Parallel()
	c := testChain(3)
	equal := 0
	for slot := range uint16(200) {
		i := Index{Slot: slot}
		for digits := MinDigits; digits < MaxDigits; digits++ {
			if x, y := c.Perm(digits).Shuffle(i.pack(6)), c.Perm(digits+1).Shuffle(i.pack(6)); x == y {
				equal++
			}
		}
	}
	if equal > 3 {
		t.Errorf("%d of 600 codes are the same with one digit more", equal)
	}
}

func TestNamesThatRunIntoEachOtherAreKeptApart(t *testing.T) {
	t.Parallel()
	var m Master
	if m.Door("prop_1", "2door", 1) == m.Door("prop_12", "door", 1) {
		t.Error("two doors have the same key")
	}
}

func TestCodingDoesNotAllocate(t *testing.T) {
	p := testChain(4).Perm(7)
	entry := p.Encode(Index{Slot: 3}).Reveal()
	for name, do := range map[string]func(){
		"Shuffle":   func() { p.Shuffle(1234567) },
		"Unshuffle": func() { p.Unshuffle(1234567) },
		"Decode":    func() { p.Decode(entry) },
	} {
		if got := testing.AllocsPerRun(20, do); got != 0 {
			t.Errorf("%s allocates %v times", name, got)
		}
	}
}

func BenchmarkDaySetUp(b *testing.B) {
	c := testChain(5)
	b.ReportAllocs()
	for b.Loop() {
		c.Perm(7)
	}
}

func BenchmarkEncode(b *testing.B) {
	p, i := testChain(5).Perm(7), Index{Slot: 17, Gen: 2}
	b.ReportAllocs()
	for b.Loop() {
		p.Encode(i)
	}
}

func BenchmarkDecode(b *testing.B) {
	p := testChain(5).Perm(7)
	b.ReportAllocs()
	for b.Loop() {
		p.Decode("1234567")
	}
}

func BenchmarkTenYearsOfChain(b *testing.B) {
	c := testChain(6)
	for b.Loop() {
		c.At(c.Day + 3650)
	}
}
