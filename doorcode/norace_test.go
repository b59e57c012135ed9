//go:build !race

package doorcode

const thorough = true
