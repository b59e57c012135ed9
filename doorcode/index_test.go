package doorcode

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"doorlink"
)

func TestParseReadsWhatFormatWrote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.IntRange(1, 9).Draw(t, "digits")
		x := rapid.Uint32Range(0, uint32(pow10(digits)-1)).Draw(t, "x")
		code := Format(x, digits).Reveal()
		if got, ok := Parse(code, digits); !ok || got != x {
			t.Fatalf("%q reads as %d, %v, want %d", code, got, ok, x)
		}
	})
}

func TestParseTakesNothingButDigitsOfTheRightLength(t *testing.T) {
	t.Parallel()
	for _, entry := range []string{
		"", "123456", "12345678", "+123456", "-123456", " 123456", "123456 ", "12345\x006", "1234567\n",
		"12 4567", "1234.67", "0x12345", "1_34567", "١٢٣", "１２３４５６７", "1234５67", "𝟏23456",
		strings.Repeat("1", 1<<20),
	} {
		if x, ok := Parse(entry, 7); ok {
			t.Errorf("%.20q reads as %d, want nothing", entry, x)
		}
	}
	for _, digits := range []int{-1, 0, 10} {
		if _, ok := Parse(strings.Repeat("1", max(0, digits)), digits); ok {
			t.Errorf("%d digits are read", digits)
		}
	}
}

func TestLeadingZerosStay(t *testing.T) {
	t.Parallel()
	if got := Format(98882, 7).Reveal(); got != "0098882" {
		t.Errorf("98882 in seven digits is %s", got)
	}
}

func TestEveryIndexHasANumberOfItsOwnWithinTheDomain(t *testing.T) {
	t.Parallel()
	for digits := MinDigits; digits <= MaxDigits; digits++ {
		next := uint32(0)
		for class := range uint8(4) {
			for slot := range uint16(Slots(digits)) {
				for gen := range uint8(Generations) {
					want := Index{class, slot, gen}
					if m := want.pack(digits); m != next {
						t.Fatalf("%+v at %d digits packs to %d, want %d", want, digits, m, next)
					}
					if got, ok := unpack(next, digits); !ok || got != want {
						t.Fatalf("%d at %d digits reads as %+v, %v", next, digits, got, ok)
					}
					next++
				}
			}
		}
		if int(next) > pow10(digits) {
			t.Errorf("%d digits have no room for %d indexes", digits, next)
		}
		if _, ok := unpack(next, digits); ok {
			t.Errorf("%d at %d digits reads as an index", next, digits)
		}
	}
}

func TestReservedCodesAreThoseEverybodyTries(t *testing.T) {
	t.Parallel()
	for code, want := range map[doorlink.Digits]bool{
		"0000000": true, "7777777": true, "1234567": true, "0123456": true, "7654321": true,
		"34567890": true, "09876543": true, "2345678": true, "98765": true,
		"1234568": false, "0000001": false, "1212121": false, "8901234": false,
	} {
		if got := Reserved(code); got != want {
			t.Errorf("Reserved(%s) is %v, want %v", code.Reveal(), got, want)
		}
	}
}

func TestAWindowOpensExactlyItsWidthWhateverWasUsed(t *testing.T) {
	t.Parallel()
	for window := MinWindow; window <= MaxWindow; window++ {
		for used := range 1 << Generations {
			opening, unused := 0, 0
			for gen := range uint8(Generations) {
				if used>>gen&1 == 0 {
					unused++
				}
				if Opens(uint16(used), gen, window) {
					opening++
				}
			}
			if opening != min(window, unused) {
				t.Fatalf("window %d after %016b opens to %d codes", window, used, opening)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, entry := range []string{"0000000", "1234567", "12345", "+1", "١٢٣٤٥", "1\x00", ""} {
		f.Add(entry, 7)
	}
	f.Fuzz(func(t *testing.T, entry string, digits int) {
		x, ok := Parse(entry, digits)
		if !ok {
			return
		}
		if n, err := strconv.Atoi(entry); err != nil || n != int(x) || len(entry) != digits {
			t.Fatalf("%q reads as %d", entry, x)
		}
		if got := Format(x, digits).Reveal(); got != entry {
			t.Fatalf("%q is written as %q", entry, got)
		}
	})
}
