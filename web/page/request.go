package page

import (
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"doorlink"
	"doorlink/web/locale"
)

// Careful sets what every answer has, and ends reading a request's body after
// limit bytes.
func Careful(limit int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cache-Control", "private, no-cache")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}

// Cookies sets cookies that scripts cannot read and other sites cannot send
// with their forms.
type Cookies struct {
	Secure bool // browsers reach us by HTTPS
}

// CookiesAt are those of a service at the address base, or url.Parse's error if that
// is none.
func CookiesAt(base string) (Cookies, error) {
	at, err := url.Parse(base)
	if err != nil {
		return Cookies{}, err
	}
	return Cookies{Secure: at.Scheme == "https"}, nil
}

// Set puts a cookie under path for age, rounded down to seconds; a negative age
// takes it away.
func (c Cookies) Set(w http.ResponseWriter, name, value, path string, age time.Duration) {
	c.set(w, name, value, path, age, http.SameSiteLaxMode)
}

// SetStrict is Set for a cookie that browsers do not even send when somebody
// follows a link from elsewhere.
func (c Cookies) SetStrict(w http.ResponseWriter, name, value, path string, age time.Duration) {
	c.set(w, name, value, path, age, http.SameSiteStrictMode)
}

func (c Cookies) set(w http.ResponseWriter, name, value, path string, age time.Duration, from http.SameSite) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: path, MaxAge: int(age / time.Second),
		HttpOnly: true, Secure: c.Secure, SameSite: from,
	})
}

// Attachment is the Content-Disposition of a file to keep under a name.
func Attachment(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}

// BrowserName is what people read in the lists of where they are signed in: no
// more than a browser and a system, enough to tell two devices apart.
func BrowserName(agent string) string {
	return firstOf(agent, "Edg", "Firefox", "Chrome", "Safari") + " · " +
		firstOf(agent, "iPhone", "iPad", "Android", "Windows", "Mac OS X", "Linux")
}

func firstOf(agent string, names ...string) string {
	for _, n := range names {
		if strings.Contains(agent, n) {
			return n
		}
	}
	return "?"
}

// SecretIn reads a cookie that holds a secret. Anything of another length is
// none of ours.
func SecretIn(r *http.Request, name string) (doorlink.Secret, bool) {
	c, err := r.Cookie(name)
	if err != nil || len(c.Value) != 32 {
		return "", false
	}
	return doorlink.Secret(c.Value), true
}

const (
	langCookie = "dl_lang"
	langAge    = 365 * 24 * time.Hour
)

// Language is the one the reader chose, now by the query ?lang= or earlier,
// which a cookie remembers for all pages; else the best their browser names.
func (c Cookies) Language(w http.ResponseWriter, r *http.Request, all *locale.Catalogue) *locale.Language {
	chosen := r.URL.Query().Get("lang")
	if chosen == "" {
		if c, err := r.Cookie(langCookie); err == nil {
			chosen = c.Value
		}
		return all.Match(r.Header.Get("Accept-Language"), chosen)
	}
	l := all.Match(r.Header.Get("Accept-Language"), chosen)
	c.Set(w, langCookie, l.Tag, "/", langAge)
	return l
}

// Address is whom a request comes from, as far as it can be trusted: the
// connection's other end, or behind proxies the address that the outermost
// trusted one saw. IPv6 addresses count by their /64, which is what one
// customer gets.
func Address(r *http.Request, proxies int) string {
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
