package doorlink

import "time"

// Hook is a webhook: an address at which a program is told what happens at a
// property.
type Hook struct {
	ID       HookID
	Property PropertyID
	URL      string
	Events   []EventKind // which it is told, in the order of EventKinds; or EveryEvent alone
	Paused   time.Time   // since when it is told nothing; zero: it is told
	Why      string      // the key of the sentence why doorlink itself paused it; empty otherwise
	Added    time.Time
	Removed  time.Time // since when it is gone but for taking that back; zero: it is there
}

// HookPatience is for how long a webhook may fail, without a single delivery
// that arrived, until doorlink pauses it.
const HookPatience = 5 * 24 * time.Hour

// SecretOverlap is how long the former secret of a webhook signs beside the new
// one.
const SecretOverlap = 24 * time.Hour

// HookFailing is the key of the sentence that says that HookPatience is over.
const HookFailing = "hook.why.failing"
