package console

import (
	"time"

	"doorlink/web/page"
)

// How much is asked of us before we say to wait. Behind one address there may
// be a whole office, and a sign-in is two attempts: to begin it and to end it.
var (
	attemptsPerAddress = page.Budget{Every: time.Minute / 20, Burst: 40}
	linksPerEmail      = page.Budget{Every: 5 * time.Minute, Burst: 3}

	// Every open page asks once in ten seconds: five of one manager, and a morning
	// on which all are opened.
	countsPerManager = page.Budget{Every: 2 * time.Second, Burst: 30}
)

// limits are all counters of one server: attempts to sign in by where they come
// from, letters by whom they would go to, and live counts by manager.
type limits struct {
	attempts, letters, counts *page.Limiter
}

func newLimits() limits {
	return limits{attempts: page.NewLimiter(attemptsPerAddress), letters: page.NewLimiter(linksPerEmail), counts: page.NewLimiter(countsPerManager)}
}
