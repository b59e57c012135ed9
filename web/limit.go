package web

import (
	"container/list"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"doorlink"
)

// How much is asked of us by one address or at one sticker before we say to
// wait. Behind one address there may be a whole block of flats or a mobile
// network, so these only stop machines; what one visitor may do to one resident
// is counted in the database (doorlink.MayPlace).
var (
	dialsPerAddress   = budget{rate.Every(time.Minute / 240), 240}
	dialsPerSticker   = budget{rate.Every(time.Minute / 300), 300}
	socketsPerAddress = budget{rate.Every(time.Minute / 1200), 1200}
	guessesPerAddress = budget{rate.Every(time.Minute / 30), 30} // wrong stickers, codes and links
	searchesPerVisit  = budget{rate.Every(time.Minute / 120), 60}
	seeksPerAddress   = budget{rate.Every(time.Minute / 600), 300} // searches, whatever the visit
)

// budget is a rate with a burst.
type budget struct {
	every rate.Limit
	burst int
}

// errWait refuses with the time after which the same request is fine.
var errWait = doorlink.Fail(doorlink.Busy, "limit.wait")

// keptLimiters is how many addresses or stickers are remembered; the one that
// was idle longest is forgotten first, which can only forgive.
const keptLimiters = 50_000

// limiter counts by key. It may be used from any goroutine.
type limiter struct {
	budget budget

	mu    sync.Mutex
	byKey map[string]*list.Element
	order *list.List // of *counted, used last in front
}

type counted struct {
	key  string
	rate *rate.Limiter
}

func newLimiter(b budget) *limiter {
	return &limiter{budget: b, byKey: map[string]*list.Element{}, order: list.New()}
}

// allow takes one from key's budget. An empty one is errWait with its arg
// "wait", the time.Duration until there is one again.
func (l *limiter) allow(key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.byKey[key]
	if e == nil {
		e = l.order.PushFront(&counted{key, rate.NewLimiter(l.budget.every, l.budget.burst)})
		l.byKey[key] = e
		l.forget()
	}
	l.order.MoveToFront(e)
	r := e.Value.(*counted).rate.Reserve()
	if d := r.Delay(); d > 0 {
		r.Cancel()
		return errWait.With("wait", d)
	}
	return nil
}

func (l *limiter) forget() {
	if l.order.Len() > keptLimiters {
		oldest := l.order.Back()
		delete(l.byKey, oldest.Value.(*counted).key)
		l.order.Remove(oldest)
	}
}

// limits are all counters of one server.
type limits struct {
	dials, stickers, sockets, guesses, searches, seeks *limiter
}

func newLimits() limits {
	return limits{
		dials: newLimiter(dialsPerAddress), stickers: newLimiter(dialsPerSticker),
		sockets: newLimiter(socketsPerAddress), guesses: newLimiter(guessesPerAddress),
		searches: newLimiter(searchesPerVisit), seeks: newLimiter(seeksPerAddress),
	}
}

// address is whom a request comes from, as far as it can be trusted: the
// connection's other end, or behind proxies the address that the outermost
// trusted one saw. IPv6 addresses count by their /64, which is what one
// customer gets.
func address(r *http.Request, proxies int) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr // a pipe in tests
	}
	if proxies > 0 {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if i := len(hops) - proxies; i >= 0 {
			host = strings.TrimSpace(hops[i])
		}
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		p, _ := ip.Prefix(64) // 64 is always in range
		return p.String()
	}
	return ip.String()
}
