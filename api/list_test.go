package api_test

import (
	"strings"
	"testing"
	"time"
)

func TestListsAreFoundSortedAndPaged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, ends := h.all(t), time.Now().Add(time.Minute).UTC().Format(time.RFC3339)
	for _, add := range [][2]string{
		{"webhooks", `{"url":"https://desk10.example/","events":["call.missed"]}`}, {"webhooks", `{"url":"https://desk9.example/","events":["*"]}`},
		{"webhooks", `{"url":"https://alarm.example/","events":["code.used"]}`},
		{"tokens", `{"name":"Rent roll","may":["see"],"ends":"ENDS"}`}, {"tokens", `{"name":"alarm","may":["see"],"ends":"ENDS"}`},
		{"lists", `{"name":"june.csv","text":"Unit\n7A\n"}`}, {"lists", `{"name":"April.csv","text":"Unit\n7B\n"}`},
	} {
		p.asks(t, "POST", add[0], strings.ReplaceAll(add[1], "ENDS", ends)).is(t, 201)
	}
	for ask, want := range map[string]string{
		"webhooks": "alarm desk9 desk10", "webhooks?sort=-address": "desk10 desk9 alarm", "webhooks?find=call.missed": "desk9 desk10",
		"tokens?find=AL": "alarm", "tokens?sort=-name": "Test Rent alarm", "lists?sort=list": "April june", "lists?find=june": "june", "lists?find=may": "",
		"/api/v1/properties?sort=-name": "Linden Elm", "/api/v1/properties?find=elm": "Elm",
	} {
		var got []string
		at := ask + "&limit=1"
		if !strings.Contains(ask, "?") {
			at = ask + "?limit=1"
		}
		for at != "" {
			var page struct {
				Items []struct{ Name, URL string }
				Total int
			}
			answer := p.asks(t, "GET", at, "").is(t, 200)
			answer.read(t, &page)
			for _, one := range page.Items {
				name, _, _ := strings.Cut(strings.TrimPrefix(one.Name+one.URL, "https://"), ".")
				name, _, _ = strings.Cut(name, " ")
				got = append(got, name)
			}
			at, _, _ = strings.Cut(strings.TrimPrefix(answer.Header.Get("Link"), "<"), ">")
			if page.Total != len(strings.Fields(want)) {
				t.Fatalf("%s: it counts %d, want %s", ask, page.Total, want)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", ask, got, want)
		}
	}
}
