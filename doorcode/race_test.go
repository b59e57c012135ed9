//go:build race

package doorcode

// thorough is off where the race detector makes everything several times
// slower; exhaustive loops take samples then.
const thorough = false
