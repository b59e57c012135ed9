package mail

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"

	gomail "github.com/wneessen/go-mail"

	"doorlink"
)

// Config is the setting for e-mail.
type Config struct {
	// Server is smtps://USER:PASSWORD@HOST:465, or smtp://USER:PASSWORD@HOST:587
	// where STARTTLS is demanded. A loopback host is spoken to in the clear.
	// User and password may be absent, and so may the ports named here.
	Server doorlink.Secret
	// From is the sender: an address, or a name and an address in angle brackets.
	From string
}

// server is the setting taken apart.
type server struct {
	host, port     string
	user, password string
	implicit       bool // TLS from the first byte
	loopback       bool
}

// errServer never has a cause: the parser's would repeat the password.
var errServer = doorlink.Fail(doorlink.Invalid, "mail.server")

func readServer(setting doorlink.Secret) (server, error) {
	u, err := url.Parse(setting.Reveal())
	if err != nil || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return server{}, errServer
	}
	s := server{host: u.Hostname(), port: u.Port(), implicit: u.Scheme == "smtps", loopback: loopback(u.Hostname())}
	switch {
	case u.Scheme != "smtps" && u.Scheme != "smtp":
		return server{}, errServer
	case s.port == "" && s.implicit:
		s.port = "465"
	case s.port == "":
		s.port = "587"
	}
	if n, err := strconv.ParseUint(s.port, 10, 16); err != nil || n == 0 {
		return server{}, errServer
	}
	if u.User != nil {
		s.user = u.User.Username()
		s.password, _ = u.User.Password()
		if s.user == "" || s.password == "" {
			return server{}, errServer
		}
	}
	return s, nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

func (s server) address() string { return net.JoinHostPort(s.host, s.port) }

// options tells the library how to be safe with this server. Mechanisms that
// show the password come last, and it sends those through TLS or to this
// machine only.
func (s server) options() []gomail.Option {
	policy := gomail.TLSMandatory
	if s.implicit || s.loopback {
		policy = gomail.NoTLS // there is TLS already, or no wire to listen on
	}
	options := []gomail.Option{gomail.WithTLSPolicy(policy)}
	if s.user == "" {
		return options
	}
	return append(options, gomail.WithUsername(s.user), gomail.WithPassword(s.password),
		gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
}
