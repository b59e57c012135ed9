package api

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"doorlink"
	"doorlink/office"
	"doorlink/web/page"
)

// Failures of the protocol itself.
var (
	errNoPath    = doorlink.Fail(doorlink.NotFound, "api.no_path")
	errNoMethod  = doorlink.Fail(doorlink.Invalid, "api.no_method")
	errMalformed = doorlink.Fail(doorlink.Invalid, "api.malformed")
	errMedia     = doorlink.Fail(doorlink.Invalid, "api.media")
	errTooLarge  = doorlink.Fail(doorlink.Invalid, "api.too_large")
	errSlow      = doorlink.Fail(doorlink.Invalid, "api.slow")
	errInput     = doorlink.Fail(doorlink.Invalid, "api.input")
	errNoMatch   = doorlink.Fail(doorlink.Invalid, "api.no_match")
)

// statuses are those of keys for which HTTP has a status of its own. Input that
// can be read but not be meant is 422 here and 400 only where it cannot be read.
var statuses = map[string]int{
	office.ErrToken.Key: http.StatusUnauthorized,
	errNoMethod.Key:     http.StatusMethodNotAllowed,
	errMalformed.Key:    http.StatusBadRequest,
	errMedia.Key:        http.StatusUnsupportedMediaType,
	errTooLarge.Key:     http.StatusRequestEntityTooLarge,
	errSlow.Key:         http.StatusRequestTimeout,
	errNoMatch.Key:      http.StatusPreconditionRequired,
}

func statusOf(e *doorlink.Error) int {
	if status, ok := statuses[e.Key]; ok {
		return status
	}
	if e.Kind == doorlink.Invalid {
		return http.StatusUnprocessableEntity
	}
	return page.Status(e.Kind)
}

// Problem is a failure as RFC 9457 has it. It repeats nothing of what was sent.
type Problem struct {
	Type    string  `json:"type" doc:"The key of the failure, which does not change: urn:doorlink:error:… "`
	Title   string  `json:"title"`
	Status  int     `json:"status"`
	Detail  string  `json:"detail" doc:"A sentence for people"`
	Faults  []Fault `json:"faults,omitempty" doc:"What is wrong where"`
	Current any     `json:"current,omitempty" doc:"With 412: what stands there now"`

	cause  *doorlink.Error
	header http.Header
}

// Fault is what is wrong with one part of a request.
type Fault struct {
	Pointer   string `json:"pointer,omitempty" doc:"Into the body, by RFC 6901"`
	Parameter string `json:"parameter,omitempty" doc:"Of the path, the query or the header"`
	Detail    string `json:"detail"`
}

// problemOf puts a failure without its sentence: see say.
func problemOf(e *doorlink.Error) *Problem {
	p := &Problem{Type: "urn:doorlink:error:" + e.Key, Status: statusOf(e), cause: e, header: http.Header{}}
	p.Title = http.StatusText(p.Status)
	if field, ok := fields[e.Key]; ok {
		p.Faults = []Fault{{Pointer: field}}
	}
	return p
}

// fields are where in a body a failure of the office lies, if that is certain.
var fields = map[string]string{
	"people.email":    "/email",
	"people.known":    "/email",
	"people.dates":    "/to",
	"property.zone":   "/time_zone",
	"token.abilities": "/may",
	"token.time":      "/ends",
}

func (p *Problem) Error() string { return p.Type }

// GetStatus, GetHeaders and ContentType are what huma asks of a failure.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders are headers that belong to the failure.
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// problem is a failure as it is told; the log has the cause of one that nobody
// foresaw. doing says for the log what failed.
func (s *Server) problem(err error, doing string) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	p := problemOf(page.Foreseen(s.log, err, doing))
	page.RetryAfter(headers{p.header}, p.cause)
	if p.Status == http.StatusUnauthorized {
		p.header.Set("WWW-Authenticate", `Bearer realm="doorlink"`)
	}
	return p
}

// headers is a ResponseWriter that only has headers.
type headers struct{ all http.Header }

func (h headers) Header() http.Header         { return h.all }
func (h headers) Write(b []byte) (int, error) { return len(b), nil }
func (h headers) WriteHeader(int)             {}

// say words a problem on its way out; nothing else is changed.
func (s *Server) say(_ huma.Context, _ string, v any) (any, error) {
	if p, ok := v.(*Problem); ok && p.Detail == "" {
		p.Detail = page.Sentence(s.words, p.cause, nil)
		for i := range p.Faults {
			if p.Faults[i].Detail == "" {
				p.Faults[i].Detail = p.Detail
			}
		}
	}
	return v, nil
}

// refuse answers with a problem before any handler was reached.
func (s *Server) refuse(w http.ResponseWriter, err error, doing string) {
	p := s.problem(err, doing)
	s.say(nil, "", p) // never fails
	maps.Copy(w.Header(), p.header)
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p) // the program may have gone; there is nobody to tell
}

// maxFaults and maxPointer bound what is told of a body that is all wrong.
const (
	maxFaults  = 20
	maxPointer = 200
)

// init gives huma our failures: it has one place for them in the whole program.
func init() {
	huma.NewError = refused
	huma.DefaultArrayNullable = false // lists are empty, never null
}

// refused is how huma's own refusals of a request are put. The one failure of
// its own making with 500 is a body that broke off.
func refused(status int, _ string, errs ...error) huma.StatusError {
	e, ok := map[int]*doorlink.Error{
		http.StatusUnsupportedMediaType: errMedia, http.StatusRequestEntityTooLarge: errTooLarge,
		http.StatusRequestTimeout: errSlow, http.StatusUnprocessableEntity: errInput,
	}[status]
	if !ok {
		e = errMalformed
	}
	p := problemOf(e)
	for _, err := range errs[:min(len(errs), maxFaults)] {
		if d, ok := err.(*huma.ErrorDetail); ok && status == http.StatusUnprocessableEntity {
			p.Faults = append(p.Faults, faultOf(d))
		}
	}
	return p
}

// faultOf leaves out the value. huma writes where as "body.keys[0].from"; its
// words on the body as a whole are Go's and may repeat some of it.
func faultOf(d *huma.ErrorDetail) Fault {
	in, where, _ := strings.Cut(d.Location, ".")
	if in != "body" {
		return Fault{Parameter: where[:min(len(where), maxPointer)], Detail: d.Message}
	}
	if where == "" {
		return Fault{}
	}
	where = strings.NewReplacer("~", "~0", "/", "~1", ".", "/", "[", "/", "]", "").Replace(where)
	return Fault{Pointer: "/" + where[:min(len(where), maxPointer)], Detail: d.Message}
}
