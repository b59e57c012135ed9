package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"doorlink"
	"doorlink/directory"
)

var (
	givenNames = strings.Fields(`Ada Bram Chiara Dmitri Elif Farah Gianluca Hanna Ibrahim Joanna Kwame Lena Mateusz
		Noor Oscar Priya Quentin Rosalind Siobhán Tomasz Ursula Valentina Wei Ximena Yusuf Zeynep Maximiliane Konstantinos
		Anne-Marie Øyvind`)
	familyInitials = strings.Fields(`A. B. C. D. E. F. G. H. İ. J. K. L. M. N. O. P. R. S. Ş. T. U. V. W. Y. Z.`)
)

// house is a directory of n people, two to a unit, four units to a floor.
func house(n int) []directory.Entry {
	all := make([]directory.Entry, n)
	for i := range all {
		unit := fmt.Sprintf("%d%c", 1+i/8, 'A'+i/2%4)
		name := givenNames[i*7%len(givenNames)] + " " + familyInitials[i*11%len(familyInitials)]
		all[i] = directory.Entry{ID: doorlink.NewEntryID(), Unit: doorlink.UnitID("unit_" + unit), Place: unit, Name: name}
	}
	return all
}

// TestFirstVisitIsOneLightResponse holds the budget: everything a visitor sees
// before they tap a name, style and script included, in one response that fits
// the first flight of a connection (ten segments of RFC 6928).
func TestFirstVisitIsOneLightResponse(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	for _, c := range []struct{ residents, budget int }{{200, 14_000}, {5000, 30_000}} {
		for _, l := range v.Languages.Languages() {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, "/p/token", nil)
			r.Header.Set("Accept-Encoding", "gzip")
			if err := v.Write(w, r, http.StatusOK, "visitor/directory.html", v.directory(l, linden, northGate, panelN2, house(c.residents), "")); err != nil {
				t.Fatal(err)
			}
			got := w.Body.Len()
			t.Logf("%s, %d residents: %d bytes", l.Tag, c.residents, got)
			if got > c.budget {
				t.Errorf("%s, %d residents: got %d bytes, want at most %d", l.Tag, c.residents, got, c.budget)
			}
		}
	}
}

func TestThePolicyAllowsWhatThePageBrings(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/p/token", nil)
	if err := v.Write(w, r, http.StatusOK, "visitor/directory.html", v.directory(v.Languages.Match("", ""), linden, northGate, panelN2, house(3), "")); err != nil {
		t.Fatal(err)
	}
	policy, body := w.Header().Get("Content-Security-Policy"), w.Body.String()
	for _, name := range inlined {
		text, hash := v.Assets.Inline(name)
		if !strings.Contains(policy, hash) {
			t.Errorf("policy lacks the hash of %s: %s", name, policy)
		}
		if !strings.Contains(body, ">"+text+"</") {
			t.Errorf("%s does not stand in the page as it was hashed", name)
		}
	}
	for _, never := range []string{" style=", " onclick=", "unsafe", "http://", "https://"} {
		if strings.Contains(body+policy, never) {
			t.Errorf("page or policy contains %q", never)
		}
	}
}

func BenchmarkDirectory(b *testing.B) {
	v := testViews(b)
	all := house(200)
	l := v.Languages.Match("", "en")
	r := httptest.NewRequest(http.MethodGet, "/p/token", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	for b.Loop() {
		if err := v.Write(httptest.NewRecorder(), r, http.StatusOK, "visitor/directory.html", v.directory(l, linden, northGate, panelN2, all, "")); err != nil {
			b.Fatal(err)
		}
	}
}
