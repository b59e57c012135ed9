package server

import (
	"context"
	"time"

	"doorlink"
	"doorlink/drop"
	"doorlink/mail"
	"doorlink/office"
	"doorlink/web/console"
	"doorlink/web/locale"
)

// openWays gives the office its ways, and returns the console's way to send e-mail:
// nil unless the settings name a mail server.
func (s *Server) openWays() (console.Post, error) {
	ways := office.Ways{SignOut: s.board.SignOut, Private: s.config.HooksPrivate, Locks: s.Keys.Doorcodes}
	if s.config.Lists != "" {
		ways.Lists = drop.Folder{Root: s.config.Lists}
	}
	if s.config.Mail == "" {
		s.office.Use(ways)
		return nil, nil
	}
	post, err := mail.New(mail.Config{Server: doorlink.Secret(s.config.Mail), From: s.config.MailFrom})
	if err != nil {
		return nil, err
	}
	words, err := locale.Load()
	if err != nil {
		return nil, err
	}
	ways.Mail = invitations{post, words.Match("", "en"), s.base}
	s.office.Use(ways)
	return post, nil
}

// invitations are the letters with which residents and managers are let in.
type invitations struct {
	post  *mail.Post
	words *locale.Language
	base  string
}

// InviteManager tells a manager that they have access.
func (i invitations) InviteManager(ctx context.Context, at doorlink.Property, to doorlink.Manager, link doorlink.Secret, ends time.Time) error {
	key, address := "console.welcome.text", i.base+"/console/in/by/"+link.Reveal()
	if link == "" {
		key, address = "console.welcome.again", i.base+"/console/"
	}
	return i.post.Send(ctx, to.Email, i.words.Say("console.welcome.subject", "property", at.Name),
		i.words.Say(key, "property", at.Name, "name", to.Name, "link", address, "ends", ends.UTC().Format("2 January 2006")))
}

// Invite sends a resident the link with which they sign in until it ends.
func (i invitations) Invite(ctx context.Context, at doorlink.Property, to doorlink.Person, link doorlink.Secret, ends time.Time) error {
	return i.post.Send(ctx, to.Email, i.words.Say("console.invitation.subject", "property", at.Name),
		i.words.Say("console.invitation.text", "property", at.Name, "name", to.As(doorlink.FullName, ""),
			"link", i.base+"/r/in/"+link.Reveal(), "ends", ends.In(at.Clock()).Format("2 January 2006")))
}
