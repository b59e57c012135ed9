package keypad

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// wordsJSON is the file a translator would work on.
//
//go:embed ui/words.json
var wordsJSON []byte

// words is everything the lock says, in one language: the sentence of each key.
var words = func() map[string]string {
	var all map[string]string
	if err := json.Unmarshal(wordsJSON, &all); err != nil {
		panic("keypad: ui/words.json: " + err.Error())
	}
	return all
}()

// say is the sentence of a key, its places filled from names and values in
// alternation. A key that the file lacks is shown as it is.
func say(key string, places ...any) string {
	sentence, ok := words[key]
	if !ok {
		return key
	}
	pairs := make([]string, len(places))
	for i, p := range places {
		pairs[i] = fmt.Sprint(p)
		if i%2 == 0 {
			pairs[i] = "{" + pairs[i] + "}"
		}
	}
	return strings.NewReplacer(pairs...).Replace(sentence)
}
