package api

import (
	"context"
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
)

func (s *Server) registerAudit() {
	everywhere(s, http.MethodGet, "/audit", says("listPortfolioAudit", "What was done that belongs to no single property, the latest first; days and moments in UTC", doorlink.Govern), s.portfolioAudit)
	at(s, http.MethodGet, "/audit", says("listAudit", "What was changed at the property, and by whom, the latest first", doorlink.SeeReports), audit)
}

// AuditInput chooses from an audit.
type AuditInput struct {
	LogListing
	Find string `query:"find" maxLength:"200" doc:"What it is about, by the name that has now, or by its ID"`
	Who  string `query:"who" maxLength:"60" doc:"The ID of a manager, whose programs count as well, or of a token; or doorlink, for what it did by itself"`
	What string `query:"what" maxLength:"60" doc:"An action, as in unit.add, or what stands before its dot"`
	From string `query:"from" format:"date" doc:"First day, in the property's zone; of the portfolio's audit, in UTC"`
	To   string `query:"to" format:"date" doc:"Last day"`
}

func (in AuditInput) query() office.Query {
	return in.LogListing.query(in.Find, map[string]string{"who": in.Who, "what": in.What, "from": in.From, "to": in.To})
}

type auditInput struct {
	Here
	AuditInput
}

func audit(ctx context.Context, d *office.Desk, in *auditInput) (*streamed[Action], error) {
	p, err := d.Deeds(ctx, in.query())
	return streamOf(ctx, p, actionIn(d.Location())), err
}

func (s *Server) portfolioAudit(ctx context.Context, in *AuditInput) (*streamed[Action], error) {
	p, err := s.office.PortfolioDeeds(ctx, askedBy(ctx).Actor, in.query())
	return streamOf(ctx, p, actionIn(time.UTC)), err
}

// Action is what a manager, a program or doorlink itself did.
type Action struct {
	Number  int64              `json:"number" doc:"In the audit"`
	At      time.Time          `json:"at"`
	Manager doorlink.ManagerID `json:"manager,omitempty" doc:"Missing: doorlink itself"`
	Name    string             `json:"name,omitempty" doc:"Missing once they have left"`
	Token   doorlink.TokenID   `json:"token,omitempty" doc:"The program, if it was one"`
	Action  string             `json:"action" doc:"As in unit.add"`
	Subject string             `json:"subject,omitempty" doc:"The ID of what was changed"`
	About   string             `json:"about,omitempty" doc:"What that is called, or was"`
}

// actionIn puts an entry of the audit in the words of the API, in a zone.
func actionIn(zone *time.Location) func(office.DeedLine) Action {
	return func(l office.DeedLine) Action {
		return Action{l.Seq, l.At.In(zone), l.Manager, l.By, l.Via, l.Action, l.Subject, l.About}
	}
}
