// Package mail sends short texts to people who manage a building or live in
// it: a link to sign in with, an invitation. It hands each to the mail server
// of the setting and keeps nothing; what cannot be handed over now is the
// caller's to try again.
//
// Texts are plain and UTF-8. Addresses, subjects, texts and what a server says
// about them appear in no error of this package, because errors are logged.
package mail

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"doorlink"
)

// timeLimit is how long one message may take, from the look-up of the server to
// its word that it has the message.
const timeLimit = 10 * time.Second

// Failures that a person sees.
var (
	errDown    = doorlink.Fail(doorlink.Down, "mail.down")
	errRefused = doorlink.Fail(doorlink.Invalid, "mail.refused")
	errAddress = doorlink.Fail(doorlink.Invalid, "mail.address")
)

// CheckAddress looks whether a text is one bare e-mail address, such as
// ada@example.org, and nothing more. It returns an Invalid error, mail.address,
// and cannot know whether anybody reads mail there.
func CheckAddress(address string) error {
	const longest = 254 // RFC 5321, with the errata to RFC 3696
	a, err := mail.ParseAddress(address)
	if err != nil || a.Address != address || len(address) > longest {
		return errAddress
	}
	return nil
}

// Post sends messages through one server. It may be used by many goroutines at
// once; each message has a connection of its own.
type Post struct {
	server server
	from   *mail.Address
	limit  time.Duration
	dialer net.Dialer
	tls    *tls.Config
}

// New makes a Post. It returns Invalid errors: mail.server for an address that
// is not a mail server's, mail.address for a sender that is none. It does not
// connect: a server that is away now may be there later.
func New(c Config) (*Post, error) {
	s, err := readServer(c.Server)
	if err != nil {
		return nil, err
	}
	from, err := mail.ParseAddress(c.From)
	if err != nil {
		return nil, errAddress
	}
	return &Post{
		server: s, from: from, limit: timeLimit,
		tls: &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12},
	}, nil
}

func (p *Post) String() string   { return "mail by " + p.server.address() }
func (p *Post) GoString() string { return p.String() }

// Send hands one message to the server and returns once the server has it, has
// refused it, or ten seconds are over. Whether it arrives is not known then.
//
// It returns mail.address (Invalid) for what is not one address, mail.refused
// (Invalid) if the server will not deliver to it, and mail.down (Down) with the
// cause if the server is away, does not let us in or wants to be asked later.
// A subject of more than one line is a mistake of the program.
func (p *Post) Send(ctx context.Context, to, subject, text string) error {
	if err := CheckAddress(to); err != nil {
		return err
	}
	if strings.ContainsFunc(subject, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return errors.New("mail: control characters in a subject")
	}
	m, err := p.message(to, subject, text)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	err = p.deliver(ctx, m)
	if err == nil || m.IsDelivered() {
		return nil // what fails after the server has the message is not its failure
	}
	if refused(err) {
		return errRefused.Because(withoutWords(err))
	}
	return errDown.Because(withoutWords(err))
}

// message builds what is sent. Nothing in it names this machine: the library
// would put its host name into the ID.
func (p *Post) message(to, subject, text string) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.From(p.from.String()); err != nil {
		return nil, errAddress
	}
	if err := m.To(to); err != nil {
		return nil, errAddress
	}
	m.Subject(subject)
	m.SetMessageIDWithValue(rand.Text() + "@" + p.domain())
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's holiday note, please
	m.SetBodyString(gomail.TypeTextPlain, text)
	return m, nil
}

func (p *Post) domain() string {
	return p.from.Address[strings.LastIndexByte(p.from.Address, '@')+1:]
}

// deliver has the exchange with the server. The library looks at ctx only while
// it dials and leaves connections open that fail before it is let in, so the
// connection is made here, and closed at the end or when ctx ends.
func (p *Post) deliver(ctx context.Context, m *gomail.Msg) error {
	conn, err := p.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	client, err := gomail.NewClient(p.server.host, append(p.server.options(),
		gomail.WithDialContextFunc(func(context.Context, string, string) (net.Conn, error) { return conn, nil }),
		gomail.WithTLSConfig(p.tls), gomail.WithHELO(p.domain()), gomail.WithTimeout(p.limit),
		gomail.WithoutNoop(), gomail.WithoutRset())...)
	if err != nil {
		return err
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	if err := client.SendWithSMTPClient(session, m); err != nil {
		return err
	}
	return client.CloseWithSMTPClient(session)
}

func (p *Post) dial(ctx context.Context) (net.Conn, error) {
	if p.server.implicit {
		d := tls.Dialer{NetDialer: &p.dialer, Config: p.tls}
		return d.DialContext(ctx, "tcp", p.server.address())
	}
	return p.dialer.DialContext(ctx, "tcp", p.server.address())
}

// refused reports whether the server has said for good that it does not deliver
// to the recipient. A policy (5.7.x of RFC 3463) is not about the recipient: most
// often the server does not relay for us, which is a matter of the setting.
func refused(err error) bool {
	s, ok := errors.AsType[*gomail.SendError](err)
	return ok && s.Reason == gomail.ErrSMTPRcptTo && s.ErrorCode() >= 500 &&
		!strings.HasPrefix(s.EnhancedStatusCode(), "5.7.")
}

// withoutWords is an error as it may be logged. What servers say repeats
// addresses, and the library adds them, so only the step and the reply code are
// left of that; errors of the network stay as they are.
func withoutWords(err error) error {
	if s, ok := errors.AsType[*gomail.SendError](err); ok {
		return fmt.Errorf("%s: reply %d %s", s.Reason, s.ErrorCode(), s.EnhancedStatusCode())
	}
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		return fmt.Errorf("before the message: reply %d", reply.Code)
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return fmt.Errorf("talking to the mail server: %w", err)
	}
	return err
}
