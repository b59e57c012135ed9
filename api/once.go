package api

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"

	"doorlink"
	"doorlink/office"
)

// errKey refuses an idempotency key that is too long to be one.
var errKey = doorlink.Fail(doorlink.Invalid, "api.key")

// maxKey is the longest idempotency key, in bytes.
const maxKey = 255

// kept are the headers of an answer that are given again with it.
var kept = []string{"Content-Type", "Etag", "Location", deedHeader}

// once answers a request that may come again, as
// draft-ietf-httpapi-idempotency-key-header-07 has it.
func (s *Server) once(w http.ResponseWriter, r *http.Request, a asker, key string) {
	if len(key) > maxKey {
		s.refuse(w, errKey, "reading a key")
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.refuse(w, unread(err), "reading a body")
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	ask := office.Repeatable{
		Key: key, Secret: a.secret,
		Digest: doorlink.Digest(r.Method + "\n" + r.URL.RequestURI() + "\n" + r.Header.Get("Content-Type") + "\n" + string(body)),
	}
	answer, replayed, err := s.office.Once(r.Context(), a.Actor, ask, func() office.Answer {
		told := newRecorder(w)
		s.route(told, r)
		return told.answer()
	})
	if err != nil {
		s.refuse(w, err, "answering once")
		return
	}
	if replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	for name, value := range answer.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(answer.Status)
	w.Write(answer.Body) // the program may have gone; it can ask again
}

// unread sorts why a body could not be read.
func unread(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLarge
	}
	return errMalformed.Because(err)
}

// recorder keeps an answer instead of sending it.
type recorder struct {
	on     http.ResponseWriter // for deadlines
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorder(on http.ResponseWriter) *recorder {
	return &recorder{on: on, header: http.Header{}, status: http.StatusOK}
}

// Header, WriteHeader and Write implement http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader keeps the status.
func (r *recorder) WriteHeader(status int) { r.status = status }

func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.on }

// answer is what was told. A refusal keeps all its headers, as it is sent now
// and never again.
func (r *recorder) answer() office.Answer {
	a := office.Answer{Status: r.status, Header: map[string]string{}, Body: r.body.Bytes()}
	names := kept
	if r.status >= http.StatusMultipleChoices {
		names = nil
		for name := range maps.Keys(r.header) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if v := r.header.Get(name); v != "" {
			a.Header[name] = v
		}
	}
	return a
}
