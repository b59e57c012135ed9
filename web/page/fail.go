package page

import (
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"doorlink"
	"doorlink/web/locale"
)

// Status is the one table from kinds of failure to HTTP.
func Status(k doorlink.Kind) int {
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

// Foreseen is the Error a person is told: the one in err's chain, or that
// something went wrong on our side, for which the log has the cause under an
// incident number. doing says for the log what failed.
func Foreseen(log *slog.Logger, err error, doing string) *doorlink.Error {
	e, ok := errors.AsType[*doorlink.Error](err)
	switch {
	case !ok || e.Kind == doorlink.Internal:
		incident := doorlink.NewShortCode()
		log.Error(doing, "incident", incident, "err", err)
		return doorlink.Fail(doorlink.Internal, "internal", "incident", doorlink.ShortCode(incident))
	case e.Kind == doorlink.Down:
		log.Warn(doing, "err", err)
	}
	return e
}

// Answer ends a request whose handler returned err: with the page that show writes
// of what a person is told, or with nothing where the handler has answered (err is
// nil) or the reader has gone. If not even show succeeds, the answer is empty and
// the log has why.
func Answer(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error, show func(*doorlink.Error) error) {
	if err == nil || r.Context().Err() != nil {
		return
	}
	e := Foreseen(log, err, "serving a page")
	RetryAfter(w, e)
	if err := show(e); err != nil {
		log.Error("showing a failure", "err", err)
		http.Error(w, "", http.StatusInternalServerError)
	}
}

// Sentence words a failure for a person. Values that need a language to be
// read (moments, spans) are put into words here; moments in zone, or as they
// are where zone is nil.
func Sentence(l *locale.Language, e *doorlink.Error, zone *time.Location) string {
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

// RetryAfter tells programs by a header (RFC 9110, section 10.2.3) what the
// sentence tells people: when the same request is fine. It sets nothing where
// waiting does not help.
func RetryAfter(w http.ResponseWriter, e *doorlink.Error) {
	for _, v := range e.Args {
		if d, ok := v.(time.Duration); ok {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(d.Seconds()))))
		}
	}
	if e.Kind == doorlink.Down {
		w.Header().Set("Retry-After", "5")
	}
}
