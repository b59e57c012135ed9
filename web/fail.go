package web

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"doorlink"
	"doorlink/web/locale"
)

// status is the one table from kinds of failure to HTTP.
func status(k doorlink.Kind) int {
	switch k {
	case doorlink.Invalid:
		return http.StatusBadRequest
	case doorlink.Denied:
		return http.StatusForbidden
	case doorlink.NotFound:
		return http.StatusNotFound
	case doorlink.Gone:
		return http.StatusGone
	case doorlink.Conflict:
		return http.StatusConflict
	case doorlink.Busy:
		return http.StatusTooManyRequests
	case doorlink.Down:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// foreseen is the Error a person is told: the one in err's chain, or that
// something went wrong on our side, for which the log has the cause under an
// incident number.
func (s *Server) foreseen(err error, doing string) *doorlink.Error {
	e, ok := errors.AsType[*doorlink.Error](err)
	switch {
	case !ok || e.Kind == doorlink.Internal:
		incident := doorlink.NewShortCode()
		s.log.Error(doing, "incident", incident, "err", err)
		return doorlink.Fail(doorlink.Internal, "internal", "incident", doorlink.ShortCode(incident))
	case e.Kind == doorlink.Down:
		s.log.Warn(doing, "err", err)
	}
	return e
}

// sentence words a failure for a person. Values that need a language to be
// read (moments, spans) are put into words here; moments in zone, or as they
// are where zone is nil.
func sentence(l *locale.Language, e *doorlink.Error, zone *time.Location) string {
	places := make([]any, len(e.Args))
	for i, v := range e.Args {
		switch v := v.(type) {
		case time.Time:
			if zone != nil {
				v = v.In(zone)
			}
			places[i] = l.Clock(v)
		case time.Duration:
			places[i] = l.In(v)
		default:
			places[i] = v
		}
	}
	return l.Say("error."+e.Key, places...)
}

// refusal words a failure to act on a signal for the page that sent it.
func (s *Server) refusal(l *locale.Language, of doorlink.Signal, err error, zone *time.Location) doorlink.Signal {
	e := s.foreseen(err, "acting on a signal")
	r := &doorlink.Refusal{Of: of.Kind, Kind: e.Kind.String(), Status: status(e.Kind), Key: e.Key, Text: sentence(l, e, zone)}
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

// retryAfter tells programs what the sentence tells people.
func retryAfter(w http.ResponseWriter, e *doorlink.Error) {
	for _, v := range e.Args {
		if d, ok := v.(time.Duration); ok {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(d.Seconds()))))
		}
	}
	if e.Kind == doorlink.Down {
		w.Header().Set("Retry-After", "5")
	}
}
