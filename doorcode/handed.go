package doorcode

// Handed is a code that was given in a call. The digits are derived again from
// Place and Gen whenever they are shown.
type Handed struct {
	Place  Place
	Gen    uint8
	Nth    int    // which of the call's codes
	Shown  bool   // it stood on the visitor's screen
	Opened string // what the visitor said: "yes", "no" or nothing
}
