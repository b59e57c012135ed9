package mail

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"doorlink"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const password = "geheim:/?&@1"

// poster makes a Post that finds and trusts the server of the test.
func poster(t testing.TB, s *smtpd, setting string) *Post {
	t.Helper()
	setting = strings.ReplaceAll(setting, "USER", "doorlink:geheim%3A%2F%3F&%401")
	p, err := New(Config{Server: doorlink.Secret(setting + ":" + s.port()), From: "Doorlink Haus <haus@example.com>"})
	if err != nil {
		t.Fatal(err)
	}
	p.tls.RootCAs = x509.NewCertPool()
	p.tls.RootCAs.AddCert(s.cert)
	p.dialer.Resolver = resolver(t)
	return p
}

// read takes a message apart: its header, its subject and its text.
func read(t testing.TB, message string) (mail.Header, string, string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, subject, strings.ReplaceAll(string(text), "\r\n", "\n")
}

func TestAMessageArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	const subject, text = "Anmeldung – دخول 登录", "Grüß Gott,\n.\n..ein Punkt am Anfang\nhttps://example.org/l/0123456789\n\nتسجيل 登录\n"
	for name, tt := range map[string]struct {
		server  *smtpd
		setting string
		auth    string
	}{
		"STARTTLS and PLAIN":     {&smtpd{startTLS: true, auth: "PLAIN LOGIN", password: password}, "smtp://USER@example.com", "AUTH PLAIN"},
		"TLS throughout, LOGIN":  {&smtpd{implicit: true, auth: "LOGIN", password: password}, "smtps://USER@example.com", "AUTH LOGIN"},
		"STARTTLS, nobody":       {&smtpd{startTLS: true}, "smtp://example.com", "STARTTLS"},
		"this machine, in clear": {&smtpd{startTLS: true}, "smtp://127.0.0.1", "EHLO example.com"},
	} {
		s := tt.server.start(t)
		if err := poster(t, s, tt.setting).Send(t.Context(), "ada@example.org", subject, text); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(s.received()) != 1 || !s.heard(tt.auth) || !s.heard("RCPT TO:<ada@example.org>") || !s.heard("QUIT") {
			t.Fatalf("%s: got %d messages after %q", name, len(s.received()), s.commands)
		}
		h, gotSubject, gotText := read(t, s.received()[0])
		if diff := cmp.Diff([]string{gotSubject, strings.TrimRight(gotText, "\n") + "\n"}, []string{subject, text}); diff != "" {
			t.Errorf("%s (-got +want):\n%s", name, diff)
		}
		if h.Get("To") != "<ada@example.org>" || h.Get("From") != `"Doorlink Haus" <haus@example.com>` || !strings.HasSuffix(h.Get("Message-ID"), "@example.com>") {
			t.Errorf("%s: got header %v", name, h)
		}
	}
}

func TestWhatGoesWrongIsSaidWithoutAddresses(t *testing.T) {
	t.Parallel()
	const to = "ada@example.org"
	for name, tt := range map[string]struct {
		server  *smtpd
		setting string
		want    error
	}{
		"no such mailbox":        {&smtpd{replies: map[string]string{"RCPT": "550 5.1.1 <ada@example.org> unknown"}}, "smtp://127.0.0.1", errRefused},
		"not allowed to relay":   {&smtpd{replies: map[string]string{"RCPT": "554 5.7.1 <ada@example.org> relay access denied"}}, "smtp://127.0.0.1", errDown},
		"asked to come back":     {&smtpd{replies: map[string]string{"RCPT": "451 4.7.1 ada@example.org greylisted"}}, "smtp://127.0.0.1", errDown},
		"sender not welcome":     {&smtpd{replies: map[string]string{"MAIL": "550 5.7.1 haus@example.com?"}}, "smtp://127.0.0.1", errDown},
		"content not welcome":    {&smtpd{replies: map[string]string{"DATA": "554 5.6.0 not for ada@example.org"}}, "smtp://127.0.0.1", errDown},
		"breaks off":             {&smtpd{replies: map[string]string{"RCPT": ""}}, "smtp://127.0.0.1", errDown},
		"wrong password":         {&smtpd{auth: "PLAIN", password: "other"}, "smtp://USER@127.0.0.1", errDown},
		"no AUTH":                {&smtpd{}, "smtp://USER@127.0.0.1", errDown},
		"no STARTTLS":            {&smtpd{auth: "PLAIN", password: password}, "smtp://USER@example.com", errDown},
		"another's certificate":  {&smtpd{startTLS: true}, "smtp://mail.example.org", errDown},
		"and from the beginning": {&smtpd{implicit: true}, "smtps://mail.example.org", errDown},
		"not a mail server":      {&smtpd{replies: map[string]string{"EHLO": "HTTP/1.1 400 Bad Request", "HELO": "no"}}, "smtp://127.0.0.1", errDown},
	} {
		s := tt.server.start(t)
		err := poster(t, s, tt.setting).Send(t.Context(), to, "Subject", "A secret text")
		if !errors.Is(err, tt.want) || errors.Unwrap(err) == nil {
			t.Errorf("%s: got %v, want %v with its cause", name, err, tt.want)
		}
		for _, word := range []string{"ada@", "haus@", "geheim", "secret text", "doorlink"} {
			if strings.Contains(fmt.Sprint(err), word) {
				t.Errorf("%s: %q stands in %v", name, word, err)
			}
		}
		if len(s.received()) != 0 {
			t.Errorf("%s: the message was sent", name)
		}
		if name == "no STARTTLS" && (s.heard("AUTH") || s.heard("MAIL")) {
			t.Errorf("%s: got %q in the clear", name, s.commands)
		}
	}
}

func TestAServerThatIsAwayIsDown(t *testing.T) {
	t.Parallel()
	s := (&smtpd{hang: true}).start(t)
	p := poster(t, s, "smtp://127.0.0.1")
	p.limit = 50 * time.Millisecond
	if err := p.Send(t.Context(), "ada@example.org", "Subject", "Text"); !errors.Is(err, errDown) {
		t.Errorf("hanging: got %v", err)
	}
	p = poster(t, s, "smtp://127.0.0.1")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := p.Send(ctx, "ada@example.org", "Subject", "Text"); !errors.Is(err, errDown) {
		t.Errorf("when the caller leaves: got %v", err)
	}
	p.server.port = "1" // nobody listens on tcpmux
	if err := p.Send(t.Context(), "ada@example.org", "Subject", "Text"); !errors.Is(err, errDown) {
		t.Errorf("absent: got %v", err)
	}
}

func TestAMessageThatWasTakenIsSent(t *testing.T) {
	t.Parallel()
	s := (&smtpd{replies: map[string]string{"QUIT": ""}}).start(t)
	if err := poster(t, s, "smtp://127.0.0.1").Send(t.Context(), "ada@example.org", "Subject", "Text"); err != nil {
		t.Errorf("got %v after the server had it", err)
	}
}

func TestOneBareAddressIsAnAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"ada@example.org":                  true,
		"a.d+a@sub.example.org":            true,
		"müller@example.org":               true,
		"":                                 false,
		"ada":                              false,
		"ada@":                             false,
		"Ada <ada@example.org>":            false,
		"<ada@example.org>":                false,
		"ada@example.org, bob@example.org": false,
		"ada@example.org\r\nBcc: bob@example.org": false,
		"ada@example.org\n":                       false,
		" ada@example.org":                        false,
		"ada@example.org (Ada)":                   false,
		"ada@exam\x00ple.org":                     false,
		strings.Repeat("a", 254) + "@example.org": false,
	} {
		if err := CheckAddress(address); (err == nil) != want || err != nil && !errors.Is(err, errAddress) {
			t.Errorf("%q: got %v", address, err)
		}
	}
}

func TestASubjectHasOneLine(t *testing.T) {
	t.Parallel()
	s := (&smtpd{}).start(t)
	for _, subject := range []string{"a\r\nBcc: bob@example.org", "a\nb", "a\rb", "a\x00b"} {
		if err := poster(t, s, "smtp://127.0.0.1").Send(t.Context(), "ada@example.org", subject, "Text"); err == nil || len(s.received()) != 0 {
			t.Errorf("%q is sent", subject)
		}
	}
}

func TestTheSettingIsRead(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]server{
		"smtps://ada:x@example.org":      {host: "example.org", port: "465", user: "ada", password: "x", implicit: true},
		"smtp://ada:x%40y@example.org":   {host: "example.org", port: "587", user: "ada", password: "x@y"},
		"smtp://[::1]:25":                {host: "::1", port: "25", loopback: true},
		"smtp://localhost:1025/":         {host: "localhost", port: "1025", loopback: true},
		"smtp://localhost.example.org":   {host: "localhost.example.org", port: "587"},
		"":                               {},
		"example.org":                    {},
		"https://example.org":            {},
		"smtp://":                        {},
		"smtp://ada@example.org":         {},
		"smtp://:x@example.org":          {},
		"smtp://example.org:0":           {},
		"smtp://example.org:70000":       {},
		"smtp://example.org/path":        {},
		"smtp://example.org?tls=no":      {},
		"smtp://ada:pa ss@exa mple.org":  {},
		"smtp://ada:secret%zz@localhost": {},
	} {
		got, err := readServer(doorlink.Secret(setting))
		if got != want || (err == nil) != (want.host != "") {
			t.Errorf("%s: got %+v, %v", setting, got, err)
		}
		if err != nil && (!errors.Is(err, errServer) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: got %v", setting, err)
		}
	}
	if _, err := New(Config{Server: "smtp://localhost", From: "Doorlink"}); !errors.Is(err, errAddress) {
		t.Errorf("no sender: got %v", err)
	}
}

func TestThePasswordNeverPrints(t *testing.T) {
	t.Parallel()
	c := Config{Server: "smtps://ada:geheim@example.org", From: "haus@example.com"}
	p, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v %#v %v %+v %#v", c, c, c, p, p, p); strings.Contains(text, "geheim") {
		t.Errorf("the password shows in %s", text)
	}
}

// FuzzMessage has no recipient, subject or text add a header or change another.
func FuzzMessage(f *testing.F) {
	f.Add("ada@example.org", "Subject", "Text")
	f.Add("ada@example.org", "=?utf-8?q?a?= \t b", "\r\n.\r\n\r\nBcc: bob@example.org\r\n")
	f.Add("\"a b\"@example.org", "登录登录登录登录登录登录登录登录登录登录登录登录登录登录登录登录登录", "\x00\xff")
	s := (&smtpd{}).start(f)
	p := poster(f, s, "smtp://127.0.0.1")
	headers := []string{"Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}
	f.Fuzz(func(t *testing.T, to, subject, text string) {
		if CheckAddress(to) != nil || !utf8.ValidString(subject) || strings.ContainsFunc(subject, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return
		}
		m, err := p.message(to, subject, text)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := m.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		h, _, _ := read(t, b.String())
		var got []string
		for name, values := range h {
			got = append(got, name)
			if len(values) != 1 {
				t.Errorf("%s stands there %d times", name, len(values))
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(got, headers); diff != "" {
			t.Errorf("headers (-got +want):\n%s", diff)
		}
		if a, err := mail.ParseAddress(h.Get("To")); err != nil || a.Address != to {
			t.Errorf("to %q: got %v, %v", to, a, err)
		}
	})
}
