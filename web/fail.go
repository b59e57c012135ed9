package web

import (
	"time"

	"doorlink"
	"doorlink/web/locale"
	"doorlink/web/page"
)

// refusal words a failure to act on a signal for the page that sent it.
func (s *Server) refusal(l *locale.Language, of doorlink.Signal, err error, zone *time.Location) doorlink.Signal {
	e := page.Foreseen(s.log, err, "acting on a signal")
	r := &doorlink.Refusal{Of: of.Kind, Kind: e.Kind.String(), Status: page.Status(e.Kind), Key: e.Key, Text: page.Sentence(l, e, zone)}
	for i := 1; i < len(e.Args); i += 2 {
		switch v := e.Args[i].(type) {
		case time.Time:
			if e.Args[i-1] == "until" {
				r.LeftMS = max(0, time.Until(v).Milliseconds())
			}
		case time.Duration:
			r.LeftMS = v.Milliseconds()
		}
	}
	return doorlink.Signal{Kind: doorlink.SigRefused, Call: of.Call, Refused: r}
}
