// Package doorlinktest puts up a whole building for a test: doors with stickers
// and offline keypads, residents with handsets, and one or more nodes of
// doorlink that serve them. Nothing in it is played: pages are fetched over
// HTTP and their HTML is read, sockets are WebSockets, databases are SQLite
// files or PostgreSQL, audio goes through the relay, and doorcodes are tried on
// the keypad's own verifier.
//
// A test reads like the story it tells:
//
//	house := doorlinktest.New(t)
//	ana := house.Resident("Ana", "4B")
//	visit := house.Scan("Front door")
//
//	call := visit.Dial("Ana")
//	ana.Hears(call).Answer()
//	visit.HearsVoice(call)
//
//	code := ana.Grant(call)
//	visit.Sees(code)
//	house.Keypad("Front door").Opens(code)
//	house.Keypad("Front door").Refuses(code) // spent
//
// What is expected is waited for; a test fails only when it has not come long
// after it should have. No method is for several goroutines at once, but
// different visits and handsets may be used by different goroutines, as long as
// they leave failing the test to the one that runs it.
package doorlinktest
