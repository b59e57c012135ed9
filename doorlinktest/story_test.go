package doorlinktest_test

import (
	"testing"

	"doorlink/doorlinktest"
)

func TestVisitorGetsIn(t *testing.T) {
	t.Parallel()
	house := doorlinktest.New(t)
	ana := house.Resident("Ana", "4B")
	visit := house.Scan("Front door")

	call := visit.Dial("Ana")
	ana.Hears(call).Answer()
	visit.HearsVoice(call)
	ana.HearsVoice(call)

	code := ana.Grant(call)
	visit.Sees(code)
	ana.SeesShown(call, code.Nth)
	house.Keypad("Front door").Opens(code)
	house.Keypad("Front door").Refuses(code) // spent
	house.Keypad("North gate").Refuses(code) // another door
}
