package console

import (
	"time"

	"doorlink/web/page"
)

// How much is asked of us before we say to wait. Behind one address there may
// be a whole office.
var (
	attemptsPerAddress = page.Budget{Every: time.Minute / 10, Burst: 20}
	linksPerEmail      = page.Budget{Every: 5 * time.Minute, Burst: 3}
)

// limits are all counters of one server: attempts to sign in by where they come
// from, and letters by whom they would go to.
type limits struct {
	attempts, letters *page.Limiter
}

func newLimits() limits {
	return limits{attempts: page.NewLimiter(attemptsPerAddress), letters: page.NewLimiter(linksPerEmail)}
}
