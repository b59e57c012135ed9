package doorcode

import "math/bits"

// Opens is the window rule of DDC-1 section 4.8: a generation opens the door
// if it is unused and fewer than window unused ones lie below it. Bit g of used
// stands for generation g. Whatever the order in which codes are used, exactly
// window of them open until fewer than that are left of the day's sixteen.
func Opens(used uint16, gen uint8, window int) bool {
	return used>>gen&1 == 0 && waiting(used, gen) < window
}

// waiting is how many generations below gen are unused.
func waiting(used uint16, gen uint8) int {
	below := uint16(1)<<gen - 1
	return int(gen) - bits.OnesCount16(used&below)
}
