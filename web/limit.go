package web

import (
	"time"

	"doorlink/web/page"
)

// How much is asked of us by one address or at one sticker before we say to
// wait. Behind one address there may be a whole block of flats or a mobile
// network, so these only stop machines; what one visitor may do to one resident
// is counted in the database (doorlink.MayPlace).
var (
	dialsPerAddress   = page.Budget{Every: time.Minute / 240, Burst: 240}
	dialsPerSticker   = page.Budget{Every: time.Minute / 300, Burst: 300}
	socketsPerAddress = page.Budget{Every: time.Minute / 1200, Burst: 1200}
	guessesPerAddress = page.Budget{Every: time.Minute / 30, Burst: 30} // wrong tokens and links, and short codes
	searchesPerVisit  = page.Budget{Every: time.Minute / 120, Burst: 60}
	seeksPerAddress   = page.Budget{Every: time.Minute / 600, Burst: 300} // searches, whatever the visit
)

// openPerAddress is how many pages of one address are connected at once: more
// than live behind any, and with doorlink's 12 kB for each no burden.
const openPerAddress = 6000

// limits are all counters of one server.
type limits struct {
	dials, stickers, sockets, guesses, searches, seeks *page.Limiter

	open *page.Ceiling
}

func newLimits() limits {
	return limits{
		dials: page.NewLimiter(dialsPerAddress), stickers: page.NewLimiter(dialsPerSticker),
		sockets: page.NewLimiter(socketsPerAddress), guesses: page.NewLimiter(guessesPerAddress),
		searches: page.NewLimiter(searchesPerVisit), seeks: page.NewLimiter(seeksPerAddress),
		open: &page.Ceiling{Most: openPerAddress},
	}
}
