package server

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheLogHasThePanicOfAHandlerAndNoAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		panic any
		want  bool
	}{
		{"a mistake", "index out of range", true},
		{"a download that broke off", http.ErrAbortHandler, false},
	} {
		var log bytes.Buffer
		s := &Server{log: slog.New(slog.NewTextHandler(&log, nil))}
		h := s.watched(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(tt.panic) }))
		func() {
			defer func() {
				if p := recover(); p != http.ErrAbortHandler {
					t.Errorf("%s: net/http sees %v", tt.name, p)
				}
			}()
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/r/in/secret", nil))
		}()
		if got := log.String(); strings.Contains(got, "index out of range") != tt.want || strings.Contains(got, "secret") {
			t.Errorf("%s: the log has %q", tt.name, got)
		}
	}
}
