package keypad

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"math"
	"net/http"
)

//go:embed ui/keypad.html ui/keypad.css ui/keypad.js ui/sound.js ui/icon.svg
var ui embed.FS

var pageHTML = template.Must(template.New("keypad.html").
	Funcs(template.FuncMap{"say": say}).
	ParseFS(ui, "ui/keypad.html"))

// rules is what the page may do: run and load what this program serves, and
// nothing else.
const rules = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page of the lock and what the page asks for. Requests
// that another site makes a browser send are refused.
func (k *Keypad) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", k.page)
	for path, kind := range map[string]string{
		"keypad.css": "text/css; charset=utf-8",
		"keypad.js":  "text/javascript; charset=utf-8",
		"sound.js":   "text/javascript; charset=utf-8",
		"icon.svg":   "image/svg+xml",
	} {
		mux.HandleFunc("GET /"+path, asset(path, kind))
	}
	mux.Handle("GET /events", k.stream())
	mux.HandleFunc("POST /key", k.touch(pressed))
	mux.HandleFunc("POST /wake", k.touch(woken))
	mux.HandleFunc("POST /clear", k.touch(cleared))
	mux.HandleFunc("POST /bolt", k.touch(bolted))
	return guarded(http.NewCrossOriginProtection().Handler(mux))
}

// guarded sets the headers that every answer carries. Nothing is kept by the
// browser: what the lock showed a second ago is wrong already.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", rules)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// page draws the lock as it is now, so that it can be read before the script
// runs, or without it.
func (k *Keypad) page(w http.ResponseWriter, _ *http.Request) {
	view, _ := k.Look()
	var text bytes.Buffer
	err := pageHTML.Execute(&text, map[string]any{
		"Door":   view.Facts[0].Is,
		"View":   view,
		"Keys":   []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 0},
		"Lights": ring(view.Lights),
	})
	if err != nil {
		k.log.Error("drawing the page", "err", err)
		http.Error(w, say("broken"), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(text.Bytes()) // the reader has gone away
}

// light is where a light of the ring stands, from the centre of the lens.
type light struct {
	X, Y string
	On   bool
}

// lights is how many stand on the ring: more than a code may have digits.
const lights = 12

// ring places the lights like the hours of a clock.
func ring(on int) []light {
	all := make([]light, lights)
	for i := range all {
		y, x := math.Sincos(float64(i-lights/4) * 2 * math.Pi / lights)
		all[i] = light{fmt.Sprintf("%.0f", 90*x), fmt.Sprintf("%.0f", 90*y), i < on}
	}
	return all
}

// asset serves a file of the page as it was built in.
func asset(path, kind string) http.HandlerFunc {
	text, err := ui.ReadFile("ui/" + path)
	if err != nil {
		panic("keypad: " + err.Error())
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(text) // the reader has gone away
	}
}
