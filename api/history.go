package api

import (
	"context"
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
)

func (s *Server) registerHistory() {
	at(s, http.MethodGet, "/history", says("listHistory", "What happened at doors on keys the token's maker manages, the latest first", doorlink.SeeHistory), history)
}

// Happened is one line of the history as programs read it.
type Happened struct {
	ID      doorlink.RecordID   `json:"id"`
	At      time.Time           `json:"at" doc:"When a call ended, when a doorcode was given; in the property's zone"`
	Kind    doorlink.RecordKind `json:"kind" enum:"call,code"`
	Door    Named               `json:"door"`
	Person  *Named              `json:"person,omitempty" doc:"Who was called; no name once they are deleted, missing where the property only counts"`
	Unit    string              `json:"unit,omitempty" doc:"In which unit, while the call is kept"`
	Said    doorlink.CallerKind `json:"visitor_said,omitempty" enum:"delivery,guest,service"`
	Seconds int                 `json:"seconds_talked,omitempty"`
	Outcome office.Outcome      `json:"outcome" enum:"ended,declined,missed,unreachable,cancelled,failed,given,opened,shut,used,called_back" doc:"How the call ended, given: with a doorcode; or what is known of the doorcode"`
}

func happenedOf(l office.Happened) Happened {
	h := Happened{
		ID: l.ID, At: l.At, Kind: l.Kind, Door: Named{string(l.Door), l.DoorName}, Unit: l.Unit, Said: l.Said,
		Seconds: l.Seconds, Outcome: l.Outcome,
	}
	if l.Person != "" {
		h.Person = &Named{string(l.Person), l.Name}
	}
	return h
}

type historyInput struct {
	Here
	LogListing
	Find   string            `query:"find" maxLength:"200" doc:"People by name, address or unit"`
	Person doorlink.PersonID `query:"person" doc:"One person, present or former"`
	Door   doorlink.DoorID   `query:"door"`
	Kind   string            `query:"kind" enum:"calls,unanswered,codes"`
	From   string            `query:"from" format:"date" doc:"First day, in the property's zone"`
	To     string            `query:"to" format:"date" doc:"Last day"`
}

func history(ctx context.Context, d *office.Desk, in *historyInput) (*streamed[Happened], error) {
	p, err := d.History(ctx, in.query(in.Find, map[string]string{
		"person": string(in.Person), "door": string(in.Door), "kind": in.Kind, "from": in.From, "to": in.To,
	}))
	if err != nil {
		return nil, err
	}
	return streamOf(ctx, p, happenedOf), nil
}
